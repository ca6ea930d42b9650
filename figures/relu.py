"""The rectified linear unit and its derivative."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.activations import relu, relu_derivative
from nnlecture.style import BLUE, HALF, ORANGE, axes


def draw() -> Figure:
    """Draw ReLU for -3 < x < 3: no slope to the left of 0, slope 1 to the right."""
    x = np.linspace(-3, 3, 601)
    fig, ax = axes(HALF)
    ax.plot(x, relu(x), color=BLUE)
    for side in (x[x < 0], x[x > 0]):  # at 0 there is no derivative
        ax.plot(side, relu_derivative(side), color=ORANGE, linestyle="--")
    ax.text(1.7, 2.0, r"$h(x)=\max(0,x)$", color=BLUE, ha="right", va="bottom")
    ax.text(3.0, 0.93, "$h'(x)=1$", color=ORANGE, ha="right", va="top")
    ax.text(-1.5, 0.08, "no gradient:\n$h'(x)=0$", color=ORANGE, ha="center", va="bottom")
    ax.set(xlabel="$x$", xlim=(-3, 3), ylim=(-0.2, 3), yticks=[0, 1, 2, 3])
    return fig


if __name__ == "__main__":
    draw().savefig("relu.svg")
