"""Images in and out: `φ(image) = [0, 1]^(h × w × 3)`, from PNG, JPEG, … through Pillow (the extra `images`).

An image is an array (H, W, C) of floats from 0 to 1, C = 3 for RGB and HSV, 1 for grey. A network takes (N, C, H, W).

    x = images.batch([images.center_crop(images.resize(images.read(path), 256), 224) for path in paths])
"""

from __future__ import annotations

from collections.abc import Iterable
from os import PathLike
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import ArrayLike, DTypeLike

from ..errors import LimitError, OptionError, ShapeError, SymgradError
from ..extras import need
from .images_colour import CONVERSIONS
from .images_shape import center_crop as center_crop
from .images_shape import checked, pair
from .images_shape import crop as crop
from .images_shape import random_crop as random_crop

MODES = ("RGB", "HSV", "grey")
IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
METHODS = ("nearest", "box", "bilinear", "hamming", "bicubic", "lanczos")

Source = str | PathLike | BinaryIO


def read(source: Source, mode: str = "RGB", dtype: DTypeLike = np.float32) -> np.ndarray:
    """The image in a file (a path, or an open binary file) as (H, W, C) from 0 to 1.

    `mode` is "RGB", "HSV" or "grey". A camera's rotation mark is followed, transparency is put on white, 16-bit files
    keep their precision.
    """
    if mode not in MODES:
        raise OptionError(f"read: mode={mode!r}", hint=f"one of {', '.join(MODES)}")
    pixels = _pixels(source)
    if mode == "grey" and pixels.shape[2] == 1:
        return pixels.astype(dtype)
    rgb = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
    return (rgb if mode == "RGB" else convert(rgb, "RGB", mode)).astype(dtype)


def _pixels(source: Source) -> np.ndarray:
    """(H, W, 1 or 3) in float64."""
    image_module = need("PIL.Image")
    try:
        with image_module.open(source) as opened:
            return _unit(need("PIL.ImageOps").exif_transpose(opened), opened.format)
    except image_module.DecompressionBombError as error:
        raise LimitError(f"{source}: too many pixels", place=f"  {error}", hint="scale it down first") from None
    except FileNotFoundError:
        raise SymgradError(f"{source}: no such file") from None
    except (OSError, SyntaxError) as error:  # what Pillow says of a file it cannot read, or not to its end
        raise SymgradError(f"{source}: cannot be read as an image", place=f"  {error}") from None


def _unit(image: Any, kind: str) -> np.ndarray:
    """The pixels of a Pillow image over the largest value that they can have."""
    if image.mode.startswith("I;16") or (image.mode == "I" and kind == "PNG"):  # convert() would cut off above 255
        return np.asarray(image, dtype=np.float64)[:, :, None] / 65535
    if image.mode in ("I", "F"):
        raise SymgradError(
            f"images of mode {image.mode} have no largest value", hint="read it with Pillow, and divide by its own"
        )
    if image.mode in ("LA", "PA", "RGBA", "La", "RGBa") or "transparency" in image.info:
        white = need("PIL.Image").new("RGBA", image.size, "white")
        image = need("PIL.Image").alpha_composite(white, image.convert("RGBA"))
    found = np.asarray(image.convert("L" if image.mode in ("1", "L") else "RGB"), dtype=np.float64) / 255
    return found[:, :, None] if found.ndim == 2 else found


def write(target: Source, image: ArrayLike, **options) -> None:
    """Write an RGB or grey image, clipped to [0, 1] and rounded to 8 bits; the suffix chooses the format."""
    pixels = np.rint(np.clip(checked("write", image), 0, 1) * 255).astype(np.uint8)
    if pixels.shape[2] not in (1, 3):
        raise ShapeError(f"write: an image of {pixels.shape[2]} channels", hint="1 (grey) or 3 (RGB)")
    made = need("PIL.Image").fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    try:
        made.save(target, **options)
    except ValueError as error:
        raise OptionError(f"{target}: {error}", hint="for example .png or .jpg, or format='PNG'") from None


def convert(image: ArrayLike, source: str, target: str) -> np.ndarray:
    """The image in another colour space: "RGB", "HSV", "grey".

    >>> convert([[[1.0, 0.0, 0.0]]], "RGB", "HSV")
    array([[[0., 1., 1.]]])
    """
    if source == target and source in MODES:
        return checked("convert", image)
    if (source, target) not in CONVERSIONS:
        raise OptionError(f"convert: no way from {source!r} to {target!r}", hint=f"{', '.join(MODES)} are known")
    return CONVERSIONS[source, target](checked("convert", image, 1 if source == "grey" else 3))


