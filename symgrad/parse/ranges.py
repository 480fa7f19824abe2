"""The range of each index of an equation: given, or that of an axis it indexes alone, or how many windows fit.

y[i] = sum[k] W[i,k]*x[k]        i and k run over the axes that they index alone
Y[i] = sum[p] X[s*i+p-P]*K[p]    i runs as far as every window stays inside X padded by P
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from sympy import Add, Expr, Integer, expand

from ..errors import LimitError, ParseError, ShapeError, UnknownNameError
from ..expr.affine import coefficient, nonnegative, window_count
from ..expr.indices import Index, fresh, param
from ..expr.tensors import Tensor, input_tensor
from .faults import Fault
from .limits import BOUND, MAP, QUOTIENT, RANK
from .maps import index_map, size
from .names import Names
from .syntax import Attribute, Bound, Call, Ellipsis, Floor, Name, Node, Product, Reduction, Slice, Subscript, has_condition

UNKNOWN = param("?")


@dataclass(eq=False)
class Letter:
    """An index of which the range is looked for; `symbol` stands for it in index maps meanwhile."""

    bound: Bound
    free: bool
    symbol: Index
    given: bool = False
    size: Expr | None = None
    source: Use | None = None

    @property
    def name(self) -> str:
        return self.bound.letter


@dataclass(eq=False)
class Axis:
    """An axis of a tensor; its size is not known yet where the tensor is declared by its use."""

    tensor: str
    number: int
    size: Expr | None = None

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
    def alone(self) -> Letter | None:
        """The index where the map is an index and nothing else."""
        return self.letters.get(self.map)


class Ranges:
    """Finds the ranges of the indices that an equation binds or has on its left; `sizes[bound]` is what came out.

    `whole` gives the tensor that a subscripted expression stands for where it is no name.
    """

    def __init__(self, names: Names, whole: Callable[[Node], Tensor]):
        self.names, self.whole = names, whole
        self.letters: list[Letter] = []
        self.uses: list[Use] = []
        self.axes: dict[str, list[Axis]] = {}

    def find(self, free: Iterable[Bound], body: Node, known: dict[str, Index] | None = None) -> dict[Bound, Expr]:
        """The size of each index that is free on the left or bound in the body; `known` indices have theirs already."""
        env = {name: self._known(i) for name, i in (known or {}).items()}
        env.update((b.letter, self._letter(b, True, env)) for b in free)
        self._visit(body, env)
        self._solve()
        self._declare()
        return {letter.bound: letter.size for letter in self.letters}

    # What is written

    def _known(self, index):
        return Letter(Bound(0, index.letter, None), True, index, True, index.size)

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
        if not self.names.implicit:
            raise self.names.unknown(name, base.at)
        if len(items) > RANK:
            raise Fault(LimitError, f"more than {RANK} axes", base.at)
        return self.axes.setdefault(name, [Axis(name, k) for k in range(len(items))])

    # What follows

    def _solve(self):
        self._spread()
        for use in self.uses:
            if use.alone and use.alone.size is None:
                use.alone.size, use.alone.source = self._new_size(use.alone.name), use
                self._spread()
        self._check()
        for use in self.uses:
            if use.axis.size is None:
                use.axis.size = self._named(f"{use.axis.tensor}_{use.axis.number}")
        while missing := [letter for letter in self.letters if letter.size is None]:
            ready = [letter for letter in missing if self._windows(letter)]
            if not ready:
                raise _unknown_range(missing[0])
            for letter in ready:
                letter.size = self._smallest(letter)

    def _spread(self):
        """Sizes pass between an index and the axes that it indexes alone."""
        pending = [use for use in self.uses if use.alone]
        moved = True
        while moved:
            moved = False
            for use in pending:
                if use.alone.size is None and use.axis.size is not None:
                    use.alone.size, use.alone.source, moved = use.axis.size, use, True
                elif use.axis.size is None and use.alone.size is not None:
                    use.axis.size, moved = use.alone.size, True

    def _check(self):
        for use in self.uses:
            letter = use.alone
            if letter and not letter.given and expand(letter.size - use.axis.size) != 0:
                first = letter.source.axis if letter.source else use.axis
                raise Fault(
                    ShapeError,
                    f"index {letter.name} runs over {first}, of size {letter.size}, and {use.axis}, of size {use.axis.size}",
                    use.at,
                    f"give its range if it is meant to be one of them: {letter.name}<{letter.size}",
                )

    def _new_size(self, letter):
        """The upper case of the letter, `n_k` where that name is used."""
        return self._named(
            letter.upper() if letter.upper() not in self.names.taken | set(self.names.sizes) else f"n_{letter}"
        )

    def _named(self, name):
        while name in self.names.taken or name in self.names.sizes:
            name += "_"
        return self.names.size(name)

    def _windows(self, letter):
        """How far the index can run by each access, as far as the other indices of the access have ranges."""
        uses = [use for use in self.uses if letter.symbol in use.letters]
        if not uses or any(other.size is None for use in uses for other in use.letters.values() if other is not letter):
            return []
        return [_reach(use, letter) for use in uses]

    def _smallest(self, letter):
        least, *others = self._windows(letter)
        for other in others:
            if nonnegative(least - other):
                least = other
            elif not nonnegative(other - least):
                raise Fault(
                    ShapeError,
                    f"index {letter.name} could run up to {least} or {other}",
                    letter.bound.at,
                    f"give its range: {letter.name}<{least}",
                )
        if least.is_Integer and least <= 0:
            raise Fault(ShapeError, f"no window fits for index {letter.name}: the input is too small", letter.bound.at)
        return least

    def _declare(self):
        for name, axes in self.axes.items():
            self.names.add(name, input_tensor(name, [axis.size for axis in axes]))


def _reach(use: Use, letter: Letter) -> Expr:
    """How often the window of the access fits: `⌊(N + 2P − Σ d(K−1) − 1)/s⌋ + 1` for `s·i + Σ d·p − P`."""
    parts = coefficient(use.map, letter.symbol)
    if parts is None:
        raise _unknown_range(letter)
    stride, rest = parts
    reach, n = Integer(0), use.axis.size
    for symbol, other in use.letters.items():
        if other is letter:
            continue
        split = coefficient(rest, symbol)
        if split is None or not nonnegative(split[0] if nonnegative(stride) else -split[0]):
            raise _unknown_range(letter)
        reach, rest = reach + split[0] * (other.size - 1), split[1]
    if nonnegative(-stride):
        return window_count(rest + 1, 1 - reach, -stride)
    if not nonnegative(stride):
        raise _unknown_range(letter)
    below = [term for term in Add.make_args(rest) if not nonnegative(term)]
    return window_count(n - (rest - Add(*below)), reach + 1, stride, -Add(*below))


def _unknown_range(letter: Letter) -> Fault:
    name = letter.name
    hint = f"give it on the left side: {name}<n" if letter.free else f"give it: sum[{name}<n] …"
    return Fault(ShapeError, f"the range of index {name} does not follow from the tensors", letter.bound.at, hint)
