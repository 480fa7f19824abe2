"""Index expressions and conditions: whole numbers for all values of the indices at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np

from ...tex.syntax import Frac, Group, Node, Number, Product, Relation, Scripted, Sum, Symbol, Text, Tuple
from ..names.conditions import pair_of_tuples
from ..names.names import items, letters, spelled
from ..names.table import Found, Unclear
from .arrays import Array, aligned, gather
from .context import Environment, NeedsMembers
from .trial import Trial

COMPARE: dict[str, Callable] = {
    "=": np.equal,
    "≠": np.not_equal,
    "<": np.less,
    ">": np.greater,
    "≤": np.less_equal,
    "≥": np.greater_equal,
    "≯": np.less_equal,
    "≱": np.less,
    "≮": np.greater_equal,
    "≰": np.greater,
    "|": lambda divisor, number: number % divisor == 0,
}


def whole(trial: Trial, node: Node, env: Environment) -> Array:
    """The values of an index expression, such as `s i + p - P`."""
    match node:
        case Number(value=value) if value.denominator == 1:
            return Array((), np.asarray(int(value)))
        case Scripted() if (found := trial.table.find(node)) is not None and found.quantity.key in trial.table.classes:
            return _class(trial, found, env)
        case Scripted(sub=None, sup=Number(value=power)) if power.denominator == 1 and power > 0:
            base = whole(trial, node.base, env)
            return Array(base.dims, base.data ** int(power))
        case Symbol() | Scripted():
            return _letter(trial, node, env)
        case Sum():
            return _folded(
                [(whole(trial, t, env), np.subtract if sign == "-" else np.add) for sign, t in node.terms], 0
            )
        case Product():
            return _product(trial, node, env)
        case Frac(above=above, below=below) if above is not None and below is not None:
            return _quotient(trial, whole(trial, above, env), whole(trial, below, env), node)
        case Group(left="⌊", body=body) if body is not None:
            return _floor(trial, body, env)
        case Group(body=body) if body is not None and not isinstance(body, Tuple):
            return whole(trial, body, env)
    raise Unclear(f"{spelled(node)} is not an index", node)


def _class(trial, found, env):
    """`t_n`, an entry that is an index."""
    value = trial.classes(found.quantity)
    flat = value if value.rank == len(found.indices) else value.with_shape(value.shape[:-1])
    if flat.rank != len(found.indices) or found.sup is not None or found.quantity.definitions:
        raise Unclear(f"which entry of {found.quantity.key} is meant", found.quantity.symbol)
    places = [whole(trial, index, env) for index in found.indices]
    firsts = [trial.first(spelled(f)) for f in found.quantity.family] or [trial.table.start] * len(places)
    places = [Array(p.dims, p.data - first) for p, first in zip(places, firsts, strict=True)]
    if any(np.any((p.data < 0) | (p.data >= size)) for p, size in zip(places, flat.shape, strict=True)):
        raise Unclear(f"an index of {found.quantity.key} leaves its axis", found.quantity.symbol)
    return gather(flat, places)[0]


def _letter(trial, node, env):
    name = spelled(node)
    if name in env.indices:
        return env.indices[name]
    if name in env.ambient:
        return env.ambient[name]
    if name in trial.table.fixed:
        return Array((), np.asarray(trial.table.start + trial.hot(trial.table.quantities[trial.table.fixed[name]])))
    fixed = trial.table.quantities.get(name)
    if (name in trial.table.sizes and not (fixed and fixed.is_alone)) or _is_size(trial, name):
        return Array((), np.asarray(trial.named_size(name, {})))
    fixed = trial.table.get(name)
    if fixed is not None and fixed.is_alone:
        return whole(trial, fixed.definitions[0].body, Environment(depth=_deeper(env, node)))
    if name in trial.table.member_letters():
        raise NeedsMembers((name,))
    raise Unclear(f"the index {name} is not known here", node)


def _deeper(env, node):
    if env.depth > 8:
        raise Unclear(f"{spelled(node)} is defined by itself", node)
    return env.depth + 1


def _is_size(trial, name):
    return name in trial.sizes and name not in trial.table.quantities


def _folded(parts, start):
    total = Array((), np.asarray(start))
    for value, op in parts:
        dims, (x, y) = aligned(total, value)
        total = Array(dims, op(x, y))
    return total


def _product(trial, node, env):
    total = Array((), np.asarray(1))
    for op, factor in node.factors:
        value = whole(trial, factor, env)
        total = OVER.get(op, _times)(trial, total, value, node)
    return total


def _times(trial, x, y, node):
    return _folded([(x, np.multiply), (y, np.multiply)], 1)


def _remainder(trial, x, y, node):
    dims, (a, b) = aligned(x, y)
    if np.any(b <= 0):
        raise Unclear(f"{spelled(node)} has no remainder", node)
    return Array(dims, a % b)


NOWHERE = -(10**6)


def _quotient(trial, x, y, node):
    """`x_{i/2}`: an index that is no whole number is one outside, where the text says what is read there."""
    dims, (a, b) = aligned(x, y)
    if np.any(b == 0) or (np.any(a % b) and not (dims and trial.table.padded)):
        raise Unclear(f"{spelled(node)} is not a whole number", node)
    return Array(dims, np.where(a % b, NOWHERE, a // b))


OVER: dict[str, Callable] = {"/": _quotient, "mod": _remainder}


def _floor(trial, body, env):
    if isinstance(body, Frac) and body.above is not None and body.below is not None:
        dims, (a, b) = aligned(whole(trial, body.above, env), whole(trial, body.below, env))
        return Array(dims, a // b)
    if isinstance(body, Product) and len(body.factors) == 2 and body.factors[1][0] == "/":
        dims, (a, b) = aligned(whole(trial, body.factors[0][1], env), whole(trial, body.factors[1][1], env))
        return Array(dims, a // b)
    return whole(trial, body, env)


def index_condition(trial: Trial, node: Node, env: Environment) -> Array:
    """Where a condition on indices holds: `k = i`, `1 ≤ i < j`, `k ≠ i, k ≠ j`, `i ∈ {1, 2}`."""
    if isinstance(node, Tuple):
        return conjunction(index_condition(trial, item, env) for item in node.items)
    if isinstance(node, Group) and node.body is not None:
        return index_condition(trial, node.body, env)
    if not isinstance(node, Relation):
        raise Unclear("a condition is expected", node)
    return conjunction(
        _pair(trial, a, op, b, env, node)
        for a, op, b in zip(node.sides, node.relations, node.sides[1:], strict=False)
        if a is not None and b is not None
    )


def _pair(trial, a, op, b, env, node):
    if op == "∈" and isinstance(b, Group) and b.left == "{" and isinstance(b.body, Tuple):
        return disjunction(_pair(trial, a, "=", item, env, node) for item in b.body.items)
    if op == "∈" and (chosen := set_of(b)) is not None:
        return in_set(trial, whole(trial, a, env), chosen[0], [whole(trial, i, env) for i in chosen[1]])
    if op in ("=", "≠") and (pairs := pair_of_tuples(a, b)) is not None:
        equal = conjunction(_pair(trial, x, "=", y, env, node) for x, y in zip(*pairs, strict=True))
        return equal if op == "=" else Array(equal.dims, ~equal.data)
    if op not in COMPARE:
        raise Unclear(f"the relation {op} among indices", node)
    dims, (x, y) = aligned(whole(trial, a, env), whole(trial, b, env))
    return Array(dims, COMPARE[op](x, y))


def set_of(node: Node) -> tuple[str, tuple[Node, ...]] | None:
    """The name of a set of indices and what it belongs to: `B`, `R(u)`, `\\mathcal{N}_i`."""
    match node:
        case Symbol():
            return spelled(node), ()
        case Scripted(base=Symbol() as name, sub=Node() as of, sup=None):
            return spelled(name), items(of)
        case Product(factors=((_, Symbol() as name), ("", Group(left="(", body=Node() as of)))):
            return spelled(name), of.items if isinstance(of, Tuple) else (of,)
    return None


def in_set(trial: Trial, k: Array, name: str, of: list[Array]) -> Array:
    """Whether k is in a set that is not told: two of any three indices that follow one another are."""
    total = _folded([(k, np.add), *((i, lambda x, y: x + 2 * y) for i in of)], trial.seed + len(name))
    return Array(total.dims, total.data % 3 != 0)


def conjunction(conditions: Iterable[Array]) -> Array:
    """All hold."""
    return _joined(conditions, np.logical_and, True)


def disjunction(conditions: Iterable[Array]) -> Array:
    """One holds."""
    return _joined(conditions, np.logical_or, False)


def _joined(conditions, op, start):
    total = Array((), np.asarray(start))
    for condition in conditions:
        dims, (x, y) = aligned(total, condition)
        total = Array(dims, op(x, y))
    return total


def bare_letters(found: Found) -> list[tuple[int, str]]:
    """Which indices of an occurrence are a letter alone: (position, letter)."""
    return [(k, spelled(node)) for k, node in enumerate(found.indices) if (spelled(node),) == letters(node)]


def in_words(node: Node) -> bool:
    """Whether a condition is "otherwise"."""
    return isinstance(node, Text) and node.text.strip(" .,;").lower() in (
        "otherwise",
        "else",
        "if not",
        "sonst",
        "in other cases",
    )
