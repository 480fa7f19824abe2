"""How a tensor shows itself in a session and a notebook; importing this module gives `Tensor` what the table holds."""

from __future__ import annotations

from ..expr import protocols
from ..expr.tensors import Tensor
from ..render.equations import line
from ..render.equations import shape as shape_text


def representation(t: Tensor) -> str:
    """`qᵢ = Σⱼ Wᵢⱼ xⱼ   [m]`."""
    return line(t)


def latex(t: Tensor) -> str:
    r"""`$$q_{i} = \sum_{j} W_{ij} x_{j}$$`, for a notebook."""
    text = line(t, "latex").removesuffix(shape_text(t.shape, "latex")).rstrip()
    return f"$$\\displaystyle {text}$$".replace(" where ", r"\quad\text{where}\quad ")


REPRS = {"__repr__": representation, "_repr_latex_": latex}


def install(kind: type) -> None:
    """Give a class the methods of the table."""
    for name, method in REPRS.items():
        setattr(kind, name, method)


install(Tensor)
__all__ = ["REPRS", "install", "protocols"]
