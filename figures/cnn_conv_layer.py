"""A convolutional layer: every filter sees all channels and makes one map."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.diagram import INPUT, caption, label
from nnlecture.feature_maps import beam, frame, lines_between, stack
from nnlecture.style import canvas

CHANNELS, FILTERS = 3, 4
ROW, COLUMN = 1, 1  # where the filter stands
CELL = 0.125  # inches


def draw() -> Figure:
    """Follow the window: 3 x 3 pixels of every channel give one number of the first map."""
    fig, ax = canvas((1.95, 2.03), bottom=0.17)
    image = stack(ax, (0.43, 1.22), CELL, [np.full((6, 6), 0.3)] * CHANNELS, INPUT, top=1)
    maps = stack(ax, (1.4, 1.22), CELL, [np.full((4, 4), 0.3)] * FILTERS, top=1)
    for grid in (image[0], maps[0]):
        lines_between(ax, grid)
    window, cell = image[0].block(ROW, COLUMN, 3, 3), maps[0].block(ROW, COLUMN)
    beam(ax, window, cell)
    for box in (window, cell):
        frame(ax, box)
    label(ax, (0.97, 2.02), "each filter: 3 × 3 × 3 weights")
    caption(ax, (0.5, 0.4), "3 channels")
    caption(ax, (1.5, 0.4), "4 filters:\n4 maps")
    return fig


if __name__ == "__main__":
    draw().savefig("cnn_conv_layer.svg")
