"""Constants: which numbers and arrays may stand beside a tensor, and tensors that have no operand (zeros, eye, …)."""

from __future__ import annotations

from functools import lru_cache

from sympy import Add, Expr, Integer, Mul, Symbol

from ..errors import LimitError, OptionError, ShapeError
from .axes import build, running
from .evaluate import array
from .indices import expression, param
from .nodes import Equal
from .tensors import Tensor, shape_text

LIMIT = 64
"""An array of constants is written entry by entry; it may have this many that are not zero."""


def operand(value) -> Tensor | Expr | None:
    """What stands beside a tensor in an operation: a tensor, an exact scalar, or None where `value` is neither.

    >>> operand(0.5), operand([1, 2]).shape, operand("two")
    (1/2, (2,), None)
    """
    if isinstance(value, Tensor):
        return value
    if isinstance(value, Expr):
        return _known(value)
    if isinstance(value, (list, tuple)) or (hasattr(value, "tolist") and hasattr(value, "shape")):
        return _array(value)
    return _number(value)


def tensor(value, operation: str = "tensor") -> Tensor:
    """The same as a tensor; a number becomes one without axes."""
    found = operand(value)
    if found is None:
        raise OptionError(f"{operation}: {value!r} is not a tensor, a number or an array of numbers")
    return found if isinstance(found, Tensor) else build(_filled, (), (), found)


def full(shape, value) -> Tensor:
    """`C[i, …] = value`."""
    return build(_filled, (), sizes("full", shape), tensor_free(value, "full"))


def zeros(shape) -> Tensor:
    """`C[i, …] = 0`."""
    return full(shape, 0)


def ones(shape) -> Tensor:
    """`C[i, …] = 1`."""
    return full(shape, 1)


def full_like(t: Tensor, fill_value) -> Tensor:
    """`C[i, …] = value`, of the shape of t."""
    return full(t.shape, fill_value)


def zeros_like(t: Tensor) -> Tensor:
    """`C[i, …] = 0`, of the shape of t."""
    return full(t.shape, 0)


def ones_like(t: Tensor) -> Tensor:
    """`C[i, …] = 1`, of the shape of t."""
    return full(t.shape, 1)


def eye(N, M=None, k: int = 0) -> Tensor:
    """`I[i,j] = [j = i + k]`.

    >>> eye(3).template
    Template([i, j] = Equal(j, i))
    """
    return build(_eye, (), *sizes("eye", (N, N if M is None else M)), int(k))


def sizes(operation: str, shape) -> tuple[Expr, ...]:
    """A shape as given by a user: one size or several, integers or symbols."""
    shape = tuple(shape) if isinstance(shape, (tuple, list)) else (shape,)
    return tuple(_size(operation, n, shape) for n in shape)


def _size(operation, n, shape):
    whole = isinstance(n, Expr) or (hasattr(n, "__index__") and not isinstance(n, bool))
    if not whole or expression(n).is_integer is False or expression(n).is_negative:
        raise ShapeError(
            f"{operation}: {n!r} in shape {shape_text(shape)} is not a size", hint="a size is an integer >= 0"
        )
    return expression(n)


def tensor_free(value, operation: str) -> Expr:
    """A scalar that may stand in a template."""
    found = operand(value)
    if not isinstance(found, Expr):
        raise OptionError(f"{operation}: a number is expected, not {value!r}")
    return found


def _known(value: Expr):
    for s in value.atoms(Symbol):
        if s is not param(s.name) and s != param(s.name):
            raise OptionError(
                f"the symbol {s} has no value",
                hint=f'as a quantity, make it a tensor without axes; as a size, write param("{s.name}")',
            )
    if value.is_finite is False or value.is_real is False:
        raise OptionError(f"{value} is not a real number")
    return value


def _number(value):
    return _decimal(value) if type(value) is float else _exactly(value)


def _exactly(value):
    try:
        return Integer(value) if isinstance(value, bool) else expression(value)
    except ValueError as error:
        raise OptionError(str(error), hint="to mask, use a large number, as in np.where(mask, z, -1e9)") from None
    except TypeError:
        return None


_decimal = lru_cache(maxsize=10_000)(_exactly)


def _array(value):
    entries = array(value)
    numbers = tuple(map(_number, entries.data))
    if any(not isinstance(v, Expr) for v in numbers):
        return None
    if not entries.shape:
        return numbers[0]
    return build(_constant, (), tuple(map(Integer, entries.shape)), numbers)


def _filled(shapes, shape, value):
    return running(shape), value


def _eye(shapes, n, m, k):
    i, j = running((n, m))
    return (i, j), Equal(j, i + k)


def _constant(shapes, shape, numbers):
    """`C[i,j] = Σ_{a,b} c_ab [i = a] [j = b]`, the sum written out."""
    free = running(shape)
    if len(set(numbers)) <= 1:
        return free, numbers[0] if numbers else Integer(0)
    if sum(v != 0 for v in numbers) > LIMIT:
        raise LimitError(
            f"an array of shape {shape_text(shape)} has too many entries for an equation, at most {LIMIT}",
            hint="make it an input and give its values where you evaluate",
        )
    return free, Add(*(v * _at(free, position) for position, v in enumerate(numbers) if v != 0))


def _at(free, position):
    """`[i = a] [j = b]` of the entry at a position in row-major order."""
    brackets = []
    for i in reversed(free):
        position, place = divmod(position, int(i.size))
        if i.size != 1:
            brackets.append(Equal(i, place))
    return Mul(*reversed(brackets))
