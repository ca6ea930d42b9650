"""Turn a picture of one digit, drawn or photographed, into an image as those of MNIST.

A network knows the images it was trained with, and MNIST's were all made in one way: the digit,
light on black, scaled to fit a square of 20 x 20 pixels, and placed in 28 x 28 so that its centre
of mass lies in the middle. What was made in another way is, to the network, something else.

Source of the recipe: Y. LeCun, C. Cortes and C. Burges, *The MNIST database of handwritten digits*.
"""

import warnings
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from scipy import ndimage

Array = NDArray[np.float64]

FORMATS = ("PNG", "JPEG", "GIF", "BMP", "WEBP")
MOST_PIXELS = 50_000_000  # looked up in the file's first bytes, before anything is decoded
DAMAGED = (OSError, ValueError, SyntaxError, EOFError, IndexError)
"""What Pillow raises where a picture is not whole."""
WORK = 400  # pixels: larger pictures are reduced to this first
BOX, SIDE, MIDDLE = 20, 28, 14  # pixels, as in MNIST
THINNEST = 1.6  # pixels of the 20 x 20: the pens of MNIST are 2 to 4 wide
CONTRAST = 0.08  # between ink and paper, of the range from black to white


@dataclass(frozen=True)
class Steps:
    """What becomes of a picture, step by step.

    `grey`, from 0 (black) to 1 (white), and `ink`, from 0 (paper) to 1, have the picture's shape;
    `cropped` is the part of `ink` where there is any; `box` has that scaled to fit 20 x 20, and
    `image`, shape (28, 28), is what the network gets.
    """

    grey: Array
    ink: Array
    cropped: Array
    box: Array
    image: Array


def own_digit(file: str | Path) -> Steps:
    """Read a picture of a digit and prepare it as the images of MNIST were prepared.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        The file is not a picture that can be used, or no digit can be found in it. The message is
        one sentence that begins with the file's name.
    """
    grey = read_grey(file)
    try:
        return prepare(grey)
    except ValueError as error:
        raise ValueError(f"{file}: {error}") from None


def prepare(grey: ArrayLike) -> Steps:
    """Do all steps with an image of any size, shape (rows, columns), from 0 (black) to 1 (white).

    Raises
    ------
    ValueError
        There is nothing on it, or something that cannot be one digit.
    """
    picture = np.asarray(grey, dtype=float)
    ink = find_ink(picture)
    cropped = crop(ink)
    rows, columns = cropped.shape
    if max(rows, columns) < 8:
        raise ValueError("what is drawn is smaller than 8 pixels: draw one large digit")
    if columns > 2 * rows:
        raise ValueError("what is drawn is more than twice as wide as high: draw a single digit")
    box = fit(cropped)
    return Steps(picture, ink, cropped, box, centre(box))


def read_grey(file: str | Path) -> Array:
    """Return a picture in grey, from 0 (black) to 1 (white), its longer side at most 400 pixels.

    Of a colour picture it takes the colour channel of the most contrast, so that yellow ink on
    white paper is seen. Transparent parts are paper.

    Raises
    ------
    FileNotFoundError, ValueError
        As in :func:`own_digit`.
    """
    path = Path(file)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no such picture in this folder")
    if path.stat().st_size == 0:
        raise ValueError(f"{path}: the file is empty: save the picture again")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow's, on oddities that do not matter here
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            opened = Image.open(path, formats=FORMATS)
        except (Image.DecompressionBombError, Image.DecompressionBombWarning):
            raise ValueError(_too_large(path)) from None
        except UnidentifiedImageError:
            raise ValueError(
                f"{path}: not a picture that can be read here: save it as PNG"
            ) from None
        except DAMAGED as error:
            raise ValueError(_damaged(path, error)) from None
        with opened:
            return _grey(opened, path)


def _grey(opened: Image.Image, path: Path) -> Array:
    if opened.width * opened.height > MOST_PIXELS:
        raise ValueError(_too_large(path))
    try:
        # Phones put a small second picture into a photo; only the first counts.
        animated = opened.format != "MPO" and getattr(opened, "n_frames", 1) > 1
        opened.draft(None, (WORK, WORK))  # a JPEG is decoded no larger than needed
        opened.load()
    except DAMAGED as error:
        raise ValueError(_damaged(path, error)) from None
    if animated:
        raise ValueError(f"{path}: an animated picture: save a single one, as PNG")
    picture = ImageOps.exif_transpose(opened)  # the way up that the camera noted
    if picture.mode.startswith("I"):
        grey = Image.fromarray(np.asarray(picture, dtype=np.float32) / 65535)
        grey.thumbnail((WORK, WORK), Image.Resampling.BOX)
        return np.asarray(grey, dtype=float)
    picture = picture.convert("RGBA")
    picture.thumbnail((WORK, WORK), Image.Resampling.BOX)
    pixels = np.asarray(picture, dtype=float) / 255
    colours = _on_paper(pixels[..., :3], pixels[..., 3:])
    best = np.argmax(colours.std(axis=(0, 1)))
    return np.asarray(colours[..., best])


def _damaged(path: Path, error: Exception) -> str:
    return f"{path}: the picture is damaged ({error}): save it again"


def _too_large(path: Path) -> str:
    return f"{path}: more than {MOST_PIXELS:,} pixels: scale the picture down, 280 x 280 is plenty"


