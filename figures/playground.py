"""A small network from the inside: the data, what each neuron answers, and the output."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlecture.data import signal_and_background
from nnlecture.network import Network, forward, predict, random_network, train
from nnlecture.plots import TINTS, output_on_grid, plot_events
from nnlecture.style import BACKGROUND, INK, SIGNAL, canvas

LIMITS = (-2.0, 2.0)
NEURONS = 3
X, T = signal_and_background(events=200, seed=1, width=0.4)

# Centres and sizes of the maps in inches, from data to output.
SMALL, LARGE = 0.62, 1.5
MIDDLE = 1.28
DATA = (0.8, MIDDLE)
INPUTS = [(2.1, MIDDLE + 0.42), (2.1, MIDDLE - 0.42)]
HIDDEN = [(3.45, MIDDLE + 0.75 * row) for row in (1, 0, -1)]
OUTPUT = (5.2, MIDDLE)


def trained() -> Network:
    """Return the network, trained event by event."""
    start = random_network(inputs=2, neurons=NEURONS, seed=1)
    network, _ = train(start, X, T, eta=0.3, epochs=100, seed=1)
    return network


def response(network: Network, neuron: int, x: np.ndarray) -> np.ndarray:
    """Return the output of a hidden neuron, from -1 to 1, for events of shape (events, 2)."""
    return forward(network, x).phi[:, 1 + neuron]


def draw_map(ax: Axes, centre: tuple[float, float], size: float, values: np.ndarray) -> Axes:
    """Draw values from -1 to 1 over the feature plane, with a line where they are 0."""
    x, y = centre
    box = (x - size / 2, y - size / 2, size, size)
    inset = ax.inset_axes(box, transform=ax.transData, zorder=3)
    x1, x2, _ = output_on_grid(lambda x: x[:, 0], LIMITS, points=61)
    z = values.reshape(x1.shape)
    extent = (*LIMITS, *LIMITS)
    inset.imshow(z, TINTS, vmin=-1, vmax=1, origin="lower", extent=extent, interpolation="bilinear")
    inset.contour(x1, x2, z, levels=[0], colors=INK, linewidths=1)
    inset.set(xticks=[], yticks=[], xlim=LIMITS, ylim=LIMITS)
    inset.spines[:].set_visible(True)
    return inset


def connect(ax: Axes, start: tuple[float, float], end: tuple[float, float], weight: float) -> None:
    """Draw a connection, as wide as its weight is large; negative ones are dashed."""
    color, style = (SIGNAL, "-") if weight > 0 else (BACKGROUND, (0, (2, 0.6)))
    width = min(0.5 * abs(weight), 4)
    ax.plot(*zip(start, end, strict=True), color=color, linestyle=style, linewidth=width)


def draw() -> Figure:
    """Draw the network: every hidden neuron cuts the plane once, the output joins the cuts."""
    network = trained()
    x1, x2, _ = output_on_grid(lambda x: x[:, 0], LIMITS, points=61)
    plane = np.column_stack([x1.ravel(), x2.ravel()])

    fig, ax = canvas((6.0, 2.6), bottom=0.18)
    for neuron, place in enumerate(HIDDEN):
        for feature, origin in enumerate(INPUTS):
            connect(ax, origin, place, network.w1[neuron, 1 + feature])
        connect(ax, place, OUTPUT, network.w2[1 + neuron])
        draw_map(ax, place, SMALL, response(network, neuron, plane))
    for feature, place in enumerate(INPUTS):
        draw_map(ax, place, SMALL, plane[:, feature] / 2)
        ax.text(place[0] - 0.36, place[1], f"$x_{1 + feature}$", ha="right", va="center")
    plot_events(draw_map(ax, OUTPUT, LARGE, 2 * predict(network, plane) - 1), X, T, size=2)
    plot_events(draw_map(ax, DATA, LARGE, np.full(len(plane), np.nan)), X, T, size=2)

    names = ["data", "inputs", "hidden neurons", "output"]
    for name, (x, _) in zip(names, [DATA, INPUTS[0], HIDDEN[0], OUTPUT], strict=True):
        ax.text(x, 2.68, name, ha="center", va="center")
    return fig


if __name__ == "__main__":
    draw().savefig("playground.svg")
