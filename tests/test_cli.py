"""The command line: what it prints, where, and with which exit code."""

import ast
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from symgrad.cli import main
from symgrad.faces import commands

ROOT = Path(__file__).parent.parent
NORM = ["sum((W @ x)**2)", "--shape", "W[m,n] x[n]"]
SLIDE = "f = sum[k] q[k]**2; q[k] = sum[j] W[k,j]*x[j]"
NUMBERS = "W=[[.4,.6],[.7,-.2]]; x=[.5,.3]"


def run(*arguments, text=None, env=None):
    return CliRunner().invoke(main, arguments, input=text, env=env)


def symgrad(*arguments, text="", **env):
    words = [sys.executable, "-m", "symgrad", *arguments]
    env = {**os.environ, "PYTHONUTF8": "1", **env}
    return subprocess.run(words, cwd=ROOT, input=text, env=env, capture_output=True, encoding="utf-8", timeout=120)


def test_the_slides_derivation():
    done = run("derive", SLIDE, "--shape", "W[m,n] x[n]", "--wrt", "W", "--at", NUMBERS)
    assert done.exit_code == 0, done.stderr
    for line in ("chain rule", "= 2 qₖ xⱼ", "proved", "∇_W f = 2 q xᵀ", "2 q₀ x₁ = 2 · 0.38 · 0.3 = 0.228"):
        assert line in done.stdout
    assert done.stdout.rstrip().endswith("∇_W f = [[0.38, 0.228], [0.29, 0.174]]")
    assert not done.stderr


def test_every_input_without_wrt():
    done = run("derive", *NORM, "--steps", "none", "--notation", "matrix")
    assert [line.split("  ")[1] for line in done.stdout.splitlines() if "=" in line][:2]
    assert "∇_W f" in done.stdout and "∇_x f" in done.stdout


@pytest.mark.parametrize("names", [("--wrt", "x,W"), ("--wrt", "x", "--wrt", "W")], ids=["list", "repeated"])
def test_several_variables_in_the_order_asked(names):
    done = run("derive", *NORM, *names, "--quiet")
    assert done.stdout.index("∂f/∂x") < done.stdout.index("∂f/∂W")


@pytest.mark.parametrize(
    ("form", "begins"),
    [("text", "with"), ("latex", "\\begin{aligned}"), ("markdown", "With $"), ("json", "{")],
)
def test_formats(form, begins):
    done = run("derive", *NORM, "--wrt", "W", "--format", form)
    assert done.exit_code == 0 and done.stdout.startswith(begins)


def test_json_is_versioned_and_has_the_numbers():
    told = json.loads(run("derive", *NORM, "--wrt", "x", "--format", "json", "--at", NUMBERS).stdout)
    assert told["schema"] == "symgrad/derivation/1"
    assert told["value"] == pytest.approx([0.71, 0.34]) and told["shape"] == [2]


def test_json_of_several_variables_is_a_list():
    told = json.loads(run("derive", *NORM, "--format", "json", "--quiet").stdout)
    assert [t["schema"] for t in told] == ["symgrad/derivation/1"] * 2


@pytest.mark.parametrize(
    ("suffix", "begins"), [(".md", "With $"), (".tex", "\\begin"), (".json", "{"), (".txt", "with")]
)
def test_the_output_files_suffix_chooses_the_format(suffix, begins, tmp_path):
    file = tmp_path / f"gradient{suffix}"
    done = run("derive", *NORM, "--wrt", "W", "--output", str(file))
    assert (done.exit_code, done.stdout) == (0, "")
    assert file.read_text(encoding="utf-8").startswith(begins)


def test_a_file_that_cannot_be_written_is_wrong_usage():
    done = run("derive", *NORM, "--quiet", "--output", "/no/such/folder/x.md")
    assert done.exit_code == 2 and "/no/such/folder/x.md" in done.stderr


def test_text_from_standard_input():
    assert (
        run("derive", "-", "--shape", "x", "--quiet", text="x**2\n").stdout
        == run("derive", "x**2", "--shape", "x", "--quiet").stdout
    )


@pytest.mark.parametrize("words", [("-x**2",), ("--", "-x**2"), ("-w*x",)], ids=" ".join)
def test_a_minus_sign_in_front_is_text(words):
    done = run("derive", "--shape", "x w", "--quiet", *words)
    assert done.exit_code == 0 and "= −" in done.stdout


def test_ascii():
    done = run("derive", *NORM, "--wrt", "W", "--at", NUMBERS, env={"SYMGRAD_ASCII": "1"})
    assert done.exit_code == 0 and done.stdout.isascii(), done.stdout


def test_steps():
    lines = {
        s: len(run("derive", *NORM, "--wrt", "W", "--steps", s).stdout.splitlines()) for s in ("all", "hint", "none")
    }
    assert lines["all"] > lines["hint"] > lines["none"]


def test_facts():
    done = run("derive", "cross_entropy(z, y)", "--shape", "z[n] y[n]", "--wrt", "z", "--assume", "sum(y) == 1")
    assert "softmax(z) − y" in done.stdout and "assuming" in done.stdout


