"""The summary of a model: one row for each layer inside, in plain text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from ..expr.tensors import shape_text

HEAD = ("layer", "kind", "output", "parameters")


def summary_text(layer: Any, shape: Any = None) -> str:
    """Path, kind, output shape and parameter count of each layer inside, and their sum."""
    rows = list(_rows(layer, shape)) or [_row("", layer, shape)]
    rows.append(("total", "", "", f"{layer.parameter_count():,}"))
    rows = [HEAD, *rows]
    kept = [c for c in range(len(HEAD)) if c != 2 or shape is not None]
    wide = {c: max(len(r[c]) for r in rows) for c in kept}
    lines = ["  ".join(r[c].rjust(wide[c]) if c == 3 else r[c].ljust(wide[c]) for c in kept).rstrip() for r in rows]
    rule = "─" * max(map(len, lines))
    return "\n".join([lines[0], rule, *lines[1:-1], rule, lines[-1]])


def _rows(layer, shape) -> Iterator[tuple[str, str, str, str]]:
    for path, inner in layer.children().items():
        yield _row(path, inner, shape)
        shape = None if shape is None else inner.output_shape(shape)


def _row(path, layer, shape):
    out = "" if shape is None else shape_text(layer.output_shape(shape))
    return path, str(layer), out, f"{layer.parameter_count():,}"
