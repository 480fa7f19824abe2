"""What `Layer.derive` gives: a derivation that prints itself."""

from __future__ import annotations

from dataclasses import dataclass, fields

from ..derivation import Derivation
from ..render.equations import printer
from ..render.formats import render


@dataclass(frozen=True, repr=False)
class Derived(Derivation):
    """A derivation in any format. `options`: `steps` "hint", "all" or "none"; `notation` "index", "matrix" or "both".

    >>> from symgrad.nn.dense import Linear
    >>> Linear(3, 2).derive("bias", (3,))
    ∂L/∂biasₖ = Σₙ Gₙₖ
    """

    @classmethod
    def of(cls, d: Derivation) -> Derived:
        """The same derivation."""
        return cls(**{f.name: getattr(d, f.name) for f in fields(d)})

    def to(self, form: str, **options) -> str:
        """The derivation in one of FORMATS."""
        return render(self, form, **options)

    def to_text(self, **options) -> str:
        """In Unicode."""
        return self.to("text", **options)

    def to_latex(self, **options) -> str:
        """As an `aligned` environment."""
        return self.to("latex", **options)

    def to_markdown(self, **options) -> str:
        """With displays in LaTeX."""
        return self.to("markdown", **options)

    def to_json(self, **options) -> str:
        """With every step, schema `symgrad/derivation/1`."""
        return self.to("json", **options)

    def __repr__(self):
        text = printer(self.left, self.result)
        return f"{text(self.left)} = {text(self.result)}"

    def _repr_markdown_(self):
        return self.to_markdown()
