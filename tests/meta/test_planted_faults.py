"""What checks is itself checked: every oracle sees every planted fault, and says nothing of right derivatives."""

import pytest

from symgrad.expr.evaluate import EXACT, FLOAT, evaluate, precise
from symgrad.oracles import DIFFERENCE, ORACLES, RATIONAL, UNROLLED, status

from .cases import CASES

SPACES = {"exact": EXACT, "float": FLOAT, "precise": precise(50)}
PAIRS = [(oracle, case) for oracle in ORACLES for case in CASES if case.rational or oracle is not RATIONAL]
FAULTS = [(oracle, case, fault) for oracle, case in PAIRS for fault in case.wrong]


@pytest.mark.parametrize("oracle, case", PAIRS, ids=str)
@pytest.mark.parametrize("space", SPACES)
def test_a_right_derivative_agrees(oracle, case, space):
    if space == "exact" and not case.rational:
        pytest.skip("not rational")
    verdict = oracle.check(case.f, case.wrt, evaluate(case.right, case.values, SPACES[space]), case.values)
    assert str(verdict) == "agrees (1 point)"


@pytest.mark.parametrize("oracle, case, fault", FAULTS, ids=str)
def test_a_planted_fault_is_refuted(oracle, case, fault):
    for space in ("float", "precise"):
        if fault == "one_in_ten_million" and space == "float":
            continue  # within the tolerance of doubles
        claimed = evaluate(case.wrong[fault], case.values, SPACES[space])
        verdict = oracle.check(case.f, case.wrt, claimed, case.values)
        assert verdict.fails and verdict.worst, (space, verdict)
        assert claimed[verdict.worst.place] == verdict.worst.given


@pytest.mark.parametrize("case", CASES, ids=str)
def test_status_of_a_right_derivative(case):
    for seed in range(3):
        verdict = status(case.f, case.wrt, case.right, seed=seed)
        branches = case.name in ("max x", "Σ relu(Wx) + max(x, y)")
        assert verdict.status == ("proved" if case.rational and not branches else "agrees"), verdict


@pytest.mark.parametrize("case, fault", [(c, fault) for c in CASES for fault in c.wrong], ids=str)
def test_status_of_a_planted_fault(case, fault):
    for seed in range(3):
        verdict = status(case.f, case.wrt, case.wrong[fault], seed=seed)
        assert verdict.fails and verdict.at, verdict


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_status_can_be_repeated(case):
    assert status(case.f, case.wrt, case.right, seed=7) == status(case.f, case.wrt, case.right, seed=7)


@pytest.mark.parametrize("case", [c for c in CASES if not c.f.ndim], ids=str)
def test_a_wrong_sign_in_the_last_entry_alone(case):
    for oracle in (UNROLLED, DIFFERENCE):
        claimed = evaluate(case.right, case.values, precise(50))
        k = max(k for k, v in enumerate(claimed) if v)
        claimed.data[k] = -claimed.data[k]
        assert oracle.check(case.f, case.wrt, claimed, case.values).worst.place == claimed.place(k)