def _on_paper(colours: Array, opaque: Array) -> Array:
    """Put paper behind a picture that is transparent in places.

    Where most is transparent, what is opaque is ink: dark ink gets white paper and light ink gets
    black. Where little is, say at rounded corners, the picture's own prevailing colour fills it.
    """
    if opaque.min() == 1 or opaque.max() == 0:
        return colours
    visible = colours[opaque[..., 0] > 0.5]
    if opaque.mean() > 0.5:
        paper = np.median(visible, axis=0)
    else:
        paper = np.full(3, 1.0 if np.mean(visible) < 0.5 else 0.0)
    return np.asarray(opaque * colours + (1 - opaque) * paper)


def find_ink(grey: Array) -> Array:
    """Return where there is ink, from 0 (paper) to 1, whether it is darker or lighter than paper.

    The paper of a photo is not equally bright everywhere: a quadratic surface describes it. Ink is
    what deviates far from that, all to the same side; specks are dust.

    Raises
    ------
    ValueError
        No ink stands out.
    """
    smooth = ndimage.gaussian_filter(grey, max(grey.shape) / 400)
    deviation, noise = _from_paper(smooth)
    if abs(deviation.min()) > abs(deviation.max()):
        deviation = -deviation
    level = 0.0
    if deviation.max() >= CONTRAST:
        seen = deviation > _otsu(deviation)
        level = float(np.median(deviation[seen]))
    if level < max(CONTRAST, 6 * noise):
        raise ValueError("nothing is drawn in the picture, or it hardly stands out from the paper")
    if seen.mean() > 0.5:
        raise ValueError("more ink than paper: leave a margin around the digit")
    parts, number = ndimage.label(seen, structure=np.ones((3, 3)))
    areas = ndimage.sum_labels(seen, parts, np.arange(number + 1))
    kept = np.isin(parts, np.flatnonzero(areas >= 0.05 * areas.max()))
    # The pale rim of a stroke is ink as well; noise beside it is not.
    near = ndimage.binary_dilation(kept, structure=np.ones((3, 3)))
    ink = np.clip(deviation / level, 0.0, 1.0)
    return np.where(near & (ink > 0.1), ink, 0.0)


def _from_paper(grey: Array) -> tuple[Array, float]:
    """Return how far each pixel is from the paper's brightness, and the paper's own scatter.

    The surface is fitted to the rim first, and then again to all that turned out to lie near it.
    """
    y, x = np.meshgrid(*(np.linspace(-1, 1, side) for side in grey.shape), indexing="ij")
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    paper = np.maximum(abs(x), abs(y)) > 0.9
    deviation, noise = grey, 0.0
    for _ in range(8):
        a, b = terms[paper][::5], grey[paper][::5]  # neighbours tell the same
        deviation = grey - terms @ np.linalg.lstsq(a.T @ a, a.T @ b, rcond=None)[0]
        noise = 1.48 * float(np.median(abs(deviation[paper])))
        before, paper = paper, abs(deviation) <= max(3 * noise, 0.02)
        if paper.mean() < 0.2:
            raise ValueError("no paper of even brightness behind the digit: use a plain sheet")
        if np.array_equal(before, paper):
            break
    return deviation, noise


def _otsu(values: Array) -> float:
    """Return the threshold that separates values into two groups, each as uniform as can be.

    Source: N. Otsu, IEEE Trans. Syst. Man Cybern. 9 (1979) 62-66.
    """
    counts, edges = np.histogram(values, bins=256)
    middles = (edges[1:] + edges[:-1]) / 2
    below = np.cumsum(counts)[:-1]
    above = values.size - below
    sums = np.cumsum(counts * middles)
    with np.errstate(divide="ignore", invalid="ignore"):
        between = below * above * (sums[:-1] / below - (sums[-1] - sums[:-1]) / above) ** 2
    return float(edges[1:][np.nanargmax(between)])


def crop(ink: Array) -> Array:
    """Return the smallest rectangle that holds all ink."""
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    return ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]


def fit(ink: Array) -> Array:
    """Scale to a longer side of 20 pixels, keeping the ratio, each pixel a mean of those it covers.

    The line of a thin pen would fade away in that; it is made thicker first.
    """
    scale = BOX / max(ink.shape)
    rows, columns = (max(1, round(scale * side)) for side in ink.shape)
    inside = ink > 0.5
    # The mean distance to a stroke's edge is a quarter of the stroke's width.
    width = 4 * (float(ndimage.distance_transform_edt(inside)[inside].mean()) - 0.5)
    missing = (THINNEST / scale - width) / 2
    if missing > 0:
        ink = np.pad(ink, int(np.ceil(missing)))
        distance = ndimage.distance_transform_edt(ink <= 0.5)
        ink = np.maximum(ink, np.clip(missing + 1 - distance, 0.0, 1.0))
    return _means(rows, ink.shape[0]) @ ink @ _means(columns, ink.shape[1]).T


def _means(length: int, before: int) -> Array:
    """Return the matrix that scales a line of pixels: a new one is the mean of those it covers."""
    edges = np.linspace(0, before, length + 1)
    begin, end = edges[:-1, np.newaxis], edges[1:, np.newaxis]
    pixel = np.arange(before)
    covered = np.minimum(end, pixel + 1) - np.maximum(begin, pixel)
    return np.asarray(np.maximum(covered, 0.0) / (end - begin), dtype=float)


def centre(box: Array) -> Array:
    """Place an image in 28 x 28 pixels so that its centre of mass comes to the middle."""
    masses = box.sum(axis=1), box.sum(axis=0)
    means = [float(np.average(np.arange(len(mass)), weights=mass)) for mass in masses]
    image = np.zeros((SIDE, SIDE))
    top, left = (
        int(np.clip(round(MIDDLE - mean), 0, SIDE - length))
        for mean, length in zip(means, box.shape, strict=True)
    )
    image[top : top + box.shape[0], left : left + box.shape[1]] = box
    return image
