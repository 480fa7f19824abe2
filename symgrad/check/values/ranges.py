"""Which values an index takes: as written on its sum, as declared, or as the axes on which it stands tell."""

from __future__ import annotations

import numpy as np

from ...tex.syntax import Big, Group, Node, Number, Relation, Scripted, Symbol, Tuple
from ..names.letters import is_index_function
from ..names.names import items, letters, spelled
from ..names.table import Found, IllTyped, Unclear
from .arrays import Array
from .context import Environment, NeedsMembers
from .quantities import families_of, member, memberwise, single, stored
from .whole import bare_letters, whole

SOME = 3  # values of an index that nothing bounds: n of `z_n = (1 + h)^n z_0`


def bound_letters(m, node: Big, env: Environment) -> tuple[str, ...]:
    """The letters that a big operator binds: `i`, `i, j`, `i = 1`, `k ≠ i` (k), `1 ≤ i < j ≤ n` (not known outside)."""
    return tuple(dict.fromkeys(_bound(m, node.sub, env)))


def _bound(m, sub, env):
    match sub:
        case None:
            return ()
        case Tuple():
            return tuple(letter for item in sub.items for letter in _bound(m, item, env))
        case Group(left="(" | "", body=body):
            return _bound(m, body, env)
        case Relation(sides=sides, relations=relations):
            if relations[0] in ("=", "≠", "∈", ":"):
                return _several(sides[0])
            found = tuple(n for side in sides for n in _several(side) if n not in env.indices and not m.is_size(n))
            return found or _several(sides[0])
    return _several(sub)


def _several(node):
    if node is None:
        return ()
    if isinstance(node, Tuple):
        return tuple(n for item in node.items for n in _several(item))
    return tuple(spelled(item) for item in items(node) if letters(item) == (spelled(item),))


def limits(m, node: Big, letter: str, env: Environment) -> tuple[int, int] | None:
    """The range that the operator itself states: `i = a` below and `b` above, `a ≤ i ≤ b`, `i ∈ {a, …, b}`."""
    shared = _shared(m, node.sub)
    for relation in (*_relations(node.sub), *shared):
        sides, ops = relation.sides, relation.relations
        if ops == ("=",) and spelled(sides[0]) == letter and node.sup is not None:
            return int(np.min(whole(m.trial, sides[1], env).data)), int(np.max(whole(m.trial, node.sup, env).data))
        between = _between(m, sides, ops, letter, env) or _below(m, sides, ops, letter)
        if between:
            return between
    return None


def _below(m, sides, ops, letter):
    """`k < n` of a size n: from the first index on; below another index (`i < j`) the axes tell how far."""
    if len(sides) != 2 or ops[0] not in ("<", "≤") or sides[0] is None or spelled(sides[0]) != letter:
        return None
    try:
        return m.trial.first(letter), int(whole(m.trial, sides[1], Environment()).data) - (ops[0] == "<")
    except (Unclear, NeedsMembers):
        return None


def _shared(m, sub):
    """`0 ≤ a, b < p` bounds each of its letters."""
    if not isinstance(sub, Tuple) or len(sub.items) < 2:
        return ()
    first, last = sub.items[0], sub.items[-1]
    if not (isinstance(first, Relation) and isinstance(last, Relation) and len(first.sides) == len(last.sides) == 2):
        return ()
    names = (first.sides[1], *sub.items[1:-1], last.sides[0])
    if any(isinstance(name, Number) or m.is_size(spelled(name)) for name in names):
        return ()  # `a < m, b < n` bounds each by its own
    bounds = (*first.relations, *last.relations)
    return tuple(Relation(sub.at, sub.end, (first.sides[0], name, last.sides[1]), bounds) for name in names)


def _relations(sub):
    if isinstance(sub, Relation):
        return (sub,)
    return tuple(r for item in sub.items for r in _relations(item)) if isinstance(sub, Tuple) else ()


def _between(m, sides, ops, letter, env):
    """`a ≤ i ≤ b` around a letter whose neighbours are known."""
    for k, side in enumerate(sides):
        if side is None or spelled(side) != letter or not 0 < k < len(sides) - 1:
            continue
        try:
            low = int(np.min(whole(m.trial, sides[k - 1], env).data)) + (ops[k - 1] == "<")
            high = int(np.max(whole(m.trial, sides[k + 1], env).data)) - (ops[k] == "<")
        except (Unclear, TypeError):
            return None
        return low, high
    return None


