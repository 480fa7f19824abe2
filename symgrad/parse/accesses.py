"""Which indices an equation has, and which entries it takes: what `ranges` finds the ranges from."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sympy import Expr

from ..errors import LimitError, ParseError, ShapeError
from ..expr.indices import Index, fresh, param
from ..expr.tensors import Tensor
from .faults import Fault
from .limits import BOUND, MAP, QUOTIENT, RANK
from .maps import index_map, look, size
from .names import RESERVED, Names
from .syntax import (
    Attribute,
    Bound,
    Call,
    Ellipsis,
    Floor,
    Name,
    Node,
    Product,
    Reduction,
    Slice,
    Subscript,
    has_condition,
)

UNKNOWN = param("?")


@dataclass(eq=False)
class Letter:
    """An index of which the range is looked for; `symbol` stands for it in index maps meanwhile."""

    bound: Bound
    free: bool
    symbol: Index
    given: bool = False
    size: Any = None
    source: Any = None

    @property
    def name(self) -> str:
        return self.bound.letter


@dataclass(eq=False)
class Axis:
    """An axis of a tensor; its size is not known yet where the tensor is declared by its use."""

    tensor: str
    number: int
    size: Any = None

    def __str__(self):
        return f"axis {self.number} of {self.tensor}"


@dataclass(eq=False)
class Use:
    """An access: an index map on an axis, at a place in the text."""

    axis: Axis
    map: Expr
    at: int
    letters: dict[Index, Letter] = field(default_factory=dict)

    @property
    def alone(self) -> Any:
        """The index where the map is an index and nothing else."""
        return self.letters.get(self.map)


class Accesses:
    """Walks a right side: `letters` are the indices that it binds or has on its left, `uses` its entries' indices.

    `whole` gives the tensor that a subscripted expression stands for where it is no name.
    """

    def __init__(self, names: Names, whole: Callable[[Node], Tensor]):
        self.names, self.whole = names, whole
        self.letters: list[Letter] = []
        self.uses: list[Use] = []
        self.axes: dict[str, list[Axis]] = {}

    def collect(self, free: Iterable[Bound], body: Node, known: dict[str, Index]) -> None:
        """Finds them all; `known` indices have their ranges already."""
        env = {name: Letter(Bound(0, name, None), True, i, True, i.size) for name, i in known.items()}
        env.update((b.letter, self._letter(b, True, env)) for b in free)
        self._visit(body, env)

    def _letter(self, bound, free, env):
        if len(self.letters) >= BOUND:
            raise Fault(LimitError, f"more than {BOUND} indices in one equation", bound.at)
        found = Letter(bound, free, fresh(Index(bound.letter, UNKNOWN)))
        if bound.size is not None:
            found.size, found.given = size(bound.size, self.names, env), True
        self.letters.append(found)
        return found

    def _visit(self, node, env):
        if isinstance(node, Reduction):
            env = {**env, **{b.letter: self._letter(b, False, env) for b in node.bounds}}
        if isinstance(node, Subscript) and not (has_condition(node) or self.names.is_delta(node)):
            self._access(node, env)
        elif not self._is_whole(node):
            for child in node.children():
                self._visit(child, env)

    def _is_whole(self, node):
        """Whether a node speaks of whole tensors, in which there are no indices."""
        if isinstance(node, Product):
            return any(op == "@" for op, _, _ in node.factors)
        if isinstance(node, Call):
            return not (self.names.is_scalar(node) or self.names.is_product(node))
        return isinstance(node, Attribute)

    def _access(self, node, env):
        base, items = self.names.head(node)
        axes = self._axes(base, items)
        if not items:
            return
        if len(axes) != len(items):
            shown = base.text if isinstance(base, Name) else "the tensor"
            raise Fault(
                ShapeError,
                f"{shown} has {len(axes)} {'axis' if len(axes) == 1 else 'axes'}, {len(items)} indices are given",
                node.at,
            )
        for axis, item in zip(axes, items, strict=True):
            self._use(axis, item, env)

    def _use(self, axis, item, env):
        if isinstance(item, (Slice, Ellipsis)):
            raise Fault(
                ParseError, "a slice in index notation", item.at, "name the index, and give its range: sum[k<n] x[k+1]"
            )
        self.names.spend(QUOTIENT if any(isinstance(n, (Call, Floor)) for n in item.walk()) else MAP, item.at)
        found = {}
        written = index_map(item, look(self.names, {k: v.symbol for k, v in env.items()}, isinstance(item, Name)))
        for letter in env.values():
            if written.has(letter.symbol):
                found[letter.symbol] = letter
        self.uses.append(Use(axis, written, item.at, found))

    def _axes(self, base, items):
        if not isinstance(base, Name):
            return [Axis("the tensor", k, n) for k, n in enumerate(self.whole(base).shape)]
        name = base.text
        if name in self.names.tensors:
            return [Axis(name, k, n) for k, n in enumerate(self.names.tensors[name].shape)]
        if not self.names.implicit or name in RESERVED:
            raise self.names.unknown(name, base.at)
        if len(items) > RANK:
            raise Fault(LimitError, f"more than {RANK} axes", base.at)
        return self.axes.setdefault(name, [Axis(name, k) for k in range(len(items))])
