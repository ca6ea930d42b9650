"""A biological neuron: where its signals come in, and where its own goes out."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nnlecture.diagram import HIDDEN, INPUT, OUTPUT, Point, arrow, label, tint
from nnlecture.style import FULL, GREY, canvas

SOMA = (1.42, 1.45)  # centre of the cell body
DENDRITES = np.radians([80, 132, 180, 228, 280])  # where they leave it
SHEATHS = 2.3 + 0.55 * np.arange(5)  # left ends of the myelin sheaths
TERMINALS = [-62, -22, 22, 62]  # directions in degrees in which the axon branches out

Outline = NDArray[np.float64]  # x and y of a shape's corners, of shape (corners, 2)


def stroke(start: Point, angle: float, length: float, widths: Point, curl: float = 0) -> Outline:
    """Return a tapering stroke; its angle is in degrees and grows by `curl` on the way."""
    share = np.linspace(0, 1, 15)[:, np.newaxis]
    heading = np.radians(angle + curl * share)
    line = start + length / 15 * np.cumsum(np.hstack([np.cos(heading), np.sin(heading)]), axis=0)
    half = (widths[0] + (widths[1] - widths[0]) * share) / 2
    left = line + half * np.hstack([-np.sin(heading), np.cos(heading)])
    return np.concatenate([left, (2 * line - left)[::-1]])


def tip(shape: Outline) -> Point:
    """Return where a stroke ends."""
    x, y = shape[14:16].mean(axis=0)
    return float(x), float(y)


def tree(
    start: Point, angle: float, length: float, width: float, rng: np.random.Generator
) -> list[Outline]:
    """Return a branch and, until they get too thin, the trees that it splits into."""
    curl = rng.uniform(-20, 20)
    shapes = [stroke(start, angle, length, (width, 0.65 * width), curl)]
    if width > 0.02:
        for turn in (-rng.uniform(18, 28), rng.uniform(18, 28)):
            shapes += tree(tip(shapes[0]), angle + curl + turn, 0.72 * length, 0.6 * width, rng)
    return shapes


def body() -> Outline:
    """Return the cell body: a circle drawn out towards the dendrites and the axon."""
    angle = np.linspace(0, 2 * np.pi, 200)
    towards = np.cos(angle - np.array([0, *DENDRITES])[:, np.newaxis])
    radius = 0.25 + 0.15 * np.exp(14 * (towards - 1)).sum(axis=0)
    return SOMA + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])


def fill(ax: Axes, shapes: list[Outline], color: str, zorder: float, rounding: float = 2) -> None:
    """Draw shapes as one with a common outline: all of them wider first, then the inside."""
    for extra, ink in [(2.4, color), (0, tint(color))]:
        for shape in shapes:
            width = rounding + extra
            ax.fill(*shape.T, fc=ink, ec=ink, linewidth=width, joinstyle="round", zorder=zorder)
        zorder += 0.1


def draw() -> Figure:
    """Compare with the perceptron: inputs, a sum in the cell body, one output to many others."""
    fig, ax = canvas(FULL)
    rng = np.random.default_rng(29)
    x, y = SOMA
    dendrites = []
    for angle in DENDRITES:
        start = (x + 0.3 * np.cos(angle), y + 0.3 * np.sin(angle))
        dendrites += tree(start, np.degrees(angle), 0.4, 0.085, rng)
    fill(ax, dendrites, INPUT, 1)

    end = SHEATHS[-1] + 0.55
    axon = [stroke((x, y), 0, end - x, (0.07, 0.07))]
    axon += [stroke((end - 0.05, y), a, 0.72, (0.05, 0.02), -0.7 * a) for a in TERMINALS]
    fill(ax, axon, OUTPUT, 1)
    ax.scatter(*np.transpose([tip(branch) for branch in axon[1:]]), s=70, color=OUTPUT, zorder=2)
    fill(ax, [stroke((left, y), 0, 0.37, (0.12, 0.12)) for left in SHEATHS], GREY, 2, rounding=8)

    fill(ax, [body()], HIDDEN, 2)
    ax.scatter(x, y, s=150, color=HIDDEN, zorder=3)

    gap, sheath = SHEATHS[2] - 0.09, SHEATHS[2] + 0.18
    beside = {"ha": "left", "va": "center_baseline"}
    for text, place, part, side in [
        (" dendrites: inputs", (2.3, 2.65), (1.98, 2.43), beside),
        (" nucleus", (2.3, 2.02), (x + 0.05, y + 0.06), beside),
        (" cell body: sum", (2.3, 0.88), (x + 0.25, y - 0.16), beside),
        ("axon: output", (gap, 1.78), (gap, y), {"va": "bottom"}),
        ("myelin sheath", (sheath, 1.1), (sheath, y - 0.06), {"va": "top"}),
        ("axon terminals", (5.54, 2.3), (5.54, 1.98), {"va": "bottom"}),
    ]:
        label(ax, place, text, **side)
        arrow(ax, place, part, head="-", width=0.8).set_zorder(5)
    arrow(ax, (2.6, 0.3), (5.2, 0.3), width=1.8)
    label(ax, (3.9, 0.42), "direction of the signal")
    return fig


if __name__ == "__main__":
    draw().savefig("neuron.svg")
