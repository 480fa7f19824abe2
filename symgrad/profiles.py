"""Profiles of Hypothesis: how many examples a property gets. None is loaded here, the user's own stays.

    python -m pytest --hypothesis-profile=symgrad-deep

Hypothesis calls `register` at the end of its own import (entry point "hypothesis"), so that nothing loads it earlier.
"""

from __future__ import annotations

import sys
from typing import Any

PROFILES: dict[str, dict[str, Any]] = {
    "symgrad-fast": {"max_examples": 20, "derandomize": False},
    "symgrad-ci": {"max_examples": 100, "derandomize": True, "database": None},
    "symgrad-deep": {"max_examples": 2000, "derandomize": False},
}
COMMON = {"deadline": None, "report_multiple_bugs": False}
"""The first call of a layer is slow, and one fault at a time is what is read."""


def register() -> None:
    """Makes the profiles known where Hypothesis is loaded; one that the user has named so is left alone."""
    hypothesis = sys.modules.get("hypothesis")
    if hypothesis is None:
        return
    plain = hypothesis.settings.get_profile("default")
    phases = [phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.explain]
    for name, options in PROFILES.items():
        if not known(hypothesis.settings, name):
            hypothesis.settings.register_profile(name, plain, phases=phases, **COMMON, **options)


def known(settings: Any, name: str) -> bool:
    """Whether a profile has that name."""
    try:
        settings.get_profile(name)
    except Exception:  # InvalidArgument, which cannot be imported without Hypothesis
        return False
    return True
