"""The four points of XOR, and why no straight line serves."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from nnlecture.data import xor_points
from nnlecture.perceptron import predict
from nnlecture.style import BACKGROUND, GREY, HALF, SIGNAL, axes


@dataclass(frozen=True)
class Line:
    """The boundary of a perceptron, weights . x + bias = 0, from one point to another."""

    weights: tuple[float, float]
    bias: float
    start: tuple[float, float]
    end: tuple[float, float]


LINES = [
    Line((1, 1), -0.5, (-0.45, 0.95), (0.95, -0.45)),
    Line((-1, -1), 1.5, (0.05, 1.45), (1.45, 0.05)),
    Line((1, 0), -0.5, (0.5, -0.45), (0.5, 1.45)),
]


def right_answers(line: Line) -> int:
    """Return how many of the four points the perceptron with this boundary gets right."""
    x, t = xor_points()
    return int(np.sum(predict(x, line.weights, line.bias) == t))


def draw() -> Figure:
    """Draw points and candidate lines: each has a point on its wrong side."""
    fig, ax = axes(HALF)
    for line in LINES:
        ax.plot(*zip(line.start, line.end, strict=True), color=GREY, linestyle="--", linewidth=1)
        ax.text(*line.end, f" {right_answers(line)} of 4 right", va="center")
    for x, t in zip(*xor_points(), strict=True):
        marker, color = ("o", SIGNAL) if t == 1 else ("s", BACKGROUND)
        ax.plot(*x, marker, color=color, markersize=13)
        ax.text(*x, f"{t:.0f}", color="white", weight="semibold", ha="center", va="center_baseline")
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xticks=[0, 1], yticks=[0, 1], aspect="equal")
    ax.set(xlim=(-0.5, 2.2), ylim=(-0.55, 1.65))
    return fig


if __name__ == "__main__":
    draw().savefig("xor.svg")
