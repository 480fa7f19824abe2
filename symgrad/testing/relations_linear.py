"""How a gradient is not linear in the upstream gradient."""

from __future__ import annotations

import numpy as np

from .evidence import Evidence


def nonlinear(e: Evidence) -> str:
    """Ignored, a constant added, powers, clipped, or something else done to it."""
    constant, one = _at(e, 0.0), _at(e, 1.0)
    scale = np.max(np.abs(one), initial=0)
    if np.allclose(constant, one, rtol=1e-9, atol=0):
        return "does not depend on the upstream gradient"
    if np.max(np.abs(constant), initial=0) > 1e-9 * scale:
        return "a constant is added: not 0 for an upstream gradient of 0"
    if power := _power(e, one):
        return f"grows with power {power:g} of the upstream gradient"
    if _close(_at(e, 1e-3), 1e-6 * _at(e, 1e3)):
        return "scales with the upstream gradient, but is no sum over its entries (signs, maxima or masks of it?)"
    if _close(_at(e, 1e-4), 0.1 * _at(e, 1e-3)):
        return "a large upstream gradient is clipped"
    return "not linear in the upstream gradient"


def _at(e: Evidence, factor: float) -> np.ndarray:
    return np.asarray(e.pulled([factor * G for G in e.grads])[e.place], float)


def _power(e, one) -> float:
    """k where `b(2 G) = 2ᵏ b(G)` for all entries, and k is not 1; else 0."""
    two = _at(e, 2.0)
    on = np.abs(one) > 1e-9 * np.max(np.abs(one), initial=0)
    if not on.any():
        return 0
    powers = np.log2(np.abs(two[on] / one[on]))
    k = float(np.median(powers))
    return round(k, 6) if np.ptp(powers) < 1e-6 and abs(k - 1) > 1e-6 else 0


def _close(a, b):
    return np.allclose(a, b, rtol=1e-6, atol=1e-9 * np.max(np.abs(b), initial=0))
