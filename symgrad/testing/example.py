"""An example: sizes, hyper-parameters and regimes, from which all arrays follow; it can be written and read."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..errors import OptionError
from .regimes import FIRST_ONLY, NEGATIVE, SCALES, VALUES, laid, positive, upstream
from .signature import Argument, Output, Signature
from .sizes import NoSize

PLAIN = {"values": "ordinary", "upstream": "normal", "layout": "contiguous", "shape": "different"}
LABEL_NAMES = ("ignore_index", "padding_idx")
"""Hyper-parameters that are a label: they are put among the whole numbers."""


@dataclass(frozen=True)
class Example:
    """`sizes` of the dims, `lead` of the axes `...`, `params`, regimes, names of `absent` inputs, a `seed`.

    `extras` are what an adapter varies beside them (train and eval).
    """

    sizes: tuple[tuple[str, int], ...] = ()
    lead: tuple[int, ...] = ()
    params: tuple[tuple[str, Any], ...] = ()
    values: str = "ordinary"
    upstream: str = "normal"
    layout: str = "contiguous"
    shape: str = "different"
    absent: tuple[str, ...] = ()
    seed: int = 0

    @property
    def known(self) -> dict[str, Any]:
        """Dims and hyper-parameters by name."""
        return {**dict(self.params), **dict(self.sizes)}

    def change(self, **changes) -> Example:
        return replace(self, **changes)

    def factors(self) -> dict[str, Any]:
        """What may be the condition of a fault, by name."""
        given = {name: "absent" for name in self.absent}
        regimes = {key: getattr(self, key) for key in ("values", "upstream", "layout")}
        return {**dict(self.params), **dict(self.sizes), **regimes, **given}

    def __str__(self):
        """
        >>> print(Example((("N", 2),), params=(("stride", 1),), values="ties", seed=3))
        N=2 stride=1 values='ties' seed=3
        """
        named: list[tuple[str, Any]] = [*self.sizes]
        named += [("lead", self.lead)] * bool(self.lead)
        named += [(key, getattr(self, key)) for key in PLAIN if getattr(self, key) != PLAIN[key] and key != "shape"]
        named += [("absent", self.absent)] * bool(self.absent)
        said = [(name, repr(value).replace(", ", ",")) for name, value in [*named, ("seed", self.seed)]]
        said[len(self.sizes) : len(self.sizes)] = [(name, word(value)) for name, value in self.params]
        return " ".join(f"{name}={text}" for name, text in said)

    @classmethod
    def read(cls, text: str, signature: Signature, params: Mapping[str, Any]) -> Example:
        """The example that `str` has written.

        >>> from symgrad.testing.signature import read_signature
        >>> Example.read("N=2 values='ties' seed=3", read_signature("x[N] -> y[N]"), {}).sizes
        (('N', 2),)
        """
        given = _pairs(text)
        dims = signature.dims(set(params))
        fields = {key: given.pop(key) for key in ("lead", *PLAIN, "absent", "seed") if key in given}
        missing = [name for name in (*dims, *params) if name not in given]
        if missing or given.keys() - {*dims, *params}:
            what = f"without {missing[0]}" if missing else f"with {min(given.keys() - {*dims, *params})}"
            raise OptionError(f"an example {what}: {text}", hint=f"it names {', '.join((*dims, *params))}")
        values = tuple((n, meant(n, given[n], choices.values)) for n, choices in params.items())
        return cls(tuple((n, given[n]) for n in dims), params=values, **fields)

    # What follows from it.

    def shape_of(self, a: Output) -> tuple[int | None, ...]:
        """The shape of an array; None for an axis that follows from the rest."""
        return a.shape(self.known, self.lead)

    def solvable(self, signature: Signature) -> bool:
        """Whether all quotients are whole and no size is negative."""
        try:
            return all(n is None or n >= 0 for a in signature.arrays for n in self.shape_of(a))
        except NoSize:
            return False

    def arrays(self, signature: Signature) -> list[np.ndarray | None]:
        """The inputs, in order."""
        rng, found = np.random.default_rng(self.seed), []
        real = [a.name for a in signature.arguments if a.real]
        for a in signature.arguments:
            regime = self.values if a.name in real[:1] or self.values not in FIRST_ONLY else "ordinary"
            x = _array(a, self, rng, regime)
            found.append(None if a.name in self.absent else laid(x, self.layout))
        return found

    def scales(self, signature: Signature) -> dict[str, float]:
        """How far apart the entries of each array are."""
        real = [a.name for a in signature.arguments if a.real]
        length = SCALES.get(self.values, 1.0)
        return {n: length if n in real[:1] or self.values not in FIRST_ONLY else 1.0 for n in signature.names}

    def gradient(self, shape: tuple[int, ...], k: int = 0) -> np.ndarray:
        """The upstream gradient of output k."""
        return upstream(self.upstream, np.random.default_rng((self.seed, 1, k)), shape)


def _array(a: Argument, example: Example, rng, regime: str) -> np.ndarray:
    shape: Any = example.shape_of(a)
    if a.real:
        x = np.asarray(VALUES[regime](rng, shape), dtype=np.float64)
        return positive(x) if a.positive else x
    if a.kind == "bool":
        found = rng.random(size=shape) < 0.6
        if found.ndim and found.shape[-1] > 1:
            found[..., 0], found[..., -1] = True, False
        return found
    return _labels(a, example, rng, regime, shape)


def _labels(a, example, rng, regime, shape):
    """Whole numbers; in the regime of ties all the same, in that of negative indices half of them from the end."""
    below = a.below.value(example.known)
    if below < 1:
        return np.zeros(shape, np.int64)
    found = rng.integers(below, size=shape) if regime != "ties" else np.full(shape, rng.integers(below))
    for label in labels(example):
        found = np.where(rng.random(size=shape) < 0.3, label, found)
    if regime == NEGATIVE and a.negative:
        known, back = labels(example), found - below
        turned = (rng.random(size=shape) < 0.5) & ~np.isin(found, known) & ~np.isin(back, known)
        found = np.where(turned, back, found)
    return found


def labels(example: Example) -> list[int]:
    """Hyper-parameters that are whole numbers with a meaning of their own."""
    given = (dict(example.params).get(name) for name in LABEL_NAMES)
    return [label for label in given if isinstance(label, int) and not isinstance(label, bool)]


def from_zero(a: Argument, x: np.ndarray, example: Example) -> np.ndarray:
    """Indices that count from the end, counted from the beginning."""
    if not a.negative or a.below is None:
        return x
    return np.where((x < 0) & ~np.isin(x, labels(example)), x + a.below.value(example.known), x)


def word(value: Any) -> str:
    """A hyper-parameter in the text of an example: a literal, or else what it is called, in quotation marks.

    >>> word((2, 2)), word("same"), word(np.tanh), word(np.inf)
    ('(2,2)', "'same'", "'tanh'", "'inf'")
    """
    text = repr(value)
    try:
        literal = ast.literal_eval(text) == value
    except (ValueError, SyntaxError):
        literal = False
    if literal:
        return text if isinstance(value, str) else text.replace(", ", ",")
    return repr(str(getattr(value, "__name__", text)).replace(" ", ""))


def meant(name: str, given: Any, values: tuple[Any, ...]) -> Any:
    """The value that a word of an example stands for."""
    if not isinstance(given, str) or any(type(v) is str and v == given for v in values):
        return given
    found = [v for v in values if word(v) == repr(given)]
    if len(found) > 1:
        raise OptionError(f"an example with {name}={given!r}, which {len(found)} of its values are called")
    return found[0] if found else given


def _pairs(text: str) -> dict[str, Any]:
    """`N=2 values='ties'` as a dictionary; values are Python's literals."""
    try:
        tree = ast.parse(f"_({', '.join(_words(text))})", mode="eval").body
        assert isinstance(tree, ast.Call) and not tree.args
        return {str(k.arg): ast.literal_eval(k.value) for k in tree.keywords}
    except (SyntaxError, ValueError, AssertionError, AttributeError):
        raise OptionError(f"an example cannot be read: {text}", hint='as in "N=2 C=3 stride=1 seed=0"') from None


def _words(text: str) -> list[str]:
    """Text at the spaces that stand outside of quotation marks."""
    found, quote = [""], ""
    for c in text.strip():
        quote = "" if c == quote else c if c in "'\"" and not quote else quote
        if c == " " and not quote:
            found.append("")
        else:
            found[-1] += c
    return [w for w in found if w]
