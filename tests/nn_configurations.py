"""Two tests of one check against PyTorch: a few random configurations, and with `-m slow` a hundred or more."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

SEEDS = st.integers(0, 2**32 - 1)
ALL = settings(max_examples=settings().max_examples)


def configurations(check, rows, few):
    """(the quick test, the slow one) of `check(row, seed)`; `rows` is a parametrize mark."""

    def quick(row, seed):
        check(row, seed)

    def slow(row, seed):
        check(row, seed)

    drawn = given(seed=SEEDS)
    return pytest.mark.needs_torch(rows(few(drawn(quick)))), pytest.mark.slow(
        pytest.mark.needs_torch(rows(ALL(drawn(slow))))
    )
