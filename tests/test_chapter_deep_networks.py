"""The chapter on deep networks: what its text says of what its cells print."""

import numpy as np
import pytest
from cells import cells, numbers, printed


@pytest.fixture(scope="module")
def left():
    """Return the gradient that is left in the first layer, and the share of saturated neurons."""
    lines = printed(cells("deep-networks", "def gradient_left", "cases ="))
    found = {}
    for line in lines:
        variance, size, *saturated = numbers(line)
        found[line.split()[0], int(variance)] = size, *saturated
    return found


def test_gradient_vanishes_with_sigmoids_and_not_with_the_others(left):
    assert left["sigmoid", 1][0] < 1e-5
    assert 0.1 < left["tanh", 1][0] < 10
    assert 0.1 < left["relu", 2][0] < 10


def test_half_or_twice_the_variance_costs_or_gains_a_relu_the_root_of_two_in_each_layer(left):
    for variance, factor in [(1, 2**-4.5), (4, 2**4.5)]:
        assert left["relu", variance][0] == pytest.approx(factor * left["relu", 2][0], rel=0.3)


def test_only_weights_that_saturate_most_neurons_save_the_sigmoids_gradient(left):
    assert left["sigmoid", 16][0] < 0.05
    size, saturated = left["sigmoid", 100]
    assert 0.1 < size < 10
    assert saturated > 50


def test_large_step_kills_the_neuron_and_a_small_one_does_not():
    lines = printed(cells("deep-networks", "from nnlecture.activations import relu"), {"np": np})
    small, large = lines[1:5], lines[6:10]
    assert numbers(small[-1])[1] < 0.001
    assert all(line.endswith("100% active") for line in small)
    assert [line.endswith(" 0% active") for line in large] == [False, True, True, True]
    assert len({numbers(line)[1] for line in large[1:]}) == 1
