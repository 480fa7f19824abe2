"""What a report prints to show a finding again is run as it stands, and shows it: here, and in a process of its own."""

import contextlib
import io
import os
import re
import runpy
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

from symgrad.cli import main
from symgrad.extras import optional
from symgrad.testing import check_inputs, check_layer, check_module
from symgrad.testing.adapters import adapt
from symgrad.testing.evidence import Evidence, Measured
from symgrad.testing.finding import has_relations
from symgrad.testing.judge import Judge
from symgrad.testing.naming import holds
from symgrad.testing.parameters import choices, ints
from symgrad.testing.relations import RELATIONS
from symgrad.testing.spelling import Spelling
from tests.meta.faulty import SUBJECTS
from tests.reproduced import plain
from tests.reproduced.plain import SIGNATURE, Form, Scaled

ROOT = Path(__file__).parent.parent
QUICK = {"examples": 24, "seed": 1}
FEW = {"examples": 6, "seed": 1}  # JAX compiles each shape
needs_torch, needs_jax, slow = pytest.mark.needs_torch, pytest.mark.needs_jax, pytest.mark.slow
of_torch = optional("torch") and optional("tests.reproduced.of_torch")
of_jax = optional("jax") and optional("tests.reproduced.of_jax")


@pytest.fixture(autouse=True)
def root(monkeypatch):
    monkeypatch.chdir(ROOT)


# Running what is printed.


def text_of(report, k=0):
    """What the text and the data of a report print for its finding k."""
    text = report.to_data()["findings"][k]["reproduce"]
    assert k or report.ok or f"  reproduce  {text}" in str(report).splitlines()
    return text


def shown(text, tmp_path):
    """The output of what is printed, in this process."""
    if text.startswith("symgrad "):
        return CliRunner().invoke(main, shlex.split(text)[1:]).stdout
    path = tmp_path / "again.py"
    path.write_text(text + "\n", encoding="utf-8")
    with contextlib.redirect_stdout(io.StringIO()) as out:
        runpy.run_path(str(path))
    return out.getvalue()


def shown_elsewhere(text, tmp_path):
    """Its output in a new process."""
    path = tmp_path / "again.py"
    path.write_text(text + "\n", encoding="utf-8")
    words = ["-m", *shlex.split(text)] if text.startswith("symgrad ") else [str(path)]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run([sys.executable, *words], env=env, capture_output=True, encoding="utf-8", timeout=120)
    assert done.stdout, done.stderr
    return done.stdout


def lines(text):
    """What is wrong, and how, in words."""
    head, *rest = text.splitlines()
    return [head, *(line for line in rest if line.startswith(("  relation", "  smallest", "  remark", "also")))]


def assert_again(report, run, tmp_path):
    """Each finding is shown again by its function, and the first by its text, as it is by its function."""
    again = [f.reproduce() for f in report.findings]
    for finding, found in zip(report.findings, again, strict=True):
        assert key(finding) in map(key, found.findings), finding
    text = text_of(report)
    assert "\n" not in text
    assert lines(run(text, tmp_path)) == lines(str(again[0])), text


def key(finding):
    return finding.argument, finding.check, finding.relation


# Layers of every kind.

