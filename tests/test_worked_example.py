"""The worked example of backpropagation, against TensorFlow and against the text's promises."""

import numpy as np
import pytest

from nnlecture.network import error, forward, gradient, update
from nnlecture.worked_example import ETA, EVENT, NETWORK, TARGET


def test_gradient_equals_tensorflow():
    import tensorflow as tf

    w1, w2 = tf.Variable(NETWORK.w1), tf.Variable(NETWORK.w2)
    with tf.GradientTape() as tape:
        phi = tf.sigmoid(tf.linalg.matvec(w1, np.array([1.0, *EVENT])))
        y = tf.sigmoid(w2[0] + tf.reduce_sum(w2[1:] * phi))
        loss = (y - TARGET) ** 2 / 2
    reference = tape.gradient(loss, [w1, w2])
    found = gradient(NETWORK, EVENT, TARGET)
    np.testing.assert_allclose(found.w1, reference[0], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.w2, reference[1], rtol=0, atol=1e-12)


def test_sums_of_the_hidden_neurons_are_easy_to_check_by_hand():
    np.testing.assert_allclose(forward(NETWORK, EVENT).v, [0.5, -1.0], rtol=0, atol=1e-12)


def test_one_step_helps():
    after = update(NETWORK, gradient(NETWORK, EVENT, TARGET), ETA)
    assert error(after, EVENT, TARGET) < error(NETWORK, EVENT, TARGET)


def test_weights_have_one_decimal():
    for w in (NETWORK.w1, NETWORK.w2):
        assert w == pytest.approx(w.round(1))
