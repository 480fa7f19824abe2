"""Colour spaces of images (H, W, C) from 0 to 1: RGB, HSV, grey."""

from __future__ import annotations

import numpy as np

LUMA = (0.299, 0.587, 0.114)
"""How bright red, green and blue are: ITU-R BT.601."""


def rgb_to_grey(image: np.ndarray) -> np.ndarray:
    """`Y = 0.299 R + 0.587 G + 0.114 B`.

    >>> rgb_to_grey(np.array([[[0.0, 1.0, 0.0]]]))
    array([[[0.587]]])
    """
    return (image @ np.array(LUMA, dtype=image.dtype))[:, :, None]


def grey_to_rgb(image: np.ndarray) -> np.ndarray:
    """`R = G = B = Y`."""
    return np.repeat(image, 3, axis=2)


def rgb_to_hsv(image: np.ndarray) -> np.ndarray:
    """`V = max`, `S = (max − min)/max`, and H the place on the colour circle, 0 ≤ H < 1: red 0, green 1/3, blue 2/3.

    Black has S = 0, grey has H = 0. Source: A. R. Smith, "Color gamut transform pairs" (1978).
    """
    r, g, b = np.moveaxis(image, 2, 0)
    v = image.max(axis=2)
    c = v - image.min(axis=2)
    safe = np.where(c > 0, c, 1)
    h = np.select([c == 0, v == r, v == g], [0 * c, (g - b) / safe, (b - r) / safe + 2], (r - g) / safe + 4)
    s = c / np.where(v > 0, v, 1)
    h = h / 6 % 1
    return np.stack([np.where(h < 1, h, 0), s, v], axis=2)  # −ε mod 1 rounds to 1, which is red again


def hsv_to_rgb(image: np.ndarray) -> np.ndarray:
    """`f(n) = V − V S max(0, min(k, 4 − k, 1))`, `k = (n + 6 H) mod 6`; (R, G, B) = (f(5), f(3), f(1)).

    >>> hsv_to_rgb(np.array([[[2 / 3, 1.0, 0.5]]]))
    array([[[0. , 0. , 0.5]]])
    """
    h, s, v = np.moveaxis(image, 2, 0)

    def channel(n):
        k = (n + 6 * h) % 6
        return v - v * s * np.clip(np.minimum(k, 4 - k), 0, 1)

    return np.stack([channel(5), channel(3), channel(1)], axis=2)


CONVERSIONS = {
    ("RGB", "grey"): rgb_to_grey,
    ("grey", "RGB"): grey_to_rgb,
    ("RGB", "HSV"): rgb_to_hsv,
    ("HSV", "RGB"): hsv_to_rgb,
    ("HSV", "grey"): lambda image: rgb_to_grey(hsv_to_rgb(image)),
    ("grey", "HSV"): lambda image: rgb_to_hsv(grey_to_rgb(image)),
}
"""(from, to): the conversion."""
