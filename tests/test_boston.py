"""The Boston house prices: the file, the split, the error."""

import hashlib
import re

import numpy as np
import pytest
from mlxtend.data import boston_housing_data
from sklearn.metrics import root_mean_squared_error

from nnlecture import boston


def test_file_has_the_numbers_of_the_package_that_it_was_taken_from():
    features, prices = boston_housing_data()
    x, t = boston.houses()
    np.testing.assert_array_equal(x, features)
    np.testing.assert_array_equal(t, prices)


def test_506_tracts_13_features_in_the_order_of_their_names():
    x, t = boston.houses()
    assert x.shape == (506, 13)
    assert t.shape == (506,)
    assert boston.FILE.read_text().splitlines()[0].split(",") == [*boston.FEATURES, "MEDV"]


def test_features_are_what_their_names_say():
    x, t = boston.houses()
    column = dict(zip(boston.FEATURES, x.T, strict=True))
    assert set(column["CHAS"]) == {0.0, 1.0}
    assert column["RM"].min() > 3
    assert column["RM"].max() < 9
    assert column["B"].max() <= 1000 * 0.63**2 + 0.01
    assert t.max() == 50.0


def test_readme_names_the_checksum_and_every_column():
    readme = (boston.FILE.parent / "README.md").read_text()
    assert hashlib.sha256(boston.FILE.read_bytes()).hexdigest() in readme
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
