"""Gradient descent on the error of a straight line."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import approx_fprime
from scipy.stats import linregress

from nnlecture import network
from nnlecture.descent import descend, error, gradient, measurements, minimum

X, T = measurements(events=40, seed=1)
WEIGHT = st.floats(-5, 5)


def test_minimum_is_that_of_linear_regression():
    fit = linregress(X, T)
    np.testing.assert_allclose(minimum(X, T), [fit.intercept, fit.slope])


@given(WEIGHT, WEIGHT)
def test_no_weights_have_less_error_than_the_minimum(w0, w1):
    assert error([w0, w1], X, T) >= error(minimum(X, T), X, T)


@given(WEIGHT, WEIGHT)
def test_gradient_equals_finite_differences(w0, w1):
    reference = approx_fprime([w0, w1], lambda w: float(error(w, X, T)), 1e-6)
    np.testing.assert_allclose(gradient([w0, w1], X, T), reference, atol=1e-4)


def test_error_of_many_weights_is_that_of_each():
    weights = np.random.default_rng(1).normal(size=(3, 4, 2))
    each = [[float(error(w, X, T)) for w in row] for row in weights]
    np.testing.assert_allclose(error(weights, X, T), each)


def test_error_is_that_of_a_network_of_one_linear_neuron():
    w = np.array([0.4, 2.4])
    line = network.Network(
        w1=np.array([w]), w2=np.array([0.0, 1.0]), hidden="linear", output="linear"
    )
    assert error(w, X, T) == pytest.approx(network.error(line, X[:, np.newaxis], T))


@pytest.mark.parametrize("batch, updates", [(1, 120), (7, 18), (8, 15), (40, 3)])
def test_path_has_start_and_one_place_for_each_update(batch, updates):
    path = descend((0.4, 2.4), X, T, eta=0.1, epochs=3, batch=batch)
    assert path.shape == (updates + 1, 2)
    np.testing.assert_array_equal(path[0], [0.4, 2.4])


def test_batch_descent_does_not_depend_on_the_seed_but_stochastic_does():
    for batch, same in [(len(X), True), (1, False)]:
        one, other = (descend((0, 0), X, T, 0.1, epochs=2, batch=batch, seed=s) for s in (1, 2))
        assert np.allclose(one, other) == same


def test_every_event_is_used_once_in_an_epoch():
    # So short steps hardly move the weights: the updates of an epoch add up to the batch's.
    eta = 1e-6
    path = descend((0.4, 2.4), X, T, eta, epochs=1, batch=1)
    np.testing.assert_allclose(
        path[-1] - path[0], -eta * len(X) * gradient((0.4, 2.4), X, T), rtol=1e-3
    )


def test_batch_descent_reaches_the_minimum():
    path = descend((0.4, 2.4), X, T, eta=0.8, epochs=200, batch=len(X))
    np.testing.assert_allclose(path[-1], minimum(X, T), atol=1e-6)


def test_descent_diverges_just_above_two_over_the_largest_curvature():
    terms = np.column_stack([np.ones_like(X), X])
    curvature = np.linalg.eigvalsh(terms.T @ terms / len(X)).max()
    for factor, grows in [(0.95, False), (1.05, True)]:
        path = descend((0.4, 2.4), X, T, factor * 2 / curvature, epochs=200, batch=len(X))
        assert (error(path[-1], X, T) > error(path[0], X, T)) == grows


def test_measurements_scatter_around_the_line():
    x, t = measurements(events=20_000, seed=1)
    fit = linregress(x, t)
    assert (fit.intercept, fit.slope) == pytest.approx((1.0, 0.5), abs=0.02)
    assert np.std(t - 1.0 - 0.5 * x) == pytest.approx(0.3, rel=0.03)
    assert -0.5 <= x.min() < x.max() <= 1.5
