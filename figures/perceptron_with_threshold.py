"""The neuron of McCulloch and Pitts (1943): Boolean inputs, equal weights, a fixed threshold."""

from matplotlib.figure import Figure

from nnlecture.activations import step
from nnlecture.diagram import (
    DOTS,
    HIDDEN,
    INPUT,
    OUTPUT,
    arrow,
    beside,
    box,
    caption,
    label,
    layer,
    node,
    sketch,
)
from nnlecture.style import HALF, canvas

INPUTS = ["$x_1$", "$x_2$", DOTS, "$x_n$"]


def draw() -> Figure:
    """Nothing can be learnt: every weight is 1, and the threshold is built in."""
    fig, ax = canvas(HALF)
    inputs = layer(ax, 0.24, (0.56, 2.16), INPUTS, INPUT)
    total = node(ax, (1.38, 1.36), "$\\Sigma$", HIDDEN, radius=0.23, size=14)
    for one, side in zip(inputs, [1, 1, -1], strict=True):
        arrow(ax, one, total)
        beside(ax, one, total, "1", at=0.42, distance=0.11 * side)

    threshold = box(ax, (2.08, 1.36), 0.44, 0.44, "", HIDDEN)
    sketch(ax, threshold, step)
    label(ax, (2.08, 1.02), "$\\mathrm{\\theta}$", size=11)
    output = node(ax, (2.76, 1.36), "$y$", OUTPUT)
    arrow(ax, total, threshold)
    arrow(ax, threshold, output)
    label(ax, (2.16, 1.95), "$y=1$ if $\\;x_1+\\dots+x_n\\geq\\mathrm{\\theta}$", size=10)

    captions = ["Boolean\ninputs", "equal\nweights", "sum", "fixed\nthreshold", "output\n0 or 1"]
    for x, text in zip([0.24, 0.8, 1.38, 2.08, 2.76], captions, strict=True):
        caption(ax, (x, 0.21), text)
    return fig


if __name__ == "__main__":
    draw().savefig("perceptron_with_threshold.svg")
