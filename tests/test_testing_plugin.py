"""The pytest plugin, in projects of its own: what a run shows, its profiles, its report files, and that it is light."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from symgrad.testing import layer_test
from symgrad.testing.hearing import Hearing, hearing
from tests.faulty_layers import LAYERS

ROOT = Path(__file__).parent.parent
TESTS = """
import numpy as np
import pytest
from hypothesis import given, strategies as st
from mylayers import Few, Forgets, Scale, Slow, Unsummed
from symgrad.testing import check_layer, ints, layer_test
from symgrad.testing.hearing import asked

SIGNATURE = "x[N,D], g[D] -> y[N,D]"
test_scale = layer_test(Scale, SIGNATURE, params={"factor": ints(1, 2)}, examples=40)
test_forgets = layer_test(Forgets, SIGNATURE, params={"factor": ints(1, 2)}, examples=40)
test_unsummed = layer_test(Unsummed, SIGNATURE, examples=40)
"""
MORE = """
test_few = layer_test(Few, SIGNATURE)
test_marked = pytest.mark.symgrad(exampels=3)(layer_test(Scale, SIGNATURE))
test_slow = pytest.mark.symgrad(deadline=0.3)(layer_test(Slow, SIGNATURE))


class TestMany:
    pytestmark = pytest.mark.symgrad(examples=7)
    test_scale = layer_test(Scale, SIGNATURE)


@pytest.mark.symgrad(examples=9, seed=4)
@pytest.mark.symgrad(examples=5, deadline=1)
def test_options():
    assert asked({"deadline": 2}) == {"examples": 5, "seed": 4, "deadline": 2}


def test_direct():
    assert check_layer(Scale, SIGNATURE, examples=3).ok


@given(st.integers(1, 4))
def test_own(symgrad_check, n):
    symgrad_check(Unsummed, SIGNATURE, (np.ones((n, 2)), np.arange(2)), {"factor": 2})


@given(st.integers(1, 4))
def test_own_right(symgrad_check, n):
    symgrad_check(Scale, SIGNATURE, (np.ones((n, 2)), np.arange(2)))


def test_else():
    assert 1 == 2
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder for PYTHONPATH in which symgrad is installed as far as its entry points go."""
    folder = tmp_path_factory.mktemp("site")
    info = folder / "symgrad-0.1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: symgrad\nVersion: 0.1.0\n")
    text = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    groups = re.findall(r'\[project\.entry-points\.(\w+)\].*\nsymgrad = "(.*)"', text)
    assert [group for group, _ in groups] == ["pytest11", "hypothesis"]
    (info / "entry_points.txt").write_text("".join(f"[{group}]\nsymgrad = {target}\n" for group, target in groups))
    return folder


def started(folder: Path, site: Path, *words: str, **env: str):
    paths = os.pathsep.join([str(ROOT), str(site)])
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST_", "CI"))}
    env = {**plain, "PYTHONPATH": paths, "PYTHONUTF8": "1", "COLUMNS": "120", **env}
    return subprocess.run(words, cwd=folder, env=env, capture_output=True, encoding="utf-8", timeout=120)


def run_pytest(folder: Path, site: Path, *options: str, **env: str):
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *options]
    return started(folder, site, *words, **env)


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    folder = tmp_path_factory.mktemp("project")
    (folder / "mylayers.py").write_text(LAYERS)
    (folder / "test_layers.py").write_text(TESTS)
    (folder / "test_more.py").write_text(TESTS.split("test_scale")[0] + MORE)
    return folder


@pytest.fixture(scope="module")
def ran(project, site):
    options = ("--symgrad-report=told.json", "--hypothesis-show-statistics", "--hypothesis-seed=3")
    return run_pytest(project, site, *options).stdout


def block(text: str, test: str) -> list[str]:
    """The lines under the heading of a failed test."""
    lines = text.splitlines()
    start = next(k for k, line in enumerate(lines) if re.fullmatch(rf"_+ {re.escape(test)} _+", line))
    end = next(k for k in range(start + 1, len(lines)) if re.match(r"_{3,} .+ _{3,}$|={3,}|symgrad: ", lines[k]))
    return lines[start + 1 : end]


@pytest.mark.parametrize(
    ("test", "begins"),
    [
        ("test_forgets", "Forgets: grad x is wrong only when factor > 1"),
        ("test_unsummed", "Unsummed: grad g is wrong: shape"),
        ("test_few", "Few.backward gave 0 gradients for 2 arguments"),
        ("test_slow", "Slow did not return within 0.3 s"),
        ("test_own", "Unsummed: grad g is wrong: shape   (1 of 1 examples)"),
        ("test_marked", "the marker symgrad takes examples, seed, deadline by name, not exampels"),
    ],
)
def test_a_failure_is_its_report_alone(ran, test, begins):
    lines = block(ran, test)
    assert lines[0].startswith(begins) and len(lines) <= 25
    assert not any(word in line for line in lines for word in ("Traceback", "Error:", ".py:"))


def test_the_summary_says_what_is_wrong(ran):
    assert re.search(r"FAILED test_layers.py::test_forgets - Forgets: grad x is wrong", ran)
    assert "7 failed, 5 passed" in ran


def test_the_failing_example_of_ones_own_test_is_shown(ran):
    assert any("n=1," in line for line in block(ran, "test_own"))


def test_other_failures_keep_their_traceback(ran):
    assert "E       assert 1 == 2" in block(ran, "test_else")


def test_full_trace_shows_all(project, site):
    assert "LayerFailure" in run_pytest(project, site, "--full-trace", "-k", "test_unsummed").stdout


def test_statistics_of_layer_tests_are_shown(ran):
    told = ran.split("Hypothesis Statistics")[1]
    assert re.search(r"test_layers.py::test_scale:\n\n  - during generate phase .*\n.*\n    - \d+ passing", told)


def test_reports_of_a_run(ran, project):
    told = json.loads((project / "told.json").read_text(encoding="utf-8"))
    assert told["schema"] == "symgrad/layers/1"
    found = {r["test"].split("::", 1)[1]: r for r in told["reports"]}
    names = ["test_scale", "test_forgets", "test_unsummed", "TestMany::test_scale", "test_direct", "test_own"]
    assert list(found) == names
    assert [found[n]["ok"] for n in names] == [True, False, False, True, True, False]
    assert found["TestMany::test_scale"]["examples"] <= 11  # of 7: half as many are drawn beside pairs
    assert "symgrad: 6 reports in " in ran


def deep(project, site, *options):
    options = (
        "--hypothesis-profile=symgrad-deep",
        "--symgrad-report=deep.json",
        *options,
        "-k",
        "not forgets",
        "test_layers.py",
    )
    done = run_pytest(project, site, *options)
    return done, json.loads((project / "deep.json").read_text(encoding="utf-8"))["reports"]


def test_deep_runs_in_parts_with_the_same_verdict_in_several_processes(project, site):
    pytest.importorskip("xdist")
    alone, told = deep(project, site)
    spread, again = deep(project, site, "-n2")
    assert "4 failed, 4 passed" in alone.stdout and "4 failed, 4 passed" in spread.stdout, spread.stdout + spread.stderr
    assert sorted(told, key=lambda r: r["test"]) == sorted(again, key=lambda r: r["test"])
    assert [r["test"] for r in told][:2] == [f"test_layers.py::test_scale[part{k}of4]" for k in (1, 2)]
    assert all(10 <= r["examples"] <= 15 for r in told)


def test_every_part_tries_examples_of_its_own_and_the_same_each_time():
    def tried(part):
        seen = set()

        def square(x):
            seen.add(x.tobytes())
            return x**2, lambda grad: 2 * x * grad

        with hearing(Hearing(part=part)) as now:
            layer_test(square, "x[N] -> y[N]", examples=80)()
        assert len(now.reports) == 1 and 20 <= now.reports[0].examples <= 30
        return seen

    assert tried(1) == tried(1)
    assert len(tried(1) & tried(2)) < len(tried(1)) / 2


def test_a_page_of_a_run(project, site):
    run_pytest(project, site, "--symgrad-report=told.html", "-k", "direct")
    assert "1 report, 0 with findings" in (project / "told.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("path", "words"), [("a.txt", "no format for that suffix, one of .html, .json"), ("no/a.html", "no such folder")]
)
def test_a_report_that_cannot_be_written_is_wrong_usage(project, site, path, words):
    done = run_pytest(project, site, f"--symgrad-report={path}")
    assert done.returncode == 4 and words in done.stderr


# Profiles.

PROFILES = """
from hypothesis import settings
print(settings.get_current_profile_name())
for name in ("fast", "ci", "deep"):
    s = settings.get_profile(f"symgrad-{name}")
    print(s.max_examples, s.derandomize, s.deadline, s.report_multiple_bugs)
