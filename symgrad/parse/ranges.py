"""The range of each index of an equation: given, or that of an axis it indexes alone, or how many windows fit.

y[i] = sum[k] W[i,k]*x[k]        i and k run over the axes that they index alone
Y[i] = sum[p] X[s*i+p-P]*K[p]    i runs as far as every window stays inside X padded by P
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sympy import Add, Expr, Integer, expand

from ..errors import ShapeError
from ..expr.affine import coefficient, nonnegative, window_count
from ..expr.indices import Index
from ..expr.tensors import Tensor, input_tensor
from .accesses import Accesses, Letter, Use
from .faults import Fault
from .names import Names
from .syntax import Bound, Node


class Ranges:
    """Finds the ranges of the indices that an equation binds or has on its left, and declares what it may declare."""

    def __init__(self, names: Names, whole: Callable[[Node], Tensor]):
        self.names, self.accesses = names, Accesses(names, whole)
        self.letters, self.uses = self.accesses.letters, self.accesses.uses

    def find(self, free: Iterable[Bound], body: Node, known: dict[str, Index]) -> dict[Bound, Expr]:
        """The size of each index that is free on the left or bound in the body; `known` indices have theirs already."""
        self.accesses.collect(free, body, known)
        self._solve()
        for name, axes in self.accesses.axes.items():
            self.names.add(name, input_tensor(name, [axis.size for axis in axes]))
        return {letter.bound: letter.size for letter in self.letters}

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
                    f"index {letter.name} runs over {first} ({letter.size}) and {use.axis} ({use.axis.size})",
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
