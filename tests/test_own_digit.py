"""Own digits: MNIST's recipe, pictures of every kind, and a clear sentence about bad ones."""

import io
import re
import runpy
import struct
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from nnlecture import own_digit as module
from nnlecture.digits import sample
from nnlecture.files import data_file
from nnlecture.mnist import network
from nnlecture.own_digit import own_digit, prepare
from nnlecture.reproducible import keras, seed

DATA = sample()
ORIGINAL = np.asarray(Image.open(data_file("your_own_digit.png")).convert("L")) / 255
EXPECTED = prepare(ORIGINAL).image
SHEET = np.ones((280, 280))


def levels(grey, bits=8):
    """Return a picture's grey levels as whole numbers."""
    return np.round(grey * (2**bits - 1)).astype(np.uint8 if bits == 8 else np.uint16)


def pasted(image, random, invert=False, photo=False):
    """Return a digit of MNIST somewhere on a large sheet, some 120 to 300 pixels in size."""
    side = int(28 * random.uniform(4.5, 11))
    large = Image.fromarray(image).resize((side, side), Image.Resampling.BICUBIC)
    ink = np.zeros((420, 360))
    top, left = random.integers(0, 420 - side), random.integers(0, 360 - side)
    ink[top : top + side, left : left + side] = np.clip(large, 0, 1)
    grey = 1 - ink
    if photo:
        y, x = np.mgrid[-1:1:420j, -1:1:360j]
        light = 0.75 + 0.2 * x - 0.1 * y + 0.05 * x * y
        grey = (0.2 + 0.8 * grey) * light + random.normal(0, 0.03, grey.shape)
    return np.clip(1 - grey if invert else grey, 0, 1)


@pytest.fixture(scope="module")
def trained():
    """Return the lecture's network, trained for a few seconds."""
    seed(1)
    model = network()
    t = keras.utils.to_categorical(DATA.t_train, 10)
    model.fit(DATA.x_train[..., None], t, batch_size=100, epochs=5, verbose=0)
    return model


def test_genuine_digits_obey_the_recipe():
    """The module rests on these facts: 20 x 20 at most, centre of mass in the middle."""
    for image in DATA.x_test[:200]:
        assert max(module.crop(image).shape) == module.BOX
        mass = np.array(ndimage.center_of_mass(image))
        assert np.all(abs(mass - module.MIDDLE) < 0.51)


@pytest.mark.parametrize("invert", [False, True])
@pytest.mark.parametrize("photo", [False, True])
def test_genuine_digits_on_a_large_sheet_come_back_and_are_recognised(trained, invert, photo):
    random = np.random.default_rng(1)
    originals, truth = DATA.x_test[:100], DATA.t_test[:100]
    images = np.array([prepare(pasted(x, random, invert, photo)).image for x in originals])
    difference = abs(images - originals).mean(axis=(1, 2))
    assert np.mean(difference) < 0.05
    other = abs(images - np.roll(originals, 1, axis=0)).mean(axis=(1, 2))
    assert np.mean(difference < other) > 0.97
    answers = trained.predict(images[..., None], verbose=0).argmax(axis=1)
    assert np.mean(answers == truth) > 0.85


def test_result_obeys_the_recipe_whatever_size_and_ratio():
    for rows, columns in [(200, 60), (90, 130), (28, 24), (900, 500)]:
        y, x = np.mgrid[-1.5 : 1.5 : rows * 1j, -1.5 : 1.5 : columns * 1j]
        grey = np.where(abs(np.hypot(x, y) - 0.9) < 0.1, 0.0, 1.0)  # a nought
        steps = prepare(grey)
        assert steps.image.shape == (28, 28)
        assert max(steps.box.shape) == module.BOX
        mass = np.array(ndimage.center_of_mass(steps.image))
        assert np.all(abs(mass - module.MIDDLE) < 0.51)
        assert steps.image.min() >= 0
        assert 0.9 < steps.image.max() < 1 + 1e-9


