"""The chapter on regression: its cells, run as they stand, against independent numbers."""

import ast
import io
import re
import runpy
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression
from sklearn.model_selection import KFold

from nnlecture import boston
from nnlecture.boston import FEATURES, houses, split

ROOT = Path(__file__).parents[1]
CHAPTER = (ROOT / "chapters" / "regression.qmd").read_text(encoding="utf-8")
CELL = re.compile(r"^```\{python\}\n(.*?)^```$", re.M | re.S)
TABLE_ROW = re.compile(r"^\| `(\w+)` \|.*\| (\S+?)(?:–| or )(\S+) \|$", re.M)
WIDEST = 76  # characters of code that fit a frame

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def cells(first, last):
    """Return the code of the chapter's cells from the one with `first` to the one with `last`."""
    codes = CELL.findall(CHAPTER)
    [start], [end] = ([k for k, code in enumerate(codes) if part in code] for part in (first, last))
    return [code for code in codes[start : end + 1] if "figure(" not in code]


def run(codes, names):
    """Run cells one after the other in `names`; return what each prints."""
    printed = []
    for code in codes:
        with redirect_stdout(io.StringIO()) as text:
            exec(code, names)
        printed.append(text.getvalue())
    return printed


@cache
def scikit_learn():
    """Run the cells of scikit-learn; return their names and what each has printed."""
    names = {"np": np}
    return names, run(cells("MLPRegressor(", "worst ="), names)


# The table


def test_table_has_every_feature_in_the_order_of_the_file_with_its_range():
    rows = TABLE_ROW.findall(CHAPTER)
    assert [name for name, *_ in rows] == list(FEATURES)
    x, _ = houses()
    for (name, smallest, largest), feature in zip(rows, x.T, strict=True):
        assert float(smallest) == pytest.approx(feature.min(), rel=0.06), name
        assert float(largest) == pytest.approx(feature.max(), rel=0.06), name


# scikit-learn


def test_printed_rms_is_the_figures_without_and_with_scaling():
    _, printed = scikit_learn()
    draw = runpy.run_path(str(ROOT / "figures" / "boston_house_prices.py"))["draw"]
    ax = draw().axes[0]
    texts = " ".join(text.get_text() for text in ax.texts)
    unscaled, scaled = (re.search(r"RMS = ([\d.]+)", text)[1] for text in printed[:2])
    assert ax.get_title() == f"test data: RMS = {scaled}"
    assert f"without scaling:\nRMS = {unscaled}" in texts
    assert float(scaled) < float(unscaled) - 0.5


def test_cells_train_the_networks_of_the_helper():
    names, _ = scikit_learn()
    assert names["mlp"].get_params() == boston.network(scaled=False).get_params()
    assert names["scaled"][-1].get_params() == names["mlp"].get_params()
    # Each was trained on features of its own.
    assert not np.allclose(names["mlp"].coefs_[0], names["scaled"][-1].coefs_[0])


def test_pipeline_scales_with_the_numbers_of_the_training_data():
    names, _ = scikit_learn()
    np.testing.assert_allclose(names["scaled"][0].mean_, split().x_train.mean(axis=0))
    np.testing.assert_allclose(names["scaled"][0].scale_, split().x_train.std(axis=0))


def test_network_beats_a_linear_regression_only_clearly_with_scaling():
    names, printed = scikit_learn()
    mean, linear = (float(value) for value in re.findall(r"RMS = ([\d.]+)", printed[2]))
    x_train, x_test, t_train, t_test = split()
    design = np.column_stack([np.ones(len(x_train)), x_train])
    weights, *_ = np.linalg.lstsq(design, t_train, rcond=None)
    by_hand = boston.rms(np.column_stack([np.ones(len(x_test)), x_test]) @ weights, t_test)
    assert linear == pytest.approx(by_hand, abs=0.006)
    assert mean == pytest.approx(boston.rms(np.mean(t_train), t_test), abs=0.006)
    assert boston.rms(names["scaled"].predict(x_test), t_test) < 0.8 * linear
    counts = re.findall(r"(?:network|regression) (\d+)", printed[2])
    assert [int(count) for count in counts] == [(13 + 1) * 100 + (100 + 1), 13 + 1]


