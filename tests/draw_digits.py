"""Draw the digits of drawn_digits.json: python tests/draw_digits.py writes the file anew.

They are put together from straight lines and arcs of ellipses, in ten styles, and stand for what
people draw with a mouse. No network is trained with them.
"""

import itertools
import json
from pathlib import Path

import numpy as np

FILE = Path(__file__).with_name("drawn_digits.json")
PAPER = 280  # pixels
VARIANTS = 3

# slant, width, height in pixels, pen in pixels, trembling, turn in degrees
STYLES = {
    "upright": (0.0, 0.65, 190, 22, 0.01, 2),
    "slanted right": (-0.35, 0.6, 190, 22, 0.01, 3),
    "slanted left": (0.3, 0.6, 190, 22, 0.01, 3),
    "narrow": (0.0, 0.42, 200, 22, 0.01, 2),
    "wide": (0.0, 0.95, 180, 22, 0.01, 2),
    "small": (-0.1, 0.65, 90, 16, 0.015, 3),
    "large": (-0.1, 0.7, 250, 22, 0.01, 2),
    "thin pen": (-0.1, 0.65, 190, 7, 0.01, 3),
    "thick pen": (-0.1, 0.7, 200, 34, 0.01, 3),
    "shaky": (-0.1, 0.65, 180, 20, 0.03, 10),
}


def line(*points):
    """Points on straight lines."""
    steps = np.linspace(0, 1, 5)[:, None]
    return np.concatenate(
        [np.array(a) + steps * (np.array(b) - a) for a, b in itertools.pairwise(points)]
    )


def arc(x, y, width, height, start, end):
    """Points on an ellipse with its centre at x and y; degrees, clockwise from the right."""
    angle = np.radians(np.linspace(start, end, max(5, abs(end - start) // 22)))
    return np.stack([x + width * np.cos(angle), y + height * np.sin(angle)], axis=1)


def joined(*pieces):
    return np.concatenate(pieces)


def strokes(digit, variant):
    """Return the strokes of a digit, x and y from 0 to 1."""
    match digit, variant:
        case 0, _:
            return [arc(0.5, 0.5, 0.48, 0.5, -80, 285)]
        case 1, 1:
            return [line((0.5, 0), (0.48, 1))]
        case 1, _:  # German, with a flag
            return [line((0.05, 0.38), (0.6, 0), (0.6, 1))]
        case 2, _:
            return [
                joined(arc(0.5, 0.27, 0.4, 0.27, 195, 390), line((0.8, 0.45), (0.08, 1), (1, 1)))
            ]
        case 3, _:
            upper = arc(0.45, 0.25, 0.38, 0.25, -150, 90)
            return [joined(upper, arc(0.45, 0.75, 0.45, 0.26, -80, 150))]
        case 4, 1:  # closed
            return [line((0.72, 1), (0.72, 0), (0.05, 0.68), (1, 0.68))]
        case 4, _:  # open
            return [line((0.3, 0), (0.05, 0.6), (0.95, 0.6)), line((0.72, 0.25), (0.68, 1))]
        case 5, 1:
            body = joined(line((0.2, 0), (0.18, 0.45)), arc(0.42, 0.69, 0.44, 0.31, -125, 140))
            return [body, line((0.2, 0), (0.9, 0))]
        case 5, _:
            bow = arc(0.42, 0.69, 0.44, 0.31, -125, 140)
            return [joined(line((0.88, 0), (0.22, 0), (0.18, 0.45)), bow)]
        case 6, _:
            return [
                joined(arc(0.8, 0.72, 0.72, 0.72, -95, -175), arc(0.47, 0.72, 0.4, 0.28, 180, -175))
            ]
        case 7, 1:
            return [line((0.05, 0), (0.95, 0), (0.4, 1))]
        case 7, _:  # German, with a bar
            return [line((0.05, 0), (0.95, 0), (0.4, 1)), line((0.3, 0.52), (0.9, 0.5))]
        case 8, 1:
            return [arc(0.5, 0.24, 0.33, 0.24, 90, 450), arc(0.5, 0.74, 0.42, 0.27, -90, 270)]
        case 8, _:
            upper = arc(0.5, 0.24, 0.36, 0.24, -30, -270)
            return [
                joined(
                    upper, arc(0.5, 0.74, 0.42, 0.27, -90, 270), arc(0.5, 0.24, 0.36, 0.24, 90, -30)
                )
            ]
        case 9, 1:
            return [joined(arc(0.45, 0.28, 0.4, 0.28, 0, -360), line((0.85, 0.28), (0.8, 1)))]
        case _:
            return [joined(arc(0.45, 0.28, 0.4, 0.28, 0, -360), arc(0.3, 0.4, 0.55, 0.6, -10, 110))]


def draw(digit, variant, style, random):
    """Return a drawing: its pen, and its strokes in pixels of the paper."""
    slant, width, height, pen, shake, turn = STYLES[style]
    if digit == 1:
        width = min(width, 0.6)
    angle = np.radians(random.uniform(-turn, turn))
    matrix = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = matrix @ np.array([[width, slant], [0, 1]])
    moved = [random.normal(stroke, shake) @ matrix.T for stroke in strokes(digit, variant)]
    every = np.concatenate(moved)
    middle, size = (every.min(0) + every.max(0)) / 2, np.ptp(every, axis=0)
    scale = min(height, (PAPER - pen - 4) * min(1 / size))
    free = np.maximum(0, (PAPER - pen - scale * size) / 2)
    at = PAPER / 2 + random.uniform(-0.8, 0.8, 2) * free
    paths = [np.round(at + scale * (stroke - middle)).astype(int) for stroke in moved]
    return {
        "digit": digit,
        "style": style,
        "pen": pen,
        "strokes": [path.ravel().tolist() for path in paths],
    }


def main():
    random = np.random.default_rng(2)
    drawings = [
        draw(digit, variant, style, random)
        for style in STYLES
        for digit in range(10)
        for variant in range(VARIANTS)
    ]
    lines = ",\n".join(json.dumps(one, separators=(",", ":")) for one in drawings)
    FILE.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


if __name__ == "__main__":
    main()