PLAIN = {
    "class": lambda: check_layer(Scaled, SIGNATURE, **QUICK),
    "inner class": lambda: check_layer(Scaled.Inner, "x[N] -> y[N]", **QUICK),
    "pair": lambda: check_layer((plain.forward, plain.backward), SIGNATURE, **QUICK),
    "pullback": lambda: check_layer(plain.with_pullback, SIGNATURE, **QUICK),
    "partial": lambda: check_layer(plain.with_pullback, SIGNATURE, like=plain.scaled_by_one, **QUICK),
    "lambda with a name": lambda: check_layer(plain.halved, SIGNATURE, **QUICK),
    "where": lambda: check_layer(Scaled, SIGNATURE, where="N >= 3 and D > 1", **QUICK),
    "deadline": lambda: check_layer(Scaled, SIGNATURE, deadline=7.5, **QUICK),
    "like": lambda: check_layer(Scaled, SIGNATURE, like=plain.product, **QUICK),
    "like of the same name": lambda: check_layer(plain.with_pullback, SIGNATURE, like=plain.reference, **QUICK),
    "spec": lambda: check_layer(Scaled, SIGNATURE, spec="y[n,d] = x[n,d]*w[d]", **QUICK),
    "spec of two lines": lambda: check_layer(Scaled, SIGNATURE, spec=["h[n,d] = x[n,d]*w[d]", "y = h"], **QUICK),
    "params": lambda: check_layer(Scaled, SIGNATURE, params={"factor": [1.0, 0.5]}, **QUICK),
    "objects": lambda: check_layer(
        Scaled, SIGNATURE, params={"form": [*Form], "dtype": [np.float32, np.tanh]}, **QUICK
    ),
    "infinite": lambda: check_layer(
        plain.Scaled, SIGNATURE, params={"dtype": [float("inf"), np.float32(0.1)]}, **QUICK
    ),
    "raises": lambda: check_layer(plain.Raises, SIGNATURE, **QUICK),
    "changed in place": lambda: check_layer(plain.WritesToBoth, SIGNATURE, **QUICK),
    "pin": lambda: check_layer(plain.Rectified, "x[N] -> y[N]", convention={"x": "upper"}, **QUICK),
    "pins": lambda: check_layer(
        plain.Rectified, "x[N] -> y[N]", convention={"x": ("split", 0.5)}, deadline=7.5, **QUICK
    ),
    "inputs": lambda: check_inputs(Scaled, SIGNATURE, [[[1.0, 2.0]], [3.0, np.pi]], params={"factor": 2.0}, seed=3),
}
TORCH = {
    "function": lambda: check_layer(of_torch.Half, SIGNATURE, **QUICK),
    "apply": lambda: check_layer(of_torch.Half.apply, SIGNATURE, like=of_torch.reference, **QUICK),
    "module": lambda: check_module(of_torch.Scale, "x[N,d]", **QUICK),
    "factory": lambda: check_module(of_torch.scale, "x[N,d]", params={"eps": [1e-5, 1e-3]}, modes=["train"], **QUICK),
    "where": lambda: check_module(of_torch.Scale, "x[N,d] -> y[N,d]", where="N > 1", deadline=20.0, **QUICK),
    "dtype": lambda: check_module(
        of_torch.Scale, "x[N,d]", params={"dtype": [optional("torch").float32, optional("torch").float64]}, **QUICK
    ),
}
JAX = {
    "custom_vjp": lambda: check_layer(of_jax.product, SIGNATURE, **FEW),
    "like": lambda: check_layer(of_jax.product, SIGNATURE, like=of_jax.reference, **FEW),
}
ALL = [
    *(pytest.param(made, id=name) for name, made in PLAIN.items()),
    *(pytest.param(made, id=f"torch {name}", marks=needs_torch) for name, made in TORCH.items()),
    *(pytest.param(made, id=f"jax {name}", marks=[needs_jax, slow]) for name, made in JAX.items()),
]


@pytest.mark.parametrize("made", ALL)
def test_what_is_printed_shows_the_finding_again(made, tmp_path):
    report = made()
    assert not report.ok
    assert_again(report, shown, tmp_path)


@pytest.mark.parametrize("made", [PLAIN["class"], PLAIN["inputs"]])
def test_it_does_so_in_a_process_of_its_own(made, tmp_path):
    assert_again(made(), shown_elsewhere, tmp_path)


@slow
@pytest.mark.parametrize("made", [PLAIN["like"], *ALL[len(PLAIN) + 2 :: 5]])
def test_so_do_references_and_layers_of_other_frameworks(made, tmp_path):
    assert_again(made(), shown_elsewhere, tmp_path)


