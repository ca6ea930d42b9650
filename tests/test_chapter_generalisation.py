"""The chapter on generalisation: its cells and formulas, against independent numbers."""

import re

import numpy as np
import pytest
from cells import cells
from cells import printed as printed_by

NUMBER = re.compile(r"-?\d+\.\d+")


def printed(part, names=None):
    """Return the lines that the chapter's only cell with `part` prints."""
    return printed_by(cells("generalisation", part), names)


def test_variance_is_the_share_of_the_noise_and_bias_falls():
    rows = np.array([NUMBER.findall(line) for line in printed("legvander")], dtype=float)
    bias2, variance, formula = rows.T
    assert variance == pytest.approx(formula, rel=0.06)
    assert np.all(np.diff(bias2) <= 0)
    assert bias2[0] > 0.2
    total = bias2 + variance
    assert np.argmin(total) not in (0, len(total) - 1)


def test_inverted_dropout_keeps_the_mean_and_has_the_spread_of_the_formula():
    everything, plain, inverted, spread, formula = (
        float(NUMBER.search(line)[0]) for line in printed("kept =", {"np": np})
    )
    error = 3 * spread / np.sqrt(100_000)
    assert plain == pytest.approx(everything / 2, abs=error + 0.01)
    assert inverted == pytest.approx(everything, abs=error + 0.01)
    assert spread == pytest.approx(formula, rel=0.02)


def test_dropout_of_keras_is_inverted_and_takes_the_fraction_that_is_dropped():
    from nnlecture.reproducible import keras

    layer = keras.layers.Dropout(0.2, seed=1)
    ones = np.ones((1, 10_000))
    out = np.asarray(layer(ones, training=True))
    assert np.unique(out) == pytest.approx([0, 1 / 0.8])
    assert np.mean(out == 0) == pytest.approx(0.2, abs=0.02)
    np.testing.assert_array_equal(layer(ones, training=False), ones)


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_starts_of_xor_succeed_with_both_methods_with_one_or_with_none():
    errors = np.array([NUMBER.findall(line) for line in printed("xor_points")], dtype=float)
    assert errors.shape == (8, 2)
    successes = (errors < 0.1).sum(axis=1)
    assert set(successes) == {0, 1, 2}
    # The plateaus: three points right, or two answers of one half.
    assert np.all((errors < 0.1) | (errors > 0.34))


def test_dropout_lets_the_large_network_do_better_on_new_events():
    without, dropped = (
        re.findall(r"([\d.]+)%", line) for line in printed("layers.Dropout", {"np": np})
    )
    assert float(without[1]) > 95  # the training events, nearly by heart
    assert float(dropped[2]) > float(without[2]) + 1


def test_descent_with_weight_decay_ends_where_the_formula_says():
    curvature, best = np.array([10.0, 1.0, 0.01]), np.array([1.0, -2.0, 3.0])
    eta, strength = 0.05, 0.1
    w = np.zeros(3)
    for _ in range(20_000):
        w = (1 - eta * strength) * w - eta * curvature * (w - best)
    np.testing.assert_allclose(w, curvature / (curvature + strength) * best)


def test_penalty_of_scikit_learn_is_the_lectures_with_alpha_over_events():
    """The derivative of what it minimises is that of the error plus alpha / N times the weight."""
    from sklearn.neural_network import MLPRegressor

    random = np.random.default_rng(1)
    x = random.normal(size=(30, 1))
    t = 2 * x[:, 0] + random.normal(size=30)
    alpha = 6.0
    model = MLPRegressor(
        hidden_layer_sizes=(1,),
        activation="identity",
        solver="lbfgs",
        alpha=alpha,
        tol=1e-10,
        max_iter=2000,
        random_state=1,
    ).fit(x, t)
    (w1, w2), (b1, b2) = (np.ravel(part) for part in (model.coefs_, model.intercepts_))
    residuals = w2 * (w1 * x[:, 0] + b1) + b2 - t
    assert -np.mean(residuals * w2 * x[:, 0]) == pytest.approx(alpha / 30 * w1, rel=1e-3)
