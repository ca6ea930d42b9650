"""A 3 x 3 filter slides over the cells of a calorimeter; the resulting map has its numbers."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.convolution import slide
from nnlecture.diagram import INPUT, caption, label
from nnlecture.feature_maps import feature_map, frame, lines_between, numbers
from nnlecture.style import LIGHT, canvas

ENERGIES = np.array(  # in GeV: a narrow shower upper left, a broad one lower right
    [
        [0, 0, 0, 0, 0, 0, 0],
        [0, 0, 1, 0, 0, 0, 0],
        [0, 1, 9, 2, 0, 0, 0],
        [0, 0, 2, 1, 3, 3, 2],
        [0, 0, 0, 3, 5, 5, 3],
        [0, 0, 0, 3, 5, 6, 4],
        [0, 0, 0, 2, 3, 4, 3],
    ]
)
FILTER = np.array([[0, -1, 0], [-1, 4, -1], [0, -1, 0]])
ROW, COLUMN = 1, 1  # where the window stands
CELL = 0.3  # inches


def draw() -> Figure:
    """Follow the frame: nine energies times nine weights, added up, are one number of the map.

    This filter answers to a narrow shower, as of an electron, and hardly to the broad one of a
    hadron. What it does is a cross-correlation, which the field calls a convolution.
    """
    fig, ax = canvas((6.0, 2.72), bottom=0.17)
    result = slide(ENERGIES, FILTER)
    image = feature_map(ax, (1.15, 1.77), CELL, ENERGIES, INPUT)
    weights = feature_map(ax, (3.1, 1.77), CELL, np.zeros((3, 3)), LIGHT)
    answer = feature_map(ax, (5.05, 1.77), CELL, result)
    for grid, values in [(image, ENERGIES), (weights, FILTER), (answer, result)]:
        lines_between(ax, grid)
        numbers(ax, grid, values)
    label(ax, (2.43, 1.77), "$\\ast$", size=14)
    label(ax, (3.93, 1.77), "=", size=14)

    window, cell = image.block(ROW, COLUMN, 3, 3), answer.block(ROW, COLUMN)
    for box in (window, weights.whole, cell):
        frame(ax, box)
    label(ax, (5.05, 0.83), "30 = 4·9 − 1 − 1 − 2 − 2")

    caption(ax, (1.15, 0.4), "energies in a calorimeter, in GeV:\n7 × 7 cells")
    caption(ax, (3.1, 0.4), "filter:\n3 × 3 weights")
    caption(ax, (5.05, 0.4), "feature map:\n5 × 5 numbers")
    return fig


if __name__ == "__main__":
    draw().savefig("cnn_sliding_filter.svg")
