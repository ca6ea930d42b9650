"""The figures of regression, convolutional networks and outlook: the facts and the pictures."""

from functools import cache

import numpy as np
import pytest
from figure_scripts import script
from matplotlib.collections import LineCollection
from matplotlib.patches import Circle, Rectangle
from scipy.signal import correlate2d

from nnlecture import boston
from nnlecture.activations import relu
from nnlecture.diagram import OUTPUT, tint
from nnlecture.digits import sample
from nnlecture.reproducible import tf
from nnlecture.style import FULL, HALF

THIRD = (1.95, 2.03)
SIZES = {
    "boston_house_prices": HALF,
    "dataflow_graph": (FULL[0], 2.05),
    "keras_layers": (FULL[0], 2.2),
    "cnn": FULL,
    "cnn_sliding_filter": (FULL[0], 2.72),
    "cnn_conv_layer": THIRD,
    "cnn_pooling": THIRD,
    "cnn_fully_connected": THIRD,
    "gan": FULL,
}
pytestmark = pytest.mark.filterwarnings(
    "ignore::sklearn.exceptions.ConvergenceWarning"  # 5000 iterations are what the lecture asks
)


@cache
def draw(name):
    """Return a figure, drawn once for all tests that only look at it."""
    return script(name)["draw"]()


digits_of_the_figures = cache(sample)


def texts(name):
    """Return the texts of a diagram, with their minus signs as Python has them."""
    return [text.get_text().replace("−", "-") for text in draw(name).axes[0].texts]


def written_numbers(name):
    """Return the whole numbers of a diagram in the order in which they were written."""
    return [int(text) for text in texts(name) if text.lstrip("-").isdigit()]


@pytest.mark.parametrize("name", SIZES)
def test_size_is_that_of_a_slide_or_of_its_part(name):
    assert tuple(draw(name).get_size_inches()) == SIZES[name]


# Boston house prices


def test_title_has_the_rms_that_the_examples_cell_prints():
    x_train, x_test, t_train, t_test = boston.split()
    model = boston.network().fit(x_train, t_train)
    rms = boston.rms(model.predict(x_test), t_test)
    assert draw("boston_house_prices").axes[0].get_title().endswith(f"RMS = {rms:.2f}")


def test_points_are_the_test_data_and_the_rms_is_theirs():
    ax = draw("boston_house_prices").axes[0]
    true, predicted = ax.lines[1].get_data()
    np.testing.assert_array_equal(true, boston.split().t_test)
    assert f"{np.sqrt(np.mean((predicted - true) ** 2)):.2f}" in ax.get_title()


def test_scaling_helps():
    predictions, true = script("boston_house_prices")["predictions"], boston.split().t_test
    with_scaling, without = (boston.rms(predictions(scaled), true) for scaled in (True, False))
    assert with_scaling < 0.85 * without
    assert without < 0.6 * np.std(true)
    assert f"RMS = {without:.2f}" in draw("boston_house_prices").axes[0].texts[0].get_text()


# TensorFlow and Keras


def test_values_and_gradients_of_the_dataflow_graph_are_tensorflows():
    graph = script("dataflow_graph")
    values = graph["forward"]()
    gradients = graph["backward"](values)
    x, w, b, t = (tf.Variable(graph[name], dtype=tf.float64) for name in "XWBT")
    with tf.GradientTape() as tape:
        p = w * x
        u = p + b
        y = tf.sigmoid(u)
        error = (y - t) ** 2 / 2
    nodes = dict(zip("xwbtpuyE", [x, w, b, t, p, u, y, error], strict=True))
    reference = tape.gradient(error, nodes)
    assert values.keys() == gradients.keys() == nodes.keys()
    for name, node in nodes.items():
        assert values[name] == pytest.approx(float(node))
        assert gradients[name] == pytest.approx(float(reference[name]))


def test_dataflow_graph_shows_every_value_and_every_gradient():
    graph, drawn = script("dataflow_graph"), texts("dataflow_graph")
    values = graph["forward"]()
    for name, gradient in graph["backward"](values).items():
        place = drawn.index(f"${name}={values[name]:g}$")
        assert drawn[place + 1] == f"{gradient:g}"


def test_layers_have_the_shapes_and_parameters_of_the_lecture():
    layers = script("keras_layers")
    assert layers["rows"](layers["model"]()) == [
        ("Input", (28, 28, 1), 0),
        ("Conv2D", (26, 26, 8), 80),
        ("MaxPooling2D", (13, 13, 8), 0),
        ("Flatten", (1352,), 0),
        ("Dense", (16,), 21_648),
        ("Dense", (10,), 170),
    ]
    assert {"26 × 26 × 8", "13 × 13 × 8", "1,352", "21,648", "parameters (21,898 in all)"} <= set(
        texts("keras_layers")
    )


