"""Feature maps in diagrams: where the cells are and what is written in them."""

import numpy as np
import pytest

from nnlecture.diagram import Box
from nnlecture.feature_maps import Map, feature_map, lines_between, numbers, stack
from nnlecture.style import HALF, canvas

GRID = Map(left=1.0, top=2.0, cell=0.5, rows=2, columns=3)


@pytest.fixture
def ax():
    return canvas(HALF)[1]


def test_blocks_are_counted_from_the_upper_left():
    assert GRID.block(0, 0) == Box(1.25, 1.75, 0.5, 0.5)
    assert GRID.block(1, 2) == Box(2.25, 1.25, 0.5, 0.5)
    assert GRID.block(0, 1, 2, 2) == Box(2.0, 1.5, 1.0, 1.0)
    assert GRID.whole == Box(1.75, 1.5, 1.5, 1.0)


def test_map_stands_around_its_centre_and_leaves_the_canvas_as_it_was(ax):
    grid = feature_map(ax, (1.5, 1.2), 0.25, np.arange(12).reshape(3, 4))
    assert (grid.rows, grid.columns) == (3, 4)
    assert grid.whole == Box(1.5, 1.2, 1.0, 0.75)
    assert ax.images[0].get_extent() == pytest.approx([1.0, 2.0, 0.825, 1.575])
    assert (*ax.get_xlim(), *ax.get_ylim()) == pytest.approx((0, HALF[0], 0, HALF[1]))


def test_first_row_is_drawn_at_the_top(ax):
    feature_map(ax, (1.5, 1.2), 0.25, [[1.0], [0.0]])
    assert ax.images[0].origin == "upper"


def test_maps_with_one_top_have_comparable_colors(ax):
    feature_map(ax, (0.5, 1.2), 0.25, [[8.0]])
    feature_map(ax, (1.5, 1.2), 0.25, [[4.0]], top=8.0)
    feature_map(ax, (2.5, 1.2), 0.25, [[-4.0]])  # nothing above zero
    shades = [image.to_rgba(image.get_array())[0, 0] for image in ax.images]
    assert shades[0].sum() < shades[1].sum() < shades[2].sum()


def test_stack_goes_back_step_by_step(ax):
    grids = stack(ax, (1.0, 1.0), 0.1, [np.ones((4, 4))] * 3, step=(0.2, 0.1))
    assert [(grid.whole.x, grid.whole.y) for grid in grids] == [
        pytest.approx((1.0 + 0.2 * i, 1.0 + 0.1 * i)) for i in range(3)
    ]
    depths = [image.get_zorder() for image in ax.images]
    assert depths == sorted(depths, reverse=True)


def test_every_cell_has_its_number_in_its_middle(ax):
    values = np.array([[0, -1], [20, 3]])
    grid = feature_map(ax, (1.0, 1.0), 0.3, values)
    numbers(ax, grid, values)
    assert [text.get_text() for text in ax.texts] == ["0", "−1", "20", "3"]
    assert [text.get_position() for text in ax.texts] == [
        (grid.block(i, j).x, grid.block(i, j).y) for i in range(2) for j in range(2)
    ]


def test_lines_lie_between_the_cells_only(ax):
    lines_between(ax, GRID)
    assert len(ax.lines) == (GRID.rows - 1) + (GRID.columns - 1)
