"""The graph of equations: a networkx DiGraph with an edge from each operand to the tensor that uses it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain, count

import networkx as nx
from sympy import Add, Mul, count_ops

from .errors import UnknownNameError
from .expr.derivatives import names_in
from .expr.evaluate import order
from .expr.nodes import Binder, Entry, Inside
from .expr.substitute import instantiate
from .expr.tensors import Tensor, apply, from_expression

INLINE_OPS = 40
"""An unnamed node is inlined only while the equation that results has at most this many operations."""


def build(outputs: Iterable[Tensor]) -> nx.DiGraph:
    """The graph of everything the outputs need; an edge carries `places`, the operand places it fills.

    >>> from symgrad.expr.tensors import input_tensor, from_expression
    >>> x = input_tensor("x", ()); f = from_expression((), Entry(x.ref)**2)
    >>> g = build([f]); [(a.name, d["places"]) for a, b, d in g.edges(data=True)]
    [('x', [0])]
    """
    g = nx.DiGraph()
    for t in order(tuple(outputs)):
        g.add_node(t)
        for place, operand in enumerate(t.operands):
            if g.has_edge(operand, t):
                g.edges[operand, t]["places"].append(place)
            else:
                g.add_edge(operand, t, places=[place])
    return g


def unused_name(candidates: Sequence[str], nodes: Iterable[Tensor]) -> str:
    """The first of the candidates, else of the numbered ones, that stands nowhere where the nodes are printed."""
    taken = set().union(*map(names_in, nodes))
    numbered = (f"{name}{k}" for k in count(1) for name in candidates)
    return next(name for name in chain(candidates, numbered) if name not in taken)


def depends(nodes: list[Tensor], wrt: Iterable[Tensor]) -> set[Tensor]:
    """The nodes (in order, operands first) that depend on one of `wrt`, those included."""
    found = set(wrt)
    for t in nodes:
        if not found.isdisjoint(t.operands):
            found.add(t)
    return found


def named(nodes: Iterable[Tensor]) -> dict[str, Tensor]:
    """The tensors that have names; an intermediate hides an input that it merely renames."""
    return {t.name: t for t in nodes if t.name}


def find(name: str, nodes: Iterable[Tensor]) -> Tensor:
    """The tensor of that name among the nodes, or an error that names the nearest."""
    table = named(nodes)
    if name in table:
        return table[name]
    raise UnknownNameError(f"no tensor is named {name!r}", hint=f"there are: {', '.join(sorted(table)) or 'none'}")


def inlined(outputs: Iterable[Tensor], keep: Iterable[Tensor] = ()) -> dict[Tensor, Tensor]:
    """Each node's reading form: unnamed elementwise operands written into the equations that use them.

    An index map alone (a transpose, a slice) is always written in, another unnamed node where it is used once (if it is
    a reduction, only as a term of a sum). What is named, kept or an output stays; a node that stays gets a name.
    """
    nodes = order(tuple(outputs))
    keep = set(keep) | set(outputs)
    users = build(nodes)
    taken = {t.name for t in nodes if t.name}
    reading: dict[Tensor, Tensor] = {}
    written: dict[Tensor, tuple] = {}
    for t in nodes:
        if t.is_input:
            reading[t] = t
            continue
        free, body = _written(t, reading, written)
        if _inlines(t, body, users, keep):
            written[t] = free, body
        else:
            reading[t] = _read(t, free, body, reading, taken)
    return reading


def _read(t, free, body, reading, taken):
    """t over its operands as they read. An operand at two places becomes one place of an equation without a label."""
    once = len({reading.get(o) for o in t.operands}) == len(t.operands)
    label = t.template.label if once else ""
    if once and all(o is reading.get(o) for o in t.operands) and (t.name or label):
        return t
    if label and not t.name:  # its operands stay, and in their order: it prints as softmax(t)
        return apply(t.template, tuple(reading[o] for o in t.operands), t.binding)
    return from_expression(free, body, name=t.name or _fresh_name(taken), label=label)


def _written(t, reading, written):
    free, body = t.equation
    for e in sorted(body.atoms(Entry), key=str):
        o = e.base.tensor
        if o in written:
            inner, meaning = written[o]
            body = body.xreplace({e: _inside(o, e) * instantiate(inner, meaning, e.where)})
        elif o in reading and reading[o] is not o:
            body = body.xreplace({e: Entry(reading[o].ref, *e.where)})
    return free, body


def _inside(o, e):
    return Mul(*(Inside(w, n) for w, n in zip(e.where, o.shape, strict=True)))


def _inlines(t, body, users, keep):
    """Whether t is written into the equations that use it."""
    if t.name or t in keep or t.template.label:
        return False
    consumers = list(users.successors(t))
    if any(c.template.label and not c.name for c in consumers):
        return False  # it prints as softmax(t)
    if isinstance(body, Entry):
        return True
    if len(consumers) != 1 or count_ops(body) > INLINE_OPS:
        return False
    user = consumers[0].equation[1]
    uses = [e for e in user.atoms(Entry) if e.base == t.ref]
    return len(uses) == 1 and (not body.has(Binder) or _adds(user, uses[0]))


def _adds(body, entry):
    """Whether the entry is a term of the body: reductions are written into sums only, `Σ_j W[i,j] x[j] + b[i]`."""
    return any(term.as_coeff_Mul()[1] == entry for term in Add.make_args(body))


def _fresh_name(taken):
    k = 1
    while f"t{k}" in taken:
        k += 1
    taken.add(f"t{k}")
    return f"t{k}"
