"""equation: a tensor from one line of index notation, and how numbers for each axis are given."""

from __future__ import annotations

from typing import Any

from ..errors import OptionError
from ..expr.axes import build
from ..expr.nodes import Slot
from ..expr.tensors import Tensor, input_tensor
from ..parse.program import parse_program


def equation(text: str, **operands: Tensor) -> Tensor:
    """The tensor that a line of index notation defines; it names its operands as it likes.

    Read once for operands of equal shapes, whatever their names.

    >>> from symgrad.expr.tensors import input_tensor
    >>> a = input_tensor("a", (4,)); equation("y[i] = sum[k<3] x[i+k]", x=a).equation
    ((i,), Reduce(sum, a[i + k], 1, (k,)))
    """
    return build(_read, tuple(operands.values()), text, tuple(operands))


def _read(shapes, text, letters):
    given = {name: input_tensor(name, shape) for name, shape in zip(letters, shapes, strict=True)}
    found = next(iter(parse_program(text, given).values()))
    free, body = found.equation
    return free, body.xreplace({t.ref: Slot(k) for k, t in enumerate(given.values())})


def per_axis(layer: str, name: str, value: Any, axes: int, least: int = 1) -> tuple[int, ...]:
    """One integer for each axis: of one number, or of as many as there are axes.

    >>> per_axis("Conv2d", "stride", 2, 2), per_axis("Conv2d", "padding", (0, 1), 2, least=0)
    ((2, 2), (0, 1))
    """
    given = tuple(value) if isinstance(value, (tuple, list)) else (value,) * axes
    if len(given) != axes or not all(is_whole(n) and n >= least for n in given):
        many = f"an integer >= {least}" + (f" or {axes} of them" if axes > 1 else "")
        raise OptionError(f"{layer}: {name}={value!r} is not {many}")
    return tuple(int(n) for n in given)


def count(layer: str, name: str, value: Any, least: int = 1) -> int:
    """A whole number that is at least `least`."""
    if not is_whole(value) or value < least:
        raise OptionError(f"{layer}: {name}={value!r} is not an integer >= {least}")
    return int(value)


def is_whole(value: Any) -> bool:
    """
    >>> is_whole(3), is_whole(3.0), is_whole(True)
    (True, False, False)
    """
    return hasattr(value, "__index__") and not isinstance(value, bool)
