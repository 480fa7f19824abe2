"""Activations as layers: one for each elementwise function that stands between layers, and softmax."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..errors import OptionError, ShapeError
from ..expr.axes import axis_number
from ..expr.named import log_softmax, softmax
from ..expr.operations import elementwise
from ..expr.shaping import expand_dims
from ..expr.tensors import shape_text
from .described import Described
from .equation import count


class Pointwise(Described):
    """`Y[…] = f(X[…])` for a function of ELEMENTWISE; options are its further arguments."""

    function: str = ""

    def arguments(self) -> tuple:
        """The function's arguments after the first."""
        return ()

    def output_shape(self, shape):
        return tuple(shape)

    def equations(self, x, parameters, mode):
        return elementwise(self.function, x, *self.arguments())


def pointwise(name: str, function: str, formula: str) -> type[Pointwise]:
    """The layer of a function without options."""
    return dataclass(frozen=True, eq=False, repr=False)(
        type(name, (Pointwise,), {"function": function, "__doc__": formula, "__module__": __name__})
    )


ReLU = pointwise("ReLU", "relu", "`max(x, 0)`.")
ReLU6 = pointwise("ReLU6", "relu6", "`min(max(x, 0), 6)`.")
SELU = pointwise("SELU", "selu", "`λ x` where x > 0, else `λ α (eˣ − 1)`. Klambauer et al., 2017.")
Sigmoid = pointwise("Sigmoid", "sigmoid", "`1 / (1 + e⁻ˣ)`.")
LogSigmoid = pointwise("LogSigmoid", "log_sigmoid", "`−log(1 + e⁻ˣ)`.")
Tanh = pointwise("Tanh", "tanh", "`tanh x`.")
Tanhshrink = pointwise("Tanhshrink", "tanhshrink", "`x − tanh x`.")
Softsign = pointwise("Softsign", "softsign", "`x / (1 + |x|)`.")
SiLU = pointwise("SiLU", "silu", "`x σ(x)`.")
Mish = pointwise("Mish", "mish", "`x tanh(log(1 + eˣ))`.")
Hardsigmoid = pointwise("Hardsigmoid", "hardsigmoid", "`min(max(x + 3, 0), 6) / 6`.")
Hardswish = pointwise("Hardswish", "hardswish", "`x min(max(x + 3, 0), 6) / 6`.")


@dataclass(frozen=True, eq=False, repr=False)
class Identity(Described):
    """`Y = X`."""

    def output_shape(self, shape):
        return tuple(shape)

    def equations(self, x, parameters, mode):
        return elementwise("positive", x)


@dataclass(frozen=True, eq=False, repr=False)
class LeakyReLU(Pointwise):
    """`x` where x > 0, else `a x`."""

    negative_slope: float = 0.01
    function = "leaky_relu"

    def arguments(self):
        return (self.negative_slope,)


@dataclass(frozen=True, eq=False, repr=False)
class ELU(Pointwise):
    """`x` where x > 0, else `α (eˣ − 1)`."""

    alpha: float = 1.0
    function = "elu"

    def arguments(self):
        return (self.alpha,)


@dataclass(frozen=True, eq=False, repr=False)
class CELU(ELU):
    """`x` where x > 0, else `α (e^{x/α} − 1)`."""

    function = "celu"


@dataclass(frozen=True, eq=False, repr=False)
class GELU(Described):
    """`x Φ(x)`; with `approximate="tanh"`, `x σ(√(8/π) (x + 0.044715 x³))`."""

    approximate: str = "none"

    def __post_init__(self):
        if self.approximate not in ("none", "tanh"):
            raise OptionError(f"GELU: approximate={self.approximate!r}", hint='"none" or "tanh"')

    def output_shape(self, shape):
        return tuple(shape)

    def equations(self, x, parameters, mode):
        return elementwise("gelu" if self.approximate == "none" else "gelu_tanh", x)


@dataclass(frozen=True, eq=False, repr=False)
class Softplus(Described):
    """`log(1 + e^{βx}) / β`. It is never cut to x: PyTorch does so where βx > 20, a difference of 2·10⁻⁹."""

    beta: float = 1.0

    def output_shape(self, shape):
        return tuple(shape)

    def equations(self, x, parameters, mode):
        if self.beta == 1:
            return elementwise("softplus", x)
        return elementwise("divide", elementwise("softplus", elementwise("multiply", x, self.beta)), self.beta)


@dataclass(frozen=True, eq=False, repr=False)
class Hardtanh(Pointwise):
    """`min(max(x, lo), hi)`. Its slope at the borders is 0, as PyTorch's."""

    min_val: float = -1.0
    max_val: float = 1.0

    def __post_init__(self):
        if not self.min_val < self.max_val:
            raise OptionError(f"Hardtanh: min_val={self.min_val!r} is not below max_val={self.max_val!r}")

    def equations(self, x, parameters, mode):
        """By `hardtanh` itself, stretched: `clip` has the slope 1 at its borders."""
        half, middle = (self.max_val - self.min_val) / 2, (self.max_val + self.min_val) / 2
        if (half, middle) == (1, 0):
            return elementwise("hardtanh", x)
        inner = elementwise("hardtanh", elementwise("divide", elementwise("subtract", x, middle), half))
        return elementwise("add", elementwise("multiply", inner, half), middle)


@dataclass(frozen=True, eq=False, repr=False)
class PReLU(Described):
    """`x` where x > 0, else `a[c] x` with a learnt slope, one for all or one for each channel. He et al., 2015."""

    num_parameters: int = 1
    init_value: float = 0.25

    def __post_init__(self):
        self._set(num_parameters=count("PReLU", "num_parameters", self.num_parameters))

    def parameters(self):
        return {"weight": (self.num_parameters,)}

    def initial(self, rng):
        return {"weight": np.full(self.num_parameters, self.init_value)}

    def output_shape(self, shape):
        if self.num_parameters not in (1, *shape[:1]):
            raise ShapeError(
                f"{self}: a sample of shape {shape_text(shape)} is given, {self.num_parameters} channels are expected"
            )
        return tuple(shape)

    def equations(self, x, parameters, mode):
        slope = parameters["weight"]
        if self.num_parameters > 1 and x.ndim > 2:
            slope = expand_dims(slope, tuple(range(1, x.ndim - 1)))
        return elementwise("leaky_relu", x, slope)


@dataclass(frozen=True, eq=False, repr=False)
class Softmax(Described):
    """`Y[…,i] = exp(X[…,i] − log Σ_j exp X[…,j])` along the axis `dim`, which counts the batch axis."""

    dim: int = -1

    def output_shape(self, shape):
        axis_number(str(self), self.dim, (0, *shape))
        return tuple(shape)

    def equations(self, x, parameters, mode):
        return softmax(x, self.dim)


@dataclass(frozen=True, eq=False, repr=False)
class LogSoftmax(Softmax):
    """`Y[…,i] = X[…,i] − log Σ_j exp X[…,j]` along the axis `dim`, which counts the batch axis."""

    def equations(self, x, parameters, mode):
        return log_softmax(x, self.dim)
