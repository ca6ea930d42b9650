import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlecture import activations
from nnlecture.activations import ACTIVATIONS

NAMES = list(ACTIVATIONS)
ANY_NUMBER = st.floats(allow_nan=False, allow_infinity=False)


def tensorflow_function(name):
    import tensorflow as tf

    return {
        "linear": tf.identity,
        "step": lambda x: tf.cast(x > 0, x.dtype),
        "sigmoid": tf.nn.sigmoid,
        "tanh": tf.nn.tanh,
        "relu": tf.nn.relu,
        "leaky_relu": lambda x: tf.nn.leaky_relu(x, alpha=activations.LEAK),
        "elu": tf.nn.elu,
        "softplus": tf.nn.softplus,
        "gelu": tf.nn.gelu,
        "silu": tf.nn.silu,
    }[name]


@pytest.mark.parametrize("name", NAMES)
def test_value_and_derivative_equal_tensorflow(name):
    import tensorflow as tf

    function, derivative = ACTIVATIONS[name]
    x = tf.Variable(np.linspace(-8, 8, 1001))
    with tf.GradientTape() as tape:
        y = tensorflow_function(name)(x)
    slope = tape.gradient(y, x, unconnected_gradients=tf.UnconnectedGradients.ZERO)
    assert 0.0 in x.numpy(), "the kinks must be among the points"
    np.testing.assert_allclose(function(x.numpy()), y, rtol=0, atol=1e-6)
    np.testing.assert_allclose(derivative(x.numpy()), slope, rtol=0, atol=1e-6)


@pytest.mark.parametrize("name", NAMES)
def test_the_table_pairs_each_function_with_its_own_derivative(name):
    function, derivative = ACTIVATIONS[name]
    assert function is getattr(activations, name)
    assert derivative is getattr(activations, f"{name}_derivative")


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("shape", [(), (3,), (2, 3), (0,)])
def test_shape_is_kept(name, shape):
    for function in ACTIVATIONS[name]:
        assert function(np.zeros(shape)).shape == shape
        assert function(np.zeros(shape, dtype=int)).dtype == float


@pytest.mark.parametrize("name", NAMES)
@given(x=ANY_NUMBER)
def test_every_finite_x_has_a_finite_value_and_slope(name, x):
    with np.errstate(over="raise", invalid="raise", divide="raise"):
        for function in ACTIVATIONS[name]:
            assert np.isfinite(function(x))


@pytest.mark.parametrize("name", ["sigmoid", "tanh", "elu", "softplus", "gelu", "silu"])
@given(x=st.floats(-30, 30))
def test_derivative_is_the_limit_of_differences(name, x):
    function, derivative = ACTIVATIONS[name]
    h = 1e-5
    difference = (function(x + h) - function(x - h)) / (2 * h)
    assert derivative(x) == pytest.approx(difference, abs=1e-5)


@pytest.mark.parametrize(
    "name", ["linear", "step", "sigmoid", "tanh", "relu", "leaky_relu", "elu", "softplus"]
)
@given(x=ANY_NUMBER, y=ANY_NUMBER)
def test_never_falls(name, x, y):
    function, _ = ACTIVATIONS[name]
    assert function(min(x, y)) <= function(max(x, y))


@given(ANY_NUMBER)
def test_sigmoid_of_opposite_numbers_adds_up_to_one(x):
    assert activations.sigmoid(x) + activations.sigmoid(-x) == pytest.approx(1.0)


@given(st.floats(-700, 700))
def test_sigmoid_is_exact_also_where_it_is_tiny(x):
    assert activations.sigmoid(x) == pytest.approx(1 / (1 + np.exp(-x)), rel=1e-12)


@given(ANY_NUMBER)
def test_sigmoid_slope_is_at_most_a_quarter(x):
    assert 0 <= activations.sigmoid_derivative(x) <= 0.25


@given(ANY_NUMBER)
def test_relu_is_zero_or_x(x):
    assert activations.relu(x) == (x if x > 0 else 0)


@given(ANY_NUMBER)
def test_softplus_lies_above_relu_by_at_most_ln_2(x):
    assert 0 <= activations.softplus(x) - activations.relu(x) <= np.log(2) + 1e-12
