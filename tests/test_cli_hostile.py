"""Hostile and mutated command lines: an answer or `error:` with its exit code, within a second, never a traceback.

python -m pytest tests/test_cli_hostile.py                              1,000 command lines, the same ones on every run
python -m pytest tests/test_cli_hostile.py --hypothesis-profile=deep    20,000 new ones
"""

import ast
import gc
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from itertools import chain

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
THREAD = ThreadPoolExecutor(1)

# ── command lines ──

VALUES = "W=[[1,2],[3,4]]; x=[.5,-1]; q=[2,3]; v=[1,2,3,4]; u=[4,3,2,1]; a=2; c=1/2; K=[1,2,3,4,5]"
TEXT_OPTIONS = {
    "--shape": [SHAPES, SHAPES, "W[m,n] x[n]", "x[3]", "A[3,4], v[4]", ""],
    "--wrt": ["W", "x", "v", "a", "A", "W,x", "q x"],
    "--at": [VALUES, VALUES, "x=[1,2]; W=[[1,2],[3,4]]", "a=1; c=-2.5", "x=[1/3,1e-3]", "m=2; n=3"],
    "--cotangent": ["G", "g", "L_1", "W"],
    "--assume": ["sum(x) == 1", "W == W.T", "x > 0", "A[0,0] == 1", "a >= 0"],
}
CHOICES = {
    "--notation": ["index", "matrix", "both"],
    "--format": ["text", "latex", "markdown", "json"],
    "--steps": ["all", "hint", "none"],
    "--ties": ["first", "split"],
    "--points": ["1", "3"],
    "--seed": ["0", "-7"],
    "--tol": ["0", "1e-3"],
}
GRAPH = {"--format": ["text", "dot", "json"], "--ties": ["first", "split"]}
EDITS = st.lists(EDIT, min_size=1, max_size=3)


def text_option(name):
    fine = st.sampled_from(TEXT_OPTIONS[name])
    wild = st.builds(edited, fine, EDITS) | SOUP | CHARACTERS
    return st.one_of(fine, fine, fine, wild).map(lambda value: [name, value])


def choice(name, values):
    return st.sampled_from([*values * 8, "", values[0][:-1], "-1", "nan"]).map(lambda value: [name, value])


def options(texts, choices, flags):
    some = st.sampled_from([*texts]).flatmap(text_option)
    other = st.sampled_from([*choices.items()]).flatmap(lambda row: choice(*row))
    parts = st.tuples(
        st.sampled_from([["--shape", SHAPES]] * 9 + [[]]),
        st.lists(some, max_size=2).map(lambda found: [*chain(*found)]),
        st.lists(other, max_size=2).map(lambda found: [*chain(*found)]),
        st.sampled_from([[]] * 8 + flags),
    )
    return parts.map(lambda found: [*chain(*found)])


QUESTIONS = st.one_of(st.sampled_from(SEEDS), st.sampled_from(SEEDS), MUTATED, MUTATED, WELL_FORMED, WELL_FORMED, TEXTS)
DERIVE = st.tuples(st.just("derive"), options(TEXT_OPTIONS, CHOICES, [["--quiet"], ["--debug"], ["--q"]]))
DRAW = st.tuples(st.just("graph"), options(("--shape", "--at"), GRAPH, [["--debug"], ["--q"]]))
VERBS = st.one_of(DERIVE, DERIVE, DERIVE, DRAW)
LINES = st.builds(
    lambda verb, text, dashes: [verb[0], *verb[1], *dashes, text],
    VERBS,
    QUESTIONS,
    st.sampled_from([["--"], ["--"], ["--"], []]),
)


# ── answers ──


def invoked(arguments):
    """(the finished run, the seconds of CPU that it took): in a thread, whose stack is as shallow as a command's."""
    return THREAD.submit(timed, arguments).result()


def timed(arguments):
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
@settings(max_examples=4 * settings().max_examples)
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


# ── programs ──

NAMES = ["step", "lambda", "np", "check", "windows", "exec"]
WANTED = st.sampled_from([[], [], ["--wrt", "x"], ["--cotangent", "G"], ["--ties", "split"], ["--wrt", "W,v"]])


@given(QUESTIONS, st.sampled_from(["numpy", "jax", "torch"]), WANTED, st.sampled_from(NAMES))
@settings(max_examples=max(1, settings().max_examples // 2))
def test_every_program_is_refused_or_python(text, backend, more, name):
    done, seconds = invoked(["compile", "--shape", SHAPES, "--backend", backend, "--name", name, *more, "--", text])
    note(f"{seconds:.2f} s, {done.exit_code}, {done.output[-1000:]}")
    assert done.exit_code in (0, 2) and "Traceback" not in done.output.replace(text, "")
    assert seconds < 4 * SECOND
    if done.exit_code == 0:
        functions = [n for n in ast.parse(done.stdout).body if isinstance(n, ast.FunctionDef)]
        assert len({n.name for n in functions}) == len(functions) and functions[-1].name == "check"
        assert max(map(len, done.stdout.splitlines()[functions[-2].lineno :])) <= 120
