"""The diagrams: facts about what is drawn, legible text, and the pictures."""

from itertools import combinations, pairwise

import numpy as np
import pytest
from figure_scripts import FIGURES, script
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.patches import ArrowStyle, Circle, FancyArrowPatch
from matplotlib.path import Path as Line
from matplotlib.transforms import Bbox

from nnlecture import diagram
from nnlecture.style import FULL, HALF

SIZES = {
    "perceptron_weighted_sum": (HALF[0], 2.24),
    "perceptron_with_threshold": HALF,
    "mlp": HALF,
    "backpropagation_numbers": FULL,
    "perceptron_retina": FULL,
    "perceptron_mark1": FULL,
    "neuron": FULL,
    "deep_network": FULL,
    "dropout": FULL,
}
SLACK = 1.5  # pixels of 1/100 inch: Matplotlib's rectangles are a little larger than the text
DIAGRAMS = sorted(
    file.stem for file in FIGURES.glob("*.py") if "nnlecture.diagram" in file.read_text()
)


def texts(fig):
    """Return the texts of a figure and the rectangles of pixels that they take up."""
    renderer = FigureCanvasAgg(fig).get_renderer()
    found = [text for ax in fig.axes for text in ax.texts if text.get_text().strip()]
    return {text: text.get_window_extent(renderer) for text in found}


def lines(fig):
    """Return the arrows and connections of a figure as paths in pixels."""
    for ax in fig.axes:
        for patch in ax.patches:
            if isinstance(patch, FancyArrowPatch):
                path = patch.get_path().transformed(ax.transData)
                yield from map(Line, path.to_polygons(closed_only=False))
        for collection in ax.collections:
            if isinstance(collection, LineCollection):
                for path in collection.get_paths():
                    yield path.transformed(ax.transData)


def nodes(name, color):
    """Return the number of circles of a color in a figure."""
    circles = [patch for patch in draw(name).axes[0].patches if isinstance(patch, Circle)]
    return sum(circle.get_facecolor()[:3] == diagram.tint(color) for circle in circles)


def draw(name):
    return script(name)["draw"]()


def labels(name):
    return [text.get_text() for text in draw(name).axes[0].texts]


@pytest.mark.parametrize("name", DIAGRAMS)
def test_text_is_legible_inside_the_canvas_and_free_of_other_text_and_lines(name):
    fig = draw(name)
    places = texts(fig)
    for text, place in places.items():
        assert text.get_fontsize() >= 9, text
        inside = Bbox.intersection(place, fig.bbox)
        assert inside is not None and inside.size == pytest.approx(place.size), text
    for (one, place), (other, other_place) in combinations(places.items(), 2):
        assert not place.padded(-SLACK).overlaps(other_place.padded(-SLACK)), (one, other)
    for path in lines(fig):
        for text, place in places.items():
            assert not path.intersects_bbox(place.padded(-SLACK), filled=False), text


@pytest.mark.parametrize("name", SIZES)
def test_size_is_that_of_half_a_slide_or_a_whole_one(name):
    assert tuple(draw(name).get_size_inches()) == SIZES[name]


@pytest.mark.parametrize("name", SIZES)
def test_drawing_twice_gives_the_same_picture(name):
    first, second = (np.asarray(FigureCanvasAgg(draw(name)).print_to_buffer()[0]) for _ in "12")
    np.testing.assert_array_equal(first, second)


def test_weighted_sum_has_a_weight_for_every_input_and_a_bias():
    drawn = labels("perceptron_weighted_sum")
    for name in ["1", "2", "n"]:
        assert f"$x_{name}$" in drawn and f"$w_{name}$" in drawn
    assert {"$b$", "$\\Sigma$", "$y$"} <= set(drawn)
    assert nodes("perceptron_weighted_sum", diagram.INPUT) == 3


def test_neuron_of_mcculloch_and_pitts_has_equal_weights():
    drawn = labels("perceptron_with_threshold")
    inputs = nodes("perceptron_with_threshold", diagram.INPUT)
    assert drawn.count("1") == inputs == 3


def test_retina_is_an_array_of_20_by_20_photocells():
    places = script("perceptron_retina")["places"]()
    assert places.shape == (20, 20, 2)
    photocells = draw("perceptron_retina").axes[0].collections[0].get_offsets()
    assert len(photocells) == 400
    assert len(np.unique(np.round(photocells[:, 0], 6))) == 20
    assert len(np.unique(np.round(photocells[:, 1], 6))) == 20


def test_retina_shows_a_letter_and_the_association_units_that_see_enough_of_it():
    figure = script("perceptron_retina")
    lit, wires = figure["letter"](), figure["wiring"]()
    assert lit.shape == (20, 20)
    assert wires.shape == (figure["UNITS"], figure["WIRES"])
    assert all(len(set(cells)) == figure["WIRES"] for cells in wires)
    active = sum(lit.flat[cells].sum() >= figure["THRESHOLD"] for cells in wires)
    assert 0 < active < figure["UNITS"]
    assert nodes("perceptron_retina", diagram.HIDDEN) == active


