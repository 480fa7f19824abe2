"""Values as expressions of PyTorch: the table of what it spells differently, and operations with other arguments."""

from __future__ import annotations

from collections.abc import Callable

from .numpy_text import OPS, POSTFIX, SPELLED, Writer, axes_text, axis_text, scalar, tuple_text
from .schedule import INFIX

OPERATORS = {*INFIX, "negative"}
REDUCTIONS = {"sum": "sum", "max": "amax", "min": "amin"}

TORCH = {
    **SPELLED,
    "array": "torch.as_tensor({0}, dtype=dtype, device=device)",
    "arange": "torch.arange({0}, device=device)",
    "cast": "{0}.to(dtype)",
    "ufunc": "torch.{0}({1})",
    "where": "torch.where({0}, {1}, {2})",
    "broadcast": "torch.broadcast_to({0}, {1})",
    "best": "torch.arg{0}",
    "inner": "torch.dot({0}.reshape(-1), {1}.reshape(-1))",
    "asarray": "tensor_of({0})",
    "convert": "{0}.to(dtype)",
    "float64": "torch.float64",
    "scalar": "torch.as_tensor({0}, dtype=dtype, device=device)",
    "copy": "torch.clone({0})",
}
"""How PyTorch writes what `numpy_text.SPELLED` names."""


class TorchWriter(Writer):
    """Functions take tensors alone, so numbers are made tensors; axes are dims."""

    library = "torch"
    special = frozenset({"sign"})
    spelled = TORCH

    def _first(self, v) -> Callable:
        """A function takes tensors; an operator takes numbers beside them."""
        called = v.options[0] not in OPERATORS
        return self.array if called or (v.kind == "float" and all(map(scalar, v.args))) else self.text

    def _where(self, v):
        condition, a, b = v.args
        text = self.text(condition)
        branch = self.array if scalar(a) and scalar(b) else self.text
        texts = [text if condition.shape else f"torch.as_tensor({text}, device=device)", branch(a), branch(b)]
        return self.spell("where", *texts), POSTFIX

    def _axes(self, v):
        (x,), (places,) = v.args, v.options
        return self.array(x, POSTFIX) + permuted_text(places, len(x.shape)), POSTFIX

    def _reduce(self, v):
        (x,), (name, places) = v.args, v.options
        if name == "prod":
            return self.call("product_over", self.text(x), tuple_text(map(str, places)))
        over = "" if len(places) == len(x.shape) else axis_text(places)
        return f"{self.text(x, POSTFIX)}.{REDUCTIONS[name]}({over})", POSTFIX

    def _contract(self, v):
        (a, b), (left, right, out) = v.args, v.options
        if left == right and not out:
            return self.spell("inner", self.text(a, POSTFIX), self.text(b, POSTFIX)), POSTFIX
        return super()._contract(v)


TorchWriter.rows = OPS | {name: getattr(TorchWriter, f"_{name}") for name in ("where", "axes", "reduce", "contract")}


def permuted_text(places, rank: int) -> str:
    """What follows a tensor of this rank so that axis k of the result is `places[k]`, None a new one.

    >>> permuted_text((1, 0), 2), permuted_text((0, None), 1), permuted_text((2, None, 0), 3)
    ('.T', '[:, None]', '[:, 0].T[:, None]')
    >>> permuted_text((0, 2, 1), 3), permuted_text((2, 1, 0), 3)
    ('.permute(0, 2, 1)', '.permute(2, 1, 0)')
    """
    text = axes_text(places, rank).replace(".transpose(", ".permute(")
    kept = sum(p is not None for p in places)
    return text.replace(".T", f".permute({', '.join(map(str, reversed(range(kept))))})") if kept > 2 else text
