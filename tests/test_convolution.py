"""Convolution and pooling in plain NumPy equal SciPy's and Keras's."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.signal import convolve2d, correlate2d

from nnlecture.convolution import convolutional_layer, max_pooling, slide
from nnlecture.reproducible import keras

RANDOM = np.random.default_rng(0)


@pytest.mark.parametrize("shape", [(3, 3), (1, 1), (2, 5), (7, 6)])
def test_sliding_a_filter_is_a_cross_correlation(shape):
    image, weights = RANDOM.normal(size=(7, 6)), RANDOM.normal(size=shape)
    np.testing.assert_allclose(
        slide(image, weights), correlate2d(image, weights, mode="valid"), atol=1e-12
    )


def test_with_the_filter_turned_around_it_is_the_mathematicians_convolution():
    image, weights = RANDOM.normal(size=(7, 6)), RANDOM.normal(size=(3, 3))
    expected = convolve2d(image, weights, mode="valid")
    np.testing.assert_allclose(slide(image, weights[::-1, ::-1]), expected, atol=1e-12)


def test_a_filter_of_one_weight_in_its_middle_cuts_off_the_rim():
    image = RANDOM.normal(size=(5, 4))
    np.testing.assert_array_equal(slide(image, np.pad([[1]], 1)), image[1:-1, 1:-1])


def test_integers_and_lists_are_welcome():
    assert slide([[1, 2], [3, 4]], [[1, 0], [0, 1]]).tolist() == [[5.0]]


@pytest.mark.parametrize("channels, filters", [(1, 8), (3, 1), (4, 6)])
def test_layer_equals_that_of_keras(channels, filters):
    image = RANDOM.normal(size=(9, 8, channels))
    weights, biases = RANDOM.normal(size=(3, 3, channels, filters)), RANDOM.normal(size=filters)
    reference = keras.ops.conv(image[np.newaxis], weights, padding="valid")[0] + biases
    result = convolutional_layer(image, weights, biases)
    assert result.shape == (7, 6, filters)
    np.testing.assert_allclose(result, reference, atol=1e-5)


@pytest.mark.parametrize("shape", [(8, 8, 3), (9, 8, 1), (7, 5, 2)])
@pytest.mark.parametrize("size", [2, 3])
def test_pooling_equals_that_of_keras(shape, size):
    maps = RANDOM.normal(size=shape)
    reference = keras.ops.max_pool(maps[np.newaxis], size)[0]
    np.testing.assert_allclose(max_pooling(maps, size), reference, atol=1e-6)


def test_pooling_of_one_map_needs_no_channels():
    maps = RANDOM.normal(size=(6, 4))
    np.testing.assert_array_equal(max_pooling(maps), max_pooling(maps[..., np.newaxis])[..., 0])


@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 3))
def test_every_pooled_number_is_the_largest_of_its_block(rows, columns, size):
    maps = np.random.default_rng(rows).normal(size=(rows * size, columns * size))
    pooled = max_pooling(maps, size)
    assert pooled.shape == (rows, columns)
    for (i, j), number in np.ndenumerate(pooled):
        assert number == maps[i * size : (i + 1) * size, j * size : (j + 1) * size].max()
