"""A feed-forward network with one hidden layer, its weights named as in the lecture."""

from matplotlib.figure import Figure

from nnlecture.diagram import (
    BIAS,
    DOTS,
    HIDDEN,
    INPUT,
    OUTPUT,
    beside,
    caption,
    connect,
    label,
    layer,
    node,
)
from nnlecture.style import HALF, canvas

LEFT, MIDDLE, RIGHT = 0.24, 1.6, 2.76
# Source Sans has the phi of the formulas upright only.
INPUTS = ["$x_1$", DOTS, "$x_n$"]
HIDDEN_NEURONS = ["$\\mathrm{\\phi}_1$", DOTS, "$\\mathrm{\\phi}_m$"]


def draw() -> Figure:
    """Read a weight's name: its layer above; below, the neuron it leads to, then its origin."""
    fig, ax = canvas(HALF)
    x0 = node(ax, (LEFT, 2.18), "$x_0$", BIAS)
    phi0 = node(ax, (MIDDLE, 2.18), "$\\mathrm{\\phi}_0$", BIAS)
    for x in (LEFT, MIDDLE):
        label(ax, (x + 0.23, 2.22), "$=1$", ha="left")
    x1, xn = layer(ax, LEFT, (0.5, 1.54), INPUTS, INPUT)
    phi1, phim = layer(ax, MIDDLE, (0.5, 1.54), HIDDEN_NEURONS, HIDDEN)
    y = node(ax, (RIGHT, 1.34), "$y$", OUTPUT)

    connect(ax, [x0, x1, xn], [phi1, phim])
    connect(ax, [phi0, phi1, phim], [y])
    beside(ax, x0, phi1, "$w^{(1)}_{10}$", at=0.5, distance=0.16)
    beside(ax, x1, phi1, "$w^{(1)}_{11}$", at=0.6, distance=0.13)
    beside(ax, xn, phi1, "$w^{(1)}_{1n}$", at=0.15, distance=0.16)
    beside(ax, xn, phim, "$w^{(1)}_{mn}$", at=0.5, distance=0.13)
    beside(ax, phi0, y, "$w^{(2)}_{10}$", at=0.5, distance=0.18)
    beside(ax, phi1, y, "$w^{(2)}_{11}$", at=0.35, distance=-0.16)
    beside(ax, phim, y, "$w^{(2)}_{1m}$", at=0.5, distance=-0.2)

    for x, text in [(LEFT, "inputs"), (MIDDLE, "hidden layer"), (RIGHT, "output")]:
        caption(ax, (x, 0.07), text)
    return fig


if __name__ == "__main__":
    draw().savefig("mlp.svg")
