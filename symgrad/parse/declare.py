"""Declarations, `"W[m,n] x[n] a b[]"`, and definitions in text, `define("y[i] = sum[k] W[i,k]*x[k]")`."""

from __future__ import annotations

from collections.abc import Mapping

from ..errors import LimitError, OptionError, ParseError
from ..expr.tensors import Tensor, input_tensor
from .faults import Fault, answered
from .limits import EQUATIONS, RANK
from .maps import size
from .names import RESERVED, Names, sizes_given
from .program import parse_program
from .reader import read
from .syntax import Declaration


def declare(text: str, **sizes) -> dict[str, Tensor]:
    """Inputs by name, in order; a size is an integer, a name, or an expression of them. `sizes` are numbers for names.

    >>> {name: t.shape for name, t in declare("W[m,n] x[2*n] a b[]").items()}
    {'W': (m, n), 'x': (2*n,), 'a': (), 'b': ()}
    """
    with answered(text):
        names = Names(sizes=sizes_given(sizes))
        found: dict[str, Tensor] = {}
        for d in read(text, "declarations"):
            if d.name in found:
                raise Fault(ParseError, f"{d.name} is declared twice", d.at)
            found[d.name] = _declared(d, names)
            if len(found) > EQUATIONS:
                raise Fault(LimitError, f"more than {EQUATIONS} tensors", d.at)
        return found


def _declared(d: Declaration, names: Names) -> Tensor:
    if d.name in RESERVED:
        raise Fault(ParseError, f"{d.name} has a meaning of its own", d.at, "choose another name")
    if len(d.sizes) > RANK:
        raise Fault(LimitError, f"more than {RANK} axes", d.at)
    return input_tensor(d.name, [size(n, names) for n in d.sizes])


def tensors(text: str) -> Tensor | tuple[Tensor, ...]:
    """The declared inputs: one tensor for one name, a tuple for several.

    >>> W, x = tensors("W[m,n] x[n]"); W.shape, tensors("a").shape
    ((m, n), ())
    """
    found = tuple(declare(text).values())
    if not found:
        raise ParseError("no tensor is declared", hint='for example "W[m,n] x[n]"')
    return found[0] if len(found) == 1 else found


def define(text: str, *given: Tensor | str | Mapping[str, Tensor], **sizes: int) -> Tensor:
    """The tensor that an equation, or the main one of a program, defines.

    `given` are the tensors that it may use, or declarations of them; in index notation others are declared by use.
    `sizes` are numbers for sizes, strides and paddings.

    >>> define("y[i] = sum[k] W[i,k]*x[k]").shape
    (I,)
    >>> define("Y[i] = sum[p] X[s*i+p-P]*K[p]", "X[32] K[5]", s=1, P=0).shape
    (28,)
    """
    known: dict[str, Tensor] = {}
    for g in given:
        known.update(_given(g, sizes))
    return next(iter(parse_program(text, known, implicit=True, **sizes).values()))


def _given(g, sizes):
    if isinstance(g, Tensor):
        return {g.display: g}
    if isinstance(g, str):
        return declare(g, **sizes)
    if isinstance(g, Mapping):
        return g
    raise OptionError(f"tensors or their declarations are expected, not {type(g).__name__}")