def test_bars_are_as_long_as_there_are_parameters():
    layers = script("keras_layers")
    patches = draw("keras_layers").axes[0].patches
    bars = [patch.get_width() for patch in patches if isinstance(patch, Rectangle)]
    parameters = np.array([row[-1] for row in layers["rows"](layers["model"]())])
    np.testing.assert_allclose(bars, layers["BAR"] * parameters / parameters.max())


# Convolutional networks


def test_numbers_of_the_sliding_filter_are_the_cross_correlations():
    figure = script("cnn_sliding_filter")
    energies, weights = figure["ENERGIES"], figure["FILTER"]
    result = correlate2d(energies, weights, mode="valid").astype(int)
    expected = [*energies.flat, *weights.flat, *result.flat]
    assert written_numbers("cnn_sliding_filter") == expected


def test_sum_under_the_map_is_that_of_the_framed_cell_and_the_largest_number():
    figure = script("cnn_sliding_filter")
    row, column = figure["ROW"], figure["COLUMN"]
    window = figure["ENERGIES"][row : row + 3, column : column + 3]
    number = (window * figure["FILTER"]).sum()
    [line] = [text for text in texts("cnn_sliding_filter") if "·" in text]
    left, right = line.split(" = ")
    assert int(left) == eval(right.replace("·", "*")) == number
    assert number == correlate2d(figure["ENERGIES"], figure["FILTER"], mode="valid").max()


def test_framed_window_and_cell_belong_together():
    figure = script("cnn_sliding_filter")
    frames = [
        patch.get_bbox()
        for patch in draw("cnn_sliding_filter").axes[0].patches
        if isinstance(patch, Rectangle)
    ]
    image, _, answer, window, _, cell = frames
    size = figure["CELL"]
    for inner, outer in [(window, image), (cell, answer)]:
        assert (inner.x0 - outer.x0) / size == pytest.approx(figure["COLUMN"])
        assert (outer.y1 - inner.y1) / size == pytest.approx(figure["ROW"])
    assert window.width == pytest.approx(3 * cell.width)


def test_pooled_numbers_are_the_maxima_of_their_blocks():
    numbers = written_numbers("cnn_pooling")
    before, after = np.reshape(numbers[:16], (4, 4)), np.reshape(numbers[16:], (2, 2))
    np.testing.assert_array_equal(before, script("cnn_pooling")["MAP"])
    for i in range(2):
        for j in range(2):
            assert after[i, j] == max(before[2 * i : 2 * i + 2, 2 * j : 2 * j + 2].flat)


def test_convolutional_layer_has_a_map_for_every_filter_and_the_filter_fits():
    figure, images = script("cnn_conv_layer"), draw("cnn_conv_layer").axes[0].images
    sizes = [image.get_array().shape for image in images]
    assert sizes.count((6, 6)) == figure["CHANNELS"] == 3
    assert sizes.count((4, 4)) == figure["FILTERS"] == 4  # 6 - 3 + 1 = 4
    assert any("3 × 3 × 3 weights" in text for text in texts("cnn_conv_layer"))


def test_fully_connected_layer_has_a_weight_for_every_pair():
    figure, ax = script("cnn_fully_connected"), draw("cnn_fully_connected").axes[0]
    numbers = figure["MAPS"] * figure["SIDE"] ** 2
    weights = [c for c in ax.collections if isinstance(c, LineCollection)]
    neurons, classes = figure["NEURONS"], figure["CLASSES"]
    assert [len(c.get_segments()) for c in weights] == [numbers * neurons, neurons * classes]
    assert len([p for p in ax.patches if isinstance(p, Circle)]) == numbers + neurons + classes


def test_maps_of_the_convolutional_network_are_computed_from_a_real_digit():
    figure = script("cnn")
    image, (edges, pooled, shapes) = figure["image"](), figure["maps"]()
    assert any(np.array_equal(image[..., 0], digit) for digit in digits_of_the_figures().x_test)
    assert image.shape == (28, 28, 1)
    assert edges.shape == (26, 26, 4)
    assert pooled.shape == (13, 13, 4)
    assert shapes.shape == (11, 11, 6)
    for number in range(4):
        weights = figure["EDGES"][:, :, 0, number]
        expected = relu(correlate2d(image[..., 0], weights, mode="valid"))
        np.testing.assert_allclose(edges[..., number], expected, atol=1e-12)
        blocks = expected.reshape(13, 2, 13, 2)
        np.testing.assert_allclose(pooled[..., number], blocks.max(axis=(1, 3)), atol=1e-12)