import sys
print({"numpy", "sympy", "pytest"} & sys.modules.keys())
"""


def test_profiles_are_known_wherever_hypothesis_is_and_none_is_loaded(tmp_path, site):
    done = started(tmp_path, site, sys.executable, "-W", "error", "-c", PROFILES)
    counts = ["20 False None False", "100 True None False", "2000 False None False"]
    assert done.stdout.splitlines() == ["default", *counts, "set()"], done.stderr


def test_a_profile_of_the_user_stays(tmp_path, site):
    code = "from hypothesis import settings as s; s.register_profile('symgrad-ci', max_examples=3)\n"
    code += "from symgrad.profiles import register; register(); print(s.get_profile('symgrad-ci').max_examples)"
    assert started(tmp_path, site, sys.executable, "-c", code).stdout == "3\n"


@pytest.mark.parametrize("options", [{}, {"HYPOTHESIS_NO_PLUGINS": "1"}], ids=["entry point", "no entry points"])
def test_a_profile_is_loaded_where_pytest_is_asked_to(project, site, options):
    (project / "test_profile.py").write_text(
        "from hypothesis import settings\ndef test_a(): assert settings().max_examples == 20"
    )
    done = run_pytest(project, site, "--hypothesis-profile=symgrad-fast", "test_profile.py", **options)
    assert done.returncode == 0, done.stdout


# In projects that do not use it.


def test_a_project_without_layers_loads_nothing(tmp_path, site):
    (tmp_path / "test_plain.py").write_text(
        "import sys\n"
        "def test_a(pytestconfig):\n"
        "    assert pytestconfig.pluginmanager.hasplugin('symgrad')\n"
        "    heavy = {'numpy', 'sympy', 'hypothesis', 'networkx', 'lark', 'click', 'rich', 'symgrad.testing'}\n"
        "    assert not heavy & sys.modules.keys()\n"
    )
    done = run_pytest(tmp_path, site)
    assert done.returncode == 0, done.stdout


def test_what_there_is_can_be_listed(tmp_path, site):
    assert "@pytest.mark.symgrad(examples, seed" in run_pytest(tmp_path, site, "--markers").stdout
    assert "symgrad_check" in run_pytest(tmp_path, site, "--fixtures").stdout