def test_ties_are_a_choice():
    text = ("derive", "max(x)", "--shape", "x[3]", "--at", "x=[1,1,0]", "--quiet")
    assert "[1, 0, 0]" in run(*text).stdout
    assert "[0.5, 0.5, 0]" in run(*text, "--ties", "split").stdout


def test_a_cotangent():
    done = run("derive", "W @ x", "--shape", "W[m,n] x[n]", "--wrt", "x", "--cotangent", "G", "--quiet")
    assert "Wᵀ G" in done.stdout


WRONG = {
    "unfinished": (["derive", "1/(1+exp(-w*x", "--wrt", "w"], "unfinished expression, column 14\n  1/(1+exp(-w*x\n"),
    "unknown function": (["derive", "sotfmax(x)", "--shape", "x[n]"], "softmax"),
    "shapes": (["derive", "W @ x", "--shape", "W[m,n] x[k]"], "(m, n) and (k,)"),
    "shape option": (["derive", "x", "--shape", "x[n"], "in --shape: unfinished"),
    "variable": (["derive", "sum(x)", "--shape", "x[n]", "--wrt", "y"], "in --wrt: no tensor is named 'y'"),
    "values": (["derive", "sum(x)", "--shape", "x[n]", "--at", "x=[1,"], "in --at: unfinished"),
    "name of a value": (["derive", "sum(x)", "--shape", "x[n]", "--at", "y=1"], "nothing is named 'y'"),
    "fact": (["derive", "sum(x)", "--shape", "x[n]", "--assume", "sum(x) = 1"], 'as "sum(y) == 1"'),
    "cotangent": (["derive", "2*x", "--shape", "x[n]", "--cotangent", "x"], "x is a tensor already"),
    "option": (["derive", "x", "--shpae", "x"], "--shape"),
    "verb": (["deriv", "x"], "derive"),
    "format": (["derive", "x", "--format", "pdf"], "markdown"),
    "nothing": (["derive", "3"], "no input"),
    "name of a function": (["compile", "x", "--shape", "x", "--name", "a b"], "in --name: not a name"),
    "backend": (["compile", "x", "--backend", "fortran"], "torch"),
}


@pytest.mark.parametrize(("arguments", "words"), WRONG.values(), ids=WRONG.keys())
def test_wrong_input_ends_with_2_and_says_what_where_and_what_to_try(arguments, words):
    done = run(*arguments)
    assert done.exit_code == 2
    assert words in done.stderr and not done.stdout
    assert "Traceback" not in done.stderr


def test_the_hint_stands_beside_the_caret():
    done = run("derive", "1/(1+exp(-w*x", "--wrt", "w")
    assert done.stderr.splitlines()[-1] == '               ^ expected ")" or ","'


def refuted(*_, **__):
    raise ZeroDivisionError("planted")


def test_a_fault_of_symgrad_ends_with_70_and_one_line(monkeypatch):
    monkeypatch.setattr(commands, "program", refuted)
    done = run("derive", "x", "--shape", "x")
    assert done.exit_code == 70
    assert "ZeroDivisionError: planted" in done.stderr and "Traceback" not in done.stderr
    assert "Traceback" in run("derive", "x", "--shape", "x", "--debug").stderr


def test_a_refuted_line_ends_with_1(monkeypatch):
    monkeypatch.setattr(commands.Check, "verdict", lambda self, target, wrt, claimed, facts: Said("refuted"))
    assert run("derive", *NORM, "--wrt", "W").exit_code == 1


def test_an_undecided_answer_ends_with_3(monkeypatch):
    monkeypatch.setattr(commands.Check, "verdict", lambda self, target, wrt, claimed, facts: Said("undecided"))
    assert run("derive", *NORM, "--wrt", "W").exit_code == 3


class Said:
    def __init__(self, status):
        self.status = status


@pytest.mark.parametrize("form", ["text", "dot", "json"])
def test_graph(form):
    done = run("graph", *NORM, "--format", form, "--at", NUMBERS)
    assert done.exit_code == 0, done.stderr
    assert "0.228" in done.stdout and "0.76" in done.stdout


def test_graph_in_json():
    told = json.loads(run("graph", SLIDE, "--shape", "W[m,n] x[n]", "--format", "json").stdout)
    assert told["schema"] == "symgrad/graph/1"
    assert {n["name"] for n in told["nodes"]} == {"W", "x", "q", "f"}
    assert {(e["from"], e["to"]) for e in told["edges"]} == {("W", "q"), ("x", "q"), ("q", "f")}


def compiled(*arguments):
    done = run("compile", *NORM, *arguments)
    assert done.exit_code == 0, done.stderr
    return done.stdout


def test_compile_prints_a_program():
    text = compiled("--wrt", "W")
    ast.parse(text)
    assert "def step(W, x):" in text and "∂f/∂Wᵢⱼ = 2 t1ᵢ xⱼ" in text and "symgrad" not in text
    assert compiled("--wrt", "W", "--output", "-") == text == compiled("--wrt", "W", "--name", "step")