def test_hidden_neurons_are_saturated_without_scaling():
    _, printed = scikit_learn()
    [text] = [text for text in printed if "saturated" in text]
    shares = [int(share) for share in re.findall(r"(\d+)%", text)]
    unscaled, unscaled_in_the_end, scaled, scaled_in_the_end = shares
    assert unscaled > 60 < unscaled_in_the_end
    assert scaled < 5 < scaled_in_the_end


def test_scaled_network_is_not_done_and_overtrained():
    names, printed = scikit_learn()
    [text] = [text for text in printed if "epochs, training data" in text]
    (unscaled, _), (scaled, training) = re.findall(r"(\d+) epochs.*RMS = ([\d.]+)", text)
    assert int(unscaled) < int(scaled) == names["mlp"].max_iter
    x, t = split().x_test, split().t_test
    assert float(training) < 0.7 * boston.rms(names["scaled"].predict(x), t)


def test_ambiguous_values_of_b_are_those_that_two_shares_give():
    x, _ = houses()
    b = x[:, FEATURES.index("B")]
    shares = np.linspace(0, 1, 100_001)
    values = 1000 * (shares - 0.63) ** 2
    below, above = values[shares < 0.63], values[shares > 0.63]
    both = [np.abs(below - each).min() < 0.02 > np.abs(above - each).min() for each in b]
    [text] = run(cells("ambiguous =", "ambiguous ="), {"x": x, "np": np, "FEATURES": FEATURES})
    assert text == f"ambiguous: {sum(both)} of {len(b)} tracts\n"
    readme = (ROOT / "data" / "README.md").read_text(encoding="utf-8")
    assert f"in {sum(both)} of the {len(b)} rows" in readme


# Keras


def test_model_is_64_64_1_and_has_the_parameters_counted_by_hand():
    names = {}
    [printed] = run(cells("def network():", "def network():"), names)
    model = names["network"]()
    counts = [64 * 13 + 64, 64 * 64 + 64, 64 + 1]
    assert [layer.count_params() for layer in model.layers] == counts
    assert model.count_params() == 5121
    assert [layer.activation.__name__ for layer in model.layers] == ["relu", "relu", "linear"]
    assert (type(model.optimizer).__name__, model.loss) == ("RMSprop", "mse")
    assert printed == ""


def test_few_epochs_of_the_four_folds_beat_a_linear_regression():
    names = {"np": np, "x_train": split().x_train, "t_train": split().t_train}
    exec("from sklearn.preprocessing import StandardScaler", names)
    codes = [*cells("def network():", "def network():"), *cells("mae.append", "mae.append")]
    assert "epochs=20, batch_size=1" in codes[1]
    run([codes[0], codes[1].replace("epochs=20", "epochs=5")], names)
    assert len(names["mae"]) == 4
    linear = []
    for train, val in KFold(4, shuffle=True, random_state=1).split(names["x_train"]):
        fit = LinearRegression().fit(names["x_train"][train], names["t_train"][train])
        residuals = fit.predict(names["x_train"][val]) - names["t_train"][val]
        linear.append(np.mean(np.abs(residuals)))
    assert 1 < np.mean(names["last"]) < np.mean(linear)
    assert names["last"] == pytest.approx([errors[-1] for errors in names["mae"]])
    # The last scaler knows the last training folds and nothing else.
    np.testing.assert_allclose(names["scaler"].mean_, names["x_train"][names["train"]].mean(axis=0))


def test_squared_error_and_derivatives_of_the_graph_are_the_figures():
    names = {}
    [printed] = run(cells("tf.GradientTape", "tf.GradientTape"), names)
    figure = runpy.run_path(str(ROOT / "figures" / "dataflow_graph.py"))
    values = figure["forward"]()
    gradients = figure["backward"](values)
    assert float(names["E"]) == pytest.approx(values["E"])
    derivatives = ast.literal_eval(printed.partition("derivatives: ")[2])
    assert derivatives == pytest.approx([gradients["w"], gradients["b"]])


# The frames


def test_code_is_narrow_enough_for_a_frame():
    deck = re.sub(
        r'^::: \{\.content-hidden when-format="beamer"\}\n.*?^:::$', "", CHAPTER, flags=re.M | re.S
    )
    codes = [code for code in CELL.findall(deck) if "figure" not in code]
    assert len(codes) >= 4
    assert max(len(line) for code in codes for line in code.splitlines()) <= WIDEST
