"""Draw your_own_digit.png, a digit as one draws it in a paint program with the mouse."""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SIDE, PEN, FINE = 280, 13, 4  # pixels; the drawing is made four times as large, for smooth rims

STROKES = [  # x and y of points, as the hand goes: a five, small and off the middle
    [(196, 62), (142, 64), (134, 112)],
    [(134, 112), (166, 102), (196, 122), (202, 160), (180, 194), (144, 202), (116, 186)],
]


def curve(points: list[tuple[int, int]]) -> np.ndarray:
    """Return a smooth line through points (Catmull-Rom), shape (points, 2)."""
    p = np.array([points[0], *points, points[-1]], dtype=float)
    s = np.linspace(0, 1, 40)[:, None]
    pieces = [
        0.5
        * (
            2 * b
            + (c - a) * s
            + (2 * a - 5 * b + 4 * c - d) * s**2
            + (3 * b - a - 3 * c + d) * s**3
        )
        for a, b, c, d in zip(p, p[1:], p[2:], p[3:], strict=False)
    ]
    return np.concatenate(pieces)


def draw() -> Image.Image:
    """Return the picture: dark blue ink on white paper."""
    image = Image.new("RGB", (SIDE * FINE, SIDE * FINE), "white")
    pen = ImageDraw.Draw(image)
    for stroke in STROKES:
        for x, y in curve(stroke) * FINE:
            pen.circle((x, y), PEN * FINE / 2, fill="#203060")
    return image.resize((SIDE, SIDE), Image.Resampling.BOX)


if __name__ == "__main__":
    draw().save(Path(__file__).with_name("your_own_digit.png"), optimize=True)
