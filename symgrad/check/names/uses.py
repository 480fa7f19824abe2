"""How the formulas of a document write their names: which are indexed, by what, under which sums."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from dataclasses import dataclass, field
from fractions import Fraction

from ...tex.syntax import Big, Group, Node, Number, Product, Relation, Row, Scripted, Sum, Symbol, Tuple
from ..values.applied import FUNCTIONS
from ..values.derivatives import is_directional
from ..values.meaning import CONSTANTS
from ..values.scripts import INDICATORS
from .letters import binds
from .names import base_of, is_letter, is_mark, is_transpose, items, letters, negative_transpose, spelled
from .table import Table

RESERVED = frozenset(
    (
        "partial",
        "nabla",
        "delta",
        "d",
        "rm:d",
        "top",
        "infty",
        "intercal",
        "to",
        "E",
        "bb:E",
        "bb:R",
        "e",
        "1",
        "bf:1",
        "bb:1",
        "Delta",
        "*",
    )
)
Scope = tuple[int, str]


@dataclass(frozen=True, eq=False)
class Use:
    """One occurrence of a name: its indices above and below, and where each letter belongs: (scope, letter).

    `defines` where it stands in the first equation for another name.
    """

    node: Node
    above: tuple[Node, ...]
    below: tuple[Node, ...]
    scopes: dict[str, Scope]
    defines: bool = False


@dataclass(eq=False)
class Uses:
    """All occurrences by name, the letters that are indices, and the upper ends of sums by scope."""

    names: dict[str, list[Use]] = field(default_factory=dict)
    indices: set[str] = field(default_factory=set)
    ends: dict[Scope, Node] = field(default_factory=dict)
    by: dict[str, list[Node]] = field(default_factory=dict)
    varied: list[Node] = field(default_factory=list)
    rows: list[Use] = field(default_factory=list)
    side_by_side: list[tuple[Symbol, Symbol]] = field(default_factory=list)
    scopes: int = 0
    running: set[str] = field(default_factory=set)
    called: set[str] = field(default_factory=set)
    applied: dict[str, list[tuple[Node, ...]]] = field(default_factory=dict)
    slopes: set[str] = field(default_factory=set)
    extents: dict[Scope, tuple[int, Node, Node]] = field(default_factory=dict)
    from_zero: list[tuple[int, str, Big]] = field(default_factory=list)
    lefts: dict[str, set[str]] = field(default_factory=dict)
    sets: list[tuple[int, str, Symbol]] = field(default_factory=list)
    powers: set[str] = field(default_factory=set)
    named: set[str] = field(default_factory=set)
    defines: bool = False


def uses_of(table: Table, formulas: list[tuple[Row, ...]]) -> Uses:
    """What the formulas show; letters free in a formula belong to the formula, bound ones to their sum."""
    uses = Uses(running=_running(table, formulas), powers=_powers(formulas))
    table.sizes -= uses.running
    for rows in formulas:
        uses.scopes += 1
        free = uses.scopes
        for row in rows:
            uses.defines = _is_first(table, row.statement, uses.named)
            for node in (row.statement, *row.remarks):
                if node is not None:
                    _collect(table, node, _Free(free), uses)
    return uses


def _is_first(table, statement, named):
    """Whether an equation is the first for the name on its left."""
    plainly = (
        isinstance(statement, Relation) and statement.relations[0] in ("=", ":=") and statement.sides[0] is not None
    )
    base = base_of(table.left_side(statement.sides[0])[0]) if plainly else None
    if base is None or base.name in ("partial", "nabla", "d") or spelled(base) in named:
        return False
    named.add(spelled(base))
    return True


def _powers(formulas):
    """w of `w^{t-k}`, which no index can be: `w^t` is a power as well."""
    nodes = (n for rows in formulas for row in rows if row.statement is not None for n in row.statement.walk())
    raised = (n for n in nodes if isinstance(n, Scripted) and isinstance(n.sup, Sum) and base_of(n) is not None)
    return {spelled(base_of(n)) for n in raised if sum(name.islower() for name in letters(n.sup)) > 1}


def _running(table, formulas):
    """t of `m_t = Σ_{i=1}^t g_i`: an index up to which a sum runs, no size."""
    out = set()
    for row in (row for rows in formulas for row in rows):
        s = row.statement
        left = s.sides[0] if isinstance(s, Relation) else None
        if not isinstance(left, Scripted) or s.relations[0] not in ("=", ":="):
            continue
        own = {spelled(i) for i in items(left.sub) if is_letter(i)}
        ends = {n for b in s.walk() if isinstance(b, Big) and b.sup is not None for n in letters(b.sup)}
        out |= {n for n in own & ends if table.get(n) is None and n not in table.ranges}
    declared = {n for q in table.quantities.values() for size in q.sizes or () for n in letters(size)}
    declared |= {n for _, high in table.ranges.values() for n in letters(high)}
    return out - declared


class _Free(dict):
    """Letters that nothing binds belong to the formula."""

    def __init__(self, scope):
        super().__init__()
        self.scope = scope

    def __missing__(self, letter):
        return (self.scope, letter)

    def inside(self, scope, bound):
        new = _Free(self.scope)
        new.update(self)
        new.update({letter: (scope, letter) for letter in bound})
        return new


def _collect(table, node, scopes, uses):
    if isinstance(node, Big):
        bound = binds(node)
        uses.scopes += 1
        uses.indices |= bound
        inner = scopes.inside(uses.scopes, bound)
        _end(table, node, uses, scopes)
        _set(node, uses)
        _collect(table, node.body, inner, uses)
        return
    if isinstance(node, Symbol | Scripted) and base_of(node) is not None:
        _use(table, node, scopes, uses)
        return
    if isinstance(node, Scripted) and isinstance(node.base, Number):
        _mark(table, node.sub, uses)
        return
    if isinstance(node, Scripted) and node.sub is not None and _is_entry(node):
        _mark(table, node.sub, uses)
    if isinstance(node, Scripted) and isinstance(node.base, Group) and isinstance(node.base.body, Product):
        _row(node, scopes, uses)
    _derivatives(node, uses)
    varied = len(uses.varied)
    for child in _parts(table, node):
        _collect(table, child, scopes, uses)
    if _is_quotient(node):
        del uses.varied[varied:]  # by what is differentiated does not move in a differential for that


def _parts(table, node):
    """The parts that may hold names: no transpose, no kind of norm, no D of a derivative along a direction."""
    if isinstance(node, Scripted):
        norm = isinstance(node.base, Group) and node.base.left == "‖" and isinstance(node.sub, Symbol | Number)
        yield node.base
        if node.sub is not None and not (norm and table.find(node.sub) is None) and not _is_entry(node):
            yield node.sub
        if node.sup is not None and not is_transpose(node.sup) and not negative_transpose(node.sup):
            yield node.sup
    elif isinstance(node, Product):
        operators = {k for k in range(len(node.factors)) if is_directional(table, node.factors, k)}
        yield from (factor for k, (_, factor) in enumerate(node.factors) if k not in operators)
    else:
        yield from node.children()


def _is_entry(node):
    """`(W_1)_{ij}`, `(X^{-1})_{kl}`, `(a + b)_i`: what stands below are indices."""
    brackets = isinstance(node.base, Group) and node.base.left in ("(", "[")
    return brackets and all(is_letter(i) for i in items(node.sub))


def _row(node, scopes, uses):
    """`(W x)_i`: i runs over the rows of W."""
    first, index = node.base.body.factors[0][1], items(node.sub)
    if isinstance(first, Symbol) and len(node.base.body.factors) == 2 and len(index) == 1:
        names = {n: scopes[n] for n in letters(index[0])}
        uses.rows.append(Use(first, (), index, names))


def _use(table, node, scopes, uses):
    base = base_of(node)
    assert base is not None
    key = spelled(base)
    marked = isinstance(node, Scripted) and (is_mark(node.sup) or is_mark(node.sub))
    if marked or (key in scopes and (isinstance(node, Symbol) or node.sub is None)):
        return
    if isinstance(node, Scripted) and base.name != "nabla":
        _mark(table, node.sub, uses)
    if base.name in ("nabla", "partial", "d"):
        if isinstance(node, Scripted) and node.sub is not None and base.name == "nabla":
            _collect(table, node.sub, scopes, uses)
        return
    sub = items(node.sub) if isinstance(node, Scripted) else ()
    sup = _above(table, node, uses.powers) if isinstance(node, Scripted) else ()
    for index in sup:
        _mark(table, index, uses)
    names = {n: scopes[n] for i in (*sup, *sub) for n in letters(i)}
    uses.names.setdefault(key, []).append(Use(node, sup, sub, names, uses.defines))
    if isinstance(node, Scripted) and node.sup is not None and not sup and not is_transpose(node.sup):
        _collect(table, node.sup, scopes, uses)


def _above(table, node, powers):
    """Superscripts that are indices or labels: in brackets, or letters that run over layers."""
    if node.sup is None or (is_transpose(node.sup) and "T" not in table.ranges):
        return ()
    if isinstance(node.sup, Group) and node.sup.left in ("(", "[", "⟨"):
        return items(node.sup)
    inner = letters(node.sup)
    if spelled(base_of(node)) in powers:
        return ()
    return items(node.sup) if inner and any(n in table.ranges for n in inner) else ()


def _mark(table, script, uses):
    """Letters in a subscript are indices, wherever else they stand."""
    if isinstance(script, Relation) and not set(script.relations) & {"=", "≠", "∈"}:
        return  # 1_{t < a} compares numbers as well
    for name in letters(script) if script is not None else ():
        if len(name.rstrip("'")) == 1 and table.get(name) is None:
            uses.indices.add(name)


def _end(table, node, uses, scopes):
    """`Σ_{i=1}^n`: i ends at n, and n is a size."""
    if node.sup is None or not isinstance(node.sub, Relation) or node.sub.relations != ("=",):
        return
    for name in letters(node.sup):
        known = table.get(name)
        number = known is None or (known.sizes in (None, ()) and not known.definitions and not known.family)
        runs = name in scopes or name in uses.running or name in table.ranges
        if number and len(name) == 1 and not runs:
            table.sizes.add(name)
    first, letter = node.sub.sides[1], node.sub.sides[0]
    if not is_letter(letter) or not isinstance(first, Number):
        return
    if first.value in (0, 1):
        size = node.sup if first.value == 1 else _one_more(node.sup)
        uses.extents[uses.scopes, spelled(letter)] = (int(first.value), node.sup, size)
    if first.value == table.start:
        uses.ends[uses.scopes, spelled(letter)] = node.sup if table.start else _one_more(node.sup)
    elif first.value == 0:
        uses.from_zero.append((uses.scopes, spelled(letter), node))


def _set(node, uses):
    """`Σ_{i ∈ B}`: a set of indices that i is from."""
    match node.sub:
        case Relation(sides=(Symbol() as letter, Symbol() as name), relations=("∈",)):
            uses.sets.append((uses.scopes, spelled(letter), name))


def _one_more(end):
    """The size of an axis whose last index is `n − 1`."""
    one = Number(end.at, end.end, Fraction(1))
    return Sum(end.at, end.end, (("+", end), ("+", one)))


def starts_at_zero(uses: Uses) -> bool:
    """Whether indices run from 0: every sum whose letter stands alone on a name begins there."""
    scopes = {(scope, letter) for scope, letter, _ in uses.from_zero}
    used = {
        use.scopes[spelled(i)]
        for found in uses.names.values()
        for use in found
        for i in use.below
        if spelled(i) in use.scopes
    }
    return bool(scopes & used) and not any(scope in used for scope in uses.ends)


def _derivatives(node, uses):
    """What is differentiated by what: `∂L/∂x`, and what stands under a d."""
    above, below = getattr(node, "above", None), getattr(node, "below", None)
    if above is not None and below is not None and hasattr(above, "factors") and hasattr(below, "factors"):
        first, second = above.factors, below.factors
        if _is_d(first[0][1]) and _is_d(second[0][1]) and len(first) == 2:
            base = base_of(first[1][1])
            if base is not None:
                uses.by.setdefault(spelled(base), []).extend(f for _, f in second if not _is_d(f))
    factors = getattr(node, "factors", ())
    for of, by in _quotients(factors):
        uses.by.setdefault(of, []).append(by)
    for k, ((before, a), (op, b)) in enumerate(itertools.pairwise(factors)):
        if op in ("", "cdot") and isinstance(a, Symbol) and isinstance(b, Symbol):
            uses.side_by_side.append((a, b))
        if (
            op == ""
            and base_of(a) is not None
            and (isinstance(b, Group) or (isinstance(b, Scripted) and isinstance(b.base, Group)))
        ):
            uses.called.add(spelled(base_of(a)))
            if isinstance(a, Scripted) and a.primes and a.sub is None and a.sup is None:
                uses.slopes.add(spelled(a.base))  # `f'(g(x))`
            head, group = base_of(a), b.base if isinstance(b, Scripted) else b
            bare = isinstance(a, Symbol) or (isinstance(a, Scripted) and a.primes and a.sub is None and a.sup is None)
            if bare and head is not None and isinstance(group, Group) and (names := _names_only(group)):
                uses.applied.setdefault(spelled(head), []).append(names)
        quotient = before == "/" or any(f[0] == "/" and _is_d(f[1]) for f in factors[k + 2 : k + 3])
        if (
            op == ""
            and isinstance(a, Symbol)
            and a.name in ("d", "partial")
            and base_of(b) is not None
            and not quotient
        ):
            uses.varied.append(b)


def _names_only(group):
    """The names in brackets, where nothing else stands there: `ℓ(h_t)` is an application."""
    parts = group.body.items if isinstance(group.body, Tuple) else (group.body,)
    named = all(isinstance(p, Symbol | Scripted) and base_of(p) is not None for p in parts)
    return parts if group.left == "(" and named else ()


def _quotients(factors):
    """`∂L / ∂x` and `∇_x L` in a product: what is differentiated, by what."""
    nodes, ops = [f for _, f in factors], [op for op, _ in factors]
    for k, node in enumerate(nodes):
        if k + 3 < len(nodes) and ops[k + 2] == "/" and _is_d(node) and _is_d(nodes[k + 2]):
            base = base_of(nodes[k + 1])
            if base is not None:
                yield spelled(base), nodes[k + 3]
        if k + 1 < len(nodes) and ops[k + 1] == "" and isinstance(node, Scripted) and node.sub is not None:
            base, of = base_of(node), base_of(nodes[k + 1])
            if base is not None and base.name == "nabla" and of is not None:
                yield spelled(of), node.sub


def _is_quotient(node):
    """`∂f` over `∂x`."""
    parts = (getattr(node, "above", None), getattr(node, "below", None))
    return all(_is_d(part) or (isinstance(part, Product) and _is_d(part.factors[0][1])) for part in parts)


def _is_d(node):
    base = base_of(node) if node is not None else None
    return base is not None and base.name in ("partial", "d")


def reserved(table: Table, key: str, node: Node, called: Collection[str] = ()) -> bool:
    """Names that are never a quantity by themselves."""
    base = base_of(node)
    assert base is not None
    if base.font == "bb" and base.name in ("R", "E"):
        return True
    if (key == "delta" and isinstance(node, Symbol)) or table.get(key) is not None:
        return False
    if key in ("sigma", "pi") and key not in called and (key == "sigma" or isinstance(node, Scripted)):
        return False
    return (
        key in RESERVED or base.name in FUNCTIONS or key in CONSTANTS or key in table.sizes or base.name in INDICATORS
    )
