"""Hostile and mutated command lines: an answer or `error:` with its exit code, within a second, never a traceback.

python -m pytest tests/test_cli_hostile.py                              400 command lines, the same ones on every run
python -m pytest tests/test_cli_hostile.py --hypothesis-profile=deep    20,000 new ones
"""

import gc
import time
from collections import Counter

import pytest
from click.testing import CliRunner
from hypothesis import given, note, settings
from hypothesis import strategies as st

from symgrad.cli import main
from tests.test_parse import SHAPES
from tests.test_parse_hostile import CHARACTERS, EDIT, MUTATED, SEEDS, SOUP, TEXTS, WELL_FORMED, edited

SECOND = 1.0
ANSWERED = (0, 1, 2, 3)
CODES: Counter[int] = Counter()
SLOWEST = [0.0]

# ── command lines ──

VALUES = "W=[[1,2],[3,4]]; x=[.5,-1]; q=[2,3]; v=[1,2,3,4]; u=[4,3,2,1]; a=2; c=1/2; K=[1,2,3,4,5]"
GOOD = {
    "--shape": [SHAPES, "W[m,n] x[n]", "x[3]", "a c", "A[3,4], v[4]", ""],
    "--wrt": ["W", "x", "v", "a", "A", "W,x", "q x"],
    "--at": [VALUES, "x=[1,2]; W=[[1,2],[3,4]]", "a=1; c=-2.5", "x=[1/3,1e-3]", "m=2; n=3"],
    "--cotangent": ["G", "g", "L_1", "W"],
    "--assume": ["sum(x) == 1", "W == W.T", "x > 0", "A[0,0] == 1", "a >= 0"],
    "--notation": ["index", "matrix", "both"],
    "--format": ["text", "latex", "markdown", "json"],
    "--steps": ["all", "hint", "none"],
    "--ties": ["first", "split"],
    "--points": ["1", "3"],
    "--seed": ["0", "-7"],
    "--tol": ["0", "1e-3"],
}
GRAPH = {**{name: GOOD[name] for name in ("--shape", "--at", "--ties")}, "--format": ["text", "dot", "json"]}
EDITS = st.lists(EDIT, min_size=1, max_size=3)


def given_options(good):
    """Some of the options, most with a good value, others with an edited one or with any text."""

    def option(name):
        fine = st.sampled_from(good[name])
        wild = st.builds(edited, fine, EDITS) | SOUP | CHARACTERS
        return st.one_of(fine, fine, fine, fine, wild).map(lambda value: [name, value])

    some = st.lists(st.sampled_from([*good]).flatmap(option), max_size=4)
    shape = st.sampled_from([["--shape", SHAPES]] * 8 + [[]])
    return st.tuples(shape, some, st.sampled_from([[], [], [], ["--quiet"], ["--debug"], ["--q"]])).map(
        lambda parts: [word for part in (parts[0], *parts[1], parts[2]) for word in part]
    )


QUESTIONS = st.one_of(st.sampled_from(SEEDS), st.sampled_from(SEEDS), MUTATED, MUTATED, WELL_FORMED, WELL_FORMED, TEXTS)
VERBS = st.one_of(
    *[st.tuples(st.just("derive"), given_options(GOOD))] * 3, st.tuples(st.just("graph"), given_options(GRAPH))
)
LINES = st.builds(
    lambda verb, text, dashes: [verb[0], *verb[1], *dashes, text],
    VERBS,
    QUESTIONS,
    st.sampled_from([["--"], ["--"], ["--"], []]),
)


# ── answers ──


def invoked(arguments):
    """(the finished run, the seconds of CPU that it took)."""
    gc.disable()  # what the many lines before have left behind is not on this one's account
    begun = time.thread_time()
    try:
        done = CliRunner().invoke(main, arguments, input="a*x")
    finally:
        gc.enable()
    return done, time.thread_time() - begun


@pytest.fixture(scope="module", autouse=True)
def loaded():
    """The first line pays for loading SymPy and reading the grammar."""
    invoked(["derive", "sum((W @ x)**2)", "--shape", "W[m,n] x[n]"])
    yield
    print(f"\n{sum(CODES.values())} answers, exit codes {dict(sorted(CODES.items()))}, the slowest {SLOWEST[0]:.2f} s")


@given(LINES)
@settings(max_examples=max(1, 4 * settings().max_examples if settings().max_examples < 2000 else 20_000))
def test_every_command_line_is_answered(arguments):
    done, seconds = invoked(arguments)
    CODES[done.exit_code] += 1
    SLOWEST[0] = max(SLOWEST[0], seconds)
    note(f"{seconds:.2f} s, {done.exit_code}, {done.output[:1000]}")
    assert done.exit_code in ANSWERED
    assert isinstance(done.exception, (SystemExit, type(None)))
    assert "Traceback" not in done.output.replace("".join(arguments), "") or "--debug" in arguments
    if done.exit_code == 2:
        assert "rror: " in done.stderr
    assert seconds < SECOND
