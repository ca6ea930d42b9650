"""Batch, mini-batch and stochastic gradient descent on one error surface."""

from dataclasses import dataclass

import numpy as np
from matplotlib.figure import Figure

from nnlecture.descent import descend, error, measurements
from nnlecture.plots import plot_error_surface
from nnlecture.style import BLUE, FULL, GREEN, INK, ORANGE, grid

X, T = measurements(events=40, seed=1)
START = (0.4, 2.4)
EPOCHS = 8


@dataclass(frozen=True)
class Method:
    """A kind of descent: events per update, learning rate, and how it is drawn."""

    name: str
    batch: int
    eta: float
    color: str
    style: str
    label: tuple[float, float]


METHODS = [
    Method("stochastic", 1, 0.3, ORANGE, "-", (1.2, 0.018)),
    Method("mini-batch", 8, 0.3, GREEN, ".-", (0.78, 0.054)),
    Method("batch", len(X), 0.3, BLUE, "o-", (4.2, 0.32)),
    Method("batch, larger rate", len(X), 1.1, INK, "s--", (3.6, 0.085)),
]


def path(method: Method) -> np.ndarray:
    """Return the weights at the start and after each update, shape (updates + 1, 2)."""
    return descend(START, X, T, method.eta, epochs=EPOCHS, batch=method.batch)


def losses(method: Method) -> np.ndarray:
    """Return the mean error of the whole sample along the path, shape (updates + 1,)."""
    return error(path(method), X, T)


def draw() -> Figure:
    """Draw paths and errors: fewer events per update are faster and less regular at one rate."""
    fig, (surface, loss) = grid(1, 2, FULL)
    plot_error_surface(surface, X, T, w0=(-0.6, 2.6), w1=(-0.2, 2.6))
    for method in METHODS:
        look = {"color": method.color, "markersize": 4, "linewidth": 1}
        if method.eta == METHODS[0].eta:  # the fourth path would lie on the others
            surface.plot(*path(method).T, method.style, **look)
        epoch = np.linspace(0, EPOCHS, len(path(method)))
        loss.plot(epoch, losses(method), method.style, **look)
        loss.text(*method.label, method.name, color=method.color)
    loss.set(xlabel="epoch", ylabel="mean error $E$", yscale="log", ylim=(0.015, 1))
    loss.set_yticks([0.02, 0.05, 0.1, 0.2, 0.5], ["0.02", "0.05", "0.1", "0.2", "0.5"])
    loss.minorticks_off()
    return fig


if __name__ == "__main__":
    draw().savefig("gradient_descent_comparison.svg")
