"""Hypothesis profiles, and what decides whether a marked test runs.

    python -m pytest                                  the default: same examples on every run
    python -m pytest -n 2 --hypothesis-profile=deep   the campaign: many, new ones on every run, slow tests too

A property that wants more than its profile's share multiplies it, so that one option scales them all:

    @settings(max_examples=5 * settings().max_examples)
"""

import importlib.util
import os
import shutil

import pytest
from hypothesis import HealthCheck, Phase, settings

# The explain phase lists lines inside NumPy and SymPy; one failing example at a time is what gets read.
COMMON = settings(
    deadline=None,  # the first call pays for SymPy's caches
    phases=[phase for phase in Phase if phase is not Phase.explain],
    report_multiple_bugs=False,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("default", COMMON, max_examples=100, derandomize=True, database=None)
settings.register_profile("deep", COMMON, max_examples=2000)
settings.load_profile("default")  # with CI set, Hypothesis would have taken its own; --hypothesis-profile comes later

NEEDS = {
    "needs_jax": (lambda: importlib.util.find_spec("jax"), "JAX is not installed: pip install jax"),
    "needs_torch": (lambda: importlib.util.find_spec("torch"), "PyTorch is not installed: pip install torch"),
    "needs_numba": (lambda: importlib.util.find_spec("numba"), "numba is not installed: pip install numba"),
    "needs_pillow": (lambda: importlib.util.find_spec("PIL"), "Pillow is not installed: pip install pillow"),
    "needs_sklearn": (
        lambda: importlib.util.find_spec("sklearn"),
        "scikit-learn is not installed: pip install scikit-learn",
    ),
    "needs_tex": (lambda: shutil.which("pdflatex"), "pdflatex is not installed: apt-get install texlive-latex-base"),
}


def wants_slow(config):
    return (
        config.getoption("--hypothesis-profile", default=None) == "deep"
        or os.environ.get("SYMGRAD_SLOW") == "1"
        or "slow" in config.getoption("-m")
    )


def pytest_collection_modifyitems(config, items):
    skips = {marker: pytest.mark.skip(reason=reason) for marker, (present, reason) in NEEDS.items() if not present()}
    if not wants_slow(config):
        skips["slow"] = pytest.mark.skip(reason="slow: runs with --hypothesis-profile=deep, SYMGRAD_SLOW=1 or -m slow")
    for item in items:
        for marker in item.iter_markers():
            if marker.name in skips:
                item.add_marker(skips[marker.name])
