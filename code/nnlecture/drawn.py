"""Digits as people draw them on a page: a training sample for the network that reads them there.

MNIST was written with pens on paper, in America. On a page one draws with a mouse or a finger, with
a pen as wide as the program has it, small or large, upright or slanted, and in Germany the 1 has a
flag and the 7 a bar. So the network of the page is trained with variants of MNIST's digits and with
digits that are drawn here: paths through a few points, with all that varies chosen at random. All
images go through the recipe of :mod:`nnlecture.own_digit`, as those that the page reads.
"""

from typing import Any

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from nnlecture.digits import Digits, Images, Labels
from nnlecture.own_digit import centre, crop, fit

Array = NDArray[np.float64]
Stroke = list[tuple[float, float]]
Shape = tuple[Stroke, ...]

SIDE = 96  # pixels of a drawing, before the recipe

# Points (x to the right, y down, from 0 to 1) of the strokes of each digit, in several ways to
# write it. A path runs smoothly through its points; a point given twice makes a corner.
SHAPES: dict[int, list[Shape]] = {
    0: [
        ([(0.5, 0), (0.15, 0.2), (0.05, 0.6), (0.4, 1), (0.8, 0.8), (0.9, 0.3), (0.5, 0)],),
        ([(0.6, 0.05), (0.2, 0.1), (0.1, 0.8), (0.6, 1), (0.95, 0.5), (0.7, 0.08), (0.45, 0.05)],),
    ],
    1: [
        ([(0.5, 0), (0.5, 1)],),
        ([(0.2, 0.35), (0.6, 0), (0.6, 0), (0.6, 1)],),
        ([(0.0, 0.5), (0.6, 0), (0.6, 0), (0.55, 1)],),
        ([(0.3, 0.2), (0.6, 0), (0.6, 0), (0.6, 1)],),
        ([(0.25, 0.25), (0.5, 0), (0.5, 0), (0.5, 1)], [(0.2, 1), (0.8, 1)]),
    ],
    2: [
        ([(0.1, 0.25), (0.5, 0), (0.85, 0.3), (0.1, 1), (0.1, 1), (0.9, 1)],),
        ([(0.1, 0.2), (0.5, 0), (0.8, 0.3), (0.3, 0.9), (0.05, 0.9), (0.4, 0.85), (0.95, 1)],),
        ([(0.15, 0.1), (0.7, 0), (0.8, 0.4), (0.1, 0.95), (0.1, 0.95), (0.85, 0.9)],),
    ],
    3: [
        (
            [
                (0.1, 0.1),
                (0.6, 0),
                (0.8, 0.25),
                (0.4, 0.47),
                (0.4, 0.47),
                (0.9, 0.75),
                (0.5, 1),
                (0.05, 0.9),
            ],
        ),
        ([(0.1, 0), (0.85, 0), (0.85, 0), (0.4, 0.4), (0.4, 0.4), (0.9, 0.7), (0.5, 1), (0, 0.9)],),
    ],
    4: [
        ([(0.5, 0), (0.05, 0.65), (0.05, 0.65), (0.95, 0.65)], [(0.65, 0.3), (0.65, 1)]),
        ([(0.7, 1), (0.7, 0), (0.7, 0), (0.05, 0.7), (0.05, 0.7), (0.95, 0.7)],),
        ([(0.15, 0), (0.1, 0.5), (0.1, 0.5), (0.85, 0.5)], [(0.8, 0), (0.75, 1)]),
        ([(0.65, 0), (0.1, 0.6), (0.1, 0.6), (0.9, 0.55)], [(0.75, 0.2), (0.6, 1)]),
    ],
    5: [
        (
            [
                (0.85, 0),
                (0.2, 0),
                (0.2, 0),
                (0.15, 0.45),
                (0.15, 0.45),
                (0.6, 0.4),
                (0.9, 0.7),
                (0.5, 1),
                (0.05, 0.9),
            ],
        ),
        (
            [(0.2, 0.05), (0.2, 0.45), (0.2, 0.45), (0.8, 0.5), (0.7, 0.95), (0.05, 0.95)],
            [(0.2, 0.03), (0.9, 0)],
        ),
    ],
    6: [
        ([(0.7, 0), (0.2, 0.4), (0.15, 0.85), (0.5, 1), (0.85, 0.75), (0.5, 0.55), (0.18, 0.75)],),
        ([(0.5, 0), (0.1, 0.6), (0.4, 1), (0.8, 0.85), (0.7, 0.6), (0.2, 0.7)],),
        ([(0.85, 0), (0.3, 0.2), (0.05, 0.65), (0.4, 1), (0.85, 0.7), (0.4, 0.45), (0.05, 0.65)],),
        ([(0.95, 0), (0.4, 0.1), (0.1, 0.6), (0.3, 0.98), (0.8, 0.9), (0.8, 0.6), (0.15, 0.6)],),
    ],
    7: [
        ([(0.1, 0), (0.9, 0), (0.9, 0), (0.4, 1)],),
        ([(0.1, 0.02), (0.9, 0), (0.9, 0), (0.4, 1)], [(0.3, 0.5), (0.85, 0.5)]),
        ([(0.1, 0.15), (0.1, 0.02), (0.1, 0.02), (0.9, 0), (0.9, 0), (0.5, 0.5), (0.4, 1)],),
        ([(0.0, 0.05), (0.8, 0), (0.8, 0), (0.5, 1)], [(0.35, 0.55), (0.8, 0.45)]),
    ],
    8: [
        (
            [
                (0.8, 0.15),
                (0.4, 0),
                (0.2, 0.25),
                (0.75, 0.65),
                (0.7, 0.95),
                (0.3, 0.95),
                (0.2, 0.7),
                (0.75, 0.3),
                (0.8, 0.12),
            ],
        ),
        (
            [(0.5, 0), (0.2, 0.2), (0.5, 0.45), (0.8, 0.2), (0.5, 0)],
            [(0.5, 0.45), (0.1, 0.75), (0.5, 1), (0.9, 0.75), (0.5, 0.45)],
        ),
    ],
    9: [
        ([(0.8, 0.2), (0.4, 0), (0.15, 0.3), (0.5, 0.5), (0.8, 0.2), (0.8, 0.2), (0.75, 1)],),
        ([(0.8, 0.15), (0.3, 0.05), (0.2, 0.4), (0.8, 0.3), (0.8, 0.3), (0.7, 0.9), (0.2, 0.95)],),
    ],
}


