"""The Boston house prices: the file, the split, the error."""

import hashlib
import re

import numpy as np
import pytest
from mlxtend.data import boston_housing_data
from sklearn.metrics import root_mean_squared_error
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nnlecture import boston
from nnlecture.files import data_file

FILE = data_file("boston.csv")
LINES = FILE.read_text().splitlines()


def test_file_has_the_numbers_of_the_package_that_it_was_taken_from():
    features, prices = boston_housing_data()
    x, t = boston.houses()
    np.testing.assert_array_equal(x, features)
    np.testing.assert_array_equal(t, prices)


def test_506_tracts_13_features_in_the_order_of_their_names():
    x, t = boston.houses()
    assert x.shape == (506, 13)
    assert t.shape == (506,)
    assert FILE.read_text().splitlines()[0].split(",") == [*boston.FEATURES, "MEDV"]


def test_features_are_what_their_names_say():
    x, t = boston.houses()
    column = dict(zip(boston.FEATURES, x.T, strict=True))
    assert set(column["CHAS"]) == {0.0, 1.0}
    assert column["RM"].min() > 3
    assert column["RM"].max() < 9
    assert column["B"].max() <= 1000 * 0.63**2 + 0.01
    assert t.max() == 50.0


def test_readme_names_the_checksum_and_every_column():
    readme = (FILE.parent / "README.md").read_text()
    assert hashlib.sha256(FILE.read_bytes()).hexdigest() in readme
    assert re.findall(r"^\| `(\w+)`", readme, flags=re.M) == [*boston.FEATURES, "MEDV"]


def test_split_is_always_the_same_and_loses_nobody():
    one, other = boston.split(), boston.split()
    for first, second in zip(one, other, strict=True):
        np.testing.assert_array_equal(first, second)
    assert one.x_train.shape == (379, 13)
    assert one.x_test.shape == (127, 13)
    together = np.concatenate([one.t_train, one.t_test])
    np.testing.assert_array_equal(np.sort(together), np.sort(boston.houses()[1]))


def test_rms_is_scikit_learns():
    random = np.random.default_rng(0)
    predicted, true = random.normal(size=(2, 50))
    assert boston.rms(predicted, true) == pytest.approx(root_mean_squared_error(true, predicted))
    assert boston.rms([3.0, 5.0], [0.0, 1.0]) == pytest.approx(np.sqrt(12.5))


def test_network_is_the_lectures():
    settings = boston.network(scaled=False).get_params()
    assert settings["hidden_layer_sizes"] == (100,)
    assert settings["activation"] == "logistic"
    assert settings["random_state"] == 1
    assert settings["max_iter"] == 5000
    scaler, network = boston.network()
    assert type(scaler).__name__ == "StandardScaler"
    assert network.get_params() == settings


def changed(line, column, text):
    """Return the file's lines with one value replaced; lines count from 1."""
    values = LINES[line - 1].split(",")
    values[LINES[0].split(",").index(column)] = text
    return [*LINES[: line - 1], ",".join(values), *LINES[line:]]


BAD = [
    ("missing-column", [line.rpartition(",")[0] for line in LINES], "x.csv:1: no column MEDV;"),
    ("no-names", LINES[1:], "x.csv:1: no column CRIM, ZN, INDUS"),
    ("renamed", [LINES[0].replace("RM", "ROOMS"), *LINES[1:]], "x.csv:1: no column RM;"),
    ("semicolons", [line.replace(",", ";") for line in LINES], "x.csv:1: no column CRIM"),
    ("nan", changed(17, "RM", "NaN"), "x.csv:17: column RM: 'NaN' is not a finite number"),
    ("infinite", changed(507, "MEDV", "inf"), "x.csv:507: column MEDV: 'inf' is not a finite"),
    ("empty-value", changed(2, "B", ""), "x.csv:2: column B: the value is missing"),
    ("text", changed(99, "TAX", "n/a"), "x.csv:99: column TAX: 'n/a' is not a number"),
    ("short-row", [*LINES[:9], "1,2,3", *LINES[10:]], "x.csv:10: only 3 values; 14 are needed"),
    ("no-rows", LINES[:1], "x.csv: no row of numbers"),
    ("empty", [], "x.csv:1: no column CRIM"),
]


@pytest.mark.parametrize("lines, message", [case[1:] for case in BAD], ids=[x[0] for x in BAD])
def test_bad_file_is_named_with_line_and_column(tmp_path, monkeypatch, lines, message):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "x.csv").write_text("\n".join(lines))
    with pytest.raises(ValueError, match="^" + re.escape(message)):
        boston.houses("x.csv")


def test_binary_and_missing_files_are_named(tmp_path):
    (tmp_path / "x.csv").write_bytes(b"\x89PNG\r\n\x1a\n\xff\xfe")
    with pytest.raises(ValueError, match=r"x\.csv: not a text file of comma-separated values"):
        boston.houses(tmp_path / "x.csv")
    with pytest.raises(FileNotFoundError, match=r"y\.csv: there is no such file"):
        boston.houses(tmp_path / "y.csv")


def test_order_of_columns_further_columns_and_a_mark_of_order_do_not_matter(tmp_path):
    rows = [",".join([str(n), *reversed(line.split(","))]) for n, line in enumerate(LINES)]
    (tmp_path / "x.csv").write_text("\n".join([*rows, ""]), encoding="utf-8-sig")
    for one, other in zip(boston.houses(tmp_path / "x.csv"), boston.houses(), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_best_of_the_grid_of_exercise_4_does_worse_on_the_test_data_than_the_lectures_network():
    """As its solution says, for the combination that its search prints as the best."""
    x_train, x_test, t_train, t_test = boston.split()
    best = {"hidden_layer_sizes": (20, 20), "activation": "tanh", "alpha": 10.0}
    regressor = MLPRegressor(solver="lbfgs", max_iter=400, random_state=1, **best)
    errors = [
        boston.rms(model.fit(x_train, t_train).predict(x_test), t_test)
        for model in (make_pipeline(StandardScaler(), regressor), boston.network())
    ]
    assert errors[0] > errors[1] + 0.1
