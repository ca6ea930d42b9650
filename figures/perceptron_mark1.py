"""The Mark I perceptron as a machine: photocells, patch panel, motors, potentiometers, lamps."""

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nnlecture.diagram import (
    HIDDEN,
    INPUT,
    OUTPUT,
    arrow,
    box,
    caption,
    dots,
    label,
    node,
)
from nnlecture.style import FULL, GREY, INK, LIGHT, canvas

PITCH = 0.06  # inches between photocells and between association units
MIDDLE = 1.44  # height of the machine's middle
CORDS = 13


def lattice(x: float, columns: int, rows: int) -> NDArray[np.float64]:
    """Return x and y of the points of a lattice around x, of shape (2, rows * columns)."""
    across, up = np.meshgrid(np.arange(columns), np.arange(rows))
    across, up = across - (columns - 1) / 2, up - (rows - 1) / 2
    return np.stack([x + PITCH * across.ravel(), MIDDLE + PITCH * up.ravel()])


def cords(ax: Axes, left: float, right: float) -> None:
    """Draw the cords of the patch panel: from sockets to sockets, at random."""
    heights = np.linspace(MIDDLE - 0.92, MIDDLE + 0.92, CORDS)
    along = np.linspace(0, 1, 50)
    for start, end in zip(heights, np.random.default_rng(5).permutation(heights), strict=True):
        height = start + (end - start) * (1 - np.cos(np.pi * along)) / 2
        ax.plot(left + (right - left) * along, height, color=GREY, linewidth=0.9, zorder=4)
    ax.scatter(np.repeat([left, right], CORDS), [*heights, *heights], s=14, color=INK, zorder=5)


def potentiometer(ax: Axes, x: float, y: float) -> None:
    """Draw a resistor and the motor that moves its tap."""
    zigzag = 0.06 * np.array([0, 0, 1, -1, 1, -1, 1, -1, 0, 0])
    along = np.array([-0.3, -0.2, -0.17, -0.1, -0.03, 0.03, 0.1, 0.17, 0.2, 0.3])
    ax.plot(x + along, y - 0.16 + zigzag, color=INK, linewidth=1.2, zorder=4)
    motor = node(ax, (x, y + 0.13), "M", GREY, radius=0.12)
    arrow(ax, motor, (x, y - 0.11)).set_zorder(4)


def lamp(ax: Axes, x: float, y: float, color: str) -> None:
    """Draw the symbol of a lamp: a circle with a cross in it."""
    radius = node(ax, (x, y), "", color, radius=0.085).radius
    reach = np.array([-1, 1]) * radius * np.sqrt(0.5)
    for cross in (reach, -reach):
        ax.plot(x + reach, y + cross, color=INK, linewidth=0.8, zorder=4)


def draw() -> Figure:
    """From left to right: what the machine sees, its random wiring, its weights, its answer."""
    fig, ax = canvas(FULL)
    retina = box(ax, (0.76, MIDDLE), 1.34, 1.34, "", INPUT)
    panel = box(ax, (2.16, MIDDLE), 0.78, 2.06, "", LIGHT)
    association = box(ax, (3.42, MIDDLE), 1.1, 2.06, "", HIDDEN)
    weights = box(ax, (4.72, MIDDLE), 0.82, 2.06, "", LIGHT)
    responses = box(ax, (5.72, MIDDLE), 0.4, 2.06, "", LIGHT)
    parts = [retina, panel, association, weights, responses]
    for part, following in pairwise(parts):
        arrow(ax, part, following)

    ax.scatter(*lattice(retina.x, 20, 20), s=9, color=INPUT, linewidths=0, zorder=4)
    cords(ax, panel.x - 0.27, panel.x + 0.27)
    ax.scatter(*lattice(association.x, 16, 32), s=9, color=HIDDEN, linewidths=0, zorder=4)
    for row in (0.7, 0.14, -0.42):
        potentiometer(ax, weights.x, MIDDLE + row)
    dots(ax, (weights.x, MIDDLE - 0.83))
    for number, y in enumerate(np.linspace(MIDDLE + 0.84, MIDDLE - 0.84, 8)):
        lamp(ax, responses.x, y, OUTPUT if number == 2 else GREY)

    top = MIDDLE + 1.03
    arrow(ax, (responses.x, top), (weights.x, top), bend=-0.35)
    label(ax, (5.92, 2.79), "training: a wrong answer turns the motors", ha="right")

    captions = [
        "20 × 20 = 400\nphotocells",
        "patch panel:\nrandom wires",
        "16 × 32 = 512\nassociation units",
        "potentiometers:\nthe weights",
        "8 lamps:\nresponse",
    ]
    for part, text in zip(parts, captions, strict=True):
        caption(ax, (part.x, 0.22), text)
    return fig


if __name__ == "__main__":
    draw().savefig("perceptron_mark1.svg")
