"""Linear: the dense layer."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import ShapeError
from ..expr.tensors import Tensor, shape_text
from .described import Described
from .equation import count, equation
from .initial import weight_and_bias


@dataclass(frozen=True, eq=False, repr=False)
class Linear(Described):
    """`Y[n,k] = Σ_j X[n,j] W[k,j] + b[k]`.    X: (N, …, in)   W: (out, in)   b: (out)   Y: (N, …, out)

    Axes between the first and the last are kept, as in PyTorch.

    >>> Linear(400, 120).output_shape((400,)), Linear(400, 120).parameter_count()
    ((120,), 48120)
    """

    in_features: int
    out_features: int
    bias: bool = True

    def __post_init__(self):
        self._set(in_features=count("Linear", "in_features", self.in_features))
        self._set(out_features=count("Linear", "out_features", self.out_features))

    def parameters(self):
        weight = {"weight": (self.out_features, self.in_features)}
        return {**weight, "bias": (self.out_features,)} if self.bias else weight

    def initial(self, rng):
        return weight_and_bias(rng, self.parameters())

    def output_shape(self, shape):
        if not shape or shape[-1] != self.in_features:
            raise ShapeError(
                f"{self}: a sample of shape {shape_text(shape)} is given, its last axis should be {self.in_features}",
                hint="Flatten() before it gives a sample one axis" if len(shape) > 1 else "",
            )
        return (*shape[:-1], self.out_features)

    def equations(self, x, parameters, mode):
        return affine(x, parameters["weight"], parameters.get("bias"))


def affine(x: Tensor, w: Tensor, b: Tensor | None = None) -> Tensor:
    """`Y[n,…,k] = Σ_j X[n,…,j] W[k,j] + b[k]`."""
    axes = ",".join("nabcdefgh"[: x.ndim - 1])
    bias = {} if b is None else {"b": b}
    return equation(f"Y[{axes},k] = sum[j] X[{axes},j]*W[k,j]{' + b[k]' if bias else ''}", X=x, W=w, **bias)
