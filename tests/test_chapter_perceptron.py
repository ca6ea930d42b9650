"""The chapter on the perceptron: what its text says of what its cells print."""

from cells import cells, numbers, printed

from nnlecture.data import xor_points
from nnlecture.perceptron import fit


def test_errors_of_and_rise_before_they_fall_to_none():
    *_, line = printed(cells("perceptron", "from nnlecture.perceptron import fit"))
    errors = numbers(line)
    assert errors[0] < max(errors)
    assert errors[-1] == 0


def test_weights_of_xor_go_round_in_a_circle():
    x, t = xor_points()
    after = [fit(x, t, epochs) for epochs in (12, 13, 14, 15)]
    places = {(*found.weights, found.bias) for found in after}
    assert len(places) == 1  # the same after each epoch
    assert after[0].errors[-1] > 0  # but not within one


def test_two_linear_layers_are_one():
    import numpy as np

    [line] = printed(cells("perceptron", "two_layers ="), {"np": np})
    two, one = numbers(line)
    assert two == one
