"""Negative indices: tried where a forward pass takes them as NumPy does, and nowhere else."""

import numpy as np
import pytest

from symgrad.errors import OptionError, ParseError
from symgrad.testing import check_layer
from symgrad.testing.example import PLAIN, Example, from_zero
from symgrad.testing.indices import with_negative
from symgrad.testing.regimes import NEGATIVE
from symgrad.testing.signature import read_signature

QUICK = {"examples": 60, "seed": 2}
LOOKUP, LOSS = "w[V,D], i[N]<V -> y[N,D]", "x[N,K], t[N]<K -> y[N]"


class Lookup:
    """Rows of a table."""

    def forward(self, w, i):
        self.shape, self.i = w.shape, i.copy()
        return w[i]

    def backward(self, g):
        return self.scattered(g), None

    def scattered(self, g):
        found = np.zeros(self.shape)
        np.add.at(found, self.i, g)
        return found


class Dropped(Lookup):
    """Indices below 0 get nothing."""

    def scattered(self, g):
        found = np.zeros(self.shape)
        np.add.at(found, np.maximum(self.i, 0), g * (self.i >= 0)[:, None])
        return found


class Counted(Lookup):
    """`bincount` raises for numbers below 0."""

    def scattered(self, g):
        np.bincount(self.i)
        return super().scattered(g)


class Strict(Dropped):
    """Refuses them, as PyTorch does."""

    def forward(self, w, i):
        if np.any(i < 0):
            raise IndexError("index out of range in self")
        return super().forward(w, i)


class OneHot:
    """A label below 0 is that of no class: its loss is 0, and its gradient is not."""

    def forward(self, x, t):
        self.hot = np.arange(x.shape[1]) == t[:, None]
        return -np.where(self.hot, x, 0.0).sum(axis=1)

    def backward(self, g):
        return -g[:, None] * (self.hot + ~self.hot.any(axis=1, keepdims=True)), None


def taken(layer, signature, **options):
    report = check_layer(layer, signature, **QUICK, **options)
    return report, {a.name: a.negative for a in report.signature.arguments if a.below is not None}


@pytest.mark.parametrize(
    ("layer", "signature", "wanted"),
    [(Lookup, LOOKUP, True), (Strict, LOOKUP, False), (OneHot, LOSS, False), (Dropped, LOOKUP, True)],
)
def test_they_are_tried_where_the_forward_pass_takes_them(layer, signature, wanted):
    report, found = taken(layer, signature)
    assert list(found.values()) == [wanted]
    assert report.ok == (layer is not Dropped), str(report)


@pytest.mark.parametrize(
    ("layer", "told"),
    [
        (Dropped, "grad w is wrong only when numbers in i are negative"),
        (Counted, "grad w raises only when numbers in i are negative"),
    ],
)
def test_a_gradient_that_forgets_them_is_found(layer, told):
    report, _ = taken(layer, LOOKUP)
    assert str(report.findings[0]) == told
    assert NEGATIVE in str(report.findings[0].smallest) and not report.findings[0].reproduce().ok


def test_a_signature_may_say_that_there_are_none():
    report, found = taken(Dropped, "w[V,D], i[N]<V>=0 -> y[N,D]")
    assert report.ok and found == {"i": False}


def test_an_oracle_has_to_take_them_too():
    def reference(w, i):
        return np.where(i[:, None] < 0, np.nan, w[np.maximum(i, 0)])

    report, found = taken(Lookup, LOOKUP, like=reference)
    assert report.ok and found == {"i": False}
    assert taken(Lookup, LOOKUP, like=lambda w, i: w[i])[1] == {"i": True}


def test_each_argument_is_asked_for_itself():
    class Both(Lookup):
        def forward(self, w, i, t):
            self.hot = np.arange(w.shape[1]) == t[:, None]
            return np.where(self.hot, super().forward(w, i), 0.0)

        def backward(self, g):
            return self.scattered(g * self.hot), None, None

    assert taken(Both, "w[V,D], i[N]<V, t[N]<D -> y[N,D]")[1] == {"i": True, "t": False}


def test_labels_with_a_meaning_stay():
    """A row that is ignored is not named from the end, and −1 may itself be the label."""
    read = with_negative(read_signature("w[V], i[N]<V -> y[N]", {"padding_idx"}), "i", True)
    i = read.arguments[1]
    for padding in (None, 0, -1):
        for seed in range(20):
            e = Example((("V", 3), ("N", 40)), params=(("padding_idx", padding),), values=NEGATIVE, seed=seed)
            x = e.arrays(read)[1]
            assert x.min() < 0 and (padding is None or (x == padding).any())
            assert padding != 0 or -3 not in x
            back = from_zero(i, x, e)
            assert np.array_equal(back % 3, x % 3) and (back >= min(0, padding or 0)).all() and back.max() < 3
            plain = e.change(**{**PLAIN, "seed": seed}).arrays(read)[1]
            assert plain.min() >= min(0, padding or 0)


@pytest.mark.parametrize("text", ["x[N]>=0 -> y[N]", "m[N]:bool>=0 -> y[N]"])
def test_whole_numbers_alone_can_be_so(text):
    with pytest.raises(OptionError, match=">=0: whole numbers alone can be so"):
        read_signature(text)


def test_the_mark_is_that_of_0():
    assert read_signature("t[N]>=0<K, x[K] -> y[N]").arguments[0].negative is False
    with pytest.raises(ParseError):
        read_signature("t[N]<K>=1, x[K] -> y[N]")