def test_a_layer_that_is_elsewhere_is_found_from_there(monkeypatch, tmp_path):
    (tmp_path / "far").mkdir()
    (tmp_path / "far" / "faraway.py").write_text((ROOT / "tests/reproduced/plain.py").read_text())
    monkeypatch.syspath_prepend(str(tmp_path / "far"))
    layer = optional("faraway").Scaled
    monkeypatch.chdir(tmp_path)
    report = check_layer(layer, SIGNATURE, **QUICK)
    assert 'sys.path[:0] = ["far"]; ' in text_of(report)
    assert_again(report, shown_elsewhere, tmp_path)


def test_what_has_no_name_is_told():
    class Local(Scaled):
        pass

    report = check_layer(Local, SIGNATURE, like=lambda x, w: x * w, **QUICK)
    text = text_of(report)
    assert 'print(check_layer(Local, "x[N,D], w[D] -> y[N,D]", like=like, example=' in text
    local = r"test_what_has_no_name_is_told\.<locals>\."
    here = r"\(tests/test_testing_reproduce\.py:\d+\)"
    remark = rf"  # no module has these, define them first: Local = {local}Local {here}; like = {local}<lambda> {here}"
    assert re.search(f"{remark}$", text), text
    assert report.findings[0].relation == report.findings[0].reproduce().findings[0].relation


# The corpus.

FAULTS = [(s, f) for s in SUBJECTS for f in s.faults]


@pytest.mark.parametrize("subject, fault", FAULTS[9::60], ids=lambda x: x.name)
def test_faults_of_the_corpus_are_shown_again(subject, fault, tmp_path):
    report = check_layer(fault.layer, subject.signature, params=subject.params, where=subject.where, examples=40)
    assert_again(report, shown, tmp_path)
    assert not [f for f in report.findings if contradicted(f, fault.layer, report.signature)]


def contradicted(finding, layer, signature):
    """Whether the relation does not hold in the example that is shown for it."""
    if not has_relations((finding.argument, finding.check)):
        return False
    judge = Judge(adapt(layer, signature), signature)
    trouble = next(t for t in judge(finding.smallest).troubles if t.key == (finding.argument, finding.check))
    evidence = Evidence(judge, finding.smallest, trouble, Measured())
    return not holds(RELATIONS[finding.check], finding.relation, evidence)


@slow
@pytest.mark.parametrize("form", ["command", "python"])
@pytest.mark.parametrize("subject, fault", FAULTS, ids=lambda x: x.name)
def test_all_faults_of_the_corpus_are_shown_again(subject, fault, form, tmp_path):
    options = {} if form == "command" else {"deadline": 30.0}
    report = check_layer(fault.layer, subject.signature, params=subject.params, where=subject.where, **options)
    assert text_of(report).startswith("symgrad layer" if form == "command" else "import sys")
    assert_again(report, shown, tmp_path)
    assert not [f for f in report.findings if contradicted(f, fault.layer, report.signature)]


# Text of objects.


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (ints(0, 3), "ints(0, 3)"),
        (choices({"p": [1e-5, None]})["p"], "[1e-05, None]"),
        ([(2, 2), (3,)], "[(2, 2), (3,)]"),
        (-float("inf"), 'float("-inf")'),
        (np.float32(0.5), "np.float32(0.5)"),
        (np.array([[1, 2]]), 'np.array([[1, 2]], "int64")'),
        (np.zeros((0, 3)), 'np.zeros((0, 3), "float64")'),
        (Form.SQUARED, "Form.SQUARED"),
        (Scaled.Inner, "Scaled.Inner"),
        (np.tanh, "tanh"),
        (plain.scaled_by_one, "partial(scaled, factor=1)"),
        ({"a b": "say 'x'"}, """{"a b": "say 'x'"}"""),
    ],
    ids=range(12),
)
def test_objects_as_text(value, text):
    assert Spelling().of(value, "value") == text


def test_names_that_are_taken_get_another():
    spelling = Spelling("Scaled")
    assert spelling.of(Scaled, "layer") == "Scaled_2" and spelling.of(Scaled, "layer") == "Scaled_2"
    assert "from tests.reproduced.plain import Scaled as Scaled_2" in spelling.script("")
