"""The gradient in deep networks, against TensorFlow, and what the chapter says of it."""

import runpy
from pathlib import Path

import numpy as np
import pytest

from nnlecture.depth import gradient_sizes

FIGURE = Path(__file__).parents[1] / "figures" / "gradient_by_layer.py"
KINDS = [(False, False), (True, False), (False, True), (True, True)]


@pytest.mark.parametrize("shortcut, normalised", KINDS)
def test_sizes_equal_tensorflows(shortcut, normalised):
    import tensorflow as tf

    layers, width, variance = 4, 6, 1.5
    random = np.random.default_rng(3)
    weights = random.normal(0.0, np.sqrt(variance / width), size=(layers, width, width))
    phi = tf.constant(random.normal(size=width))
    from_output = random.normal(size=width)
    outputs = [phi]
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(phi)
        for w in weights:
            v = tf.linalg.matvec(w, outputs[-1])
            if normalised:
                v = (v - tf.reduce_mean(v)) / tf.math.reduce_std(v)
            outputs.append(tf.nn.relu(v) + (outputs[-1] if shortcut else 0.0))
        error = tf.reduce_sum(outputs[-1] * from_output)
    reference = np.array([np.linalg.norm(tape.gradient(error, output)) for output in outputs])
    found = gradient_sizes(shortcut, normalised, variance, layers, width, seed=3)
    np.testing.assert_allclose(found, reference / reference[-1])


def test_size_of_the_weights_drops_out_with_normalisation_only():
    for shortcut, normalised in KINDS:
        one, four = (gradient_sizes(shortcut, normalised, variance)[0] for variance in (1, 4))
        assert (four == pytest.approx(one)) == normalised


def test_figure_shows_what_the_text_says():
    figure = runpy.run_path(str(FIGURE))
    plain, shortcuts, normalised, both = (figure["sizes"](*kind) for kind in KINDS)
    assert plain[0] < 1e-4
    assert shortcuts[0] > 1e3
    assert np.all((normalised > 0.4) & (normalised < 2.5))
    assert np.all((both > 0.4) & (both < 2.5))


@pytest.mark.mpl_image_compare(style="default", tolerance=3, savefig_kwargs={"dpi": 80})
def test_gradient_by_layer():
    return runpy.run_path(str(FIGURE))["draw"]()
