"""Cropping images (H, W, C), and the check that something is one."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ..errors import ShapeError


def checked(operation: str, image: ArrayLike, channels: int | None = None) -> np.ndarray:
    """The image as an array of floats (H, W, C); (H, W) is grey."""
    found = np.asarray(image)
    if found.dtype.kind not in "fiub":
        raise ShapeError(f"{operation}: an image holds numbers, not {found.dtype}")
    if found.dtype.kind != "f":
        top = f" up to {found.max()}" if found.size else ""
        raise ShapeError(f"{operation}: an image of {found.dtype}{top}", hint="divide by 255: floats from 0 to 1")
    found = found[:, :, None] if found.ndim == 2 else found
    if found.ndim != 3 or 0 in found.shape:
        hint = "from_nchw turns a batch around" if found.ndim == 4 else ""
        raise ShapeError(f"{operation}: shape {found.shape} is not an image (height, width, channels)", hint=hint)
    if channels is not None and found.shape[2] != channels:
        raise ShapeError(f"{operation}: shape {found.shape} has {found.shape[2]} channels, {channels} are expected")
    return found


def pair(operation: str, size: Any) -> tuple[int, int]:
    """(height, width) of positive whole numbers; one number is a square.

    >>> pair("crop", 224)
    (224, 224)
    """
    found = tuple(size) if isinstance(size, (tuple, list)) else (size, size)
    if len(found) != 2 or not all(hasattr(n, "__index__") and n > 0 for n in found):
        raise ShapeError(f"{operation}: size {size!r} is not a positive (height, width)")
    return int(found[0]), int(found[1])


def crop(image: ArrayLike, top: int, left: int, height: int, width: int) -> np.ndarray:
    """`out[i, j] = image[top + i, left + j]`, height × width; it must lie inside.

    >>> crop(np.arange(12.0).reshape(3, 4), 1, 2, 2, 2)[:, :, 0]
    array([[ 6.,  7.],
           [10., 11.]])
    """
    found = checked("crop", image)
    height, width = pair("crop", (height, width))
    if not (0 <= top <= found.shape[0] - height and 0 <= left <= found.shape[1] - width):
        raise ShapeError(
            f"crop: {height}×{width} at ({top}, {left}) is not inside an image of {found.shape[0]}×{found.shape[1]}",
            hint="resize(image, size) first makes the shorter side long enough",
        )
    return found[top : top + height, left : left + width]


def center_crop(image: ArrayLike, size: int | tuple[int, int]) -> np.ndarray:
    """The middle of an image, height × width."""
    found, (height, width) = checked("center_crop", image), pair("center_crop", size)
    top, left = (round((n - m) / 2) for n, m in zip(found.shape[:2], (height, width), strict=True))
    return crop(found, top, left, height, width)


def random_crop(image: ArrayLike, size: int | tuple[int, int], seed: int | np.random.Generator) -> np.ndarray:
    """A piece of height × width at a random place; the same one for the same seed."""
    found, (height, width) = checked("random_crop", image), pair("random_crop", size)
    draw = np.random.default_rng(seed)
    room = [max(0, n - m) for n, m in zip(found.shape[:2], (height, width), strict=True)]
    return crop(found, int(draw.integers(room[0] + 1)), int(draw.integers(room[1] + 1)), height, width)
