"""The value of a name where it occurs: an input drawn, a definition computed, its entries taken."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ...tex.syntax import Node, Number
from ..names.names import letters, moved, spelled
from ..names.table import Definition, Found, IllTyped, Quantity, Unclear
from .arrays import Array, gather
from .context import Environment, NeedsMembers, Overrides, by_entries, fresh
from .jets import NONE, Jet
from .linear import transposed
from .whole import conjunction, whole

DEEPEST = 24
RUNNING = object()
"""Stands in the memory for what is being worked out: whoever asks for it has gone round in a ring."""


@dataclass(frozen=True)
class Failed:
    """Stands in the memory for what cannot be worked out while the table is as it was."""

    fault: Unclear
    version: int


Key = tuple[str, tuple[int, ...]]


def occurrence(m, found: Found, env: Environment, node: Node) -> Jet:
    """`W`, `W_{ij}`, `x_i`, `W^{(l)}_{jk}`: the value with its indices taken."""
    q = found.quantity
    if not found.indices and q.family and (any_ := any_member(m, q, env)) is not None:
        return any_
    if not found.indices and (q.family or q.definitions) and (q.key, ()) in env.overrides:
        m.touched.add(q.key)
        return env.overrides[q.key, ()]  # z of `σ(z) = …` beside a family `z^l`
    if not memberwise(m, q):
        value = stored(m, q, env, node)
        _read_inside(m, (q.key, ()), found.indices, env, node, q)
        return entries(m, value, found.indices, env, node, families_of(m, q), q)
    families = families_of(m, q)
    chosen = found.indices[:families]
    if len(chosen) < families:
        raise Unclear(f"{q.key} is a family: write which member", node)
    members = tuple(single(m, index, env) for index in chosen)
    value = member(m, q, members, env)
    _read_inside(m, (q.key, members), found.indices[families:], env, node, q, families)
    return entries(m, value, found.indices[families:], env, node, 0, q, families)


def _read_inside(m, key, indices, env, node, q, families=0):
    """An entry that could not be computed, because an index left its axis there, does not count."""
    inside = m.trial.memory.get(("inside", key))
    if inside is None:
        return
    if len(indices) != inside.ndim:
        raise Unclear(f"an index leaves its axis in some entries of {q.key}", node)
    places = [shifted(m, index, env, q, k) for k, index in enumerate(indices, families)]
    found, _ = gather(Array((), inside), places)
    m.outside(found, node)


def any_member(m, q: Quantity, env: Environment) -> Jet | None:
    """The x of `f(x) = …` beside members x_t: what it is bound to, or a vector like these."""
    if (q.key, ()) in env.overrides:
        m.touched.add(q.key)
        return env.overrides[q.key, ()]
    if len(q.family) != 1 or q.sizes is None or not m.trial.table.is_placeholder(q):
        return None
    return m.trial.draw(Quantity(f"{q.key} of any index", q.symbol, q.sizes, properties=q.properties), ())


def single(m, index: Node, env: Environment) -> int:
    """The one value of an index that chooses a member."""
    value = whole(m.trial, index, env)
    if value.dims:
        raise NeedsMembers(tuple(n for n in letters(index) if n in env.indices and env.indices[n].dims))
    return int(value.data)


def families_of(m, q: Quantity) -> int:
    """How many axes of the stored value choose a member rather than an entry."""
    if q.family or q.sizes is not None or not q.definitions:
        return len(q.family)
    if memberwise(m, q):
        return q.above or len(q.definitions[0].pattern)
    return m.trial.memory.get(("families", q.key), 0)


def entries(
    m, value: Jet, indices: tuple[Node, ...], env: Environment, node: Node, families: int, q: Quantity, chosen: int = 0
) -> Jet:
    """The entry at these indices: the members first, then the axes of the value; `chosen` indices are taken already."""
    own = len(value.shape) - families
    if not indices and not families:
        return value
    if len(indices) < families:
        raise Unclear(f"{q.key} has {families} indices", node)
    taken = len(indices) - families
    vector = own == 2 and value.shape[-1] == 1
    if taken and not (taken == own or (vector and taken == 1)):
        if own == 2 and taken == 1 and 1 in value.shape[families:]:
            value, vector = value.map(lambda p: p.with_shape((*p.shape[:families], p.shape[-1], 1))), True
        elif own == 2 and taken == 1:
            raise Unclear(f"whether {spelled(node)} is a row or a column is not declared", node)
        else:
            raise IllTyped(f"{q.key} has {1 if vector else own} axes, {taken} indices are written", node)
    if vector and taken == 1:
        value = value.map(lambda p: p.with_shape(p.shape[:-1]))
    places = [shifted(m, index, env, q, k) for k, index in enumerate(indices, chosen)]
    return picked(m, value, places, node)


def picked(m, value: Jet, places: list[Array], node: Node) -> Jet:
    """The entries at these places; a place outside of its axis is marked, or read as 0 if the document says so."""
    inside: tuple[Array, ...] = ()

    def take(part: Array) -> Array:
        nonlocal inside
        out, inside = gather(part, places)
        return out

    result = value.map(take)
    for each in inside:
        if np.all(each.data):
            continue
        if m.padded:
            result = m.a.masked(result, each)
        else:
            m.outside(each, node)
    return result


def shifted(m, index: Node, env: Environment, q: Quantity, position: int) -> Array:
    """The place of an index from 0."""
    value = whole(m.trial, index, env)
    first = m.trial.table.first_of(q, position - len(q.family))
    if position < len(q.family):
        first = m.trial.first(spelled(q.family[position]))
    elif q.definitions and q.sizes is None and position < len(q.definitions[0].pattern):
        first = m.trial.first(spelled(q.definitions[0].pattern[position]))
    return Array(value.dims, value.data - first)


def memberwise(m, q: Quantity) -> bool:
    """Whether members are computed one at a time: they differ in size, or one is defined by another."""
    known = m.trial.memory.get(("memberwise", q.key, m.trial.table.version))
    if known is None:
        known = m.trial.memory["memberwise", q.key, m.trial.table.version] = _memberwise(m, q)
    return known


def _memberwise(m, q):
    if not q.definitions:
        inner = {n for size in q.sizes or () for n in letters(size)}
        own = {n for f in q.family for n in letters(f)}
        return bool(own & inner) or any(n not in m.trial.table.ranges for n in own)
    if not any(d.pattern for d in q.definitions):
        return False
    table = m.trial.table
    several = len(q.definitions) > 1
    itself = any(q.key in table.depends(other) for d in q.definitions for other in table.mentioned(d.body))
    if several or itself:
        return True
    m.trial.memory["memberwise", q.key, table.version] = False
    return any(
        found.quantity is not q and found.indices and memberwise(m, found.quantity)
        for d in q.definitions
        for found in table.occurrences(d.body)
    )


def stored(m, q: Quantity, env: Environment, node: Node | None = None) -> Jet:
    """The whole value of a name, the indices of its definition as first axes."""
    key: Key = (q.key, ())
    env = env.as_held(q.key) if env.held else env
    if key in env.overrides:
        m.touched.add(q.key)
        return env.overrides[key]
    if not q.definitions and ("open" in q.properties or q.arguments):
        return _remembered(m, q, key, env, lambda inner: m.open_value(q, inner))
    if q.member_of is not None:
        return _remembered(m, q, key, env, lambda inner: _rows(m, q.member_of, inner))
    if not q.definitions:
        if q.sizes is None:
            raise Unclear(f"the size of {q.key} is not declared", node)
        if q.conjugate is not None:
            return _remembered(m, q, key, env, lambda inner: _conjugate(m, q, inner))
        return m.trial.draw(q, ())
    return _remembered(m, q, key, env, lambda inner: computed(m, q, inner, node))


def _conjugate(m, q, env):
    """The members of a family by Gram and Schmidt: each loses its part along those before, in the product of S."""
    s, drawn = m.array(q.conjugate, env), m.trial.draw(q, ())
    done: list[Jet] = []
    for k in range(drawn.shape[0]):
        p = drawn.map(lambda part, k=k: Array(part.dims, part.data.take(k, axis=len(part.dims))))
        for other in done:
            row = m.a.matmul(transposed(other), s)
            along = m.a.divide(m.a.matmul(row, p), m.a.matmul(row, other))
            p = m.a.subtract(p, m.a.multiply(along, other))
        done.append(p)
    return Jet({NONE: Array(done[0].base.dims, np.stack([p.base.data for p in done], axis=len(done[0].base.dims)))})


def _rows(m, member_of, env):
    """All rows of a matrix as columns, or all its columns."""
    name, rows = member_of
    whole_matrix = stored(m, m.trial.table.quantities[name], env)
    turned = whole_matrix if rows else transposed(whole_matrix)
    return turned.map(lambda p: p.with_shape((*p.shape, 1)))


def member(m, q: Quantity, members: tuple[int, ...], env: Environment) -> Jet:
    """One member of a family."""
    key: Key = (q.key, members)
    env = env.as_held(q.key) if env.held else env
    if key in env.overrides:
        m.touched.add(q.key)
        return env.overrides[key]
    definition = _matching(m, q, members)
    if definition is not None and _outside(m, q, definition, members):
        definition = None
    if definition is not None and not m.padded and _beyond(m, definition, members):
        raise Unclear(f"{q.key} at {', '.join(map(str, members))} is beyond the last", q.symbol)
    if definition is None:
        if q.sizes is None and q.key in m.trial.table.member_axes:
            letter, sizes = m.trial.table.member_axes[q.key]
            return m.trial.draw(Quantity(q.key, q.symbol, sizes, q.above, (letter,)), members)
        if q.sizes is None and q.key in m.trial.table.axes:
            sizes = m.trial.table.axes[q.key]
            told = any(not spelled(size).startswith("#") for size in sizes)  # by a product, `W h_{t-1}`
            sizes = sizes if told or q.above else sizes[len(members) :]
            return m.trial.draw(Quantity(q.key, q.symbol, sizes, q.above), members)
        like = m.trial.table.quantities.get(q.key.removesuffix("[]"))
        if q.sizes is None and like is not None and like is not q and like.sizes is not None:
            return m.trial.draw(Quantity(q.key, q.symbol, like.sizes, q.above), members)
        if q.sizes is None:
            raise Unclear(f"{q.key} at {', '.join(map(str, members))} is not defined", q.symbol)
        return m.trial.draw(q, members)
    bound = {
        name: Array((), np.asarray(k - by))
        for p, k in zip(definition.pattern, members, strict=False)
        for name, by in _letter_of(p)
    }
    rest = definition.pattern[len(members) :]
    return _remembered(m, q, key, env, lambda inner: _over(m, definition, rest, inner.with_indices(bound), q, key))


def _outside(m, q, definition, members):
    """Members before the first: what a recursion begins with is an input."""
    table = m.trial.table
    if any(_names_member(f, members) for f in table.occurrences(definition.body) if f.quantity is q):
        return True  # z_0 of `z_n = (1 + h)^n z_0`
    for pattern, k in zip(definition.pattern, members, strict=False):
        for name, by in _letter_of(pattern):
            if name not in table.sizes and k - by < m.trial.first(name):
                return True
    return False


def _beyond(m, definition, members):
    """δ^{L+1} where l runs to L: the text speaks of no such member."""
    table = m.trial.table
    for pattern, k in zip(definition.pattern, members, strict=False):
        for name, by in _letter_of(pattern):
            if name in table.ranges and not table.open_range(name) and k - by > m.trial.size(table.ranges[name][1]):
                return True
    return False


def _names_member(found, members):
    own = found.indices[: len(members)]
    return len(own) == len(members) and all(
        isinstance(i, Number) and i.value == k for i, k in zip(own, members, strict=True)
    )


def _letter_of(pattern):
    """The letter of a pattern, and what is added to it: `t`, `t + 1`."""
    if letters(pattern) == (spelled(pattern),):
        return ((spelled(pattern), 0),)
    step = moved(pattern)
    return ((spelled(step[0]), step[1]),) if step is not None else ()


def _matching(m, q, members):
    """The definition for a member: one written for it comes before one for all."""
    general = None
    for definition in q.definitions:
        fits = [_fits(m, p, k) for p, k in zip(definition.pattern, members, strict=False)]
        if all(fit == "same" for fit in fits):
            return definition
        if all(fits):
            general = general or definition
    return general


def _fits(m, pattern, k):
    if any(name not in m.trial.table.sizes for name, _ in _letter_of(pattern)):
        return "letter"
    try:
        return "same" if int(whole(m.trial, pattern, Environment()).data) == k else ""
    except Unclear:
        return ""


def _remembered(m, q, key, env, work):
    overridden = {k for k, _ in env.overrides}
    affected = bool(overridden & m.depends(q))
    memory = env.memory if affected else m.trial.memory
    members = env.members()
    key = (*key, *((n, int(members[n].data)) for n in m.hidden(q) if n in members))
    found = memory.get(key)
    if isinstance(found, Failed) and found.version == m.trial.table.version:
        raise found.fault.with_traceback(None)
    if found is RUNNING or env.depth > DEEPEST:
        m.trial.rings += 1
        raise Unclear(f"{q.key} is defined by itself without an end", q.symbol)
    if found is None or isinstance(found, Failed):
        inner = env.inside() if affected else Environment(depth=env.depth + 1, ambient=members)
        found = _worked_out(m, memory, key, lambda: work(inner))
    elif affected:
        m.touched.update(overridden & m.depends(q))
    return found


def _worked_out(m, memory, key, work):
    """A value, kept; a failure is kept too, unless it came of asking for what is being worked out."""
    rings = m.trial.rings
    memory[key] = RUNNING
    try:
        memory[key] = work()
    except Unclear as fault:
        if m.trial.rings == rings:
            memory[key] = Failed(fault, m.trial.table.version)
        raise
    finally:
        if memory.get(key) is RUNNING:
            del memory[key]
    return memory[key]


def computed(m, q: Quantity, env: Environment, node: Node | None) -> Jet:
    """A definition for all values of its indices."""
    definition = q.definitions[0]
    return _over(m, definition, definition.pattern, env, q, (q.key, ()))


def _column(m, q, env):
    """The length of what is declared as a vector."""
    return m.trial.size(q.sizes[0], m.members(env)) if q.sizes is not None and len(q.sizes) == 1 else None


def _over(m, definition: Definition, pattern: tuple[Node, ...], env: Environment, q: Quantity, key: Key) -> Jet:
    names = tuple(spelled(p) for p in pattern)
    dims = tuple(fresh(n) for n in names)
    bound = {
        n: m.range_array(n, d, definition.body, env, q, k) for k, (n, d) in enumerate(zip(names, dims, strict=True))
    }
    kept = len(m.masks)
    value = m.array(definition.body, env.with_indices(bound), _column(m, q, env))
    _keep_outside(m, key, kept, dims, bound)
    sizes = {d: b.data.size for d, b in zip(dims, bound.values(), strict=True)}
    spread = value.map(lambda p: _with_axes(p, dims, sizes))
    if value.shape != ():
        m.trial.memory["families", q.key] = len(names)
    elif len(names) - (len(q.family) if len(pattern) == len(definition.pattern) else 0) == 1:
        spread = spread.map(lambda p: p.with_shape((*p.shape, 1)))
    return spread


def _keep_outside(m, key, kept, dims, bound):
    """Which entries of a definition were computed inside all axes, where some were not."""
    left = [mask for mask in m.masks[kept:] if set(mask.dims) & set(dims)]
    if left and not m.padded:
        grid = [Array((d,), np.ones(b.data.size, bool)) for d, b in zip(dims, bound.values(), strict=True)]
        inside = conjunction([*grid, *left]).inward(dims)
        m.trial.memory["inside", key] = np.all(inside.data, tuple(range(len(inside.dims))))
    m.masks[kept:] = [mask for mask in m.masks[kept:] if not set(mask.dims) & set(dims)]


def _with_axes(part, dims, sizes):
    moved = part.inward(dims)
    lead = moved.data.shape[: len(moved.dims)]
    rest = moved.data.shape[len(moved.dims) + len(dims) :]
    return Array(moved.dims, np.broadcast_to(moved.data, (*lead, *(sizes[d] for d in dims), *rest)))


def application(
    m, q: Quantity, arguments: tuple[Jet, ...], env: Environment, node: Node, indices: tuple[Node, ...] = ()
) -> Jet:
    """`f(a, b)`: the definition with its parameters bound; entry by entry where it is a function of numbers."""
    definition = next((d for d in q.definitions if len(d.parameters) == len(arguments)), None)
    if definition is None and any(d.parameters for d in q.definitions):
        return stored(m, q, env, node)  # `f(g, z)` of an f(x, y, z): the same quantity, told through others
    if definition is None:
        raise Unclear(f"{q.key} is not defined as a function of {len(arguments)} arguments", node)
    parameters = [m.trial.table.find(p) for p in definition.parameters]
    if any(p is None for p in parameters):
        raise Unclear(f"the parameters of {q.key} are not known", node)
    keys = [p.quantity for p in parameters if p is not None]
    if len(keys) == 1 and keys[0].sizes == () and arguments[0].shape != ():
        return by_entries(arguments[0], lambda x: application(m, q, (x,), env, node, indices))
    bound: Overrides = {(k.key, ()): value for k, value in zip(keys, arguments, strict=True)}
    inner = env.inside().with_overrides(bound)
    if definition.pattern:
        places = {spelled(p): whole(m.trial, i, env) for p, i in zip(definition.pattern, indices, strict=False)}
        inner = inner.with_indices(places)
    return m.array(definition.body, inner)
