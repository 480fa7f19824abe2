"""JAX programs: static shapes are read from the arguments, so that `jax.jit` takes the function as it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

from ..expr.tensors import Tensor
from ..extras import need
from .improve_neutral import simplified
from .jax_text import JaxWriter
from .program import Value
from .source import Function


class JaxFunction(Function):
    """Functions of `jax.numpy` and `jax.lax`, and the routines of `routines_jax/`."""

    writer_kind = JaxWriter
    imports = ("import jax.numpy as jnp",)
    folder = "routines_jax"
    before_check = ('jax.config.update("jax_enable_x64", True)',)
    check_imports = ("import jax",)

    def __init__(
        self, name: str, inputs: Sequence[Tensor], outputs: Sequence[Value], wishes: Mapping[Value, str], *rest
    ):
        super().__init__(name, inputs, *simplified(outputs, wishes), *rest)

    @staticmethod
    def runner(function: Any, keywords: tuple[str, ...]) -> Any:
        """Compiled by XLA once for each set of shapes; sizes are static."""
        return need("jax").jit(function, static_argnames=keywords)

    @staticmethod
    def doubles() -> AbstractContextManager:
        """Doubles are off in JAX by default."""
        return need("jax").enable_x64(True)
