"""`symgrad check`: what it prints, where, with which exit code.

SYMGRAD_GOLDEN=1 python -m pytest tests/test_check_cli.py       writes golden/check_*.txt anew
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from symgrad.cli import main
from symgrad.faces import checking

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden"
HOMEWORK = r"""---
symbols: {W: "R^{m x n}", x: R^n}
---
# One layer

With $q = Wx$ and $f = \|q\|_2^2 = \sum_{k=1}^m q_k^2$,

\begin{align}
\frac{\partial f}{\partial W_{ij}}
  &= \sum_{k=1}^m 2 q_k \frac{\partial q_k}{\partial W_{ij}} && \text{(chain rule)} \\
  &= 2 q_i x_j
\end{align}

so $\nabla_W f = 2 q x^\top$ and $\nabla_x f = W^\top q$. By Taylor, $f(x + h) \approx f(x) + h^\top \nabla_x f$.
"""
BROKEN = "Let $x > 0$.\n\n$$\\frac{x}{2 = x$$\n"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name, text in {"hw1.md": HOMEWORK, "broken.md": BROKEN, "right.md": "$1 + 1 = 2$\n"}.items():
        Path(name).write_text(text, encoding="utf-8")
    return tmp_path


def run(*arguments, text=None, env=None):
    return CliRunner().invoke(main, ["check", *arguments], input=text, env={"COLUMNS": "100", **(env or {})})


CASES = {
    "check_wrong": (("hw1.md",), 1),
    "check_all": (("hw1.md", "--all"), 1),
    "check_quiet": (("hw1.md", "right.md", "--quiet"), 1),
    "check_broken": (("broken.md",), 2),
    "check_right": (("right.md",), 0),
}


@pytest.mark.parametrize("name", CASES)
def test_golden(name, folder):
    arguments, code = CASES[name]
    done = run(*arguments)
    assert done.exit_code == code and not done.stderr, done.output
    golden = GOLDEN / f"{name}.txt"
    if os.environ.get("SYMGRAD_GOLDEN"):
        golden.write_text(done.stdout, encoding="utf-8")
    assert done.stdout == golden.read_text(encoding="utf-8")


CODES = {
    "all hold": ("$1 + 1 = 2$", 0),
    "no claim": ("No formula here, but $x$.", 0),
    "refuted": ("$1 + 1 = 3$", 1),
    "refuted and not read": ("$1 + 1 = 3$ and $\\frac{a$", 1),
    "not read": ("$1 + 1 = 2$ and $\\frac{a$", 2),
    "undecided": ("Let $a \\in \\mathbb{R}$. Then $a + 0 = \\sum_q a$ and $1 + 1 = 2$.", 3),
}


@pytest.mark.parametrize("name", CODES)
def test_exit_codes_of_text_from_standard_input(name):
    text, code = CODES[name]
    done = run("-", text=text)
    assert done.exit_code == code, done.output
    assert done.stdout.rstrip().split("\n")[-1] and f"exit {code}" in done.stdout


def test_of_several_files_the_worst_counts(folder):
    assert run("right.md", "broken.md").exit_code == 2
    assert run("right.md", "broken.md", "hw1.md").exit_code == 1


def test_a_formula_alone_is_a_document():
    done = run("-", text=r"\frac{d}{dx} x^3 = 3x^2 = 6x")
    assert done.exit_code == 1 and "✗ REFUTED  = 6 x" in done.stdout


def test_declarations_beside_the_file():
    text = r"$$\frac{\partial f}{\partial x_i} = 2 x_i$$"
    assert run("-", "--declare", r"x \in \mathbb{R}^n", "--declare", "$f = x^\\top x$", text=text).exit_code == 0
    wrong = run("-", "--declare", r"W \in \mathbb{R}^{m", text=text)
    assert wrong.exit_code == 2 and wrong.stderr.startswith("error: in --declare: ") and "^" in wrong.stderr


@pytest.mark.parametrize(("form", "begins"), [("json", "{"), ("html", "<!doctype html>"), ("markdown", "## hw1.md")])
def test_formats(form, begins, folder):
    done = run("hw1.md", "--format", form)
    assert done.exit_code == 1 and done.stdout.lstrip().startswith(begins)


def test_several_files_are_one_list_and_one_page(folder):
    told = json.loads(run("hw1.md", "right.md", "--format", "json").stdout)
    assert [(each["name"], each["exit_code"]) for each in told] == [("hw1.md", 1), ("right.md", 0)]
    page = run("hw1.md", "right.md", "--format", "html").stdout
    assert page.count("<h1>") == 2 and page.count("<html") == 1


@pytest.mark.parametrize(
    ("suffix", "begins"), [(".html", "<!doctype"), (".json", "{"), (".md", "##"), (".txt", "hw1.md:")]
)
def test_the_output_files_suffix_chooses_the_format(suffix, begins, folder):
    done = run("hw1.md", "--output", f"report{suffix}")
    assert (done.exit_code, done.stdout) == (1, "")
    assert Path(f"report{suffix}").read_text(encoding="utf-8").lstrip().startswith(begins)


WRONG = {
    "no file": ((), "Missing argument"),
    "a file that is not there": (("none.md",), "cannot read none.md"),
    "a folder": ((".",), "cannot read ."),
    "a kind that is not read": (("hw1.docx",), 'hw1.docx: ".docx" is no known kind of document'),
    "an option": (("hw1.md", "--layuot", "numerator"), "--layout"),
    "a layout": (("hw1.md", "--layout", "sideways"), "sideways"),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_usage(name, folder):
    Path("hw1.docx").write_text("a", encoding="utf-8")
    arguments, said = WRONG[name]
    done = run(*arguments)
    assert done.exit_code == 2 and said in done.stderr and "Traceback" not in done.output, done.output


def test_ascii(folder):
    said = run("hw1.md", env={"SYMGRAD_ASCII": "1"}).stdout
    assert said.isascii() and r"x REFUTED  \nabla_x f = W^\top q" in said


def test_the_layout_is_an_option():
    text = r"Let $A \in \mathbb{R}^{m\times n}$, $x \in \mathbb{R}^n$, $y = Ax$. $$\frac{\partial y}{\partial x} = A$$"
    assert run("-", "--layout", "numerator", text=text).exit_code == 0
    assert run("-", "--layout", "denominator", text=text).exit_code == 1


def test_progress_is_told_of_every_formula(folder):
    told = []
    checking.check([("hw1.md", HOMEWORK)], tell=lambda *so_far: told.append(so_far))
    assert told[-1] == ("hw1.md", len(told), len(told)) and len(told) >= 5


def test_run_as_a_program(folder):
    words = [sys.executable, "-m", "symgrad", "check", "hw1.md", "--quiet"]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", "NO_COLOR": "1"}
    done = subprocess.run(words, env=env, capture_output=True, encoding="utf-8", timeout=120)
    assert done.returncode == 1 and done.stdout.startswith("hw1.md:14  ✗ REFUTED  ∇ₓ f = Wᵀ q") and not done.stderr
