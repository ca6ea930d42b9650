"""The figures of the perceptron and of the activation functions: the facts and the pictures."""

import numpy as np
import pytest
from figure_scripts import script
from matplotlib.text import Text
from scipy.optimize import linprog

from nnlecture.activations import ACTIVATIONS
from nnlecture.data import xor_points
from nnlecture.style import BLUE, GREEN, ORANGE

NAMES = ["xor", "logistic", "sigmoid", "activation_functions", "relu"]


def curves(name):
    """Return the points (x, y) of the curves drawn in a figure's first panel, by colour."""
    lines = script(name)["draw"]().axes[0].lines
    return {line.get_color(): line.get_xydata().T for line in lines if len(line.get_xdata()) > 100}


def test_each_line_of_the_xor_figure_gets_as_many_right_as_it_says():
    figure = script("xor")
    counts = [figure["right_answers"](line) for line in figure["LINES"]]
    assert counts == [3, 3, 2]
    texts = [text.get_text().strip() for text in figure["draw"]().axes[0].texts]
    assert texts[:3] == ["3 of 4 right", "3 of 4 right", "2 of 4 right"]


def test_each_line_of_the_xor_figure_lies_on_its_boundary():
    for line in script("xor")["LINES"]:
        for end in (line.start, line.end):
            assert np.dot(line.weights, end) + line.bias == pytest.approx(0)


def test_no_line_gets_all_four_points_of_xor_right():
    """The inequalities sign (w . x + b) >= 1 have no solution; without any one point, they have."""
    x, t = xor_points()
    sign = np.where(t == 1, 1, -1)[:, np.newaxis]
    inequalities = -sign * np.column_stack([x, np.ones(4)])

    def solvable(points):
        bounds = [(None, None)] * 3
        limits = -np.ones(len(points))
        return linprog(np.zeros(3), inequalities[points], limits, bounds=bounds).success

    assert not solvable([0, 1, 2, 3])
    assert all(solvable([k for k in range(4) if k != left_out]) for left_out in range(4))


def test_logistic_is_one_half_at_zero_and_tanh_is_its_rescaled_self():
    drawn = curves("logistic")
    x, sigma = drawn[BLUE]
    _, tanh = drawn[GREEN]
    assert np.interp(0.0, x, sigma) == pytest.approx(0.5)
    np.testing.assert_allclose(tanh, 2 / (1 + np.exp(-2 * x)) - 1, atol=1e-12)


def test_slope_of_the_sigmoid_is_greatest_at_zero_and_a_quarter_there():
    drawn = curves("sigmoid")
    x, slope = drawn[ORANGE]
    assert x[np.argmax(slope)] == pytest.approx(0.0, abs=1e-12)
    assert slope.max() == pytest.approx(0.25)
    np.testing.assert_allclose(slope, np.gradient(drawn[BLUE][1], x), atol=1e-3)


def test_sigmoid_is_flat_where_it_is_called_saturated():
    figure = script("sigmoid")
    _, derivative = ACTIVATIONS["sigmoid"]
    assert derivative(figure["SATURATED"]) < 0.02


@pytest.mark.parametrize(
    "name", ["step", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus", "gelu", "silu"]
)
def test_curve_of_the_grid_equals_tensorflow(name):
    import tensorflow as tf

    references = {
        "step": lambda x: tf.cast(x > 0, x.dtype),
        "leaky_relu": lambda x: tf.nn.leaky_relu(x, alpha=0.1),
    }
    x, y = script("activation_functions")["curve"](name)
    reference = references.get(name) or getattr(tf.nn, name)
    np.testing.assert_allclose(y, reference(tf.constant(x)), rtol=0, atol=1e-6)


def test_grid_has_eight_panels_each_with_its_formula():
    panels = script("activation_functions")["draw"]().axes
    assert len(panels) == 8
    assert all("$" in ax.get_title() for ax in panels)


def test_relu_figure_shows_slope_zero_then_one():
    drawn = [line for line in script("relu")["draw"]().axes[0].lines if line.get_color() == ORANGE]
    left, right = (line.get_xydata() for line in drawn)
    assert left[:, 0].max() < 0 < right[:, 0].min()
    assert np.all(left[:, 1] == 0)
    assert np.all(right[:, 1] == 1)


@pytest.mark.parametrize("name", NAMES)
def test_no_text_is_smaller_than_the_footnote_size(name):
    fig = script(name)["draw"]()
    assert min(text.get_fontsize() for text in fig.findobj(Text) if text.get_text()) >= 9


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.mpl_image_compare(style="default", tolerance=1, savefig_kwargs={"dpi": 80})
def test_picture(name):
    return script(name)["draw"]()
