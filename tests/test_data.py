import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier

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


TOYS = [data.moons, data.circles, data.xor_events, data.spirals]


@pytest.mark.parametrize("toy", TOYS)
def test_toy_data_have_two_classes_near_the_origin(toy):
    x, t = toy(1000, seed=1)
    assert x.shape == (1000, 2)
    assert set(t) == {0, 1}
    assert 0.45 < t.mean() < 0.55
    assert np.abs(x).max() < 2.6
    again, other = toy(1000, seed=1)[0], toy(1000, seed=2)[0]
    np.testing.assert_array_equal(x, again)
    assert not np.array_equal(x, other)


@pytest.mark.parametrize("toy", TOYS)
def test_neighbours_tell_the_class_but_no_straight_line_does(toy):
    x, t = toy(1000, seed=1, noise=0.0)
    x_test, t_test = toy(1000, seed=2, noise=0.0)
    assert KNeighborsClassifier(1).fit(x, t).score(x_test, t_test) > 0.97
    assert LogisticRegression().fit(x, t).score(x_test, t_test) < 0.93


def test_moons_are_half_circles():
    x, t = data.moons(500, seed=1, noise=0.0)
    upper = x[t == 1] - [-0.5, -0.25]
    lower = x[t == 0] - [0.5, 0.25]
    np.testing.assert_allclose(np.hypot(*upper.T), 1)
    np.testing.assert_allclose(np.hypot(*lower.T), 1)
    assert upper[:, 1].min() > -1e-12
    assert lower[:, 1].max() < 1e-12


def test_circles_have_their_radii():
    x, t = data.circles(500, seed=1, noise=0.0)
    np.testing.assert_allclose(np.hypot(*x.T), np.where(t == 1, 0.75, 1.5))


def test_xor_events_differ_in_sign():
    x, t = data.xor_events(500, seed=1, noise=0.0)
    np.testing.assert_array_equal(t, np.sign(x[:, 0]) != np.sign(x[:, 1]))


def test_spirals_are_each_other_turned_by_half_a_turn():
    x, t = data.spirals(1000, seed=1, noise=0.0)
    radius = np.hypot(*x.T)
    turned = np.where(t[:, None] == 1, -x, x)
    angle = np.arctan2(turned[:, 1], turned[:, 0])
    np.testing.assert_allclose(np.exp(1j * angle), np.exp(3j * np.pi * radius / 1.75), atol=1e-9)
    assert radius.max() == pytest.approx(1.75, abs=0.02)


def test_noise_of_toy_data_has_the_asked_for_width():
    for toy in TOYS:
        clean, noisy = (toy(10_000, seed=1, noise=noise)[0] for noise in (0.0, 0.2))
        assert np.std(noisy - clean) == pytest.approx(0.2, rel=0.05)
