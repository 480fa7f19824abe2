"""Values by name: numbers in, a number or an array out; a name that means nothing is refused."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from difflib import get_close_matches

from sympy import Symbol

from ..errors import UnknownNameError
from ..expr.evaluate import FLOAT, Array, Space, evaluate, order
from ..expr.indices import Index
from ..expr.tensors import Tensor
from ..extras import numbers


def values_of(tensors: Sequence[Tensor], values: Mapping, *also: Tensor, space: Space = FLOAT) -> list:
    """The values of tensors at values of the inputs, by name; `also` is what they were derived from.

    A gradient may not need an input of `also` any more, but its size: the gradient of Σ x is 1 for each entry of x.

    >>> from symgrad.expr.reductions import sum_
    >>> from symgrad.expr.tensors import input_tensor
    >>> x = input_tensor("x", (3,)); values_of([sum_(x)], {"x": [1, 2, 3.5]})
    [6.5]
    """
    return [plain(a) for a in arrays_of(tensors, values, *also, space=space)]


def arrays_of(tensors: Sequence[Tensor], values: Mapping, *also: Tensor, space: Space = FLOAT) -> list[Array]:
    """The same as flat lists with a shape."""
    nodes = order([*tensors, *also])
    check_names(nodes, values)
    given = [t for t in nodes if t.is_input and t.name in values]
    return evaluate([*tensors, *given], values, space)[: len(tensors)]


def plain(a: Array):
    """A number, or an array of NumPy."""
    return numbers(a.nested(), a.shape)


def check_names(nodes: Iterable[Tensor], values: Mapping) -> None:
    """Every name is that of an input or of a size."""
    nodes = list(nodes)
    inputs = [t.display for t in nodes if t.is_input]
    known = {*inputs, *sizes(nodes)}
    for name in values:
        if name in known:
            continue
        if name in {t.name for t in nodes}:
            raise UnknownNameError(f"{name} is computed, it takes no value", hint=f"inputs: {', '.join(inputs)}")
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are: {', '.join(sorted(known)) or 'none'}"
        raise UnknownNameError(f"nothing is named {name!r}", hint=hint)


def sizes(nodes: Iterable[Tensor]) -> set[str]:
    """The names of symbolic sizes, strides and paddings."""
    found = {s for t in nodes for n in (*t.shape, *t.binding) for s in n.free_symbols}
    return {s.name for s in found if isinstance(s, Symbol) and not isinstance(s, Index)}
