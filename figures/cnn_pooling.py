"""Max pooling: of every block of 2 x 2 numbers the largest is kept."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.convolution import max_pooling
from nnlecture.diagram import arrow, caption
from nnlecture.feature_maps import feature_map, frame, lines_between, numbers
from nnlecture.style import canvas

MAP = np.array([[1, 0, 2, 3], [4, 6, 1, 8], [3, 1, 0, 2], [0, 2, 4, 1]])
CELL = 0.25  # inches


def draw() -> Figure:
    """Compare each block of four with its one number: a quarter of the numbers, no weights."""
    fig, ax = canvas((1.95, 2.03), bottom=0.17)
    pooled = max_pooling(MAP, size=2)
    before = feature_map(ax, (0.56, 1.34), CELL, MAP)
    after = feature_map(ax, (1.65, 1.34), CELL, pooled, top=MAP.max())
    for grid, values in [(before, MAP), (after, pooled)]:
        lines_between(ax, grid)
        numbers(ax, grid, values)
    for row, column in np.ndindex(pooled.shape):
        frame(ax, before.block(2 * row, 2 * column, 2, 2))
        frame(ax, after.block(row, column))
    arrow(ax, before.whole, after.whole)
    caption(ax, (0.56, 0.4), "feature map:\n4 × 4")
    caption(ax, (1.65, 0.4), "maxima:\n2 × 2")
    return fig


if __name__ == "__main__":
    draw().savefig("cnn_pooling.svg")
