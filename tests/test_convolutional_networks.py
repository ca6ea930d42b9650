"""The chapter on convolutional networks: its cells are run, and what it says is compared."""

import io
import re
from contextlib import redirect_stdout
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

from lecturebuild.reading.project import read_project
from lecturebuild.reading.source import read_document
from nnlecture import digits
from nnlecture.keras_summary import summary
from nnlecture.reproducible import keras, tf

ROOT = Path(__file__).parents[1]
CHAPTER = Path("chapters/convolutional-networks.qmd")
LAYERS = [
    ("conv2d (Conv2D)", (26, 26, 8), 80),
    ("max_pooling2d (MaxPooling2D)", (13, 13, 8), 0),
    ("flatten (Flatten)", (1352,), 0),
    ("dense (Dense)", (16,), 21_648),
    ("dense_1 (Dense)", (10,), 170),
]


def shortened(code):
    """Return a cell's code without magic, and with little training where methods are compared."""
    few = {"%matplotlib inline": "", "start in (1, 2, 3)": "start in (1, 2)"}
    few["epochs=50, callbacks=[early]"] = "epochs=2, callbacks=[early]"
    for long, short in few.items():
        code = code.replace(long, short)
    return code


def cells():
    """Return the chapter's cells, but not those that only show a figure of figures/."""
    project = read_project(ROOT)
    document = read_document(ROOT, CHAPTER, tuple(project.pages), project.settings)
    return [cell for cell in document.own_cells if not cell.code.startswith("figure(")]


@pytest.fixture(scope="module")
def chapter():
    """Run the cells as the page does; return their names, their figures and what they print.

    The digits are the sample's, so that the test is the same with and without a network.
    """
    names, figures = {}, {}
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(io.StringIO()) as printed:
        patch.setattr(digits, "digits", digits.sample)
        for cell in cells():
            exec(shortened(cell.code), names)
            if cell.label:
                figures[cell.label] = names["fig"]
    return names, figures, printed.getvalue()


def test_model_has_the_shapes_and_parameters_of_the_lecture(chapter):
    model = chapter[0]["model"]
    found = [(layer.output.shape[1:], layer.count_params()) for layer in model.layers]
    assert found == [layer[1:] for layer in LAYERS]
    assert model.count_params() == 21_898


def test_summary_is_printed_in_full_and_in_characters_that_every_font_has(chapter):
    text = chapter[2]
    shown = text[text.index("  Layer (type)") : text.index("21,898 (") + len("21,898")]
    rows = [row.split("  ") for row in shown.splitlines()]
    printed = [tuple(word.strip() for word in row if word.strip()) for row in rows]
    for name, shape, parameters in LAYERS:
        assert (name, str((None, *shape)), f"{parameters:,}") in printed
    assert "Total params: 21,898" in shown
    assert shown.isascii()
    assert max(map(len, shown.splitlines())) <= 70


def test_summary_keeps_every_word_of_keras_table(capsys):
    model = keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2, name="only")])
    model.summary(line_length=70, print_fn=print)
    original = capsys.readouterr().out
    summary(model)
    ours = capsys.readouterr().out
    table = original[original.index("Layer (type)") : original.index("Trainable")]
    words = [word for word in table.split() if any(map(str.isalnum, word))]
    assert [word for word in ours.split() if any(map(str.isalnum, word))] == words
    assert len(ours.splitlines()) < len(original.splitlines())


def test_summary_leaves_no_empty_output_in_a_notebook():
    """Where Keras's own does: Quarto loads scripts from another host for every output of HTML."""
    code = """
from nnlecture.keras_summary import summary
from nnlecture.reproducible import keras, seed

def model():
    return keras.Sequential([keras.layers.Input((3,)), keras.layers.Dense(2)])

model()
seed(1)
"""
    kinds = {call: outputs_of(code + call) for call in ("model().summary()", "summary(model())")}
    assert "display_data" in {output.output_type for output in kinds["model().summary()"]}
    [printed] = kinds["summary(model())"]
    assert printed.output_type == "stream"
    # The name begins anew, though a layer was made before.
    assert "  dense (Dense)" in printed.text


