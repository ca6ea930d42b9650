"""A deep network: several wide hidden layers, fully connected."""

from itertools import pairwise

from matplotlib.figure import Figure

from nnlecture.diagram import HIDDEN, INPUT, OUTPUT, caption, connect, layer
from nnlecture.style import FULL, GREY, canvas

HIDDEN_LAYERS = 5
NEURONS = 9  # in each hidden layer


def draw() -> Figure:
    """Every neuron is connected to every neuron of the next layer: hundreds of weights."""
    fig, ax = canvas(FULL)
    places = [1.2 + 0.9 * number for number in range(HIDDEN_LAYERS)]
    inputs = layer(ax, 0.22, (0.9, 2.3), [""] * 5, INPUT, radius=0.1)
    hidden = [layer(ax, x, (0.44, 2.76), [""] * NEURONS, HIDDEN, radius=0.1) for x in places]
    outputs = layer(ax, 5.74, (1.2, 2.0), [""] * 3, OUTPUT, radius=0.1)
    for left, right in pairwise([inputs, *hidden, outputs]):
        connect(ax, left, right, color=GREY, width=0.4)
    caption(ax, (0.22, 0.1), "inputs")
    caption(ax, (3.0, 0.1), "hidden layers")
    caption(ax, (5.74, 0.1), "outputs")
    return fig


if __name__ == "__main__":
    draw().savefig("deep_network.svg")