def path(points: Stroke, steps: int = 8) -> Array:
    """Return many points of a smooth path through a few, shape (points, 2).

    Source of the spline: E. Catmull and R. Rom, Computer Aided Geometric Design (1974) 317-326.
    """
    p = np.array([points[0], *points, points[-1]], dtype=float)
    s = np.linspace(0, 1, steps, endpoint=False)[:, None]
    pieces = [
        b
        + s * (c - a) / 2
        + s**2 * (a - 2.5 * b + 2 * c - d / 2)
        + s**3 * ((d - a) / 2 + 1.5 * (b - c))
        for a, b, c, d in zip(p[:-3], p[1:-2], p[2:-1], p[3:], strict=True)
    ]
    return np.concatenate([*pieces, p[-1:]])


def distortion(random: Generator) -> Array:
    """Return a matrix that turns, slants, and makes narrower or wider, all by chance."""
    turn, slant = random.uniform(-0.2, 0.2), random.uniform(-0.45, 0.45)
    width = random.uniform(0.45, 1.15)
    rotation = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
    return np.asarray(rotation @ np.array([[width, slant], [0.0, 1.0]]), dtype=float)


def draw(digit: int, random: Generator) -> Images:
    """Draw a digit in one of its shapes, with a trembling hand; return an image as MNIST's."""
    shape = SHAPES[digit][random.integers(len(SHAPES[digit]))]
    matrix = distortion(random)
    shake = random.uniform(0.0, 0.05)
    strokes = []
    for points in shape:
        # A corner is one point, however often it is named.
        moved = {point: random.normal(point, shake) for point in points}
        strokes.append(path([tuple(moved[point]) for point in points]) @ matrix.T)
    every = np.concatenate(strokes)
    low, high = every.min(axis=0), every.max(axis=0)
    scale = 0.6 * SIDE / max(high - low)
    pen = scale * max(high - low) * random.uniform(0.05, 0.33)
    picture = Image.new("L", (SIDE, SIDE))
    brush = ImageDraw.Draw(picture)
    for stroke in strokes:
        places = SIDE / 2 + scale * (stroke - (low + high) / 2)
        width = max(1, round(pen))
        brush.line([tuple(place) for place in places], fill=255, width=width, joint="curve")
        for x, y in places[[0, -1]]:
            brush.ellipse((x - pen / 2, y - pen / 2, x + pen / 2, y + pen / 2), fill=255)
    return _prepared(np.asarray(picture) / 255)


def vary(image: Images, random: Generator) -> Images:
    """Return a variant of an image of MNIST: turned, slanted, narrower, with another pen."""
    large = np.asarray(ndimage.zoom(np.pad(image, 6), 2, order=1), dtype=float)
    inverse = np.linalg.inv(distortion(random)[::-1, ::-1])  # rows first, as in an image
    middle = np.array(large.shape) / 2
    bent = ndimage.affine_transform(large, inverse, offset=middle - inverse @ middle, order=1)
    pen = random.integers(-1, 4)
    if pen > 0:
        bent = ndimage.grey_dilation(bent, size=(pen + 1, pen + 1))
    elif pen < 0 and (thin := ndimage.grey_erosion(bent, size=(2, 2))).max() > 0.5:
        bent = thin
    return _prepared(np.where(bent > 0.15, bent, 0.0))


def _prepared(ink: Array) -> Images:
    return centre(fit(crop(ink))).astype(np.float32)


def sample(data: Digits, variants: int, drawn: int, seed: int = 1) -> tuple[Images, Labels]:
    """Return images and labels to train with, in random order.

    Parameters
    ----------
    data
        The digits of MNIST, all that there are: each is used as it is, and in variants.
    variants
        Of each of them.
    drawn
        Digits of each class that are drawn here.
    seed
        Seed of all that is left to chance.
    """
    random = np.random.default_rng(seed)
    images = [*data.x_train]
    images += [vary(image, random) for _ in range(variants) for image in data.x_train]
    labels = [*np.tile(data.t_train, variants + 1)]
    for digit in SHAPES:
        images += [draw(digit, random) for _ in range(drawn)]
        labels += [digit] * drawn
    order = random.permutation(len(images))
    return np.array(images)[order], np.array(labels)[order]


def reader(data: Digits, variants: int = 1, epochs: int = 8) -> Any:
    """Return the lecture's network, trained to read what people draw on the page.

    A third of what it sees is drawn here, however many digits of MNIST there are.
    """
    from nnlecture.mnist import CLASSES, network
    from nnlecture.reproducible import keras, seed

    x, t = sample(data, variants, drawn=len(data.x_train) // CLASSES)
    seed(1)
    model = network()
    t_columns = keras.utils.to_categorical(t, CLASSES)
    # The rate falls from epoch to epoch: the training ends in a quieter place.
    slower = keras.callbacks.LearningRateScheduler(lambda epoch: 0.002 * 0.8**epoch)
    model.fit(x[..., None], t_columns, batch_size=64, epochs=epochs, callbacks=[slower], verbose=0)
    return model
