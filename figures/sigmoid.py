"""The logistic function, its derivative, and where it is saturated."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.activations import sigmoid, sigmoid_derivative
from nnlecture.style import BLUE, GREY, HALF, ORANGE, axes

SATURATED = 4.0
"""Beyond this the slope is below 0.02, a fourteenth of its greatest value."""


def draw() -> Figure:
    """Draw both for -8 < x < 8: in the grey regions hardly any gradient is left."""
    x = np.linspace(-8, 8, 801)
    fig, ax = axes(HALF)
    for left, right in ((-8, -SATURATED), (SATURATED, 8)):
        ax.axvspan(left, right, color=GREY, alpha=0.15, linewidth=0)
        ax.text((left + right) / 2, 0.5, "saturated", ha="center", va="center")
    ax.plot([-8, 0], [0.25, 0.25], color=GREY, linestyle=":", linewidth=0.8)
    ax.plot(x, sigmoid(x), color=BLUE)
    ax.plot(x, sigmoid_derivative(x), color=ORANGE, linestyle="--")
    ax.text(-0.7, 0.62, r"$\sigma(x)$", color=BLUE, ha="right")
    ax.text(0.1, 0.1, r"$\sigma'(x)$", color=ORANGE, ha="center", va="center")
    ax.set(xlabel="$x$", xlim=(-8, 8), xticks=[-8, -4, 0, 4, 8])
    ax.set(ylim=(0, 1.02), yticks=[0, 0.25, 0.5, 0.75, 1])
    return fig


if __name__ == "__main__":
    draw().savefig("sigmoid.svg")
