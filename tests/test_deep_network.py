"""The network of any depth: equal to the lecture's with one hidden layer, and to TensorFlow."""

import numpy as np
import pytest
import tensorflow as tf

from nnlecture import deep_network as deep
from nnlecture import network as shallow

FUNCTIONS = {
    "tanh": tf.tanh,
    "sigmoid": tf.sigmoid,
    "relu": tf.nn.relu,
    "linear": tf.identity,
    "softplus": tf.nn.softplus,
}


@pytest.mark.parametrize("hidden", ["tanh", "sigmoid", "relu", "linear"])
def test_one_hidden_layer_equals_the_lectures_network(hidden):
    one = shallow.random_network(inputs=3, neurons=5, seed=1, hidden=hidden)
    same = deep.from_network(one)
    for x in np.random.default_rng(2).normal(size=(10, 3)):
        event, reference = deep.forward(same, x), shallow.forward(one, x)
        np.testing.assert_allclose(event.v[0], reference.v, rtol=0, atol=1e-14)
        np.testing.assert_allclose(event.phi[1], reference.phi, rtol=0, atol=1e-14)
        assert event.u == pytest.approx(float(reference.u), abs=1e-14)
        assert event.y == pytest.approx(float(reference.y), abs=1e-14)
        assert deep.error(same, x, 0.3) == pytest.approx(shallow.error(one, x, 0.3), abs=1e-14)
        w1, w2 = deep.gradient(same, x, 0.3)
        step = shallow.gradient(one, x, 0.3)
        np.testing.assert_allclose(w1, step.w1, rtol=0, atol=1e-14)
        np.testing.assert_allclose(w2, step.w2[np.newaxis], rtol=0, atol=1e-14)
        one, same = shallow.update(one, step, 0.5), deep.update(same, (w1, w2), 0.5)
    np.testing.assert_allclose(same.weights[0], one.w1, rtol=0, atol=1e-12)


@pytest.mark.parametrize("layers", [(2, 1), (2, 2, 1), (3, 4, 4, 1), (2, 8, 5, 3, 8, 1)])
@pytest.mark.parametrize("hidden", FUNCTIONS)
@pytest.mark.parametrize("function", ["squared", "cross entropy"])
def test_gradient_equals_tensorflows(layers, hidden, function):
    net = deep.random_deep_network(layers, seed=3, hidden=hidden)
    weights = [tf.Variable(w) for w in net.weights]
    for x in np.random.default_rng(4).normal(size=(3, layers[0])):
        with tf.GradientTape() as tape:
            phi = tf.constant(x)
            for w, name in zip(weights, net.activations, strict=True):
                phi = FUNCTIONS[name](tf.linalg.matvec(w, tf.concat([[1.0], phi], axis=0)))
            y = phi[0]
            error = (
                (y - 0.2) ** 2 / 2
                if function == "squared"
                else -0.2 * tf.math.log(y) - 0.8 * tf.math.log(1 - y)
            )
        assert deep.error(net, x, 0.2, function) == pytest.approx(float(error), abs=1e-12)
        found = deep.gradient(net, x, 0.2, function)
        for mine, theirs in zip(found, tape.gradient(error, weights), strict=True):
            np.testing.assert_allclose(mine, theirs, rtol=0, atol=1e-12)


def test_a_deep_network_learns():
    net = deep.random_deep_network((2, 4, 3, 1), seed=1)
    x, t = np.array([[0, 0], [0, 1], [1, 0], [1, 1]]), np.array([0, 1, 1, 0])
    for _ in range(800):
        for event, target in zip(x, t, strict=True):
            net = deep.update(net, deep.gradient(net, event, target, "cross entropy"), 0.2)
    assert max(deep.error(net, a, b) for a, b in zip(x, t, strict=True)) < 0.01


def test_cross_entropy_of_a_saturated_output_is_finite():
    net = deep.DeepNetwork((np.array([[0.0, 1000.0]]),), ("sigmoid",))
    assert deep.error(net, [1.0], 0, "cross entropy") == pytest.approx(1000)
    assert deep.error(net, [-1.0], 0, "cross entropy") == pytest.approx(0)
