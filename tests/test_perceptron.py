import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import linear_model

from nnlecture.data import xor_points
from nnlecture.perceptron import fit, predict

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
WEIGHT = st.floats(-100, 100)


def separable_data(seed):
    """Return events of two classes with an empty strip of width 0.2 between them."""
    random = np.random.default_rng(seed)
    x = random.uniform(-1, 1, size=(200, 2))
    direction = random.normal(size=2)
    distance = x @ direction / np.linalg.norm(direction) - random.uniform(-0.3, 0.3)
    clear = np.abs(distance) > 0.1
    return x[clear], (distance[clear] > 0).astype(int)


@pytest.mark.parametrize(
    "x, weights, bias, answer",
    [
        ([1, 1], [1, 1], -1.5, 1),
        ([1, 0], [1, 1], -1.5, 0),
        ([1, 0], [1, 1], -1.0, 0),  # exactly on the threshold
        ([[0, 0], [1, 1]], [1, 1], -1.5, [0, 1]),
    ],
)
def test_answer_is_one_above_the_threshold(x, weights, bias, answer):
    np.testing.assert_array_equal(predict(x, weights, bias), answer)


@pytest.mark.parametrize(
    "targets",
    [[0, 0, 0, 1], [0, 1, 1, 1], [1, 1, 1, 0], [1, 0, 0, 0]],
    ids="AND OR NAND NOR".split(),
)
def test_learns_a_separable_boolean_function(targets):
    learnt = fit(CORNERS, targets)
    np.testing.assert_array_equal(predict(CORNERS, learnt.weights, learnt.bias), targets)
    assert learnt.errors[-1] == 0


def test_one_step_of_the_rule():
    learnt = fit([[2.0, 3.0]], [1], epochs=1)
    np.testing.assert_array_equal(learnt.weights, [2.0, 3.0])
    assert learnt.bias == 1.0
    assert learnt.errors == (1,)


def test_never_settles_on_xor():
    x, t = xor_points()
    learnt = fit(x, t, epochs=50)
    assert len(learnt.errors) == 50
    assert min(learnt.errors) > 0


@given(st.tuples(WEIGHT, WEIGHT), WEIGHT)
def test_no_weights_get_more_than_three_of_four_on_xor(weights, bias):
    x, t = xor_points()
    assert np.sum(predict(x, weights, bias) == t) <= 3


@pytest.mark.parametrize("seed", range(8))
def test_settles_on_separable_data_and_decides_as_scikit_learn(seed):
    x, targets = separable_data(seed)
    learnt = fit(x, targets, epochs=1000)
    reference = linear_model.Perceptron(max_iter=1000, tol=None, shuffle=False).fit(x, targets)
    assert learnt.errors[-1] == 0
    answers = predict(x, learnt.weights, learnt.bias)
    np.testing.assert_array_equal(answers, targets)
    np.testing.assert_array_equal(answers, reference.predict(x))


@pytest.mark.parametrize("seed", range(8))
def test_errors_stay_below_novikoffs_bound(seed):
    """At most (R / margin)^2 errors, whichever separating plane the margin is taken from."""
    x, targets = separable_data(seed)
    with_one = np.column_stack([x, np.ones(len(x))])
    learnt = fit(x, targets, epochs=1000)
    plane = np.append(learnt.weights, learnt.bias)
    margin = np.min(np.where(targets == 1, 1, -1) * (with_one @ plane)) / np.linalg.norm(plane)
    radius = np.max(np.linalg.norm(with_one, axis=1))
    assert sum(learnt.errors) <= (radius / margin) ** 2
