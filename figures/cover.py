"""The lecture in one picture: events of two classes, a network, and what it makes of them."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlecture.data import signal_and_background
from nnlecture.network import Network, predict, random_network, train
from nnlecture.plots import plot_boundary, plot_events
from nnlecture.style import BACKGROUND, INK, SIGNAL, figure

WIDE = (8.4, 2.6)
LIMITS = (-2.0, 2.0)
X, T = signal_and_background(events=300, seed=1, width=0.3)
THICK = 3.0
"""Width, in points, of the line of the largest weight."""


def trained() -> Network:
    """Return a network of six hidden neurons that tells the two classes apart."""
    start = random_network(inputs=2, neurons=6, seed=2)
    network, _ = train(start, X, T, eta=0.5, epochs=60, seed=1)
    return network


def weights(network: Network) -> list[np.ndarray]:
    """Return the weights between the layers, without biases: a row for each neuron they lead to."""
    return [network.w1[:, 1:], network.w2[None, 1:]]


def plot_weights(ax: Axes, layers: list[np.ndarray]) -> None:
    """Draw every weight as a line: blue above zero, orange below, as thick as it is large."""
    sizes = [layers[0].shape[1], *(len(layer) for layer in layers)]
    heights = [np.linspace(-1, 1, size + 2)[1:-1] if size < 4 else np.linspace(-1, 1, size)
               for size in sizes]  # fmt: skip
    largest = max(np.abs(layer).max() for layer in layers)
    for column, layer in enumerate(layers):
        for (to, start), weight in np.ndenumerate(layer):
            ends = [heights[column][start], heights[column + 1][to]]
            width = THICK * np.sqrt(abs(weight) / largest)
            color = SIGNAL if weight > 0 else BACKGROUND
            ax.plot([column, column + 1], ends, color=color, linewidth=width, alpha=0.8, zorder=1)
    for column, places in enumerate(heights):
        at = np.full(len(places), column)
        ax.scatter(at, places, s=130, facecolor="white", edgecolor=INK, linewidth=1.2, zorder=2)


def draw() -> Figure:
    """Draw, from left to right, the sample, the trained network's weights and its boundary."""
    network = trained()
    fig = figure(WIDE)
    sample, middle, answer = fig.subplots(1, 3, width_ratios=[1, 1.25, 1])
    sample.set(xlim=LIMITS, ylim=LIMITS)
    plot_events(sample, X, T)
    plot_weights(middle, weights(network))
    middle.set(xlim=(-0.35, 2.35), ylim=(-1.25, 1.25))
    plot_boundary(answer, lambda x: predict(network, x), LIMITS)
    plot_events(answer, X, T)
    for ax in (sample, middle, answer):
        ax.set_axis_off()
    return fig


if __name__ == "__main__":
    draw().savefig("cover.svg")
