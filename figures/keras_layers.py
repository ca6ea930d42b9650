"""The lecture's convolutional network for MNIST as Keras has it: layers, shapes, parameters."""

from itertools import pairwise
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from nnlecture.diagram import HIDDEN, INPUT, OUTPUT, arrow, box, label
from nnlecture.reproducible import keras
from nnlecture.style import BLUE, canvas

SIZE = (6.0, 2.2)  # inches; lower than a slide, for the text below it
LEFT, BAR = 3.5, 1.9  # where the bars begin, and the length of the longest, in inches


def model() -> Any:
    """Return the lecture's network for MNIST, not trained."""
    return keras.Sequential(
        [
            keras.layers.Input((28, 28, 1)),
            keras.layers.Conv2D(8, (3, 3), activation="relu"),
            keras.layers.MaxPooling2D((2, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )


def rows(network: Any) -> list[tuple[str, tuple[int, ...], int]]:
    """Return name, output shape and number of parameters of the input and of every layer."""
    layers = [
        (type(layer).__name__, layer.output.shape[1:], layer.count_params())
        for layer in network.layers
    ]
    return [("Input", network.input_shape[1:], 0), *layers]


def draw() -> Figure:
    """Read the model from top to bottom; nearly all parameters are in the first dense layer."""
    fig, ax = canvas(SIZE)
    network = model()
    table = rows(network)
    most = max(parameters for *_, parameters in table)
    heights = np.linspace(1.72, 0.17, len(table))
    colors = [INPUT, *[HIDDEN] * (len(table) - 2), OUTPUT]
    boxes = []
    for (name, shape, parameters), y, color in zip(table, heights, colors, strict=True):
        boxes.append(box(ax, (0.85, y), 1.4, 0.22, name, color))
        label(ax, (2.45, y), " × ".join(f"{size:,}" for size in shape))
        length = BAR * parameters / most
        ax.add_patch(Rectangle((LEFT, y - 0.08), length, 0.16, facecolor=BLUE, linewidth=0))
        label(ax, (LEFT + length + 0.05, y), f"{parameters:,}", ha="left")
    for one, other in pairwise(boxes):
        arrow(ax, one, other)

    label(ax, (0.85, 2.04), "layer", weight="semibold")
    label(ax, (2.45, 2.04), "shape of its output", weight="semibold")
    total = f"parameters ({network.count_params():,} in all)"
    label(ax, (LEFT, 2.04), total, weight="semibold", ha="left")
    return fig


if __name__ == "__main__":
    draw().savefig("keras_layers.svg")
