"""Gradient descent on an error surface, with a good and with a too large learning rate."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.descent import descend, measurements
from nnlecture.plots import plot_error_surface
from nnlecture.style import BLUE, FLAT, ORANGE, grid

X, T = measurements(events=40, seed=1)
START = (0.4, 2.4)
GOOD, TOO_LARGE = 0.8, 1.6


def path(eta: float) -> np.ndarray:
    """Return the weights at the start and after each of 12 updates, shape (13, 2)."""
    return descend(START, X, T, eta, epochs=12, batch=len(X))


def draw() -> Figure:
    """Draw both paths: one ends in the valley, the other leaps across it and climbs."""
    fig, panels = grid(1, 2, FLAT, sharex=True, sharey=True)
    for ax, eta, color, title in [
        (panels[0], GOOD, BLUE, "every step goes downhill"),
        (panels[1], TOO_LARGE, ORANGE, "ever larger leaps"),
    ]:
        plot_error_surface(ax, X, T, w0=(-2.0, 4.0), w1=(-1.2, 2.9))
        ax.plot(*path(eta).T, "o-", color=color, markersize=3.5, linewidth=1)
        ax.annotate("start", START, (4, 2), textcoords="offset points", color=color)
        ax.set_title(f"$\\eta={eta}$: {title}")
        ax.label_outer()
    return fig


if __name__ == "__main__":
    draw().savefig("gradient_descent.svg")
