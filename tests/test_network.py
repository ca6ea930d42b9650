import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from nnlecture.data import xor_points
from nnlecture.network import (
    Network,
    error,
    forward,
    gradient,
    predict,
    random_network,
    train,
    update,
)

SMOOTH = ["sigmoid", "tanh", "softplus", "gelu", "silu"]


def test_forward_pass_is_the_lectures_sums():
    net = Network(
        w1=np.array([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6]]),
        w2=np.array([0.7, 0.8, 0.9]),
        hidden="relu",
        output="linear",
    )
    event = forward(net, [1.0, -1.0])
    np.testing.assert_allclose(event.v, [0.1 + 0.2 - 0.3, 0.4 + 0.5 - 0.6], atol=1e-12)
    np.testing.assert_allclose(event.phi, [1.0, 0.0, 0.3], atol=1e-12)
    assert event.u == pytest.approx(0.7 + 0.9 * 0.3)
    assert event.y == event.u


def test_many_events_at_once_equal_one_after_the_other():
    net = random_network(inputs=3, neurons=4, seed=1)
    x = np.random.default_rng(2).normal(size=(6, 3))
    one_by_one = [forward(net, event).y for event in x]
    np.testing.assert_allclose(predict(net, x), one_by_one)


@pytest.mark.parametrize("hidden", ["sigmoid", "tanh", "relu", "elu", "softplus", "gelu", "silu"])
@pytest.mark.parametrize("output", ["linear", "sigmoid", "tanh", "relu"])
def test_gradient_equals_tensorflow(hidden, output):
    import tensorflow as tf

    net = random_network(inputs=3, neurons=5, seed=1, hidden=hidden, output=output)
    x, t = np.array([0.3, -1.2, 0.8]), 0.4
    w1, w2 = tf.Variable(net.w1), tf.Variable(net.w2)
    with tf.GradientTape() as tape:
        phi = getattr(tf.nn, hidden)(tf.linalg.matvec(w1[:, 1:], x) + w1[:, 0])
        u = tf.reduce_sum(w2[1:] * phi) + w2[0]
        y = u if output == "linear" else getattr(tf.nn, output)(u)
        error_of_event = (y - t) ** 2 / 2
    reference = tape.gradient(error_of_event, [w1, w2])
    found = gradient(net, x, t)
    np.testing.assert_allclose(found.w1, reference[0], rtol=0, atol=1e-6)
    np.testing.assert_allclose(found.w2, reference[1], rtol=0, atol=1e-6)


@given(
    hidden=st.sampled_from(SMOOTH),
    output=st.sampled_from(["linear", *SMOOTH]),
    inputs=st.integers(1, 4),
    neurons=st.integers(1, 5),
    seed=st.integers(0, 10_000),
    t=st.floats(-2, 2),
)
def test_gradient_equals_central_differences(hidden, output, inputs, neurons, seed, t):
    net = random_network(inputs, neurons, seed, hidden, output)
    x = np.random.default_rng(seed).normal(size=inputs)
    found = gradient(net, x, t)
    h = 1e-5
    for layer in ("w1", "w2"):
        for index in np.ndindex(getattr(net, layer).shape):
            up, down = (shifted(net, layer, index, by) for by in (h, -h))
            difference = (error(up, x, t) - error(down, x, t)) / (2 * h)
            assert getattr(found, layer)[index] == pytest.approx(difference, abs=1e-6)


def shifted(net, layer, index, by):
    """Return the network with one weight changed."""
    weights = {"w1": net.w1.copy(), "w2": net.w2.copy()}
    weights[layer][index] += by
    return Network(hidden=net.hidden, output=net.output, **weights)


@given(seed=st.integers(0, 10_000))
def test_a_small_step_lowers_the_error(seed):
    net = random_network(inputs=2, neurons=3, seed=seed)
    x, t = np.random.default_rng(seed).normal(size=2), 1.0
    assert error(update(net, gradient(net, x, t), eta=0.01), x, t) < error(net, x, t)


def test_update_leaves_the_old_network_as_it_was():
    net = random_network(inputs=2, neurons=3, seed=1)
    before = net.w1.copy(), net.w2.copy()
    update(net, gradient(net, [1.0, 2.0], 0.0), eta=1.0)
    np.testing.assert_array_equal(net.w1, before[0])
    np.testing.assert_array_equal(net.w2, before[1])


@pytest.mark.parametrize(
    "hidden, neurons, eta, epochs",
    [("tanh", 3, 0.5, 1500), ("sigmoid", 4, 2.0, 4000), ("relu", 8, 0.5, 1500)],
)
def test_learns_xor(hidden, neurons, eta, epochs):
    x, t = xor_points()
    net, errors = train(
        random_network(2, neurons, seed=1, hidden=hidden), x, t, eta, epochs, seed=1
    )
    np.testing.assert_array_equal(np.round(predict(net, x)), t)
    assert len(errors) == epochs
    assert errors[-1] == error(net, x, t) < 0.01


def test_a_network_of_linear_neurons_does_not_learn_xor():
    x, t = xor_points()
    start = random_network(2, 8, seed=1, hidden="linear")
    net, _ = train(start, x, t, eta=0.5, epochs=300, seed=1)
    assert np.sum(np.round(predict(net, x)) == t) <= 3


def test_same_seeds_same_training():
    x, t = xor_points()
    runs = [train(random_network(2, 3, seed=1), x, t, 0.5, 20, seed=2) for _ in range(2)]
    assert runs[0][1] == runs[1][1]
    np.testing.assert_array_equal(runs[0][0].w1, runs[1][0].w1)


def test_unknown_activation_is_named():
    with pytest.raises(ValueError, match=r"no activation function 'rleu' \(there are .*relu"):
        random_network(2, 3, seed=1, hidden="rleu")
