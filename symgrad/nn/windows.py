"""Windows: which input rows an output row reads, and how many windows there are."""

from __future__ import annotations

from typing import NamedTuple

from ..errors import ShapeError
from ..expr.tensors import shape_text

OUT, TAP = "ijl", "pqr"
"""Letters of the output's and the window's axes."""


class Window(NamedTuple):
    """Windows along one axis: window i reads rows `stride·i + dilation·p − padding`; rows outside are 0 or left out."""

    size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1
    end: int | None = None
    """Padding behind the last row where it differs."""
    ceil: bool = False
    """Whether a last window that overhangs counts, if it begins inside."""

    @property
    def reach(self) -> int:
        """Rows from the first that is read to the last."""
        return self.dilation * (self.size - 1) + 1

    def count(self, n: int) -> int:
        """How many windows an axis of n rows has: `⌊(n + 2P − d(K−1) − 1)/s⌋ + 1`, or rounded up.

        >>> Window(5, padding=2).count(28), Window(3, 2).count(6), Window(3, 2, ceil=True).count(6)
        (28, 2, 3)
        """
        behind = self.padding if self.end is None else self.end
        free = n + self.padding + behind - self.reach
        if free < 0:
            return 0
        if not self.ceil:
            return free // self.stride + 1
        found = -(-free // self.stride) + 1
        return found - ((found - 1) * self.stride >= n + self.padding)

    def place(self, out: str, tap: str) -> str:
        """The row that is read, in index notation.

        >>> Window(3, 2, 1).place("i", "p"), Window(3, dilation=2).place("i", "p")
        ('2*i+p-1', 'i+2*p')
        """
        first = out if self.stride == 1 else f"{self.stride}*{out}"
        second = tap if self.dilation == 1 else f"{self.dilation}*{tap}"
        return f"{first}+{second}" + (f"{-self.padding:+}" if self.padding else "")


def places(windows: tuple[Window, ...]) -> str:
    """`2*i+p-1,2*j+q-1`."""
    return ",".join(w.place(o, t) for w, o, t in zip(windows, OUT, TAP, strict=False))


def cells(sizes: tuple[int, ...]) -> str:
    """`i<14,j<14`."""
    return ",".join(f"{o}<{n}" for o, n in zip(OUT, sizes, strict=False))


def counts(layer, windows: tuple[Window, ...], shape: tuple[int, ...]) -> tuple[int, ...]:
    """The spatial part of the output's shape; `shape` is that of the input sample, channels first."""
    found = tuple(w.count(n) for w, n in zip(windows, shape[1:], strict=True))
    for axis, (w, m, n) in enumerate(zip(windows, found, shape[1:], strict=True)):
        if m < 1:
            behind = w.padding if w.end is None else w.end
            raise ShapeError(
                f"{layer}: no window fits a sample of shape {shape_text(shape)}: a window spans {w.reach} along axis "
                f"{axis + 1}, which has {n + w.padding + behind} with its padding"
            )
    return found


def check_image(layer, shape: tuple[int, ...], axes: int, channels: int | None = None) -> None:
    """A sample of shape (channels, height, width), or with as many spatial axes as there are."""
    names = ("channels", *(("length",), ("height", "width"), ("depth", "height", "width"))[axes - 1])
    if len(shape) != axes + 1 or channels not in (None, shape[0]):
        wanted = ", ".join((str(channels) if channels else "channels", *names[1:]))
        raise ShapeError(f"{layer}: a sample of shape {shape_text(shape)} is given, ({wanted}) is expected")
