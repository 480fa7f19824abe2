"""What a claim could have been made of: letters, sizes, operands of its chain and of the definitions behind it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import islice, pairwise
from itertools import product as pairs

from ...tex.syntax import Big, Frac, Group, Node, Number, Product, Relation, Root, Scripted, Sum, Symbol, Tuple
from ...tex.writing import latex
from ..names.letters import binds, free_letters, is_index_function
from ..names.names import is_letter, is_transpose, items, spelled
from ..names.table import Table
from .changes import is_operand, power

OPERANDS = 26
DEFINITIONS = 6


class Scope:
    """The names in reach of one claim; what is nearest comes first."""

    def __init__(self, table: Table, left: Node, right: Node, around: Sequence[Node] = ()):
        self.table, self.left, self.right = table, left, right
        self.near = (left, right, *(n for n in around if n is not left and n is not right))
        self.free = tuple(free_letters(table, left))
        self.letters = tuple(dict.fromkeys((*free_letters(table, *self.near), *_bound(self.near))))
        self.sizes = tuple(self._sizes())
        self.operands = tuple(islice(self._operands(), OPERANDS))
        self.terms = tuple(_distinct(t for n in self.near for s in n.walk() if isinstance(s, Sum) for _, t in s.terms))[
            :12
        ]
        self.in_numbers = bool(self.letters) or not any(_is_array(table, n) for n in self.near)

    def _sizes(self) -> Iterator[Node]:
        near = {spelled(n): n for side in self.near for n in side.walk() if isinstance(n, Symbol)}
        names = [n for n in near if n in self.table.sizes]
        names += [n for n in sorted(self.table.sizes) if n not in near and n.isalpha() and len(n) == 1]
        for name in names[:6]:
            yield near.get(name) or Symbol(self.left.at, self.left.end, name)

    def _operands(self):
        """What may stand as a factor: of the left, of the right and its chain, of the definitions behind them."""
        near = list(self._of(self.near))
        names = [n for n in near if isinstance(n, Symbol | Scripted)]
        own = sorted(self._of(self._definitions()), key=lambda n: not isinstance(n, Symbol | Scripted))
        yield from _distinct((*names, *sorted(near, key=_length)[:16], *own[:24], *self._names(), *near))

    def _of(self, nodes: Iterable[Node]):
        for node in nodes:
            for part in operands(self.table, node):
                yield from self._with_letters(part)

    def _definitions(self):
        seen: dict[str, None] = {}
        waiting = [q for node in self.near for q in self.table.mentioned(node)]
        while waiting and len(seen) < DEFINITIONS:
            quantity = waiting.pop(0)
            if quantity.key in seen:
                continue
            seen[quantity.key] = None
            for definition in quantity.definitions[:1]:
                yield definition.body
                waiting += self.table.mentioned(definition.body)

    def _names(self):
        """The names of the document, with letters of the claim."""
        at, end = self.left.at, self.left.end
        for q in self.table.quantities.values():
            rank = max((len(d.pattern) for d in q.definitions), default=len(q.sizes or ()))
            if isinstance(q.symbol, Symbol) and q.is_function:
                yield from (_at(q.symbol, n) for n in self._arguments())
            if not isinstance(q.symbol, Symbol) or q.is_function or q.family:
                continue
            yield q.symbol
            for chosen in islice(pairs(self.letters, repeat=rank), 6) if 0 < rank < 3 else ():
                yield Scripted(at, end, q.symbol, indices(None, chosen, q.symbol))

    def _arguments(self):
        """What functions may be applied to: names without scripts that stand in the claim."""
        symbols = (n for side in self.near for n in side.walk() if isinstance(n, Symbol))
        return list({n.name: n for n in symbols if _is_array_name(self.table, n)}.values())[:2]

    def _with_letters(self, part):
        """An entry of an array with the letters of this claim in place of a definition's own."""
        found = self.table.find(part) if isinstance(part, Scripted) else None
        own = [i for i in found.indices if is_letter(i)] if found is not None else []
        foreign = [i for i in own if spelled(i) not in self.letters]
        if not foreign:
            yield part
        if (
            isinstance(part, Scripted)
            and 0 < len(own) <= 2
            and part.sub is not None
            and len(own) == len(items(part.sub))
        ):
            for chosen in islice(pairs(self.letters, repeat=len(own)), 6):
                if len(set(chosen)) == len(chosen):
                    yield replace(part, sub=indices(part.sub, chosen))

    def transposed(self) -> Node:
        """How the document writes a transpose."""
        marks = (n.sup for side in self.near for n in side.walk() if isinstance(n, Scripted) and is_transpose(n.sup))
        return next(marks, None) or Symbol(self.left.at, self.left.end, "top")

    def indicator(self, a: str, b: str) -> Node:
        """`1` where two letters are equal, as the document writes it."""
        at, end = self.right.at, self.right.end
        known = next(
            (n for side in self.near for n in side.walk() if isinstance(n, Scripted) and is_index_function(n)), None
        )
        x, y = Symbol(at, end, a), Symbol(at, end, b)
        if known is not None and isinstance(known.sub, Relation):
            return Scripted(at, end, known.base, Relation(at, end, (x, y), ("=",)))
        return Scripted(at, end, Symbol(at, end, "delta"), indices(None, (a, b), x))


