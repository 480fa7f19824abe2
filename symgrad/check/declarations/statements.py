"""What one formula of the prose is: names, a size, a membership, a range, a function, an equation, another relation."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from ...tex.syntax import Accent, Dots, Group, Node, Number, Product, Relation, Row, Scripted, Sum, Symbol, Tuple
from ..names.names import spelled
from .sets import members, run

NO_NAMES = {"partial", "nabla", "cdot", "forall", "infty", "top", "exists"}
POWERS = {"T", "top", "H", "intercal", "dagger", "prime"}
NAMES, SIZE, NUMBER, MEMBER, RANGE, MAP, EQUATION, RELATION, SET, OTHER = "szumgferqx"  # letters of the patterns
INDICES = frozenset("abcdehijklmnopqrstuv")


@dataclass(frozen=True, eq=False)
class Statement:
    """One statement of a formula: its letter, the names it speaks of, and the row it stands in."""

    letter: str
    names: tuple[Node, ...]
    node: Node | None
    row: Row
    arguments: tuple[Node, ...] = ()


def statement(row: Row) -> Statement:
    """Classify a row of a formula."""
    node = row.statement
    if isinstance(node, Group) and node.left == "(" and isinstance(node.body, Relation) and bounds_of(node.body):
        node = node.body
    if isinstance(node, Relation):
        return _relation(row, node)
    if _is_numbers(node):
        return Statement(SET, (), node, row)
    if (found := name_of(node)) and isinstance(node, Product):
        return Statement(NAMES, found, node, row, _arguments(node))
    if found := names(node):
        return Statement(NAMES, found, node, row)
    return Statement(_letter(node), (), node, row)


def _is_numbers(node: Node | None) -> bool:
    r"""`\mathbb{R}^n`, which is no name with an index."""
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Symbol) and base.font == "bb" and node is not None and members(node) is not None


def _letter(node: Node | None) -> str:
    match node:
        case Number():
            return NUMBER
        case Product(factors=factors) if any(operator == "times" for operator, _ in factors) and _plain(node):
            return SIZE
        case Group(left="(", body=Product(factors=factors)) if any(operator == "times" for operator, _ in factors):
            return SIZE
        case Sum(terms=((_, Product() as first), *_)) if _letter(first) == SIZE:
            return SIZE
        case Group(left="(", body=Tuple(items=items)) if all(_is_size(item) for item in items):
            return SIZE
        case Node() if members(node) is not None:
            return SET
    return OTHER


def _plain(node: Node) -> bool:
    """`m \\times n` has names and numbers only; `a \\times \\nabla f` does not."""
    return not any(isinstance(part, Symbol) and part.name in NO_NAMES for part in node.walk())


def _is_size(node: Node) -> bool:
    return isinstance(node, Number | Sum) or bool(name_of(node))


def _relation(row: Row, node: Relation) -> Statement:
    left, right = node.sides[0], node.sides[-1]
    if set(node.relations) == {"∈"} and len(node.sides) == 2:
        return Statement(MEMBER, names(left), node, row)
    if node.relations == (":", "→"):
        return Statement(MAP, names(left), node, row)
    if node.relations == ("=",) and _counts(left, right) and (found := names(left)):
        return Statement(RANGE, found, node, row)
    if bounds_of(node):
        return Statement(RANGE, names(node.sides[1]), node, row)
    if set(node.relations) <= {"=", ":="}:
        return Statement(EQUATION, defined(node), node, row, _arguments(left))
    return Statement(RELATION, names(left), node, row)


def defined(node: Relation) -> tuple[Node, ...]:
    """The names on the left of an equation."""
    return name_of(node.sides[0]) or names(node.sides[0])


def _counts(left: Node | None, right: Node | None) -> bool:
    """`i = 1, \\dots, n`, and `t = 1, 2, 3` of a letter that counts."""
    if runs(right) is None:
        return False
    dotted = right is not None and any(isinstance(part, Dots) for part in right.walk())
    return dotted or (isinstance(left, Symbol) and left.name in INDICES and not left.font)


def runs(node: Node | None) -> tuple[Node, Node] | None:
    """First and last of `1, \\dots, n`, of `1, 2, 3`."""
    if isinstance(node, Tuple) and all(isinstance(item, Number) for item in node.items):
        values = [item.value for item in node.items if isinstance(item, Number)]
        return (node.items[0], node.items[-1]) if values == [values[0] + k for k in range(len(values))] else None
    if isinstance(node, Tuple):
        return run(node.items)
    return run((node,)) if isinstance(node, Product) else None


def bounds_of(node: Relation) -> tuple[Node, Node] | None:
    """Of `1 \\le i \\le n` and `0 \\le i < n`; `0 < \\beta < 1` is no range."""
    if len(node.sides) != 3 or not set(node.relations) <= {"≤", "<"} or None in node.sides:
        return None
    low, middle, high = node.sides
    if not all(isinstance(name, Symbol) and name.name in INDICES and not name.font for name in names(middle) or [None]):
        return None
    if node.relations[0] == "<" or (isinstance(high, Number) and high.value <= 1) or isinstance(low, Sum):
        return None
    assert low is not None and high is not None
    return low, high if node.relations[1] == "≤" else less_one(high)


def less_one(node: Node) -> Node:
    return Sum(node.at, node.end, (("+", node), ("-", Number(node.end, node.end, _ONE))))


_ONE = Fraction(1)


def names(node: Node | None) -> tuple[Node, ...]:
    """The names of `x`, `x, y`, `x_1, \\dots, x_n`, `(x_i, y_i)`, `\\{x_i\\}_{i=1}^n`, `f(x)`."""
    match node:
        case Tuple(items=items):
            found = [name_of(item) for item in _listed(items)]
            if not all(found):
                return ()
            members = family(node)
            alike = {id(item) for item in items if members and _of_family(item, members[0])}
            others = tuple(
                name for item, each in zip(_listed(items), found, strict=True) if id(item) not in alike for name in each
            )
            return (*others, members[0]) if members else others
        case Group(left="(" | "{" | "", body=Node() as body) if isinstance(body, Tuple | Symbol | Scripted | Group):
            return names(body)
        case Scripted(base=Group(left="(" | "{", body=Node() as body)) if not _is_power(node.sup):
            return names(body)
        case None:
            return ()
    return name_of(node)


def _listed(items: tuple[Node, ...]) -> list[Node]:
    return [item for item in items if not isinstance(item, Dots)]


def _of_family(item: Node, first: Scripted) -> bool:
    """`u_2` beside `u_1`, not `u_o`."""
    numbered = isinstance(first.sub, Number)
    below = item.sub if isinstance(item, Scripted) else None
    last = below is not None and not isinstance(below, Number) and len(spelled(below)) == 1
    return _base(item) == _base(first) and not (
        numbered and last and not spelled(below).isupper() and item.at < first.at
    )


def _base(node: Node) -> str:
    return spelled(node.base) if isinstance(node, Scripted) else spelled(node)


def family(node: Node | None) -> tuple[Scripted, Node, Node] | None:
    """Of `x_1, \\dots, x_N`: the first member, and the subscripts of the first and the last."""
    match node:
        case Tuple(items=(*before, Dots(), Scripted(base=base, sub=Node() as high))):
            alike = [item for item in before if isinstance(item, Scripted) and spelled(item.base) == spelled(base)]
            alike = [item for item in alike if isinstance(item.sub, Number)] or alike
            if alike and before[-1] is alike[-1] and alike[0].sub is not None:
                return alike[0], alike[0].sub, high
    return None


def name_of(node: Node | None) -> tuple[Node, ...]:
    """The one name of `x`, `x_i`, `W^{(l)}`, `\\hat y`, `f(x)`."""
    match node:
        case Symbol(name=name) if name not in NO_NAMES:
            return (node,)
        case Accent():
            return (node,)
        case Scripted(base=Symbol(name=name) | Accent(accent=name), sup=power) if name not in NO_NAMES:
            return () if _is_power(power) else (node,)
        case Product(factors=((_, first), (_, Group(left="(", right=")")))):
            return name_of(first)
        case Group(left="", body=Node() as body):
            return name_of(body)
    return ()


def _is_power(node: Node | None) -> bool:
    match node:
        case Symbol(name=name):
            return name in POWERS
        case Number() | Product():
            return True
        case Sum(terms=((sign, _), *_)):
            return sign == "-"
    return False


def _arguments(node: Node | None) -> tuple[Node, ...]:
    """`x, \\theta` of `f(x; \\theta)`."""
    match node:
        case Product(factors=((_, _), (_, Group(left="(", body=Tuple(items=items))))):
            return items
        case Product(factors=((_, _), (_, Group(left="(", body=Node() as body)))):
            return (body,)
    return ()
