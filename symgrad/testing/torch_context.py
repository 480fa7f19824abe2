"""Context: the `ctx` of a torch.autograd.Function whose `forward` and `backward` are called without an engine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..extras import need
from .torch_tensors import memory, same_strides


class Context:
    """Takes what a Function keeps. What is saved by `save_for_backward` is safe from writes to outputs, as the engine
    sees to that; what is kept as an attribute is not.
    """

    materialize_grads = True

    def __init__(self, inputs: Sequence[Any]):
        tensor = need("torch").Tensor
        self.needs_input_grad = tuple(isinstance(x, tensor) and x.requires_grad for x in inputs)
        self._saved: tuple[Any, ...] = ()
        self.dirty: tuple[Any, ...] = ()
        self.non_differentiable: tuple[Any, ...] = ()

    def save_for_backward(self, *tensors: Any) -> None:
        tensor = need("torch").Tensor
        for t in tensors:
            if t is not None and not isinstance(t, tensor):
                raise TypeError(f"save_for_backward can only save variables, but an argument is {type(t).__name__}")
        self._saved = tensors

    def save_for_forward(self, *tensors: Any) -> None:
        """For forward mode, which is not looked at."""

    def mark_dirty(self, *tensors: Any) -> None:
        self.dirty = tensors

    def mark_non_differentiable(self, *tensors: Any) -> None:
        self.non_differentiable = tensors

    def set_materialize_grads(self, value: bool) -> None:
        self.materialize_grads = value

    @property
    def saved_tensors(self) -> tuple[Any, ...]:
        return self._saved

    def close(self, outputs: Sequence[Any]) -> None:
        """After the forward pass: saved tensors that share memory with an output become copies."""
        tensor = need("torch").Tensor
        shared = {memory(y) for y in outputs if isinstance(y, tensor)}
        self._saved = tuple(
            same_strides(t.detach()) if t is not None and memory(t) in shared else t for t in self._saved
        )

    def declared(self, y: Any) -> bool:
        """Whether an output is said to have no gradient."""
        return any(y is t for t in self.non_differentiable)
