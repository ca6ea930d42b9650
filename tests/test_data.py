import numpy as np
import pytest

from nnlecture import data


def test_xor_is_one_where_exactly_one_input_is_one():
    x, t = data.xor_points()
    np.testing.assert_array_equal(t, np.logical_xor(x[:, 0], x[:, 1]))


def test_same_seed_same_sample():
    first, again, other = (data.xor_like_data(50, seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first[0], again[0])
    np.testing.assert_array_equal(first[1], again[1])
    assert not np.array_equal(first[0], other[0])


def test_shapes_and_range():
    x, t = data.xor_like_data(50, seed=1)
    assert x.shape == (50, 2)
    assert t.shape == (50,)
    assert x.min() >= 0
    assert x.max() <= 1


def test_target_near_a_corner_is_exclusive_or():
    x, t = data.xor_like_data(20_000, seed=1, noise=0.0)
    near_a_corner = np.all(np.abs(x - 0.5) > 0.45, axis=1)
    corner = np.round(x[near_a_corner])
    assert len(corner) > 100
    np.testing.assert_allclose(
        t[near_a_corner], np.logical_xor(corner[:, 0], corner[:, 1]), atol=0.1
    )


def test_noise_has_the_asked_for_width():
    _, clean = data.xor_like_data(10_000, seed=1, noise=0.0)
    _, noisy = data.xor_like_data(10_000, seed=1, noise=0.1)
    assert np.std(noisy - clean) == pytest.approx(0.1, rel=0.05)


def test_no_linear_fit_describes_the_target():
    x, t = data.xor_like_data(5000, seed=1, noise=0.0)
    terms = np.column_stack([np.ones(len(x)), x])
    coefficients, *_ = np.linalg.lstsq(terms, t, rcond=None)
    residuals = t - terms @ coefficients
    assert np.var(residuals) > 0.99 * np.var(t)
