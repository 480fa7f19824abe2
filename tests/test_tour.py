"""The tour agrees with the lecture, and would say so if it did not."""

import io
import os
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
from rich.console import Console

import symgrad as sg
from symgrad.tour import SECTIONS, backpropagation, convolution, run
from symgrad.tour.report import Report, same

ROOT = Path(__file__).parent.parent
ENV = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}


@pytest.fixture(scope="module")
def told():
    out = io.StringIO()
    return run(out), out.getvalue()


def test_every_comparison_agrees(told):
    code, text = told
    assert code == 0 and "✗" not in text
    count = text.count("✓")
    assert text.rstrip().endswith(f"{count} of {count} comparisons agree") and count >= 40


NUMBERS = {
    "x·y+z": ["∂f/∂x   slide  5", "∂f/∂y   slide  -3", "∂f/∂z   slide  1"],
    "‖Wx‖²": ["[[0.38, 0.228], [0.29, 0.174]]", "[0.71, 0.34]"],
    "step": ["[[0.362, 0.5772], [0.671, -0.2174]]", "[0.429, 0.266]"],
    "numeric gradient": ["dW₁   slide  0.5   symgrad  0.5"],
    "convolution": ["[28, 28, 1]", "[N−2, N−2]"],
    "max pool": ["[[8, 7], [8, 9]]"],
    "weights": ["270,000,000"],
}


@pytest.mark.parametrize("numbers", NUMBERS.values(), ids=NUMBERS.keys())
def test_the_slides_numbers_are_in_it(numbers, told):
    squeezed = " ".join(told[1].split())
    for number in numbers:
        assert " ".join(number.split()) in squeezed


def test_every_section_compares_something():
    for title, section in SECTIONS:
        report = Report(Console(file=io.StringIO()))
        section(report)
        assert report.agreed and not report.failed, title


@pytest.mark.parametrize("width", [60, 80, 120])
def test_tables_keep_to_the_width(width):
    out = io.StringIO()
    report = Report(Console(file=out, width=width))
    for what in ("short", "of a longer name"):
        report.fact(what, "a value", "a value")
    report.say("")
    assert max(map(len, out.getvalue().splitlines())) <= width


def test_a_wrong_slide_is_found(monkeypatch):
    monkeypatch.setattr(convolution, "PADDED", ((0, 1, "[N−1, N−1]", "slide"),))
    report = Report(Console(file=io.StringIO()))
    convolution.padding_and_stride(report)
    assert report.failed == 1 and report.total() == 1


def test_a_wrong_formula_is_found():
    report = Report(Console(file=io.StringIO()))
    x, y = sg.tensors("x y")
    report.formula("∂(xy)/∂x", sg.grad(sg.let("f", x * y), x), x, "x")
    assert report.failed == 1


def test_a_wrong_number_is_found(monkeypatch):
    monkeypatch.setitem(backpropagation.WX, "x", [0.5, 0.31])
    report = Report(Console(file=io.StringIO()))
    backpropagation.squared_norm(report)
    assert report.failed >= 4


def test_same():
    assert same(Fraction(1, 10), 0.1) and not same(Fraction(1, 10), 0.1000001)
    assert same([1.0, 2.0], [1, 2]) and not same([1.0], [1.0, 2.0]) and not same(1.0, [1.0])


MARKS = {"digits.py": (pytest.mark.needs_sklearn, pytest.mark.slow)}
EXAMPLES = [pytest.param(p, id=p.name, marks=MARKS.get(p.name, ())) for p in sorted((ROOT / "examples").glob("*.py"))]


@pytest.mark.parametrize("path", EXAMPLES)
def test_examples_run(path):
    done = subprocess.run([sys.executable, path], cwd=ROOT, env=ENV, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 0 and not done.stderr, done.stderr
    assert "proved" in done.stdout or "agrees" in done.stdout or "accuracy" in done.stdout
