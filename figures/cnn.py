"""A convolutional network from the image to the classes, with the maps of a real digit."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.activations import relu
from nnlecture.convolution import Array, convolutional_layer, max_pooling
from nnlecture.diagram import HIDDEN, INPUT, OUTPUT, arrow, caption, connect, layer, node
from nnlecture.digits import sample
from nnlecture.feature_maps import beam, feature_map, frame, stack
from nnlecture.style import FULL, INK, LIGHT, canvas

DIGIT = 7
EDGE = np.array([[1, 1, 1], [0, 0, 0], [-1, -1, -1]])
CORNER = np.array([[1, 1, 0], [1, 0, -1], [0, -1, -1]])
EDGES = np.stack([EDGE, EDGE.T, CORNER, -EDGE.T], axis=-1)[:, :, np.newaxis, :]
"""Filters that find edges in four directions, shape (3, 3, 1, 4); a network learns its own."""
PIXEL = 0.042  # inches

CAPTIONS = {
    0.66: "image:\n28 × 28",
    2.13: "convolution:\n4 maps, 26 × 26",
    3.39: "pooling:\n4 maps, 13 × 13",
    4.46: "convolution:\n6 maps, 11 × 11",
    5.25: "dense\nlayer",
    5.76: "classes",
}


def image() -> Array:
    """Return a handwritten digit, shape (28, 28, 1)."""
    digits = sample()
    first = np.flatnonzero(digits.t_test == DIGIT)[0]
    return digits.x_test[first, :, :, np.newaxis].astype(float)


def maps() -> tuple[Array, Array, Array]:
    """Return the maps of the first layer, after pooling, and of the second layer.

    Shapes (26, 26, 4), (13, 13, 4) and (11, 11, 6). The second layer's filters are random.
    """
    edges = relu(convolutional_layer(image(), EDGES))
    pooled = max_pooling(edges)
    weights = np.random.default_rng(1).normal(size=(3, 3, 4, 6))
    return edges, pooled, relu(convolutional_layer(pooled, weights))


def draw() -> Figure:
    """Go from left to right: ever smaller maps, ever more of them, until neurons take over."""
    fig, ax = canvas(FULL)
    digit = feature_map(ax, (0.66, 1.62), PIXEL, image()[..., 0], INPUT)
    edges, pooled, shapes = (
        stack(ax, (x, 1.45), PIXEL, list(np.moveaxis(values, -1, 0)), step=(0.1, 0.1))
        for x, values in zip([1.98, 3.24, 4.21], maps(), strict=True)
    )
    steps = [
        (digit.block(12, 14, 3, 3), edges[0].block(12, 14)),
        (edges[0].block(12, 14, 2, 2), pooled[0].block(6, 7)),
        (pooled[0].block(5, 6, 3, 3), shapes[0].block(5, 6)),
    ]
    for window, cell in steps:
        beam(ax, window, cell)
        frame(ax, window, width=1.0)

    arrow(ax, (4.98, 1.62), (5.22, 1.62))
    neurons = layer(ax, 5.34, (0.72, 2.52), [""] * 9, HIDDEN, radius=0.08)
    heights = np.linspace(2.75, 0.5, 10)
    for number in [*range(DIGIT), *range(DIGIT + 1, 10), DIGIT]:  # its lines last, on top
        found = number == DIGIT
        color = OUTPUT if found else LIGHT
        output = node(ax, (5.86, heights[number]), str(number), color, radius=0.105, size=9)
        connect(ax, neurons, [output], INK if found else LIGHT, width=0.6)

    for x, text in CAPTIONS.items():
        caption(ax, (x, 0.22), text)
    return fig


if __name__ == "__main__":
    draw().savefig("cnn.svg")
