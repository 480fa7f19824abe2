"""STYLES: the printed forms by name: `code` is the input syntax, `unicode` for the blackboard, `latex` for print."""

from __future__ import annotations

from types import MappingProxyType

from ..errors import OptionError
from .latex_style import LATEX
from .style import Style
from .text_styles import CODE, UNICODE

STYLES = MappingProxyType({style.name: style for style in (CODE, UNICODE, LATEX)})


def style(name: str) -> Style:
    """The style of that name."""
    if name not in STYLES:
        raise OptionError(f"style {name!r}", hint=f"one of {', '.join(STYLES)}")
    return STYLES[name]
