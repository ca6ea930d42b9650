"""One function, approximated by networks with one hidden layer and ever more neurons."""

import numpy as np
from matplotlib.figure import Figure
from scipy.optimize import least_squares

from nnlecture.network import Network, predict
from nnlecture.style import BLUE, FLAT, GREY, grid

NEURONS = [1, 3, 10, 50]
X = np.linspace(-1, 1, 201)[:, np.newaxis]  # one input: shape (events, 1)


def function(x: np.ndarray) -> np.ndarray:
    """Return a continuous function with a kink, which no neuron has."""
    return np.exp(-3 * np.abs(x)) + 0.3 * np.sin(2 * np.pi * x)


def network(weights: np.ndarray) -> Network:
    """Return the network of sigmoid neurons and linear output with these 3 m + 1 weights."""
    neurons = (len(weights) - 1) // 3
    w1, w2 = np.split(weights, [2 * neurons])
    return Network(w1.reshape(neurons, 2), w2, hidden="sigmoid", output="linear")


def approximation(neurons: int) -> np.ndarray:
    """Return the output of a trained network, shape (201,): the best of three random starts.

    A least-squares fit trains it. Such a fit knows how the error curves, so it needs far fewer
    steps than gradient descent; with thousands of weights it would be too costly.
    """

    def residuals(weights: np.ndarray) -> np.ndarray:
        return predict(network(weights), X) - function(X[:, 0])

    starts = np.random.default_rng(2).normal(0, 5, size=(3, 3 * neurons + 1))
    fits = [least_squares(residuals, start, max_nfev=60) for start in starts]
    best = min(fits, key=lambda fit: fit.cost)
    return predict(network(best.x), X)


def largest_error(y: np.ndarray) -> float:
    """Return the largest distance between an approximation and the function."""
    return float(np.max(np.abs(y - function(X[:, 0]))))


def draw() -> Figure:
    """Draw the function and its approximations: the largest error falls with the neurons."""
    fig, panels = grid(1, 4, FLAT, sharex=True, sharey=True)
    for ax, neurons in zip(panels, NEURONS, strict=True):
        y = approximation(neurons)
        ax.plot(X, function(X), color=GREY, linewidth=3.5, alpha=0.5)
        ax.plot(X, y, color=BLUE, linewidth=1.4)
        ax.set_title(f"{neurons} neuron" + ("s" if neurons > 1 else ""))
        ax.set(xlabel="$x$", ylim=(-0.4, 1.3), yticks=[0, 0.5, 1])
        ax.text(0, 1.22, f"largest error {largest_error(y):.2f}", ha="center")
    panels[0].set_ylabel("output $y$")
    panels[0].text(0.3, 0.85, "function", color=GREY)
    panels[0].text(-0.98, 0.49, "network", color=BLUE)
    return fig


if __name__ == "__main__":
    draw().savefig("universal_approximation.svg")