def indices(like: Node | None, chosen: Sequence[str], at: Node | None = None) -> Node:
    """Letters as a subscript, with commas where the document has them."""
    place = like if like is not None else at
    assert place is not None
    letters = tuple(Symbol(place.at, place.end, name) for name in chosen)
    if len(letters) == 1:
        return letters[0]
    if isinstance(like, Tuple):
        return Tuple(place.at, place.end, letters, (",",) * (len(letters) - 1))
    return Product(place.at, place.end, tuple(("", n) for n in letters))


def operands(table: Table, node: Node) -> Iterator[Node]:
    """The parts of a formula that may stand as factors: names with scripts, function values, quotients, brackets."""
    found = table.find(node) if isinstance(node, Symbol | Scripted) else None
    if found is not None:
        yield node
        if isinstance(node, Scripted) and node.sup is not None and not is_letter(node.sup):
            if not found.quantity.above:
                yield power(node, None)
            if isinstance(node.sup, Number) and node.sup.value == 2:
                yield Product(node.at, node.end, (("", node.sup), ("", power(node, None))))
        return
    if isinstance(node, Scripted) and is_index_function(node):
        yield node
        return
    if isinstance(node, Product):
        yield from _applied(table, node)
    if isinstance(node, Scripted) and isinstance(node.base, Group) and node.base.left == "‖" and node.base.body:
        yield Product(node.at, node.end, (("", Number(node.at, node.end, Fraction(2))), ("", node.base.body)))
    if isinstance(node, Frac | Group | Root) or (isinstance(node, Scripted) and isinstance(node.base, Group)):
        yield node
    if isinstance(node, Scripted) and node.sup is not None and isinstance(node.base, Symbol | Number):
        yield node
    if isinstance(node, Scripted) and isinstance(node.sup, Number) and node.sup.value == 2:
        yield Product(node.at, node.end, (("", node.sup), ("", power(node, None))))
    parts = (node.body,) if isinstance(node, Big) else node.children()
    for child in parts:
        yield from operands(table, child)


def _applied(table, node):
    """`f(x)`, `\\log x`: a name before what it is applied to; products before and behind a factor."""
    factors = node.factors
    for (_, head), (op, argument) in pairwise(factors):
        base = head.base if isinstance(head, Scripted) else head
        named = isinstance(base, Symbol) and not op and (len(base.name) > 1 or isinstance(argument, Group))
        if named and is_operand(head) and not isinstance(head, Number):
            yield Product(head.at, argument.end, (("", head), ("", argument)))
    if 2 < len(factors) <= 4:
        yield Product(node.at, factors[-2][1].end, factors[:-1])
        yield Product(factors[1][1].at, node.end, (("", factors[1][1]), *factors[2:]))


def _at(function: Symbol, argument: Symbol) -> Node:
    """`J(v)`."""
    at, end = argument.at, argument.end
    return Product(at, end, (("", function), ("", Group(at, end, "(", ")", argument))))


def _is_array_name(table, node):
    found = table.find(node)
    return found is not None and bool(found.quantity.sizes)


def _is_array(table, node):
    """Whether a name in the formula stands for more than a number."""
    return any(f.quantity.sizes and len(f.indices) < len(f.quantity.sizes) for f in table.occurrences(node))


def _length(node):
    return len(latex(node))


def _bound(nodes):
    return [name for side in nodes for n in side.walk() if isinstance(n, Big) for name in sorted(binds(n))]


def _distinct(nodes: Iterable[Node]) -> Iterator[Node]:
    seen = set()
    for node in nodes:
        key = latex(node)
        if key not in seen:
            seen.add(key)
            yield node
