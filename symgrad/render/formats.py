"""FORMATS: the forms in which a derivation is handed out. To add one, add a row; the command line reads it here."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType

from ..derivation import Derivation
from ..errors import OptionError
from .json import to_json
from .latex import to_latex
from .markdown import to_markdown
from .text import to_text

FORMATS = MappingProxyType({"text": to_text, "latex": to_latex, "markdown": to_markdown, "json": to_json})
"""name → function(derivation, steps="hint", notation="index", delta=False, ascii=False)."""


def formatter(name: str) -> Callable[..., str]:
    """The function of that name.

    >>> formatter("latex").__name__
    'to_latex'
    """
    if name not in FORMATS:
        raise OptionError(f"format {name!r}", hint=f"one of {', '.join(FORMATS)}")
    return FORMATS[name]


def render(d: Derivation, form: str = "text", **options) -> str:
    """The derivation in one of FORMATS."""
    return formatter(form)(d, **options)
