"""`symgrad layer`: what it prints, where, with which exit code; reports in every format, and layers by name.

SYMGRAD_GOLDEN=1 python -m pytest tests/test_testing_cli.py       writes golden/layer_failures.txt anew
"""

import json
import os
import shlex
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path

import pytest
from click.testing import CliRunner

from symgrad.cli import main
from symgrad.errors import OptionError
from symgrad.faces import layers
from symgrad.testing import campaign, check_inputs, check_layer
from symgrad.testing.homes import place_of
from symgrad.testing.locate import command_params, param
from symgrad.testing.pages import page
from symgrad.testing.parameters import choices
from tests.faulty_layers import LAYERS, SIGNATURE

ROOT = Path(__file__).parent.parent
GOLDEN = Path(__file__).parent / "golden" / "layer_failures.txt"
GIVEN = ("--signature", SIGNATURE, "--param", "factor=1..2", "--examples", "30")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with mylayers.py, which is the current one, and not on the path yet."""
    (tmp_path / "mylayers.py").write_text(LAYERS)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "path", [*sys.path])
    yield tmp_path
    sys.modules.pop("mylayers", None)


def run(*arguments):
    return CliRunner().invoke(main, ["layer", *arguments])


def test_a_right_layer_ends_with_0(folder):
    done = run("mylayers:Scale", *GIVEN)
    assert done.exit_code == 0 and done.stdout.startswith("Scale: no fault found in")
    assert done.stderr == "mylayers is imported\n"


@pytest.mark.parametrize(
    ("form", "begins"),
    [("text", "Unsummed: grad g is wrong"), ("json", '{\n  "schema": "symgrad/layer/1"'), ("html", "<!doctype html>")],
)
def test_a_wrong_layer_ends_with_1_in_every_format(folder, form, begins):
    done = run("mylayers:Unsummed", *GIVEN, "--format", form)
    assert done.exit_code == 1 and done.stdout.startswith(begins), done.output


@pytest.mark.parametrize(("suffix", "begins"), [(".txt", "Unsummed"), (".json", "{"), (".html", "<!doctype")])
def test_the_files_suffix_chooses_the_format(folder, suffix, begins):
    done = run("mylayers:Unsummed", *GIVEN, "--output", f"report{suffix}")
    assert (done.exit_code, done.stdout) == (1, "")
    assert (folder / f"report{suffix}").read_text(encoding="utf-8").startswith(begins)


def test_quiet_says_a_line_a_finding_or_nothing(folder):
    assert run("mylayers:Scale", *GIVEN, "--quiet").stdout == ""
    said = run("mylayers:Unsummed", *GIVEN, "--quiet").stdout
    assert said.startswith("Unsummed: grad g is wrong") and said.count("\n") == 1


WRONG = {
    "no colon": (["mylayers"], "not the name of a layer: 'mylayers'"),
    "no module": (["nolayers:Scale"], "no module named nolayers"),
    "no attribute": (["mylayers:Scael"], "mylayers has no 'Scael'\ndid you mean Scale?"),
    "inner attribute": (["mylayers:Scale.backwrd"], "mylayers.Scale has no 'backwrd'\ndid you mean backward?"),
    "no layer": (["mylayers:print"], "mylayers has no 'print'"),
    "module that raises": (
        ["broken:Scale"],
        "broken cannot be imported, it raises ZeroDivisionError: division by zero",
    ),
    "module that misses one": (["needs:Scale"], "needs cannot be imported, it raises ModuleNotFoundError"),
    "module that ends": (["ends:Scale"], "ends cannot be imported, it raises SystemExit: 3"),
    "parameter": (["mylayers:Scale", "--param", "factor"], "in --param: 'factor' is no hyper-parameter"),
    "code": (["mylayers:Scale", "--param", "factor=__import__('os').getcwd()"], "is no value"),
    "range": (["mylayers:Scale", "--param", "factor=3..1"], "ints(3, 1) has to hold"),
    "condition": (["mylayers:Scale", "--where", "H > 1"], "where= names H"),
    "example": (["mylayers:Scale", "--example", "N=2"], "an example without D"),
    "seed": (["mylayers:Scale", "--seed", "-1"], "a seed is a whole number from 0 on"),
    "count": (["mylayers:Scale", "--examples", "0"], "--examples"),
    "format": (["mylayers:Scale", "--format", "pdf"], "html"),
    "gradients": (["mylayers:Few"], "Few.backward gave 0 gradients for 2 arguments"),
    "file": (["mylayers:Scale", "--examples", "2", "--output", "/no/such/folder/x.md"], "cannot write /no/such"),
}


@pytest.mark.parametrize(("arguments", "words"), WRONG.values(), ids=WRONG.keys())
def test_what_cannot_be_tested_ends_with_2_and_says_why(folder, arguments, words):
    (folder / "broken.py").write_text("1/0")
    (folder / "needs.py").write_text("import no_such_package")
    (folder / "ends.py").write_text("raise SystemExit(3)")
    done = run(*arguments, "--signature", SIGNATURE)
    assert done.exit_code == 2 and words in done.stderr and not done.stdout, done.output
    assert "Traceback" not in done.stderr


EXAMPLES = {
    "value": ("factor=7", "factor=7 is not among its values\nfactor: [1, 2]"),
    "size": ("N=-1", "sizes are negative"),
    "word": ("N='a'", "N = 'a' cannot be part of a size"),
    "regime": ("values='foo'", "values='foo'\none of ordinary, distinct"),
    "layout": ("layout=[1]", "layout=[1]\none of contiguous"),
    "seed": ("seed=-1", "a seed is a whole number from 0 on"),
    "absent": ("absent=('q',)", "there is none"),
    "lead": ("lead=3", "the sizes of the axes"),
    "large": ("N=3000000000 D=30000000000", "an array of more than 10,000,000 entries"),
    "code": ("N=exit()", "an example cannot be read"),
    "unfinished": ("N='", "an example cannot be read"),
    "nothing": ("", "an example without"),
}


@pytest.mark.parametrize(("change", "words"), EXAMPLES.values(), ids=EXAMPLES.keys())
def test_an_example_that_cannot_be_tried_is_refused(folder, change, words):
    plain = [w for w in ("N=2", "D=3", "factor=1") if change and w.split("=")[0] + "=" not in change]
    done = run("mylayers:Scale", *GIVEN, "--example", " ".join([*plain, change]))
    assert done.exit_code == 2 and words in done.stderr, done.output


def test_a_signature_that_cannot_be_read_has_a_caret(folder):
    done = run("mylayers:Scale", "--signature", "x[N,D -> y[N]")
    assert done.exit_code == 2 and '\n        ^ a dim, "," or "]" is expected' in done.stderr


def test_debug_shows_where_a_module_raises(folder):
    (folder / "broken.py").write_text("def f():\n    1/0\nf()")
    done = run("broken:Scale", "--signature", SIGNATURE, "--debug")
    assert done.exit_code == 2 and 'broken.py", line 2, in f' in done.stderr


def test_a_fault_of_symgrad_ends_with_70(folder, monkeypatch):
    monkeypatch.setattr(layers, "check_layer", lambda *_, **__: 1 / 0)
    done = run("mylayers:Scale", "--signature", SIGNATURE)
    assert done.exit_code == 70 and "this is a fault of symgrad" in done.stderr and "Traceback" not in done.stderr


def test_the_command_in_a_report_shows_the_fault_again(folder):
    said = json.loads(run("mylayers:Forgets", *GIVEN, "--format", "json").stdout)
    command = said["findings"][0]["reproduce"]
    assert command.startswith("symgrad layer mylayers:Forgets --signature")
    assert said["findings"][0]["argument"] == "x"
    words = [sys.executable, "-m", "symgrad", *shlex.split(command)[1:]]
    env = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}
    done = subprocess.run(words, env=env, capture_output=True, encoding="utf-8", timeout=60)
    assert done.returncode == 1 and done.stdout.startswith("Forgets: grad x is wrong"), done.stderr


def test_help_loads_nothing_heavy():
    code = (
        "import sys; from symgrad.cli import main; main(['layer', '--help'], standalone_mode=False);"
        "print({'numpy', 'sympy', 'hypothesis'} & sys.modules.keys())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, encoding="utf-8")
    assert "--signature" in done.stdout and done.stdout.endswith("set()\n")


# Golden texts.


def test_what_failures_look_like(folder, monkeypatch):
    """Without what Hypothesis draws, which differs from version to version."""
    monkeypatch.setattr(campaign, "drawn", lambda *_: None)
    found = [run(f"mylayers:{name}", *GIVEN).stdout for name in ("Unsummed", "Forgets", "InPlace")]
    assert all(text.count("\n") <= 25 for text in found)
    if os.environ.get("SYMGRAD_GOLDEN"):
        GOLDEN.write_text("\n".join(found), encoding="utf-8")
    assert "\n".join(found) == GOLDEN.read_text(encoding="utf-8")


# Layers and hyper-parameters by name.


class Half:
    """Wrong by a factor."""

    @classmethod
    def apply(cls, x):
        return x

    def forward(self, x, mode=None):
        self.x = x
        return x**2

    def backward(self, grad):
        return (self.x * grad,)


def test_the_place_of_a_layer_is_where_the_command_line_finds_it(monkeypatch, tmp_path):
    monkeypatch.chdir(ROOT)
    assert place_of(Half) == f"{__name__}:Half" or __name__ != "tests.test_testing_cli"
    assert place_of(Half.apply) == place_of(Half) + ".apply" * bool(place_of(Half))
    local = type("Local", (Half,), {"__qualname__": "f.<locals>.Local"})
    assert place_of(local) == "" and place_of((Half, Half)) == "" and place_of(3) == ""
    monkeypatch.chdir(tmp_path)
    assert place_of(Half) == ""


@pytest.mark.parametrize(
    "given",
    [
        [1, 2, 3],
        [2, 1],
        ["valid", "same"],
        ["1", "a b", "True"],
        [(2, 2), (3, 1)],
        [1e-5, None],
        [True],
        [1.0, 2.0],
        [""],
    ],
    ids=str,
)
def test_values_are_read_as_they_are_written(given):
    words = command_params(choices({"p": given}))
    assert words and words[0] == "--param"
    name, read = param(words[1])
    assert name == "p" and list(read.values) == given and list(map(type, read.values)) == list(map(type, given))


def test_a_value_that_is_no_literal_is_not_written():
    assert command_params(choices({"p": [Half]})) is None


# Pages.


class Open(HTMLParser):
    """Counts what is open."""

    def __init__(self):
        super().__init__()
        self.open, self.seen = [], set()

    def handle_starttag(self, tag, attrs):
        self.seen.add(tag)
        if tag != "meta":
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_a_page_is_escaped_and_whole():
    report = check_layer(Half, "x[N] -> y[N]", params={"mode": ["<script>alert(1)</script>"]}, examples=20)
    for text in (report.to_html(), page([{**report.to_data(), "test": "a::<b>"}] * 2), page([])):
        parser = Open()
        parser.feed(text)
        assert not parser.open and "script" not in parser.seen and "b" not in parser.seen


def test_a_report_is_saved_by_suffix(tmp_path):
    report = check_layer(Half, "x[N] -> y[N]", examples=20)
    for suffix in (".txt", ".json", ".html"):
        report.save(tmp_path / f"r{suffix}")
        assert (tmp_path / f"r{suffix}").read_text(encoding="utf-8") == report.to(report_form(suffix)) + "\n"
    with pytest.raises(OptionError, match=r"one of \.txt, \.json, \.html"):
        report.save(tmp_path / "r.pdf")


def report_form(suffix):
    return {".txt": "text"}.get(suffix, suffix[1:])


def test_json_has_no_nan():
    class Nan(Half):
        def backward(self, grad):
            return (grad * float("nan"),)

    told = check_layer(Nan, "x[N] -> y[N]", examples=20).to_json()
    json.loads(told, parse_constant=lambda name: pytest.fail(name))


# Inputs that are given.


def test_inputs_of_ones_own():
    assert check_inputs(Half, "x[N] -> y[N]", [[0.0, 0.0]]).ok  # 0 is right at 0
    found = check_inputs(Half, "x[...,D] -> y[...,D]", [[[1.0, 2.0]]]).findings[0]
    assert (found.argument, found.relation, found.shapes) == ("x", "factor", "x[1,2]")


@pytest.mark.parametrize(
    ("signature", "inputs", "words"),
    [
        ("x[N] -> y[N]", [], "0 inputs for 1 argument"),
        ("x[N,D] -> y[N,D]", [[1.0]], r"x has shape \(1,\), which is not x\[N,D\]"),
        ("x[N,N] -> y[N,N]", [[[1.0, 2.0]]], r"x has shape \(1, 2\), which is not x\[N,N\]"),
    ],
)
def test_inputs_that_do_not_fit(signature, inputs, words):
    with pytest.raises(Exception, match=words):
        check_inputs(Half, signature, inputs)
