"""Images: files that are read back, colours against Python's colorsys, sizes against means over what a pixel covers."""

from __future__ import annotations

import colorsys
import io
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from symgrad import extras
from symgrad.errors import LimitError, MissingExtraError, OptionError, ShapeError, SymgradError
from symgrad.nn import images

Image = pytest.importorskip("PIL.Image", reason="Pillow is not installed: pip install pillow")
pytestmark = pytest.mark.needs_pillow


def picture(height, width, channels=3, seed=0):
    return np.random.default_rng(seed).random((height, width, channels))


def bytes_of(array, kind="PNG"):
    file = io.BytesIO()
    Image.fromarray(array).save(file, kind)
    file.seek(0)
    return file


# Files.


@pytest.mark.parametrize("channels", [1, 3])
def test_what_is_written_as_png_is_read_to_the_last_bit(tmp_path, channels):
    image = np.rint(picture(5, 7, channels) * 255) / 255
    images.write(tmp_path / "a.png", image)
    found = images.read(tmp_path / "a.png", "grey" if channels == 1 else "RGB", dtype=np.float64)
    assert found.shape == (5, 7, channels) and (found == image).all()


def test_jpeg_is_near(tmp_path):
    y, x = np.mgrid[0:32, 0:48] / 48
    image = np.stack([x, y, (x + y) / 2], axis=2)
    images.write(tmp_path / "a.jpg", image, quality=95)
    assert np.abs(images.read(tmp_path / "a.jpg") - image).max() < 0.05


@pytest.mark.parametrize("mode", images.MODES)
def test_every_mode_lies_between_0_and_1_in_float32(mode):
    found = images.read(bytes_of(np.arange(256 * 3, dtype=np.uint8).reshape(16, 16, 3)), mode)
    assert found.dtype == np.float32 and found.min() >= 0 and found.max() <= 1
    assert found.shape == (16, 16, 1 if mode == "grey" else 3)


def test_a_grey_file_as_rgb_has_three_equal_channels():
    found = images.read(bytes_of(np.arange(12, dtype=np.uint8).reshape(3, 4)))
    assert found.shape == (3, 4, 3) and (found[..., :1] == found).all()


def test_sixteen_bits_keep_their_precision():
    values = np.array([[0, 1, 257], [1000, 65534, 65535]], dtype=np.uint16)
    found = images.read(bytes_of(values), "grey", dtype=np.float64)
    assert (found[:, :, 0] == values / 65535).all()


@pytest.mark.parametrize("values", [np.float32([[0.5, 3.0]]), np.int32([[1, 70000]])])
def test_numbers_without_a_largest_one_are_refused(values):
    with pytest.raises(SymgradError, match="have no largest value"):
        images.read(bytes_of(values, "TIFF"))


def test_what_is_transparent_is_white():
    rgba = np.zeros((1, 2, 4), dtype=np.uint8)
    rgba[0, 1] = 0, 0, 0, 255
    assert images.read(bytes_of(rgba)).tolist() == [[[1.0, 1.0, 1.0], [0.0, 0.0, 0.0]]]


def test_a_palette_is_looked_up():
    made = Image.fromarray(np.array([[[255, 0, 0], [0, 0, 255]]], dtype=np.uint8)).convert("P")
    file = io.BytesIO()
    made.save(file, "PNG")
    file.seek(0)
    assert images.read(file).tolist() == [[[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]]]


def test_a_rotation_mark_is_followed():
    made = Image.fromarray(np.arange(6, dtype=np.uint8).reshape(2, 3))
    exif = made.getexif()
    exif[0x0112] = 6  # to be turned by a quarter, clockwise
    file = io.BytesIO()
    made.save(file, "PNG", exif=exif)
    file.seek(0)
    found = images.read(file, "grey", dtype=np.float64)[:, :, 0] * 255
    assert found.round().tolist() == [[3, 0], [4, 1], [5, 2]]


