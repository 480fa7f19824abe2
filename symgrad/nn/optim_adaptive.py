"""Optimisers that scale each entry's step by the size of its past gradients: Adam, AdamW, RMSprop."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np

from ..errors import OptionError
from .optim import Optimizer


@dataclass(frozen=True)
class Adam(Optimizer):
    """Adam, a step of about γ for each entry whatever the scale of its gradient.

        g ← g + λ θ
        m ← β₁ m + (1 − β₁) g
        v ← β₂ v + (1 − β₂) g²                               (with `amsgrad`, v̂ ← max(v̂, v) stands for v below)
        θ ← θ − γ/(1 − β₁ᵗ) · m / (√v/√(1 − β₂ᵗ) + ε)

    Source: Kingma & Ba, arXiv:1412.6980, as in `torch.optim.Adam`.
    """

    betas: tuple[float, float] = (0.9, 0.999)
    eps: float = 1e-8
    weight_decay: float = 0.0
    amsgrad: bool = False

    def __post_init__(self):
        super().__post_init__()
        if len(self.betas) != 2 or not all(0 <= β < 1 for β in self.betas):
            raise OptionError(f"{type(self).__name__}: betas={self.betas!r} are not two numbers from 0 up to below 1")

    @property
    def slots(self):
        return ("mean", "square", "largest") if self.amsgrad else ("mean", "square")

    def apply(self, θ, g, kept, lr, t):
        if self.weight_decay:
            g = g + self.weight_decay * θ
        self.adapt(θ, g, kept, lr, t)

    def adapt(self, θ, g, kept, lr, t):
        """The step without the decay."""
        (β1, β2), (m, v) = self.betas, kept[:2]
        m *= β1
        m += (1 - β1) * g
        v *= β2
        v += (1 - β2) * g * g
        for largest in kept[2:]:
            v = np.maximum(largest, v, out=largest)
        width = np.sqrt(v)
        width /= sqrt(1 - β2**t)
        width += self.eps
        np.divide(m, width, out=width)
        width *= lr / (1 - β1**t)
        θ -= width


@dataclass(frozen=True)
class AdamW(Adam):
    """Adam with decay of the weights themselves, not of the gradient.

        θ ← θ − γ λ θ
        θ ← the step of Adam at λ = 0

    Source: Loshchilov & Hutter, arXiv:1711.05101, as in `torch.optim.AdamW`.
    """

    weight_decay: float = 1e-2

    def apply(self, θ, g, kept, lr, t):
        θ *= 1 - lr * self.weight_decay
        self.adapt(θ, g, kept, lr, t)


@dataclass(frozen=True)
class RMSprop(Optimizer):
    """The gradient over the root of its mean square.

        g ← g + λ θ
        v ← α v + (1 − α) g²
        d ← g / (√v + ε)                  (`centered`: a ← α a + (1 − α) g, and √(v − a²) for √v)
        b ← μ b + d, d ← b                (where the momentum μ is not 0)
        θ ← θ − γ d

    Source: Tieleman & Hinton, lecture 6.5 of "Neural networks for machine learning" (2012), as in
    `torch.optim.RMSprop`.
    """

    lr: float = 1e-2
    alpha: float = 0.99
    eps: float = 1e-8
    weight_decay: float = 0.0
    momentum: float = 0.0
    centered: bool = False

    @property
    def slots(self):
        return ("square", *["momentum"] * bool(self.momentum), *["mean"] * self.centered)

    def apply(self, θ, g, kept, lr, t):
        known = dict(zip(self.slots, kept, strict=True))
        if self.weight_decay:
            g = g + self.weight_decay * θ
        known["square"] *= self.alpha
        known["square"] += (1 - self.alpha) * g * g
        d = g / (np.sqrt(self._spread(g, known)) + self.eps)
        if self.momentum:
            known["momentum"] *= self.momentum
            known["momentum"] += d
            d = known["momentum"]
        θ -= lr * d

    def _spread(self, g, known):
        if not self.centered:
            return known["square"]
        known["mean"] *= self.alpha
        known["mean"] += (1 - self.alpha) * g
        return known["square"] - known["mean"] ** 2
