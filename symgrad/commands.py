"""What the verbs of the command line do: text in, text and an exit code out. Nothing here knows click."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import PurePath

from . import reprs
from .api import inputs, variable
from .api import derive as derivative
from .errors import OptionError
from .expr.conventions import Conventions
from .expr.evaluate import order
from .expr.tensors import Tensor
from .parse import declare, parse_program, parse_values
from .render.equations import value
from .render.graph import draw_graph, picture
from .results import Derivative
from .rules.facts import Facts, assume
from .values import arrays_of

HOLDS, REFUTED, UNDECIDED = 0, 1, 3
SUFFIXES = {".tex": "latex", ".md": "markdown", ".json": "json", ".dot": "dot", ".gv": "dot"}


def derive(text, *, shape, wrt, at, cotangent, assume, ties, format_name, notation, steps, output, points, seed, tol, quiet, ascii_only):
    """(text, exit code) of the derivations of the first equation by each variable."""
    ...
