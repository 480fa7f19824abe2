"""Convolutions (cross-correlations, as in PyTorch) over one, two or three axes, and their transpose."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ..errors import OptionError, ShapeError
from ..expr.joining import pad
from ..expr.shaping import reshape, unflatten
from ..expr.tensors import Tensor
from .described import Described
from .equation import count, equation, per_axis
from .initial import weight_and_bias
from .windows import TAP, Window, cells, check_image, counts, places

PADDING_MODES = {"zeros": "constant", "reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""PyTorch's names, and NumPy's."""


class Kernels(Described):
    """A weight for each pair of channels and each tap, and a bias for each output channel."""

    kernel_size: Any
    out_channels: int
    bias: bool

    @property
    def weight_channels(self) -> tuple[int, int]:
        """The first two axes of the weight."""
        raise NotImplementedError

    def parameters(self):
        weight = {"weight": (*self.weight_channels, *self.kernel_size)}
        return {**weight, "bias": (self.out_channels,)} if self.bias else weight

    def initial(self, rng):
        return weight_and_bias(rng, self.parameters())


@dataclass(frozen=True, eq=False, repr=False)
class Convolution(Kernels):
    """What convolutions over any number of axes share; `axes` is that number."""

    in_channels: int
    out_channels: int
    kernel_size: Any
    stride: Any = 1
    padding: Any = 0
    dilation: Any = 1
    groups: int = 1
    bias: bool = True
    padding_mode: str = "zeros"
    axes = 2

    def __post_init__(self):
        name = type(self).__name__
        self._set(kernel_size=per_axis(name, "kernel_size", self.kernel_size, self.axes))
        self._set(stride=per_axis(name, "stride", self.stride, self.axes))
        self._set(dilation=per_axis(name, "dilation", self.dilation, self.axes))
        self._set(padding=self._padding(name))
        check_groups(self)
        if self.padding_mode not in PADDING_MODES:
            raise OptionError(f"{name}: padding_mode={self.padding_mode!r}", hint=f"one of {', '.join(PADDING_MODES)}")

    def _padding(self, name):
        if self.padding not in ("same", "valid"):
            return per_axis(name, "padding", self.padding, self.axes, least=0)
        if self.padding == "same" and set(self.stride) != {1}:
            raise OptionError(f"{name}: padding='same' is for stride 1, stride={self.stride} is given")
        return self.padding if self.padding == "same" else (0,) * self.axes

    @property
    def windows(self) -> tuple[Window, ...]:
        """The windows along each axis. "same" pads d(K−1) rows in all, the odd one behind."""
        rows = zip(self.kernel_size, self.stride, self.dilation, strict=True)
        if self.padding == "same":
            return tuple(Window(k, s, d * (k - 1) // 2, d, d * (k - 1) - d * (k - 1) // 2) for k, s, d in rows)
        return tuple(Window(k, s, p, d) for (k, s, d), p in zip(rows, self.padding, strict=True))

    @property
    def weight_channels(self) -> tuple[int, int]:
        return self.out_channels, self.in_channels // self.groups

    def output_shape(self, shape):
        check_image(self, shape, self.axes, self.in_channels)
        return (self.out_channels, *counts(self, self.windows, shape))

    def equations(self, x, parameters, mode):
        _, *size = self.output_shape(self.sample(x))
        windows = self.windows
        if self.padding_mode != "zeros":
            widths = [(w.padding, w.padding if w.end is None else w.end) for w in windows]
            x = pad(x, ((0, 0), (0, 0), *widths), PADDING_MODES[self.padding_mode])
            windows = tuple(w._replace(padding=0, end=0) for w in windows)
        return convolve(x, parameters["weight"], parameters.get("bias"), windows, tuple(size), self.groups)


def check_groups(layer: Any) -> None:
    """Channels are whole numbers, and divide into the groups."""
    name = type(layer).__name__
    for option in ("in_channels", "out_channels", "groups"):
        count(name, option, getattr(layer, option))
    if layer.in_channels % layer.groups or layer.out_channels % layer.groups:
        raise OptionError(
            f"{name}: groups={layer.groups} does not divide in_channels={layer.in_channels} and "
            f"out_channels={layer.out_channels}"
        )


def convolve(x: Tensor, w: Tensor, b: Tensor | None, windows, size, groups=1) -> Tensor:
    """`Y[n,k,i,j] = Σ_{c,p,q} X[n,c,s·i+d·p−P,s·j+d·q−P] K[k,c,p,q] + b[k]`; of groups, each of its channels alone."""
    if groups == 1:
        return windowed(x, w, b, windows, size, "")
    b = None if b is None else reshape(b, (groups, -1))
    y = windowed(unflatten(x, 1, (groups, -1)), unflatten(w, 0, (groups, -1)), b, windows, size, "g,")
    return reshape(y, (y.shape[0], y.shape[1] * y.shape[2], *y.shape[3:]))


def windowed(x: Tensor, w: Tensor, b: Tensor | None, windows, size, group: str) -> Tensor:
    """The equation of a convolution, with the index `group` ("g," or nothing) on each operand."""
    taps = ",".join(TAP[: len(windows)])
    bias = "" if b is None else f" + b[{group}k]"
    terms = f"sum[c,{taps}] X[n,{group}c,{places(windows)}]*K[{group}k,c,{taps}]"
    text = f"Y[n,{group}k,{cells(size)}] = {terms}{bias}"
    return equation(text, X=x, K=w, **({} if b is None else {"b": b}))


@dataclass(frozen=True, eq=False, repr=False)
class Conv1d(Convolution):
    """`Y[n,k,i] = Σ_{c,p} X[n,c,s·i+d·p−P] K[k,c,p] + b[k]`.    X: (N,C,L)   K: (K,C/g,P)   Y: (N,K,L')

    L' = ⌊(L + 2P − d(P−1) − 1)/s⌋ + 1; rows outside are 0. With groups, the channels of a group see its own alone.
    """

    axes = 1


@dataclass(frozen=True, eq=False, repr=False)
class Conv2d(Convolution):
    """`Y[n,k,i,j] = Σ_{c,p,q} X[n,c,s·i+d·p−P,s·j+d·q−P] K[k,c,p,q] + b[k]`.    X: (N,C,H,W)   K: (K,C/g,R,S)

    H' = ⌊(H + 2P − d(R−1) − 1)/s⌋ + 1; rows outside are 0. With groups, the channels of a group see its own alone:
    `Y[n,g,k,i,j] = Σ_{c,p,q} X[n,g,c,…] K[g,k,c,p,q] + b[g,k]`.

    >>> Conv2d(1, 6, 5, padding=2).output_shape((1, 28, 28)), Conv2d(1, 6, 5).parameter_count()
    ((6, 28, 28), 156)
    >>> Conv2d(1, 6, 5).output_shape((3, 28, 28))
    Traceback (most recent call last):
    symgrad.errors.ShapeError: Conv2d(1, 6, (5, 5)): a sample of shape (3, 28, 28) is given, (1, height, width) is ...
    """


@dataclass(frozen=True, eq=False, repr=False)
class Conv3d(Convolution):
    """`Y[n,k,i,j,l] = Σ_{c,p,q,r} X[n,c,s·i+d·p−P,…] K[k,c,p,q,r] + b[k]`.    X: (N,C,D,H,W)   K: (K,C/g,P,Q,R)"""

    axes = 3


@dataclass(frozen=True, eq=False, repr=False)
class ConvTranspose2d(Kernels):
    """The transpose of a convolution: `⟨Y − b, Z⟩ = ⟨X, conv(Z, K)⟩` for all Z.    K: (C,K/g,R,S)

    `Y[n,k,u,v] = Σ_{c,i,p,j,q} [u = s·i+d·p−P] [v = s·j+d·q−P] X[n,c,i,j] K[c,k,p,q] + b[k]`, with groups an index g on
    each. H' = (H − 1)s − 2P + d(R − 1) + output_padding + 1.

    >>> ConvTranspose2d(16, 8, 4, stride=2, padding=1).output_shape((16, 7, 7))
    (8, 14, 14)
    """

    in_channels: int
    out_channels: int
    kernel_size: Any
    stride: Any = 1
    padding: Any = 0
    output_padding: Any = 0
    groups: int = 1
    bias: bool = True
    dilation: Any = 1
    padding_mode: str = "zeros"
    axes = 2

    def __post_init__(self):
        name = type(self).__name__
        if self.padding_mode != "zeros":
            raise OptionError(f"{name}: padding_mode={self.padding_mode!r}", hint='only "zeros", as in PyTorch')
        for option, least in {"kernel_size": 1, "stride": 1, "padding": 0, "output_padding": 0, "dilation": 1}.items():
            self._set(**{option: per_axis(name, option, getattr(self, option), self.axes, least)})
        check_groups(self)
        if any(o >= max(s, d) for o, s, d in zip(self.output_padding, self.stride, self.dilation, strict=True)):
            raise OptionError(
                f"{name}: output_padding={self.output_padding} is not smaller than stride={self.stride} or "
                f"dilation={self.dilation}"
            )

    @property
    def windows(self) -> tuple[Window, ...]:
        rows = zip(self.kernel_size, self.stride, self.padding, self.dilation, strict=True)
        return tuple(Window(*row) for row in rows)

    @property
    def weight_channels(self) -> tuple[int, int]:
        return self.in_channels, self.out_channels // self.groups

    def output_shape(self, shape):
        check_image(self, shape, self.axes, self.in_channels)
        rows = zip(shape[1:], self.windows, self.output_padding, strict=True)
        found = tuple((n - 1) * w.stride - 2 * w.padding + w.reach + o for n, w, o in rows)
        if min(found) < 1:
            raise ShapeError(f"{self}: a sample of shape {shape} gives {found}, the padding cuts everything away")
        return (self.out_channels, *found)

    def equations(self, x, parameters, mode):
        _, *size = self.output_shape(self.sample(x))
        weight, bias, g = parameters["weight"], parameters.get("bias"), ""
        if self.groups > 1:
            x, weight = unflatten(x, 1, (self.groups, -1)), unflatten(weight, 0, (self.groups, -1))
            bias, g = None if bias is None else reshape(bias, (self.groups, -1)), "g,"
        y = self._spread(x, weight, bias, size, g)
        return reshape(y, (y.shape[0], y.shape[1] * y.shape[2], *size)) if g else y

    def _spread(self, x, weight, bias, size, g):
        """The equation, with the index `g` ("g," or nothing) on each operand."""
        rows = zip("uv", size, places(self.windows).split(","), strict=True)
        outs, deltas = zip(*((f"{u}<{n}", f"δ[{u},{where}]") for u, n, where in rows), strict=True)
        terms = f"sum[c,i,p,j,q] {'*'.join(deltas)}*X[n,{g}c,i,j]*K[{g}c,k,p,q]"
        text = f"Y[n,{g}k,{','.join(outs)}] = {terms}{'' if bias is None else f' + b[{g}k]'}"
        return equation(text, X=x, K=weight, **({} if bias is None else {"b": bias}))