def test_line_of_a_thin_pen_does_not_fade():
    grey = np.ones((400, 400))
    grey[50:350, 200] = 0
    grey[50, 150:200] = 0
    image = prepare(grey).image
    assert image.max() > 0.9


# Pictures that must give the right answer: name of the file, how it is written.
RGB = np.stack([ORIGINAL] * 3, axis=-1)


def rgba(colour):
    """Return ink of one colour on transparent paper."""
    pixels = np.empty((*ORIGINAL.shape, 4))
    pixels[..., :3], pixels[..., 3] = colour, 1 - ORIGINAL
    return Image.fromarray(levels(pixels))


def photo():
    random = np.random.default_rng(2)
    y, x = np.mgrid[-1:1:280j, -1:1:280j]
    grey = (0.3 + 0.7 * ORIGINAL) * (0.7 + 0.2 * x + 0.1 * y)
    return Image.fromarray(levels(np.clip(grey + random.normal(0, 0.03, grey.shape), 0, 1)))


def yellow_on_white():
    return Image.fromarray(levels(np.stack([SHEET, 0.95 * SHEET, ORIGINAL], axis=-1)))


def red_on_green_of_the_same_luminance():
    ink = (1 - ORIGINAL)[..., None]
    return Image.fromarray(levels(ink * [1, 0, 0] + (1 - ink) * [0, 0.51, 0]))


def turned_by_the_camera():
    image = Image.fromarray(levels(RGB)).transpose(Image.Transpose.ROTATE_90)
    image.getexif()[0x0112] = 6
    return image


GREY = Image.fromarray(levels(ORIGINAL))
GOOD = {
    "grey.png": GREY,
    "inverted.png": Image.fromarray(levels(1 - ORIGINAL)),
    "grey-16-bit.png": Image.fromarray(levels(ORIGINAL, 16)),
    "palette.png": GREY.convert("P", palette=Image.Palette.ADAPTIVE),
    "one-bit.png": GREY.convert("1", dither=Image.Dither.NONE),
    "palette.gif": GREY,
    "colour.jpg": Image.fromarray(levels(RGB)),
    "cmyk.jpg": Image.fromarray(levels(RGB)).convert("CMYK"),
    "paint.bmp": Image.fromarray(levels(RGB)),
    "lossless.webp": Image.fromarray(levels(RGB)),
    "dark-on-transparent.png": rgba([0, 0, 0.3]),
    "white-on-transparent.png": rgba([1, 1, 1]),
    "yellow.png": yellow_on_white(),
    "red-on-green.png": red_on_green_of_the_same_luminance(),
    "photo.jpg": photo(),
    "large.png": GREY.resize((3000, 3000)),
}


@pytest.mark.parametrize("name", GOOD)
def test_good_picture_gives_the_same_digit(tmp_path, name):
    GOOD[name].save(tmp_path / name)
    image = own_digit(tmp_path / name).image
    assert abs(image - EXPECTED).mean() < 0.03, name
    assert np.corrcoef(image.ravel(), EXPECTED.ravel())[0, 1] > 0.95


def test_photo_is_turned_as_the_camera_noted(tmp_path):
    image = turned_by_the_camera()
    image.save(tmp_path / "x.jpg", exif=image.getexif())
    assert abs(own_digit(tmp_path / "x.jpg").image - EXPECTED).mean() < 0.03


def test_rounded_transparent_corners_are_no_ink(tmp_path):
    for grey in (ORIGINAL, 1 - ORIGINAL):
        pixels = np.dstack([grey, grey, grey, SHEET])
        for rows in (slice(None, 20), slice(-20, None)):
            pixels[rows, :20] = pixels[rows, -20:] = 0
        Image.fromarray(levels(pixels)).save(tmp_path / "x.png")
        assert abs(own_digit(tmp_path / "x.png").image - EXPECTED).mean() < 0.03


