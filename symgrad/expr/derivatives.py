"""Names of derivatives: `∂f/∂x` knows the tensors f and x, so that its entries print as `∂f/∂xᵢ`."""

from __future__ import annotations

from .tensors import Tensor


class DerivativeName(str):
    """`∂of/∂by`, of any order; its tensor has the axes of `of`, then those of each of `by`.

    >>> from symgrad.expr.tensors import input_tensor
    >>> f, x = input_tensor("f", ()), input_tensor("x", (3,))
    >>> DerivativeName(f, (x,)), DerivativeName(f, (x, x))
    ('∂f/∂x', '∂2f/∂x∂x')
    """

    of: Tensor
    by: tuple[Tensor, ...]

    def __new__(cls, of: Tensor, by: tuple[Tensor, ...]):
        order = len(by) if len(by) > 1 else ""
        self = super().__new__(cls, f"∂{order}{_grouped(of)}/{''.join(f'∂{_grouped(x)}' for x in by)}")
        self.of, self.by = of, by
        return self

    @property
    def parts(self) -> tuple[Tensor, ...]:
        return (self.of, *self.by)


def _grouped(t: Tensor) -> str:
    return f"({t.display})" if isinstance(t.name, DerivativeName) else t.display


def derivative_name(of: Tensor, by: Tensor) -> DerivativeName:
    """`∂f/∂q`, and `∂²f/∂x∂q` where what is differentiated is `∂f/∂x`."""
    if isinstance(of.name, DerivativeName):
        return DerivativeName(of.name.of, (*of.name.by, by))
    return DerivativeName(of, (by,))


def unknown_derivative(of: Tensor, by: Tensor) -> Tensor:
    """`∂Y/∂X` not worked out: an input of that name."""
    return Tensor(derivative_name(of, by), (*of.shape, *by.shape), None, (), ())


def parts_of(t: Tensor) -> tuple[Tensor, ...]:
    """The tensors by which t is printed where it has no name of its own: f and x for `∂f/∂x`, z for `softmax(z)`."""
    return t.name.parts if isinstance(t.name, DerivativeName) else t.operands if t.is_labelled else ()


def names_in(t: Tensor) -> set[str]:
    """The names that stand in print where t does."""
    parts = parts_of(t)
    return set().union(*map(names_in, parts)) if parts else {t.display}