def index_range(m, letter: str, node: Node, env: Environment) -> tuple[int, int]:
    """First and last value of a letter in a formula."""
    return axis_range(m, letter, node, env) or _without_axis(m, letter, node, env)


def axis_range(m, letter: str, node: Node, env: Environment) -> tuple[int, int] | None:
    """The same, as declared or as the axes tell on which the letter stands alone; None where it stands on none."""
    table = m.trial.table
    if letter in table.ranges:
        return m.trial.first(letter), m.trial.size(table.ranges[letter][1], m.members(env))
    if letter.rstrip("'") in table.ranges and letter.rstrip("'") != letter:
        return index_range(m, letter.rstrip("'"), node, env)  # `i'` runs as i does
    lengths = _lengths(m, letter, node, env, made=False) or _lengths(m, letter, node, env, made=True)
    for own in (False, True):
        if not lengths and (hint := _hinted(m, letter, node, env, own)) is not None:
            return hint
    if not lengths:
        return None
    if len(lengths) > 1 and not any(f.quantity.implied for f in lengths.values()):
        told = " and ".join(f"{n} in {f.quantity.key}" for n, f in lengths.items())
        raise IllTyped(f"{letter} runs over axes of different sizes: {told}", node)
    length, found = max(lengths.items(), key=lambda pair: pair[0])  # entries outside of the shorter axis do not count
    start = _first_of(table, found, letter)
    return start, start + length - 1


def _first_of(table, found, letter):
    """Where the axis begins on which a letter stands."""
    at = next(position for position, name in bare_letters(found) if name == letter)
    return table.first_of(found.quantity, at - len(found.quantity.family))


def _lengths(m, letter, node, env, made):
    """The lengths of the axes on which a letter stands, of what is computed or of what is not."""
    lengths = {}
    for found in m.trial.table.occurrences(node):
        if bool(found.quantity.definitions) != made:
            continue
        for position, name in bare_letters(found):
            length = axis_length(m, found, position, env) if name == letter else None
            if length is not None:
                lengths[length] = found
    return lengths


def _hinted(m, letter, node, env, own=False):
    """From the axes that other formulas tell.

    A size of its own (`#1`), or one that is another for each member, only where no definition tells one.
    """
    table = m.trial.table
    for found in table.occurrences(node):
        sizes = table.axes.get(found.quantity.key, ())
        families = len(found.indices) - len(sizes)
        for position, name in bare_letters(found):
            if name == letter and 0 <= position - families < len(sizes):
                size = sizes[position - families]
                if not own and (spelled(size).startswith("#") or table.member_letters() & set(letters(size))):
                    continue
                return table.start, table.start + m.trial.size(size, m.members(env)) - 1
    return None


def _without_axis(m, letter, node, env):
    """From the windows that it places, or from an index that it must equal."""
    length = _on_value(m, letter, node, env)
    if length is not None:
        return m.trial.table.start, m.trial.table.start + length - 1
    window = _windowed(m, letter, node, env)
    if window is not None:
        return window
    for other in _equal_to(letter, node):
        if other in env.indices and env.indices[other].data.size:
            data = env.indices[other].data
            return int(data.min()), int(data.max())
    ends = _ends_sums(m, letter, node, env)
    if ends is not None:
        return ends
    if letter in m.trial.table.member_letters():
        raise NeedsMembers((letter,))
    if letter in m.trial.table.summed:
        low, high = m.trial.table.summed[letter]
        return low, int(np.max(whole(m.trial, high, env).data))
    mentioned = m.trial.table.mentioned(node)
    if any(letter == spelled(p) for q in mentioned if q.sizes is None for d in q.definitions for p in d.pattern):
        return m.trial.table.start, m.trial.table.start + SOME - 1
    raise Unclear(f"the range of {letter} is not known", node)


def _on_value(m, letter, node, env):
    """`(X^{-1})_{kl}`, `(∇_S L)_{ij}`: the length of the axis of what is computed in brackets."""
    for part in node.walk():
        indices = items(part.sub) if isinstance(part, Scripted) and isinstance(part.base, Group) else ()
        position = next((k for k, i in enumerate(indices) if spelled(i) == letter), None)
        if position is None or part.base.left not in ("(", "["):
            continue
        try:
            shape = m.array(part.base, env).shape
        except (Unclear, TypeError):
            continue
        if len(shape) == len(indices) or (len(shape) == 2 and shape[-1] == len(indices) == 1):
            return shape[position]
    return None


