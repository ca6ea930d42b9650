"""The output of a trained network over two features, and its decision boundary."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.data import signal_and_background
from nnlecture.network import Network, predict, random_network, train
from nnlecture.plots import TINTS, legend_above, output_on_grid, plot_boundary, plot_events
from nnlecture.style import FULL, INK, figure

LIMITS = (-2.0, 2.0)
X, T = signal_and_background(events=400, seed=1, width=0.3)


def trained() -> Network:
    """Return a network of six hidden neurons, trained event by event."""
    start = random_network(inputs=2, neurons=6, seed=2)
    network, _ = train(start, X, T, eta=0.5, epochs=60, seed=1)
    return network


def accuracy(network: Network, x: np.ndarray, t: np.ndarray) -> float:
    """Return the fraction of events on the right side of the boundary."""
    return float(np.mean((predict(network, x) > 0.5) == (t == 1)))


def draw() -> Figure:
    """Draw the output as a surface; cut at 0.5, it is the boundary between the classes."""
    network = trained()

    def output(x: np.ndarray) -> np.ndarray:
        return predict(network, x)

    fig = figure(FULL)
    surface = fig.add_subplot(1, 2, 1, projection="3d", computed_zorder=False)
    x1, x2, y = output_on_grid(output, LIMITS, points=31)
    surface.plot_surface(x1, x2, y, cmap=TINTS, vmin=0, vmax=1, edgecolor=INK, linewidth=0.2)
    surface.contour(x1, x2, y, levels=[0.5], colors=INK, linewidths=1.5)
    surface.set(xlabel="$x_1$", ylabel="$x_2$", title="output $y$", zlim=(0, 1))
    surface.set(xticks=[-2, 0, 2], yticks=[-2, 0, 2], zticks=[0, 0.5, 1])
    surface.set_box_aspect(None, zoom=1.1)

    ax = fig.add_subplot(1, 2, 2)
    plot_boundary(ax, output, LIMITS)
    plot_events(ax, X, T)
    legend_above(ax)
    return fig


if __name__ == "__main__":
    draw().savefig("nn_decision_boundary.svg")
