"""The drawing helpers: shapes know their edge, and arrows and lines keep to it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.patches import Circle

from nnlecture import diagram
from nnlecture.activations import step
from nnlecture.diagram import Box, Node
from nnlecture.style import HALF, canvas

NODE = Node(1.0, 2.0, 0.5)
BOX = Box(1.0, 2.0, 0.8, 0.4)
ANGLES = st.floats(0, 2 * np.pi)


@pytest.fixture
def ax():
    return canvas(HALF)[1]


def far_away(angle):
    return 1.0 + 10 * np.cos(angle), 2.0 + 10 * np.sin(angle)


@given(ANGLES)
def test_edge_of_a_node_is_one_radius_from_its_centre_in_the_right_direction(angle):
    x, y = diagram.edge(NODE, far_away(angle))
    expected = (1.0 + 0.5 * np.cos(angle), 2.0 + 0.5 * np.sin(angle))
    assert (x, y) == pytest.approx(expected)


@given(ANGLES)
def test_edge_of_a_box_lies_on_its_rim_in_the_right_direction(angle):
    x, y = diagram.edge(BOX, far_away(angle))
    assert max(abs(x - 1.0) / 0.4, abs(y - 2.0) / 0.2) == pytest.approx(1.0)
    across = (x - 1.0) * np.sin(angle) - (y - 2.0) * np.cos(angle)
    along = (x - 1.0) * np.cos(angle) + (y - 2.0) * np.sin(angle)
    assert across == pytest.approx(0.0, abs=1e-12)
    assert along > 0


@pytest.mark.parametrize(
    "towards, expected",
    [((9, 2), (1.4, 2)), ((-9, 2), (0.6, 2)), ((1, 9), (1, 2.2)), ((1, -9), (1, 1.8))],
)
def test_edge_of_a_box_straight_to_its_sides(towards, expected):
    assert diagram.edge(BOX, towards) == pytest.approx(expected)


def test_a_point_is_its_own_edge_and_centre():
    assert diagram.edge((3.0, 4.0), (0.0, 0.0)) == (3.0, 4.0)
    assert diagram.centre((3.0, 4.0)) == (3.0, 4.0)
    assert diagram.centre(BOX) == (1.0, 2.0)


@pytest.mark.parametrize("bend", [0.0, 0.3, -0.3])
def test_arrow_runs_from_edge_to_edge(ax, bend):
    end = Node(2.5, 0.5, 0.2)
    line = diagram.arrow(ax, NODE, end, head="-", bend=bend).get_path().vertices
    assert np.hypot(*(line[0] - (1.0, 2.0))) == pytest.approx(0.5)
    assert np.hypot(*(line[-1] - (2.5, 0.5))) == pytest.approx(0.2)


def test_arrow_bends_to_the_left_as_it_goes(ax):
    line = diagram.arrow(ax, (0.0, 0.0), (2.0, 0.0), head="-", bend=0.5).get_path()
    assert line.interpolated(1).vertices[:, 1].max() > 0
    assert line.vertices[1] == pytest.approx((1.0, 1.0))


def test_layer_is_an_even_column_from_top_to_bottom_without_its_dots(ax):
    nodes = diagram.layer(ax, 0.5, (0.4, 2.2), ["a", "b", diagram.DOTS, "c"], diagram.INPUT)
    assert [one.y for one in nodes] == pytest.approx([2.2, 1.6, 0.4])
    assert {one.x for one in nodes} == {0.5}
    assert [text.get_text() for text in ax.texts] == ["a", "b", "c"]
    assert len([patch for patch in ax.patches if isinstance(patch, Circle)]) == 3
    np.testing.assert_allclose(ax.collections[0].get_offsets()[:, 1].mean(), 1.0)


def test_connect_joins_every_node_to_every_node_of_the_next_layer_at_their_edges(ax):
    left = diagram.layer(ax, 0.5, (0.4, 2.0), ["a", "b", "c"], diagram.INPUT)
    right = diagram.layer(ax, 2.5, (0.8, 1.6), ["d", "e"], diagram.HIDDEN)
    lines = diagram.connect(ax, left, right).get_segments()
    assert len(lines) == 6
    for line, (one, other) in zip(lines, [(a, b) for a in left for b in right], strict=True):
        assert np.hypot(*(line[0] - (one.x, one.y))) == pytest.approx(one.radius)
        assert np.hypot(*(line[1] - (other.x, other.y))) == pytest.approx(other.radius)


def test_beside_writes_to_the_left_of_the_line_as_one_goes_along_it(ax):
    start, end = Node(0.0, 0.0, 0.5), Node(3.0, 0.0, 0.5)
    text = diagram.beside(ax, start, end, "$w$", at=0.25, distance=0.1)
    assert text.get_position() == pytest.approx((1.0, 0.1))
    text = diagram.beside(ax, start, end, "$w$", at=1.0, distance=-0.1)
    assert text.get_position() == pytest.approx((2.5, -0.1))


@pytest.mark.parametrize("shape", [NODE, BOX])
def test_sketch_stays_inside_its_shape_and_in_its_middle(ax, shape):
    diagram.sketch(ax, shape, step)
    x, y = ax.lines[0].get_data()
    assert (x.min() + x.max()) / 2 == pytest.approx(shape.x)
    assert (y.min() + y.max()) / 2 == pytest.approx(shape.y)
    for point in zip(x, y, strict=True):
        rim = diagram.edge(shape, point)
        assert np.hypot(point[0] - shape.x, point[1] - shape.y) < np.hypot(
            rim[0] - shape.x, rim[1] - shape.y
        )


def test_captions_have_their_lines_on_common_baselines(ax):
    diagram.caption(ax, (0.5, 0.3), "no such\nletters")
    diagram.caption(ax, (1.5, 0.3), "gypsy\nxx")
    heights = [text.get_position()[1] for text in ax.texts]
    assert heights[:2] == heights[2:]
    assert heights[0] > heights[1]
    assert {text.get_verticalalignment() for text in ax.texts} == {"baseline"}


def test_tint_mixes_with_white():
    assert diagram.tint("black", 1.0) == pytest.approx((0, 0, 0))
    assert diagram.tint("black", 0.25) == pytest.approx((0.75, 0.75, 0.75))
    assert diagram.tint("white", 0.25) == pytest.approx((1, 1, 1))


def test_colors_of_nodes_are_told_apart():
    colors = [diagram.INPUT, diagram.HIDDEN, diagram.OUTPUT, diagram.BIAS]
    assert len(set(colors)) == 4
