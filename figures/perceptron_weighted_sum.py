"""The perceptron: a weighted sum of the inputs, a bias, a step."""

from matplotlib.figure import Figure

from nnlecture.activations import step
from nnlecture.diagram import (
    BIAS,
    DOTS,
    HIDDEN,
    INPUT,
    OUTPUT,
    arrow,
    beside,
    box,
    caption,
    layer,
    node,
    sketch,
)
from nnlecture.style import canvas

INPUTS = ["$x_1$", "$x_2$", DOTS, "$x_n$"]
WEIGHTS = ["$w_1$", "$w_2$", "$w_n$"]


def draw() -> Figure:
    """Follow the arrows: inputs times weights, plus the bias, then 1 if the sum is positive."""
    fig, ax = canvas((3.0, 2.24), bottom=0.14)
    inputs = layer(ax, 0.24, (0.56, 2.16), INPUTS, INPUT)
    total = node(ax, (1.38, 1.36), "$\\Sigma$", HIDDEN, radius=0.23, size=14)
    for one, weight, side in zip(inputs, WEIGHTS, [1, 1, -1], strict=True):
        arrow(ax, one, total)
        beside(ax, one, total, weight, at=0.42, distance=0.13 * side)

    one = node(ax, (1.38, 2.16), "$1$", BIAS)
    arrow(ax, one, total)
    beside(ax, one, total, "$b$")

    threshold = box(ax, (2.08, 1.36), 0.44, 0.44, "", HIDDEN)
    sketch(ax, threshold, step)
    output = node(ax, (2.76, 1.36), "$y$", OUTPUT)
    arrow(ax, total, threshold)
    arrow(ax, threshold, output)

    captions = ["inputs", "weights", "sum", "step", "output"]
    for x, text in zip([0.24, 0.8, 1.38, 2.08, 2.76], captions, strict=True):
        caption(ax, (x, 0.21), text)
    return fig


if __name__ == "__main__":
    draw().savefig("perceptron_weighted_sum.svg")
