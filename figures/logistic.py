"""The logistic function and the hyperbolic tangent, with their asymptotes."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.activations import sigmoid, tanh
from nnlecture.style import BLUE, GREEN, GREY, HALF, axes


def draw() -> Figure:
    """Draw both for -5 < x < 5: the same shape, one between 0 and 1, one between -1 and 1."""
    x = np.linspace(-5, 5, 501)
    fig, ax = axes(HALF)
    for asymptote in (-1, 0, 1):
        ax.axhline(asymptote, color=GREY, linestyle=":", linewidth=0.8)
    ax.plot(x, sigmoid(x), color=BLUE)
    ax.plot(x, tanh(x), color=GREEN, linestyle="--")
    ax.plot(0, 0.5, "o", color=BLUE, markersize=4)
    ax.text(-0.4, 0.55, r"$\sigma(x)=\dfrac{1}{1+e^{-x}}$", color=BLUE, ha="right", va="bottom")
    ax.text(0.4, -0.5, r"$\tanh x = 2\,\sigma(2x)-1$", color=GREEN, ha="left", va="top")
    ax.set(xlabel="$x$", xlim=(-5, 5), ylim=(-1.1, 1.1), yticks=[-1, 0, 0.5, 1])
    return fig


if __name__ == "__main__":
    draw().savefig("logistic.svg")