def test_errors_say_what_cannot_be_read(tmp_path, monkeypatch):
    with pytest.raises(SymgradError, match="no such file"):
        images.read(tmp_path / "none.png")
    (tmp_path / "text.png").write_text("no image")
    with pytest.raises(SymgradError, match="cannot be read as an image"):
        images.read(tmp_path / "text.png")
    whole = bytes_of(np.rint(picture(64, 64) * 255).astype(np.uint8)).getvalue()
    (tmp_path / "half.png").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(SymgradError, match="cannot be read as an image"):
        images.read(tmp_path / "half.png")
    with pytest.raises(OptionError, match="mode='CMYK'"):
        images.read(tmp_path / "text.png", "CMYK")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 100)
    (tmp_path / "large.png").write_bytes(whole)
    with pytest.raises(LimitError, match="too many pixels"):
        images.read(tmp_path / "large.png")


def test_without_pillow_an_error_says_how_to_get_it(monkeypatch):
    monkeypatch.setattr(extras, "optional", lambda name: None)
    with pytest.raises(MissingExtraError, match=r"symgrad\[images\]"):
        images.read("a.png")


def test_a_suffix_without_a_format_is_refused(tmp_path):
    with pytest.raises(OptionError, match=r"\.png or \.jpg"):
        images.write(tmp_path / "a.nothing", picture(2, 2))
    with pytest.raises(ShapeError, match="2 channels"):
        images.write(tmp_path / "a.png", picture(2, 2, 2))


# Colours.

UNIT = st.floats(0, 1)


