"""Stochastic gradient descent: the irregular path of single-event updates."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.descent import descend, measurements
from nnlecture.plots import plot_error_surface
from nnlecture.style import BLUE, HALF, axes

X, T = measurements(events=40, seed=1)
START = (0.4, 2.4)


def path() -> np.ndarray:
    """Return the weights at the start and after each of 120 updates, shape (121, 2)."""
    return descend(START, X, T, eta=0.3, epochs=3, batch=1)


def draw() -> Figure:
    """Draw the path: a drunkard's walk downhill that does not come to rest at the minimum."""
    fig, ax = axes(HALF)
    plot_error_surface(ax, X, T, w0=(-0.6, 2.6), w1=(-0.2, 2.8))
    ax.plot(*path().T, ".-", color=BLUE, markersize=3.5, linewidth=0.8)
    ax.annotate("start", START, (4, 2), textcoords="offset points", color=BLUE)
    return fig


if __name__ == "__main__":
    draw().savefig("stochastic_gradient_descent.svg")
