"""Described: layers that are their options, written as PyTorch writes them."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

import numpy as np

from .layer import Layer


class Described(Layer):
    """A layer that is a frozen dataclass of its options: `Conv2d(1, 6, kernel_size=(5, 5), padding=(2, 2))`."""

    def _set(self, **options) -> None:
        """Puts a normalised option in place, while the layer is being made."""
        for name, value in options.items():
            object.__setattr__(self, name, value)

    def __str__(self):
        return f"{type(self).__name__}({', '.join(self._shown())})"

    __repr__ = __str__

    def _shown(self):
        """Options without a default, and those that differ from it."""
        for f in fields(self):  # type: ignore[arg-type]
            value = getattr(self, f.name)
            if f.default is MISSING:
                yield _text(value) if f.name in self.positional else f"{f.name}={_text(value)}"
            elif not _same(value, f.default):
                yield f"{f.name}={_text(value)}"

    positional: tuple[str, ...] = (
        *("in_features", "out_features", "in_channels", "out_channels", "num_features", "normalized_shape"),
        *("num_embeddings", "embedding_dim", "input_size", "hidden_size", "embed_dim", "num_heads", "kernel_size"),
        *("num_groups", "num_channels", "size", "output_size"),
    )


def named_options(layer: Any) -> set[str]:
    """The names of a layer's options (or of a class of layers)."""
    return {f.name for f in fields(layer)}


def _text(value: Any) -> str:
    """A value in few words: arrays by their shape.

    >>> _text((3, 3)), _text(np.zeros(4))
    ('(3, 3)', 'array(4,)')
    """
    return f"array{value.shape}" if isinstance(value, np.ndarray) else repr(value)


def _same(value: Any, default: Any) -> bool:
    """Whether an option is its default, written for one axis or for each.

    >>> _same((1, 1), 1), _same((2, 1), 1)
    (True, False)
    """
    if isinstance(value, np.ndarray):
        return False
    if isinstance(value, tuple) and not isinstance(default, tuple):
        return all(v == default for v in value)
    return bool(value == default)