@given(UNIT, UNIT, UNIT)
@settings(max_examples=2 * settings().max_examples)
def test_hsv_is_colorsys_and_comes_back(r, g, b):
    hsv = images.convert([[[r, g, b]]], "RGB", "HSV")[0, 0]
    np.testing.assert_allclose(hsv, colorsys.rgb_to_hsv(r, g, b), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(images.convert([[hsv]], "HSV", "RGB")[0, 0], (r, g, b), rtol=0, atol=1e-12)


@given(UNIT, UNIT, UNIT)
def test_rgb_is_colorsys(h, s, v):
    found = images.convert([[[h, s, v]]], "HSV", "RGB")[0, 0]
    np.testing.assert_allclose(found, colorsys.hsv_to_rgb(h, s, v), rtol=0, atol=1e-12)


def test_grey_weighs_the_channels_and_greys_stay():
    assert images.convert([[[1.0, 0, 0], [0, 1.0, 0], [0, 0, 1.0]]], "RGB", "grey").ravel().tolist() == [
        0.299,
        0.587,
        0.114,
    ]
    steps = np.linspace(0, 1, 9).reshape(3, 3, 1)
    for way in (("grey", "RGB"), ("grey", "HSV")):
        back = images.convert(images.convert(steps, *way), way[1], "grey")
        np.testing.assert_allclose(back, steps, rtol=0, atol=1e-15)


def test_unknown_colours_and_wrong_channels_are_refused():
    with pytest.raises(OptionError, match="no way from 'RGB' to 'CMYK'"):
        images.convert(picture(2, 2), "RGB", "CMYK")
    with pytest.raises(ShapeError, match="has 1 channels, 3 are expected"):
        images.convert(picture(2, 2, 1), "RGB", "HSV")


# Shapes.


@given(st.integers(1, 6), st.integers(1, 6), st.integers(1, 4), st.integers(1, 4))
@settings(max_examples=settings().max_examples // 2)
def test_a_box_filter_takes_means_of_whole_blocks(height, width, p, q):
    image = picture(height * p, width * q, seed=height * width)
    want = image.reshape(height, p, width, q, 3).mean(axis=(1, 3))
    np.testing.assert_allclose(images.resize(image, (height, width), "box"), want, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("method", images.METHODS)
def test_a_flat_image_stays_flat(method):
    found = images.resize(np.full((5, 9, 3), 0.25), (11, 4), method)
    assert found.shape == (11, 4, 3) and found.dtype == np.float64
    np.testing.assert_allclose(found, 0.25, atol=1e-6)


@pytest.mark.needs_torch
def test_bilinear_equals_pytorchs_antialiased():
    torch = pytest.importorskip("torch")
    image = picture(31, 45).astype(np.float32)
    for size in ((10, 20), (40, 60)):
        x = torch.tensor(images.to_nchw(image).copy())
        want = torch.nn.functional.interpolate(x, size, mode="bilinear", antialias=True)
        np.testing.assert_allclose(images.to_nchw(images.resize(image, size)), want.numpy(), atol=2e-6)


def test_one_size_is_that_of_the_shorter_side():
    assert images.resize(picture(40, 60), 20).shape == (20, 30, 3)
    assert images.resize(picture(60, 40), 20).shape == (30, 20, 3)


def test_crops_are_slices():
    image = picture(6, 9)
    assert (images.crop(image, 1, 2, 3, 4) == image[1:4, 2:6]).all()
    assert (images.center_crop(image, (4, 5)) == image[1:5, 2:7]).all()
    assert (images.random_crop(image, 3, seed=5) == images.random_crop(image, 3, seed=5)).all()
    seen = {images.random_crop(image, (6, 8), seed=k).tobytes() for k in range(20)}
    assert seen == {image[:, :8].tobytes(), image[:, 1:].tobytes()}


@pytest.mark.parametrize("where", [(0, 0, 7, 3), (-1, 0, 2, 2), (5, 0, 2, 2), (0, 8, 2, 2)])
def test_a_crop_that_leaves_the_image_is_refused(where):
    with pytest.raises(ShapeError, match="is not inside an image of 6×9"):
        images.crop(picture(6, 9), *where)


def test_normalise_and_back():
    batch = np.random.default_rng(0).random((2, 4, 5, 3))
    done = images.normalise(batch)
    np.testing.assert_allclose(done[1, 2, 3], (batch[1, 2, 3] - images.IMAGENET_MEAN) / images.IMAGENET_STD)
    np.testing.assert_allclose(images.denormalise(done), batch, rtol=1e-12)
    assert images.normalise(batch.astype(np.float32)).dtype == np.float32
    with pytest.raises(ShapeError, match="mean has 2 entries"):
        images.normalise(batch, (0.5, 0.5), 1.0)
    with pytest.raises(OptionError, match="not positive"):
        images.normalise(batch, 0.0, 0.0)


def test_nchw_and_back_without_a_copy():
    stack = np.random.default_rng(0).random((2, 4, 5, 3))
    there = images.to_nchw(stack)
    assert there.shape == (2, 3, 4, 5) and there[1, 2, 3, 4] == stack[1, 3, 4, 2]
    assert np.shares_memory(there, stack) and (images.from_nchw(there) == stack).all()
    assert images.from_nchw(there[0]).shape == (1, 4, 5, 3)
    assert (images.batch(list(stack)) == there).all()


BAD_IMAGES = {
    "bytes": np.zeros((2, 2, 3), dtype=np.uint8),
    "text": np.array([["a"]]),
    "one axis": np.zeros(3),
    "a batch": np.zeros((2, 2, 2, 3)),
    "empty": np.zeros((0, 2, 3)),
}


@pytest.mark.parametrize("image", BAD_IMAGES.values(), ids=BAD_IMAGES.keys())
@pytest.mark.parametrize("use", [lambda x: images.resize(x, 4), lambda x: images.crop(x, 0, 0, 1, 1), images.batch])
def test_what_is_no_image_is_refused(use, image):
    with pytest.raises(ShapeError):
        use([image] if use is images.batch else image)


def test_a_batch_is_of_one_shape():
    with pytest.raises(ShapeError, match=r"image 1 has shape \(3, 4, 3\), the first has \(2, 2, 3\)"):
        images.batch([picture(2, 2), picture(3, 4)])
    with pytest.raises(ShapeError, match="no images"):
        images.batch([])


@pytest.mark.parametrize("size", [0, -1, (3,), (2, 0), 2.5, math.nan, "4"])
def test_sizes_are_positive_whole_numbers(size):
    with pytest.raises(ShapeError):
        images.center_crop(picture(6, 9), size)