def test_response_units_inhibit_each_other():
    patches = draw("perceptron_retina").axes[0].patches
    arrows = [patch for patch in patches if isinstance(patch, FancyArrowPatch)]
    two_headed = type(ArrowStyle("<|-|>"))
    assert sum(isinstance(one.get_arrowstyle(), two_headed) for one in arrows) == 3
    assert nodes("perceptron_retina", diagram.OUTPUT) == 3


def test_mark1_has_400_photocells_512_association_units_and_8_lamps():
    counts = [len(dots.get_offsets()) for dots in draw("perceptron_mark1").axes[0].collections]
    assert counts.count(400) == counts.count(512) == 1
    motors = labels("perceptron_mark1").count("M")
    assert motors == 3
    lamps = nodes("perceptron_mark1", diagram.OUTPUT) + nodes("perceptron_mark1", diagram.BIAS)
    assert lamps - motors == 8


def test_cords_of_the_patch_panel_end_each_in_a_socket_of_its_own():
    figure = script("perceptron_mark1")
    ends = [line.get_ydata()[-1] for line in figure["draw"]().axes[0].lines[: figure["CORDS"]]]
    assert len(set(np.round(ends, 6))) == figure["CORDS"]


def test_mlp_has_bias_nodes_and_weights_in_the_notation_of_the_lecture():
    drawn = labels("mlp")
    assert nodes("mlp", diagram.INPUT) == 2  # x_1 and x_n
    assert nodes("mlp", diagram.HIDDEN) == 2  # phi_1 and phi_m
    assert nodes("mlp", diagram.BIAS) == 2  # x_0 and phi_0
    assert nodes("mlp", diagram.OUTPUT) == 1
    assert drawn.count("$=1$") == 2
    for layer, below in [(1, "10"), (1, "11"), (1, "1n"), (1, "mn"), (2, "10"), (2, "11")]:
        assert f"$w^{{({layer})}}_{{{below}}}$" in drawn
    assert sum(1 for _ in lines(draw("mlp"))) == 3 * 2 + 3


def test_numbers_of_backpropagation_are_those_of_tensorflow():
    import tensorflow as tf

    from nnlecture.worked_example import EVENT, NETWORK, TARGET

    w1, w2 = tf.Variable(NETWORK.w1), tf.Variable(NETWORK.w2)
    with tf.GradientTape() as tape:
        v = tf.linalg.matvec(w1, np.array([1.0, *EVENT]))
        phi = tf.sigmoid(v)
        u = w2[0] + tf.reduce_sum(w2[1:] * phi)
        y = tf.sigmoid(u)
        loss = (y - TARGET) ** 2 / 2
    slopes = [slope.numpy() for slope in tape.gradient(loss, [w1, w2])]
    drawn = [text.replace("−", "-") for text in labels("backpropagation_numbers")]
    for slope in np.concatenate([slopes[0].ravel(), slopes[1]]):
        assert f"{slope:.3f}" in drawn
    for weight in np.concatenate([NETWORK.w1.ravel(), NETWORK.w2]):
        assert f"{weight:.1f}" in drawn
    values = {"u": u, "y": y, "E": loss}
    values |= {f"\\mathrm{{\\phi}}_{j + 1}": phi[j] for j in range(2)}
    signals = {"\\delta": slopes[1][0], "\\delta_1": slopes[0][0, 0], "\\delta_2": slopes[0][1, 0]}
    for name, value in (values | signals).items():
        assert f"${name}=${value:.3f}" in drawn


def test_deep_network_is_fully_connected():
    figure = script("deep_network")
    layers, neurons = figure["HIDDEN_LAYERS"], figure["NEURONS"]
    assert layers >= 3
    assert nodes("deep_network", diagram.HIDDEN) == layers * neurons
    inputs = nodes("deep_network", diagram.INPUT)
    outputs = nodes("deep_network", diagram.OUTPUT)
    expected = inputs * neurons + (layers - 1) * neurons**2 + neurons * outputs
    assert sum(1 for _ in lines(draw("deep_network"))) == expected


def test_dropout_leaves_the_rest_of_the_network_fully_connected():
    figure = script("dropout")
    full, left = figure["NODES"], [int(layer.sum()) for layer in figure["kept"]()]
    assert all(0 < some <= every for some, every in zip(left, full, strict=True))
    assert left[-1] == full[-1]
    assert labels("dropout").count("×") == sum(full) - sum(left)
    expected = sum(a * b for sizes in (full, left) for a, b in pairwise(sizes))
    assert sum(1 for _ in lines(draw("dropout"))) == expected


def test_neuron_names_its_parts():
    drawn = " ".join(labels("neuron"))
    for part in ["dendrites", "nucleus", "cell body", "axon:", "myelin", "terminals", "direction"]:
        assert part in drawn


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.mpl_image_compare(style="default", tolerance=1, savefig_kwargs={"dpi": 80})
def test_diagram(name):
    return draw(name)
