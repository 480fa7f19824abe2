"""What a set says of its elements: `\\{0,1\\}^K`, `\\{1,\\dots,K\\}`, `(0,1)`, `\\Delta^{K-1}`, `S^n_{++}`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

from ...tex.syntax import Dots, Group, Node, Number, Product, Relation, Scripted, Sum, Symbol, Text, Tuple

FIELDS = {"R": "real", "N": "natural", "Z": "integer", "C": "complex", "B": "binary"}
SIGNED = {
    "+": "nonnegative",
    "++": "positive",
    ">": "positive",
    "≥": "nonnegative",
    "<": "negative",
    "≤": "nonpositive",
    "≠": "nonzero",
}
DEFINITE = {"+": "positive semidefinite", "++": "positive definite"}
GROUPS = {"O": "orthogonal", "SO": "orthogonal", "GL": "invertible"}


@dataclass(frozen=True, eq=False)
class Members:
    """Sizes, field, properties of the elements; `lower` … `upper` where they are consecutive integers."""

    sizes: tuple[Node, ...] | None
    field: str = "real"
    properties: frozenset[str] = frozenset()
    lower: Node | None = None
    upper: Node | None = None


def members(space: Node) -> Members | None:
    """What is known of the elements of this set, or None for a set that only has a name."""
    base, sub, power = _parts(space)
    sizes = sizes_of(power) if power is not None else ()
    for reading in (_numbers, _listed, _interval, _simplex, _definite, _group):
        found = reading(space, base, sub, power, sizes)
        if found is not None:
            return found
    return None


def _parts(space: Node) -> tuple[Node, Node | None, Node | None]:
    if isinstance(space, Scripted):
        return space.base, space.sub, space.sup
    return space, None, None


def _numbers(space, base, sub, power, sizes) -> Members | None:
    """`\\mathbb{R}^n`, `\\mathbb{R}_{>0}`, `\\mathbb{N}`; a plain R with a power is read as the reals."""
    if not isinstance(base, Symbol) or base.accents or base.name not in FIELDS:
        return None
    if base.font not in ("bb", "bf") and not (
        base.name == "R" and power is not None and base.font in ("", "rm", "cal")
    ):
        return None
    sign = _sign(power)
    if sign:
        sizes = ()
    sign = sign or _sign(sub)
    if sub is not None and not sign:
        sizes, sign = (*sizes_of(sub), *sizes), ""  # \mathbb{R}_{n}, rarely
    return Members(sizes, FIELDS[base.name], frozenset({SIGNED[sign]} if sign else ()))


def _sign(script: Node | None) -> str:
    """`+`, `++`, `>0` as a sign of `SIGNED`."""
    match script:
        case Symbol(name=("+" | "++") as name):
            return name
        case Sum(terms=(("+", Symbol(name=("+" | "") as name)),)):
            return "+" + name
        case Relation(sides=(None, Number(value=0)), relations=(relation,)) if relation in SIGNED:
            return relation
        case Group(body=Node() as body):
            return _sign(body)
        case Symbol(name="ast"):
            return "≠"
    return ""


def _listed(space, base, sub, power, sizes) -> Members | None:
    """`\\{0,1\\}^n`, `\\{1,\\dots,K\\}`, `\\{-1,+1\\}`, `[n]`."""
    match base:
        case Group(left="{", right="}", body=Tuple(items=items)) if not (separated(base.body)):
            return _items(items, sizes)
        case Group(left="[", right="]", body=Node() as top) if not isinstance(top, Tuple) and power is None:
            return Members((), "integer", lower=_one(top), upper=top)
    return None


def separated(body: Node | None) -> bool:
    """A condition stands in it: `\\{x : x > 0\\}`, `\\{x \\mid …\\}`."""
    return isinstance(body, Tuple) and any(mark in "|:" for mark in body.separators)


def _items(items: Sequence[Node], sizes) -> Members | None:
    if bounds := run(items):
        return Members(sizes, "integer", lower=bounds[0], upper=bounds[1])
    values = [_value(item) for item in items]
    if values == [0, 1]:
        return Members(sizes, "binary")
    if sorted(v for v in values if v is not None) == [-1, 1] and len(values) == 2:
        return Members(sizes, "integer", frozenset({"±1"}))
    if None not in values:
        return Members(sizes, "integer" if all(v == int(v) for v in values) else "real")
    return None


def run(items: Sequence[Node]) -> tuple[Node, Node] | None:
    """The first and last of `1, 2, \\dots, n`; of `1 \\dots n` written without commas too."""
    if len(items) == 1 and isinstance(items[0], Product):
        items = [factor for _, factor in items[0].factors]
    dots = [k for k, item in enumerate(items) if isinstance(item, Dots)]
    words = any(isinstance(part, Text) for item in items for part in item.walk())
    if len(dots) == 1 and 0 < dots[0] == len(items) - 2 and not words:
        return items[0], items[-1]
    return None


def _value(node: Node):
    match node:
        case Number(value=value):
            return value
        case Sum(terms=(("+", Number(value=value)),)):
            return value
        case Sum(terms=(("-", Number(value=value)),)):
            return -value
    return None


def _one(node: Node) -> Node:
    return Number(node.at, node.at, Fraction(1))


def _interval(space, base, sub, power, sizes) -> Members | None:
    """`(0,1)`, `[0,1]^n`, `(0,\\infty)`, `[0,\\infty)`."""
    match base:
        case Group(left="(" | "[", right=")" | "]", body=Tuple(items=(low, high), separators=(",",))):
            left, right = base.left, base.right
        case _:
            return None
    ends = (_value(low), _value(high))
    if isinstance(high, Symbol) and high.name == "infty" and ends[0] == 0:
        return Members(sizes, "real", frozenset({"positive" if left == "(" else "nonnegative"}))
    if ends == (0, 1):
        inside = {"positive" if left == "(" else "nonnegative", f"in {left}0,1{right}"}
        return Members(sizes, "real", frozenset(inside))
    return Members(sizes, "real", frozenset())


def _simplex(space, base, sub, power, sizes) -> Members | None:
    """`\\Delta^{K-1}` and `\\Delta_K` have K entries; of `\\Delta^K` books differ, so its size is not said."""
    if not isinstance(base, Symbol) or base.name != "Delta" or (sub is None) == (power is None):
        return None
    match power if sub is None else sub:
        case Sum(terms=(("+", size), ("-", Number(value=1)))) if sub is None:
            return Members((size,), "real", frozenset({"distribution"}))
        case size if sub is not None:
            return Members((size,), "real", frozenset({"distribution"}))
    return Members(None, "real", frozenset({"distribution"}))


def _definite(space, base, sub, power, sizes) -> Members | None:
    """`S^n_{++}`; without signs S^n may be the sphere, and says nothing."""
    if not isinstance(base, Symbol) or base.name != "S" or power is None or _sign(sub) not in DEFINITE:
        return None
    return Members((power, power), "real", frozenset({"symmetric", DEFINITE[_sign(sub)]}))


def _group(space, base, sub, power, sizes) -> Members | None:
    """`O(n)`, `SO(n)`, `GL(n)`."""
    match space:
        case Product(factors=((_, Symbol(name=name)), (_, Group(left="(", body=Node() as size)))) if name in GROUPS:
            return Members((size, size), "real", frozenset({GROUPS[name]}))
    return None


def sizes_of(node: Node) -> tuple[Node, ...]:
    """`m \\times n` as (m, n), `m, n` too; everything else is one size."""
    match node:
        case Group(left="(" | "", body=Node() as body):
            return sizes_of(body)
        case Tuple(items=items):
            return items
        case Product(factors=factors) if any(operator == "times" for operator, _ in factors):
            return _cut(factors)
        case Sum(terms=((_, Product(factors=factors)), *rest)) if any(op == "times" for op, _ in factors):
            *first, last = _cut(factors)
            return (*first, Sum(last.at, node.end, (("+", last), *rest)))
    return (node,)


def _cut(factors) -> tuple[Node, ...]:
    parts: list[list] = [[]]
    for operator, factor in factors:
        if operator == "times":
            parts.append([])
            operator = ""
        parts[-1].append((operator, factor))
    return tuple(_product(part) for part in parts if part)


def _product(part) -> Node:
    if len(part) == 1:
        [(_, only)] = part
        return only.body if isinstance(only, Group) and only.left == "(" and only.body is not None else only
    return Product(part[0][1].at, part[-1][1].end, tuple(part))