def saved(image, kind="PNG", **options):
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def huge_png(side=30_000):
    """Return the first bytes of a picture that would fill 900 MB: there is no more of it."""
    header = struct.pack(">IIBBBBB", side, side, 8, 0, 0, 0, 0)
    chunk = b"IHDR" + header
    return (
        b"\x89PNG\r\n\x1a\n"
        + struct.pack(">I", len(header))
        + chunk
        + struct.pack(">I", zlib.crc32(chunk))
        + struct.pack(">I", 1000)
        + b"IDAT"
    )


def dot():
    return Image.fromarray(levels(np.where(np.add.outer(range(280), range(280)) == 2, 0.0, 1.0)))


def two_frames(kind):
    other = Image.fromarray(levels(1 - ORIGINAL))
    return saved(GREY, kind, save_all=True, append_images=[other], duration=100)


NOISE = np.clip(np.random.default_rng(3).normal(0.6, 0.05, (280, 280)), 0, 1)
WIDE = np.hstack([ORIGINAL[50:220, 100:220]] * 4)
BAD = {
    "text.png": (b"This is a five.", "not a picture that can be read here"),
    "empty.png": (b"", "the file is empty"),
    "vector.svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not a picture"),
    "truncated.png": (saved(GREY)[:1500], "the picture is damaged"),
    "truncated.jpg": (saved(GREY, "JPEG")[:900], "the picture is damaged"),
    "animated.gif": (two_frames("GIF"), "an animated picture"),
    "animated.png": (two_frames("PNG"), "an animated picture"),
    "animated.webp": (two_frames("WEBP"), "an animated picture"),
    "huge.png": (huge_png(), "more than 50,000,000 pixels"),
    "rather-large.png": (huge_png(8_000), "more than 50,000,000 pixels"),
    "white.png": (saved(Image.new("L", (280, 280), 255)), "nothing is drawn"),
    "black.png": (saved(Image.new("L", (280, 280), 0)), "nothing is drawn"),
    "transparent.png": (saved(Image.new("RGBA", (280, 280))), "nothing is drawn"),
    "one-pixel.png": (saved(Image.new("L", (1, 1))), "nothing is drawn"),
    "empty-sheet.png": (saved(Image.fromarray(levels(NOISE))), "nothing is drawn"),
    "faint.png": (saved(Image.fromarray(levels(0.96 + 0.04 * ORIGINAL))), "nothing is drawn"),
    "dot.png": (saved(dot()), "what is drawn is smaller than 8 pixels"),
    "number.png": (saved(Image.fromarray(levels(WIDE))), "twice as wide as high"),
}


@pytest.mark.parametrize("name", BAD)
def test_bad_picture_is_refused_in_one_sentence_that_names_it(tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    content, message = BAD[name]
    Path(name).write_bytes(content)
    with pytest.raises(ValueError, match="^" + re.escape(f"{name}: ")) as caught:
        own_digit(name)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_huge_picture_is_refused_before_it_is_decoded(tmp_path):
    (tmp_path / "x.png").write_bytes(huge_png())
    tracemalloc.start()
    with pytest.raises(ValueError, match="pixels"):
        own_digit(tmp_path / "x.png")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 10_000_000


def test_missing_picture_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"x\.png: there is no such picture"):
        own_digit(tmp_path / "x.png")


def test_digit_of_the_lecture_is_what_its_script_draws_and_is_read_as_a_five(trained):
    file = data_file("your_own_digit.png")
    drawn = runpy.run_path(str(file.with_name("draw_own_digit.py")))["draw"]()
    np.testing.assert_array_equal(np.asarray(drawn), np.asarray(Image.open(file)))
    assert file.stat().st_size < 20_000
    answer = trained.predict(own_digit(file).image[None, ..., None], verbose=0)
    assert answer.argmax() == 5
