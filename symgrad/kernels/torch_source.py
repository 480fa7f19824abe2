"""PyTorch programs: tensors on the device of the first argument."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from ..expr.tensors import Tensor
from .improve_neutral import simplified
from .program import Value
from .schedule import VIEWS
from .source import Function
from .torch_text import TorchWriter


class TorchFunction(Function):
    """Functions of `torch`, and the routines of `routines_torch/`."""

    writer_kind = TorchWriter
    imports = ("import torch",)
    folder = "routines_torch"

    def __init__(
        self, name: str, inputs: Sequence[Tensor], outputs: Sequence[Value], wishes: Mapping[Value, str], *rest
    ):
        super().__init__(name, inputs, *simplified(outputs, wishes), *rest)

    def prologue(self) -> list[str]:
        names = list(self.arguments.values())
        return [*super().prologue(), f"device = {names[0]}.device" if names else 'device = torch.device("cpu")']

    def body(self) -> Iterable[str]:
        """Without the device where nothing is made on it."""
        lines = list(super().body())
        asks = any("device=device" in line for line in lines)
        return [line for line in lines if asks or not line.startswith("device = ")]

    def finished(self, v: Value, shared: bool) -> str:
        text = super().finished(v, shared)
        return self.spell("copy", text) if not v.shape and (shared or v.op in VIEWS) else text
