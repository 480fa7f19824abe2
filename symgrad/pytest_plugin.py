"""The pytest plugin. It is loaded in every project, so it imports nothing: what it needs is there when a test uses it.

A layer that is wrong is told by its report alone. `--symgrad-report=FILE` writes all reports of a run, the marker
`symgrad` gives options to layer tests, the fixture `symgrad_check` judges inputs that other tests have drawn.
"""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from importlib import import_module

import pytest

from .errors import SymgradError
from .profiles import register

OPTIONS = ("examples", "seed", "deadline")
MARKER = (
    "symgrad(examples, seed, deadline): options for the layer tests of this module, class or test, "
    "where these do not say otherwise (see symgrad.testing.check_layer)"
)
SUFFIXES = (".html", ".json")
MOST_LINES = 25
REPORTS = pytest.StashKey[list]()
KEPT = "symgrad_reports"
"""What a test report carries from a worker of pytest-xdist: data of reports."""


def pytest_addoption(parser):
    told = f"Write the reports of all layer tests to FILE ({' or '.join(SUFFIXES)})."
    parser.getgroup("symgrad", "symgrad").addoption("--symgrad-report", metavar="FILE", help=told)


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    config.addinivalue_line("markers", MARKER)
    profile = config.getoption("--hypothesis-profile", None) or ""
    if profile.startswith("symgrad-"):  # Hypothesis's plugin loads it next; without entry points none has registered it
        import_module("hypothesis")
        register()
    path = config.getoption("--symgrad-report")
    if path and not hasattr(config, "workerinput"):
        config.pluginmanager.register(Gatherer(writable(path)), "symgrad-report")


def writable(path: str) -> str:
    """The path in full, before a test changes the directory; errors are told before a long run, not after it."""
    whole = os.path.abspath(path)
    if not path.endswith(SUFFIXES):
        raise pytest.UsageError(f"--symgrad-report={path}: no format for that suffix, one of {', '.join(SUFFIXES)}")
    if not os.path.isdir(os.path.dirname(whole)):
        raise pytest.UsageError(f"--symgrad-report={path}: no such folder")
    return whole


# Running a test.


def is_layer_test(function) -> bool:
    return getattr(function, "symgrad_layer", False)


def pytest_generate_tests(metafunc):
    """In the deep profile a layer test is several, fixed by number: any worker may run any of them."""
    if is_layer_test(metafunc.function) and deep():
        metafunc.fixturenames.append("_symgrad_part")
        parts = import_module(".testing.hearing", __package__).PARTS
        names = [f"part{k}of{parts}" for k in range(1, parts + 1)]
        metafunc.parametrize("_symgrad_part", range(1, parts + 1), ids=names, indirect=True)


def deep() -> bool:
    return sys.modules["hypothesis"].settings.get_current_profile_name().startswith("symgrad-deep")


@pytest.fixture
def _symgrad_part(request):
    return request.param


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item):
    """The options of the run are given to layer tests, and their reports are kept."""
    wanted = item.config.getoption("--symgrad-report")
    if not wanted and "symgrad.testing" not in sys.modules:
        return (yield)
    core = import_module(".testing.hearing", __package__)
    part = item.callspec.params.get("_symgrad_part", 0) if hasattr(item, "callspec") else 0
    with core.hearing(core.Hearing(options(item), part)) as now, statistics(item):
        try:
            return (yield)
        finally:
            item.stash[REPORTS] = now.reports


def options(item) -> dict:
    """Of the markers, the nearest first, and the seed of Hypothesis."""
    found: dict = {}
    seed = item.config.getoption("--hypothesis-seed", None)
    for marker in item.iter_markers("symgrad"):
        wrong = [*map(repr, marker.args), *(name for name in marker.kwargs if name not in OPTIONS)]
        if wrong:
            pytest.fail(f"the marker symgrad takes {', '.join(OPTIONS)} by name, not {wrong[0]}", pytrace=False)
        found = {**marker.kwargs, **found}
    if seed is not None:
        found.setdefault("seed", import_module(".testing.hearing", __package__).seed_of(str(seed)))
    return found


def statistics(item):
    """Hypothesis's plugin shows `item.hypothesis_statistics`; of a layer test, those of the property inside it."""
    core = sys.modules.get("hypothesis.statistics")
    if not (core and is_layer_test(getattr(item, "function", None)) and hasattr(core, "collector")):
        return nullcontext()

    def note(told):
        item.hypothesis_statistics = core.describe_statistics({**told, "nodeid": item.nodeid})

    return core.collector.with_value(note)


@pytest.fixture(scope="session")
def symgrad_check():
    """`symgrad_check(layer, signature, inputs, params={})`: judges a layer at these inputs, for your own @given tests.

    A gradient that is wrong raises symgrad.testing.LayerFailure.
    """
    testing = import_module(".testing", __package__)

    def check(layer, signature, inputs, params=None, **options):
        __tracebackhide__ = True
        report = testing.check_inputs(layer, signature, inputs, params=params, **options)
        if not report.ok:
            raise testing.LayerFailure(report)
        return report

    return check


# Telling of it.


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    """A layer that is wrong, or cannot be tested, is told in its own words, without a traceback."""
    report = yield
    if call.excinfo and told_alone(item, call.excinfo.value):
        report.longrepr = plain(item, call.excinfo)
    if call.when == "call" and item.config.getoption("--symgrad-report"):
        setattr(report, KEPT, [made.to_data() for made in reports(item, call.excinfo)])
    return report


def told_alone(item, error) -> bool:
    testing = sys.modules.get("symgrad.testing")
    if testing is None or item.config.getoption("fulltrace"):
        return False
    of_a_layer = is_layer_test(getattr(item, "function", None)) and isinstance(error, SymgradError)
    return isinstance(error, testing.LayerFailure) or of_a_layer


def plain(item, excinfo):
    """The text of the error, and what Hypothesis has added to it."""
    shown = excinfo.getrepr(style="value", chain=False)
    notes = [line for note in getattr(excinfo.value, "__notes__", ()) for line in note.splitlines()]
    lines = str(excinfo.value).splitlines()
    shown.reprtraceback.reprentries[-1].lines = [*lines, *notes][:MOST_LINES]
    if shown.reprcrash:  # the place of the error, None where all frames are hidden
        shown.reprcrash.message = lines[0]  # what the summary shows
    return shown


def reports(item, excinfo) -> list:
    """Those that were made, and the one that a failure carries."""
    made = item.stash.get(REPORTS, [])
    failed = getattr(excinfo.value, "report", None) if excinfo else None
    return made if failed is None or failed in made or not hasattr(failed, "to_data") else [*made, failed]


class Gatherer:
    """Writes the reports of a run at its end; workers of pytest-xdist send theirs with each test."""

    def __init__(self, path: str):
        self.path = path
        self.tests: list[dict] = []

    def pytest_runtest_logreport(self, report):
        self.tests += [{"test": report.nodeid, **data} for data in getattr(report, KEPT, ())]

    def pytest_sessionfinish(self):
        try:
            import_module(".testing.pages", __package__).save(self.path, self.tests)
        except OSError as error:
            raise pytest.UsageError(f"--symgrad-report: cannot write {self.path}: {error.strerror}") from None

    def pytest_terminal_summary(self, terminalreporter):
        terminalreporter.write_line(f"symgrad: {len(self.tests)} reports in {self.path}")