def test_network_finds_the_class_of_the_digit_that_it_sees():
    figure, ax = script("cnn"), draw("cnn").axes[0]
    digits = digits_of_the_figures()
    first = np.flatnonzero(digits.t_test == figure["DIGIT"])[0]
    np.testing.assert_array_equal(digits.x_test[first], figure["image"]()[..., 0])
    found = [p.center for p in ax.patches if p.get_facecolor()[:3] == tint(OUTPUT)]
    [text] = [t for t in ax.texts if t.get_position() == found[0]]
    assert len(found) == 1
    assert text.get_text() == str(figure["DIGIT"])


# Outlook


@pytest.fixture(scope="module")
def autoencoder():
    """Return the figure's names, the digits and the trained autoencoder's results."""
    figure, digits = script("autoencoder"), digits_of_the_figures()
    return figure, digits, figure["train"](digits)


def test_reconstructions_are_better_than_the_mean_image(autoencoder):
    figure, digits, result = autoencoder
    assert result.code.shape == (len(digits.x_test), 2)
    mean = np.broadcast_to(digits.x_train.mean(axis=0), digits.x_test.shape)
    errors = figure["errors"]
    ours, theirs = (errors(digits.x_test, image) for image in (result.reconstructed, mean))
    assert ours.mean() < 0.75 * theirs.mean()
    for number in range(10):
        assert ours[digits.t_test == number].mean() < theirs[digits.t_test == number].mean()


def test_neighbours_in_the_plane_are_mostly_of_one_class(autoencoder):
    _, digits, (code, _) = autoencoder
    distances = np.linalg.norm(code[:, np.newaxis] - code, axis=2)
    np.fill_diagonal(distances, np.inf)
    assert np.mean(digits.t_test[distances.argmin(axis=1)] == digits.t_test) > 0.4


def test_fours_are_confused_with_nines_above_all(autoencoder):
    _, digits, (code, _) = autoencoder
    distances = np.linalg.norm(code[:, np.newaxis] - code, axis=2)
    np.fill_diagonal(distances, np.inf)
    neighbours = digits.t_test[distances.argmin(axis=1)][digits.t_test == 4]
    assert np.bincount(neighbours[neighbours != 4]).argmax() == 9


def test_digits_shown_are_one_of_each_class_neither_its_best_nor_its_worst(autoencoder):
    figure, digits, result = autoencoder
    places = figure["typical"](digits, result.reconstructed)
    assert digits.t_test[places].tolist() == list(range(10))
    errors = figure["errors"](digits.x_test, result.reconstructed)
    for number, place in enumerate(places):
        of_class = errors[digits.t_test == number]
        assert np.mean(of_class < errors[place]) == pytest.approx(0.5, abs=0.02)


def test_picture_of_the_autoencoder_has_every_digit_its_code_and_legible_text(autoencoder):
    figure, digits, result = autoencoder
    fig = figure["picture"](digits, result)
    assert tuple(fig.get_size_inches()) == FULL
    canvas, plane = fig.axes
    assert len(canvas.images) == 2 * 10
    points = sum(len(collection.get_offsets()) for collection in plane.collections[:10])
    assert points == len(digits.t_test)
    names = [*canvas.texts, plane.xaxis.label, plane.yaxis.label]
    assert min(text.get_fontsize() for text in names) >= 9


def test_gan_names_both_networks_both_losses_and_both_kinds_of_samples():
    drawn = " ".join(texts("gan"))
    for name in [
        "generator",
        "discriminator",
        "noise",
        "real showers $x$",
        "generated showers $G(z)$",
        "loss of the discriminator",
        "loss of the generator",
    ]:
        assert name in drawn


def test_showers_of_the_gan_are_images_of_energy():
    figure = script("gan")
    assert figure["profile"]().sum() == pytest.approx(1.0)
    assert figure["real"](0).sum() == 200
    many = np.mean([figure["real"](seed) for seed in range(500)], axis=0)
    np.testing.assert_allclose(many, 200 * figure["profile"](), atol=1.0)
    assert figure["generated"](0).min() >= 0


@pytest.mark.parametrize("name", SIZES)
@pytest.mark.mpl_image_compare(style="default", tolerance=2, savefig_kwargs={"dpi": 80})
def test_deep(name):
    return script(name)["draw"]()