def outputs_of(code):
    """Return what a cell puts out in Jupyter."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code)])
    [cell] = NotebookClient(notebook, kernel_name="python3").execute().cells
    return [output for output in cell.outputs if output.get("name") != "stderr"]


def test_training_is_the_one_of_the_lecture(chapter):
    model, history = chapter[0]["model"], chapter[0]["history"]
    assert model.loss == "categorical_crossentropy"
    assert isinstance(model.optimizer, keras.optimizers.Adam)
    assert model.optimizer.iterations == 2000 / 200 * len(history["loss"])  # half of 4,000 digits
    assert set(history) == {"loss", "accuracy", "val_loss", "val_accuracy"}


def test_training_stops_two_epochs_after_the_lowest_validation_loss(chapter):
    losses = chapter[0]["history"]["val_loss"]
    assert len(losses) < 50
    assert np.argmin(losses) == len(losses) - 1 - 2
    assert f"epochs: {len(losses)}" in chapter[2]


def test_model_that_is_kept_is_the_one_of_that_epoch(chapter):
    names = chapter[0]
    half = len(names["x_train"]) // 2
    loss, _ = names["kept"].evaluate(names["x_train"][half:], names["t_train"][half:], verbose=0)
    assert loss == pytest.approx(min(names["history"]["val_loss"]), rel=1e-4)


def test_accuracy_that_is_printed_is_that_of_the_test_digits(chapter):
    names = chapter[0]
    classes = names["kept"].predict(names["x_test"], verbose=0).argmax(axis=1)
    accuracy = np.mean(classes == digits.sample().t_test)
    assert f"accuracy {accuracy:.1%}" in chapter[2]
    assert accuracy > 0.88


def test_response_to_an_edge_moves_with_it(chapter):
    first, shifted = "[0. 3. 3. 0. 0.]", "[0. 0. 3. 3. 0.]"
    assert chapter[2].count(first) == chapter[2].count(shifted) == 3
    assert chapter[2].index(first) < chapter[2].index(shifted)


def test_page_says_which_digits_it_used(chapter):
    assert digits.sample().source in chapter[2].replace("\n", " ")


def test_both_halves_of_the_training_data_have_all_classes_alike():
    t_train = digits.sample().t_train
    for half in (t_train[:2000], t_train[2000:]):
        np.testing.assert_allclose(np.bincount(half) / len(half), 0.1, atol=0.02)


def test_curves_are_those_of_the_training_and_the_dotted_line_its_best_epoch(chapter):
    history = chapter[0]["history"]
    for ax, name in zip(chapter[1]["fig-mnist-curves"].axes, ("loss", "accuracy"), strict=True):
        training, validation, kept = ax.lines
        np.testing.assert_array_equal(training.get_ydata(), history[name])
        np.testing.assert_array_equal(validation.get_ydata(), history[f"val_{name}"])
        assert kept.get_xdata()[0] == np.argmin(history["val_loss"]) + 1
        assert training.get_xdata()[0] == 1


def test_maps_under_the_filters_are_what_keras_computes(chapter):
    names, axes = chapter[0], chapter[1]["fig-mnist-filters"].axes
    convolution = keras.Model(names["kept"].inputs, names["kept"].layers[0].output)
    maps = convolution.predict(names["digit"][np.newaxis], verbose=0)[0]
    for number, ax in enumerate(axes[8:]):
        np.testing.assert_allclose(ax.images[0].get_array(), maps[..., number], atol=1e-5)


def test_digits_shown_are_two_of_each_class_in_order(chapter):
    data = digits.sample()
    for place, ax in enumerate(chapter[1]["fig-mnist-digits"].axes):
        [found] = np.flatnonzero((data.x_train == ax.images[0].get_array()).all(axis=(1, 2)))
        assert data.t_train[found] == place % 10


@pytest.mark.parametrize("n", [7, 28, 48])
@pytest.mark.parametrize("k, p, s", [(3, 0, 1), (3, 1, 1), (5, 2, 2), (2, 0, 2), (5, 0, 3)])
def test_output_size_is_that_of_keras(chapter, n, k, p, s):
    network = keras.Sequential(
        [
            keras.layers.Input((n, n, 1)),
            keras.layers.ZeroPadding2D(p),
            keras.layers.Conv2D(1, k, strides=s),
        ]
    )
    assert network.output_shape[1] == chapter[0]["output_size"](n, k, p, s)


@pytest.mark.parametrize("k, c, f", [(3, 1, 8), (5, 3, 16), (1, 4, 2)])
def test_parameter_count_of_a_convolution_is_that_of_keras(k, c, f):
    layer = keras.layers.Conv2D(f, k)
    layer.build((None, 9, 9, c))
    assert layer.count_params() == (k**2 * c + 1) * f


def test_answer_on_the_calorimeter_with_three_layers_is_right():
    layer = keras.layers.Conv2D(16, 5)
    layer.build((None, 48, 48, 3))
    assert layer.compute_output_shape((None, 48, 48, 3))[1:] == (44, 44, 16)
    assert layer.count_params() == 1216


def test_loss_of_a_network_that_knows_nothing_is_the_logarithm_of_ten():
    loss = keras.losses.categorical_crossentropy(np.eye(10), np.full((10, 10), 0.1))
    np.testing.assert_allclose(loss, np.log(10), rtol=1e-5)
    assert f"{np.log(10):.1f}" == "2.3"


def test_error_signal_of_a_softmax_is_output_minus_target():
    u, t = tf.Variable([[0.3, -1.2, 2.0]]), tf.constant([[0.0, 1.0, 0.0]])
    with tf.GradientTape() as tape:
        y = keras.ops.softmax(u)
        error = keras.losses.categorical_crossentropy(t, y)
    np.testing.assert_allclose(tape.gradient(error, u), y - t, atol=1e-6)


def hidden_lines():
    """Return the numbers of the lines that only the book shows."""
    hidden, open_divs = set(), []
    for number, line in enumerate((ROOT / CHAPTER).read_text(encoding="utf-8").splitlines(), 1):
        if re.match(":::+ ", line):
            open_divs.append("content-hidden" in line and "beamer" in line)
        elif re.fullmatch(":::+", line):
            open_divs.pop()
        if any(open_divs):
            hidden.add(number)
    return hidden


def test_code_in_the_frames_is_readable_from_the_back_row():
    hidden = hidden_lines()
    shown = [cell for cell in cells() if cell.line not in hidden]
    assert 5 < len(shown) < len(cells())
    for cell in shown:
        if cell.options.get("echo", True) and cell.options.get("include", True):
            lines = cell.code.splitlines()
            assert len(lines) <= 16
            assert max(map(len, lines)) <= 75


def test_all_methods_answer_for_the_same_digits_with_the_sizes_of_the_text(chapter):
    names = chapter[0]
    assert {len(answers[0]) for answers in names["right"].values()} == {1000}
    assert names["sizes"]["one convolution"] == 21_898
    assert names["sizes"]["dense"] == pytest.approx(21_898, rel=0.03)
    assert names["sizes"]["two convolutions"] < 21_898 / 4
    svm, linear = (names["right"][name] for name in ("SVM, RBF kernel", "logistic regression"))
    assert svm.mean() > 0.92 > linear.mean()


def test_error_of_a_difference_is_that_of_the_digits_on_which_the_methods_disagree(chapter):
    names = chapter[0]
    one, other = names["right"]["SVM, RBF kernel"][0], names["right"]["logistic regression"][0]
    with redirect_stdout(io.StringIO()) as printed:
        names["compare"]("SVM, RBF kernel", "logistic regression")
    wins, losses = np.sum(one & ~other), np.sum(other & ~one)
    expected = f"{(wins - losses) / 1000:+.1%} ± {np.sqrt(wins + losses) / 1000:.1%} (digits)"
    # Neither has a start that could be another one.
    assert printed.getvalue().strip().endswith(f"{expected} ± 0.0% (starts)")


def test_error_of_the_starts_is_that_of_a_difference_of_two_means(chapter):
    names = chapter[0]
    with redirect_stdout(io.StringIO()) as printed:
        names["compare"]("two convolutions", "dense")
    variances = [
        names["right"][name].mean(axis=1).var(ddof=1) / len(names["right"][name])
        for name in ("two convolutions", "dense")
    ]
    assert printed.getvalue().strip().endswith(f"± {np.sqrt(sum(variances)):.1%} (starts)")


def test_receptive_field_is_where_a_number_of_the_map_depends_on_the_image():
    """Three layers of 3 x 3 see 7 x 7 pixels; behind a pooling the field grows twice as fast."""
    for strides, kernels, expected in [((1, 1, 1), (3, 3, 3), 7), ((1, 2, 1), (3, 2, 3), 8)]:
        x = tf.Variable(np.zeros((1, 20, 20, 1)))
        with tf.GradientTape() as tape:
            y = x
            for k, s in zip(kernels, strides, strict=True):
                y = tf.nn.conv2d(y, tf.ones((k, k, 1, 1), tf.float64), s, "VALID")
            one = y[0, 2, 2, 0]
        seen = np.any(tape.gradient(one, x)[0, :, :, 0] != 0, axis=0).sum()
        field = 1 + sum((k - 1) * np.prod(strides[:i]) for i, k in enumerate(kernels))
        assert seen == field == expected