def _ends_sums(m, letter, node, env):
    """`Σ_{i=1}^t g_i`: t runs as far as i may; where nothing bounds i, a few values."""
    start, highs, found = m.trial.table.start, [], False
    for big in (n for n in node.walk() if isinstance(n, Big) and n.sup is not None and letter in letters(n.sup)):
        found = True
        assert big.sup is not None
        offset = int(whole(m.trial, big.sup, Environment({**env.indices, letter: Array((), np.asarray(0))})).data)
        for name in bound_letters(m, big, env):
            lengths = {**_lengths(m, name, big.body, env, False), **_lengths(m, name, big.body, env, True)}
            highs += [start - 1 + n - offset for n in lengths]
    if not found:
        return None
    return start, max(min(highs, default=start + 3), start)


def _windowed(m, letter, node, env):
    """`x_{s i + k}`: i runs as far as every window stays inside x."""
    lengths = []
    for found, big in _under_sums(m, node, ()):
        for position, index in enumerate(found.indices):
            if letter in letters(index) and letters(index) != (letter,):
                length = _places(m, found, position, index, letter, big, env)
                if length is not None:
                    lengths.append(length)
    start = m.trial.table.start
    return (start, start + min(lengths) - 1) if lengths else None


def _under_sums(m, node, sums):
    """Occurrences with the sums around them."""
    if isinstance(node, Big):
        yield from _under_sums(m, node.body, (*sums, node))
        return
    found = m.trial.table.find(node) if isinstance(node, Symbol | Scripted) else None
    if found is not None:
        yield found, sums
        return
    for child in node.children():
        yield from _under_sums(m, child, sums)


def _places(m, found, position, index, letter, sums, env):
    """How many values of a letter keep an index expression inside its axis."""
    size = axis_length(m, found, position, env)
    if size is None:
        return None
    start = m.trial.table.start
    known = dict(env.indices)
    try:
        for big in sums:
            for name in bound_letters(m, big, env):
                stated = limits(m, big, name, env) or index_range(m, name, big.body, env)
                known[name] = Array((), np.asarray(stated[1]))
        at = [
            int(whole(m.trial, index, Environment({**known, letter: Array((), np.asarray(start + k))})).data)
            for k in (0, 1)
        ]
    except (Unclear, TypeError, RecursionError):
        return None
    step = at[1] - at[0]
    if step < 0:  # `K_{p-1-a}` runs backwards
        return (at[0] - start) // -step + 1 if at[0] - start < size else None
    return (size - 1 - (at[0] - start)) // step + 1 if step > 0 else None


def _equal_to(letter, node):
    """The letters that a bracket or a delta sets equal to this one."""
    for part in node.walk():
        names: tuple[str, ...] = ()
        if isinstance(part, Relation) and part.relations == ("=",):
            names = tuple(spelled(s) for s in part.sides)
        elif isinstance(part, Scripted) and is_index_function(part):
            names = tuple(spelled(i) for i in items(part.sub))
        if letter in names:
            yield from (n for n in names if n != letter)


def axis_length(m, found: Found, position: int, env: Environment) -> int | None:
    """The length of the axis of an occurrence at one of its indices; None where that cannot be said."""
    q = found.quantity
    try:
        if not memberwise(m, q):
            return _length(stored(m, q, env), families_of(m, q), position, len(found.indices))
        families = families_of(m, q)
        if position < families:
            return None
        chosen = tuple(single(m, index, env) for index in found.indices[:families])
        return _length(member(m, q, chosen, env), 0, position - families, len(found.indices) - families)
    except (Unclear, NeedsMembers, RecursionError):
        return None


def _length(value, families, position, written):
    """A row has one index as well as a column has."""
    shape = value.shape
    own = shape[families:]
    if position >= families and len(own) == 2 and own[0] == 1 and written == families + 1:
        return own[1]
    return shape[position] if position < len(shape) else None


def values(letter_dim: str, low: int, high: int) -> Array:
    """The whole numbers from low to high along an axis."""
    return Array((letter_dim,), np.arange(low, high + 1))