def resize(image: ArrayLike, size: int | tuple[int, int], method: str = "bilinear") -> np.ndarray:
    """The image at (height, width) = `size`; one number is the length of the shorter side, the shape being kept.

    Pillow's filters on floats, one channel at a time: where an image shrinks, each pixel is a weighted mean of all that
    it covers (no aliasing).
    """
    found = checked("resize", image)
    if method not in METHODS:
        raise OptionError(f"resize: method={method!r}", hint=f"one of {', '.join(METHODS)}")
    height, width = _target(found.shape, size)
    filter_ = need("PIL.Image").Resampling[method.upper()]
    channels = (need("PIL.Image").fromarray(c) for c in np.moveaxis(found, 2, 0).astype(np.float32))
    done = [np.asarray(c.resize((width, height), filter_)) for c in channels]
    return np.stack(done, axis=2).astype(found.dtype)


def _target(shape, size):
    if isinstance(size, (tuple, list)):
        return pair("resize", size)
    shorter = min(shape[:2])
    return pair("resize", [max(1, round(n * int(size) / shorter)) for n in shape[:2]])


def normalise(image: ArrayLike, mean: ArrayLike = IMAGENET_MEAN, std: ArrayLike = IMAGENET_STD) -> np.ndarray:
    """`(x − mean) / std` for each channel of an image (H, W, C) or of several (N, H, W, C).

    >>> normalise([[[0.485, 0.456, 0.406]]])
    array([[[0., 0., 0.]]])
    """
    x, μ, σ = _channelwise("normalise", image, mean, std)
    return (x - μ) / σ


def denormalise(image: ArrayLike, mean: ArrayLike = IMAGENET_MEAN, std: ArrayLike = IMAGENET_STD) -> np.ndarray:
    """`x · std + mean`, the inverse of `normalise`."""
    x, μ, σ = _channelwise("denormalise", image, mean, std)
    return x * σ + μ


def _channelwise(operation, image, mean, std):
    x = np.asarray(image)
    x = x if x.dtype.kind == "f" else x.astype(np.float64)
    μ, σ = (np.atleast_1d(np.asarray(v, dtype=x.dtype)) for v in (mean, std))
    for name, v in (("mean", μ), ("std", σ)):
        if v.shape not in ((1,), x.shape[-1:]):
            raise ShapeError(f"{operation}: {name} has {v.size} entries, the image has shape {x.shape}, channels last")
    if not np.all(σ > 0):
        raise OptionError(f"{operation}: std={std!r} is not positive")
    return x, μ, σ


def to_nchw(images: ArrayLike) -> np.ndarray:
    """(H, W, C) or (N, H, W, C) as (N, C, H, W), what a network takes; a view, channels last in memory.

    >>> to_nchw(np.zeros((4, 5, 3))).shape
    (1, 3, 4, 5)
    """
    found = np.asarray(images)
    found = found[None] if found.ndim == 3 else found
    if found.ndim != 4:
        raise ShapeError(f"to_nchw: shape {found.shape} is neither (H, W, C) nor (N, H, W, C)")
    return found.transpose(0, 3, 1, 2)


def from_nchw(batch: ArrayLike) -> np.ndarray:
    """(N, C, H, W), or (C, H, W), as (N, H, W, C); a view."""
    found = np.asarray(batch)
    found = found[None] if found.ndim == 3 else found
    if found.ndim != 4:
        raise ShapeError(f"from_nchw: shape {found.shape} is neither (N, C, H, W) nor (C, H, W)")
    return found.transpose(0, 2, 3, 1)


def batch(images: Iterable[ArrayLike]) -> np.ndarray:
    """Images of one shape together as (N, C, H, W)."""
    found = [checked("batch", image) for image in images]
    if not found:
        raise ShapeError("batch: no images")
    for k, image in enumerate(found):
        if image.shape != found[0].shape:
            raise ShapeError(
                f"batch: image {k} has shape {image.shape}, the first has {found[0].shape}",
                hint="resize and crop them to one size first",
            )
    return to_nchw(np.stack(found))
