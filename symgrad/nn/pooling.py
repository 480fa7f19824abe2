"""Pooling: the maximum, minimum, mean or norm of each window."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import Any

from sympy import Rational

from ..errors import OptionError
from ..expr.axes import build
from ..expr.indices import Index, expression
from ..expr.nodes import Inside, total
from ..expr.operations import elementwise
from ..expr.shaping import expand_dims
from ..expr.tensors import Tensor
from .described import Described, named_options
from .equation import equation, per_axis
from .windows import TAP, Window, cells, check_image, counts, places


class Pool(Described):
    """What pools over any number of axes share; `axes` is that number."""

    kernel_size: Any
    stride: Any
    padding: Any = 0
    dilation: Any = 1
    ceil_mode: bool = False
    axes = 2

    def __post_init__(self):
        name = type(self).__name__
        stride = self.kernel_size if self.stride is None else self.stride
        self._set(kernel_size=per_axis(name, "kernel_size", self.kernel_size, self.axes))
        self._set(stride=per_axis(name, "stride", stride, self.axes))
        for option, least in {"padding": 0, "dilation": 1}.items():
            if option in named_options(self):
                self._set(**{option: per_axis(name, option, getattr(self, option), self.axes, least)})
        if any(2 * w.padding > w.size for w in self.windows):
            raise OptionError(
                f"{name}: padding={self.padding} is more than half of kernel_size={self.kernel_size}",
                hint="a window would see nothing but padding",
            )

    def _shown(self):
        same = self.stride == self.kernel_size
        return (text for text in super()._shown() if not (same and text.startswith("stride=")))

    @property
    def windows(self) -> tuple[Window, ...]:
        """The windows along each axis."""
        padding, dilation = (v if isinstance(v, tuple) else (v,) * self.axes for v in (self.padding, self.dilation))
        rows = zip(self.kernel_size, self.stride, padding, dilation, strict=True)
        return tuple(Window(*row, ceil=self.ceil_mode) for row in rows)

    def output_shape(self, shape):
        check_image(self, shape, self.axes)
        return (shape[0], *counts(self, self.windows, shape))

    def reduced(self, op: str, x: Tensor) -> Tensor:
        """`Y[n,c,i,j] = op_{p,q} X[n,c,s·i+d·p−P,…]`."""
        _, *size = self.output_shape(self.sample(x))
        taps = ",".join(f"{t}<{w.size}" for t, w in zip(TAP, self.windows, strict=False))
        return equation(f"Y[n,c,{cells(tuple(size))}] = {op}[{taps}] X[n,c,{places(self.windows)}]", X=x)


def no_indices(layer) -> None:
    """Refuses `return_indices`."""
    if layer.return_indices:
        raise OptionError(f"{type(layer).__name__}: return_indices=True; a layer gives values alone")


@dataclass(frozen=True, eq=False, repr=False)
class MaxPool2d(Pool):
    """`Y[n,c,i,j] = max_{p,q} X[n,c,s·i+d·p−P,s·j+d·q−P]`, over the entries inside; of equal ones the first counts.

    >>> MaxPool2d(2).output_shape((6, 28, 28)), MaxPool2d(3, 2, ceil_mode=True).output_shape((6, 28, 28))
    ((6, 14, 14), (6, 14, 14))
    """

    kernel_size: Any
    stride: Any = None
    padding: Any = 0
    dilation: Any = 1
    return_indices: bool = False
    ceil_mode: bool = False
    op = "max"

    def __post_init__(self):
        super().__post_init__()
        no_indices(self)

    def equations(self, x, parameters, mode):
        return self.reduced(self.op, x)


@dataclass(frozen=True, eq=False, repr=False)
class MaxPool1d(MaxPool2d):
    """`Y[n,c,i] = max_p X[n,c,s·i+d·p−P]`, over the entries inside; of equal ones the first counts."""

    axes = 1


@dataclass(frozen=True, eq=False, repr=False)
class MinPool2d(MaxPool2d):
    """`Y[n,c,i,j] = min_{p,q} X[n,c,s·i+d·p−P,s·j+d·q−P]`, over the entries inside; of equal ones the first counts."""

    op = "min"


@dataclass(frozen=True, eq=False, repr=False)
class AvgPool2d(Pool):
    """`Y[n,c,i,j] = (Σ_{p,q} X[n,c,s·i+p−P,s·j+q−P]) / m`, an entry of the padding 0.

    m is R·S; windows that overhang the padded image (`ceil_mode`) count their places inside it alone, and so does
    every window without `count_include_pad`, which counts those inside the image. `divisor_override` replaces m.
    """

    kernel_size: Any
    stride: Any = None
    padding: Any = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None

    def __post_init__(self):
        super().__post_init__()
        if self.divisor_override == 0:
            raise OptionError(f"{type(self).__name__}: divisor_override=0")

    def equations(self, x, parameters, mode):
        if self.divisor_override is not None:
            return elementwise("divide", self.reduced("sum", x), self.divisor_override)
        return averaged(self, x, self.count_include_pad)


def averaged(pool: Pool, x: Tensor, include_pad: bool = True) -> Tensor:
    """`(Σ X) / m`, m the number of places that a window has inside the image, or the padded image."""
    size = pool.sample(x)[1:]
    if all(_whole(w, n, include_pad) for w, n in zip(pool.windows, size, strict=True)):
        return elementwise("divide", pool.reduced("sum", x), prod(pool.kernel_size))
    y = pool.reduced("sum", x)
    for axis, (w, n) in enumerate(zip(pool.windows, size, strict=True)):
        y = elementwise("divide", y, expand_dims(inside_count(w, n, include_pad), tuple(range(1, pool.axes - axis))))
    return y


def _whole(w: Window, n: int, include_pad: bool) -> bool:
    """Whether every window has all its places inside."""
    seen = n + 2 * w.padding if include_pad else n
    first = 0 if include_pad else -w.padding
    return first >= 0 and (w.count(n) - 1) * w.stride + first + w.reach <= seen


def inside_count(w: Window, n: int, include_pad: bool) -> Tensor:
    """`m[i] = Σ_p [0 ≤ s·i + p − P < n]`, or `Σ_p [0 ≤ s·i + p < n + 2P]` where the padding counts.

    >>> from symgrad.expr.evaluate import evaluate
    >>> evaluate(inside_count(Window(2, 2, 1), 4, False), {}).nested()
    [1.0, 2.0, 1.0]
    """
    seen, first = (n + 2 * w.padding, 0) if include_pad else (n, -w.padding)
    return build(_inside_count, (), w.count(n), w.size, w.stride, w.dilation, first, seen)


def _inside_count(shapes, many, size, stride, dilation, first, seen):
    i, p = Index("i", many), Index("p", size)
    return (i,), total(Inside(stride * i + dilation * p + first, seen), p)


@dataclass(frozen=True, eq=False, repr=False)
class AvgPool1d(AvgPool2d):
    """`Y[n,c,i] = (Σ_p X[n,c,s·i+p−P]) / m`, as AvgPool2d."""

    axes = 1


@dataclass(frozen=True, eq=False, repr=False)
class LPPool2d(Pool):
    """`Y[n,c,i,j] = (Σ_{p,q} X[n,c,s·i+p,s·j+q]^t)^{1/t}`, t = `norm_type`; for an odd t no entry is negative.

    In a window that overhangs (`ceil_mode`) the sum is scaled up to the R·S places of a whole one, as PyTorch does.
    """

    norm_type: float
    kernel_size: Any
    stride: Any = None
    ceil_mode: bool = False

    def equations(self, x, parameters, mode):
        t = expression(self.norm_type)
        size = self.sample(x)[1:]
        whole = all(_whole(w, n, True) for w, n in zip(self.windows, size, strict=True))
        if whole and t == 2:
            return self.reduced("norm", x)
        y = self.reduced("sum", elementwise("power", x, t))
        if not whole:
            y = elementwise("multiply", averaged(self, elementwise("power", x, t)), prod(self.kernel_size))
        return elementwise("power", y, Rational(1) / t)

    def _shown(self):
        return (text.removeprefix("norm_type=") for text in super()._shown())
