"""The chapter on training: what its text says of what its cells print."""

import numpy as np
import pytest
from cells import cells, numbers, printed

from nnlecture.network import error, random_network, train

NAMES = {"error": error, "random_network": random_network, "train": train, "np": np}


def test_step_of_the_example_lowers_the_error_as_expected_to_first_order():
    lines = printed(cells("training", "from nnlecture.worked_example", "square ="))
    before, after = numbers(lines[-2])
    expected = numbers(lines[-1])[0]
    assert after < before
    assert after - expected == pytest.approx(0, abs=0.02 * (before - after))


def test_xor_is_learnt():
    lines = printed(cells("training", "epochs=1500"))
    assert numbers(lines[0])[1] < 0.001
    for line in lines[1:]:
        *_, target, output = numbers(line)
        assert abs(output - target) < 0.05


def test_derivatives_by_hand_and_by_the_framework_differ_by_rounding():
    lines = printed(cells("training", "GradientTape() as tape:\n    phi"), dict(NAMES))
    assert numbers(lines[-1])[0] < 1e-15


@pytest.fixture(scope="module")
def practice():
    """Return the lines that the cells of the section on practice print."""
    return printed(cells("training", "for seed in range(1, 5)", "ETA_0 ="), dict(NAMES))


def test_first_values_are_near_an_eighth_or_a_little_above(practice):
    first = [numbers(line)[1] for line in practice[:4]]
    assert min(first) > 0.12
    assert sum(value < 0.13 for value in first) >= 2
    assert 0.13 < max(first) < 0.25


def test_twenty_events_are_learnt_by_heart(practice):
    errors = [numbers(line)[1] for line in practice[4:7]]
    assert errors[0] > 0.1
    assert errors[2] < 0.001


def test_falling_rate_ends_lower_from_each_start(practice):
    ends = np.array([numbers(line) for line in practice[7:]])
    assert ends.shape == (2, 2)
    assert np.all(ends[:, 1] < ends[:, 0])
