"""A fully connected layer: the maps, flattened to a vector, and every neuron sees all of it."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.diagram import HIDDEN, OUTPUT, arrow, caption, connect, layer
from nnlecture.feature_maps import lines_between, stack
from nnlecture.style import canvas

MAPS, SIDE = 2, 2  # two maps of 2 x 2
NEURONS, CLASSES = 4, 3


def draw() -> Figure:
    """Count the lines, each a weight: many more than the maps have numbers."""
    fig, ax = canvas((1.95, 2.03), bottom=0.17)
    maps = stack(ax, (0.21, 1.31), 0.15, [np.full((SIDE, SIDE), 0.35)] * MAPS, top=1)
    lines_between(ax, maps[0])
    arrow(ax, (0.48, 1.34), (0.7, 1.34))
    vector = layer(ax, 0.83, (0.69, 1.99), [""] * MAPS * SIDE**2, HIDDEN, radius=0.07)
    neurons = layer(ax, 1.34, (0.79, 1.89), [""] * NEURONS, HIDDEN, radius=0.11)
    outputs = layer(ax, 1.8, (0.97, 1.71), [""] * CLASSES, OUTPUT, radius=0.11)
    connect(ax, vector, neurons, width=0.5)
    connect(ax, neurons, outputs, width=0.5)
    for x, text in [(0.24, "maps"), (0.83, "vector"), (1.52, "dense\nlayers")]:
        caption(ax, (x, 0.4), text)
    return fig


if __name__ == "__main__":
    draw().savefig("cnn_fully_connected.svg")