@pytest.mark.parametrize(("backend", "begins"), [("numpy", "import numpy"), ("jax", "import jax"), ("torch", "import")])
def test_compile_for_a_library(backend, begins):
    text = compiled("--backend", backend)
    ast.parse(text)
    assert text.startswith(begins) and f"import {backend}" in text


def test_compile_writes_a_file_that_checks_itself(tmp_path):
    file = tmp_path / "grad.py"
    done = run("compile", *NORM, "--wrt", "W", "--backend", "numpy", "--output", str(file))
    assert (done.exit_code, done.stdout) == (0, "")
    ran = subprocess.run([sys.executable, str(file)], cwd=tmp_path, capture_output=True, encoding="utf-8", timeout=60)
    assert ran.returncode == 0 and ran.stdout.startswith("gradient by W: agrees with differences")


def test_compile_of_a_tensor_takes_a_cotangent():
    done = run("compile", "W @ x", "--shape", "W[m,n] x[n]", "--wrt", "x")
    assert "def step(W, x, G):" in done.stdout and "∂L/∂xⱼ = Σᵢ Gᵢ Wᵢⱼ" in done.stdout
    done = run("compile", "W @ x", "--shape", "W[m,n] x[n]", "--wrt", "x", "--cotangent", "seed", "--name", "back")
    assert "def back(W, x, seed):" in done.stdout


def test_compile_of_a_number():
    assert "def step():" in run("compile", "3").stdout


def test_help_names_every_verb_and_exit_code():
    told = run("--help").stdout
    assert all(word in told for word in ("derive", "graph", "compile", "layer", "tour", "70"))


def test_help_loads_no_sympy():
    code = """
import sys
from symgrad.cli import main
main(["--help"], standalone_mode=False)
print(bool({"sympy", "numpy"} & sys.modules.keys()))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert done.stdout.endswith("False\n")


def test_as_a_process():
    done = symgrad("derive", "x**2", "--shape", "x")
    assert (done.returncode, done.stderr) == (0, "") and "2 x" in done.stdout
    done = symgrad("derive", "x**", "--shape", "x")
    assert (done.returncode, done.stdout) == (2, "") and done.stderr.startswith("error: ")


def test_a_terminal_without_unicode_gets_question_marks_not_a_traceback():
    done = symgrad("derive", "x**2", "--shape", "x", PYTHONUTF8="0", PYTHONIOENCODING="ascii", LC_ALL="C")
    assert done.returncode == 0 and "Traceback" not in done.stderr


def test_bytes_that_are_no_text():
    words = [sys.executable, "-m", "symgrad", "derive", "-"]
    done = subprocess.run(words, cwd=ROOT, input=b"\xff\xfe\x00", capture_output=True, timeout=60)
    assert done.returncode == 2 and b"Traceback" not in done.stderr


def test_numbers_stand_for_a_named_cotangent_too():
    """∂f/∂t1 in a formula is one number, whatever the names in it."""
    at = "W=[[.4,.6],[.7,-.2]]; x=[.5,.3]; y=[0,1]"
    said = run("derive", "cross_entropy(W@x, y)", "--shape", "W[m,n] x[n] y[m]", "--wrt", "W", "--at", at)
    assert said.exit_code == 0
    assert "∂f/∂W₀₁ = ∂f/∂t1₀ · x₁ = 0.5225 · 0.3 = 0.1567" in said.output


def test_a_window_that_holds_no_entry_is_no_fault():
    """Where no size is known to fit, the maximum may be over nothing: −inf, which depends on nothing."""
    said = run("derive", "--shape", "W[m,n]", "--", "max[p<3] T[3*i+p]")
    assert said.exit_code in (0, 3), said.output


def test_many_inputs_have_to_be_named():
    text = "f = sum[i] " + "*".join(f"z{k}[i]" for k in range(30))
    done = CliRunner().invoke(main, ["derive", text])
    assert done.exit_code == 2 and "the expression has 30 inputs" in done.stderr and "--wrt W,x" in done.stderr
    assert CliRunner().invoke(main, ["derive", text, "--wrt", "z3"]).exit_code == 0


@pytest.mark.parametrize("verb", ["derive", "graph"])
@pytest.mark.parametrize(
    ("text", "shape", "at"),
    [
        ("W[m,n] x[n]", "W[m,n] x[n]", "m=9999999; n=3"),
        ("sum[i<N] a*i", "a x[N]", "a=1; N=9999999"),
        ("sum[i<9999999] a*i", "a", "a=1"),
    ],
)
def test_sizes_that_nobody_would_wait_for_are_refused(verb, text, shape, at):
    done = run(verb, "--shape", shape, "--at", at, text)
    assert done.exit_code == 2
    assert ("--at" in done.stderr and "100,000 operations" in done.stderr) or "no value for" in done.stderr
