r"""The perceptron and its learning rule.

$y(\vec x) = 1$ if $\vec w \cdot \vec x + b > 0$, else 0.

Source: F. Rosenblatt, *The Perceptron: A Probabilistic Model for Information Storage and
Organization in the Brain*, Psychological Review 65, 386 (1958).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlecture.activations import step

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Fit:
    """What a perceptron has learnt.

    Attributes
    ----------
    weights
        Shape (inputs,).
    bias
        The threshold with its sign changed.
    errors
        Wrong answers in each epoch of the training; the last is 0 if the rule has converged.
    """

    weights: Array
    bias: float
    errors: tuple[int, ...]


def predict(x: ArrayLike, weights: ArrayLike, bias: float) -> Array:
    """Return the perceptron's answer, 0 or 1, for one event or an array of them.

    Parameters
    ----------
    x
        Events, shape (inputs,) or (events, inputs).
    weights
        Shape (inputs,).
    bias
        The threshold with its sign changed.
    """
    return step(np.asarray(x) @ np.asarray(weights) + bias)


def fit(x: ArrayLike, targets: ArrayLike, epochs: int = 100) -> Fit:
    """Learn weights and bias from labelled events, by Rosenblatt's rule.

    A right answer changes nothing. After a wrong 0 the event is added to the weights, after a
    wrong 1 it is subtracted; the bias is the weight of an input that is always 1. If a straight
    line (a plane, …) separates the classes, the rule finds one after finitely many errors, else it
    never settles. It needs no learning rate: starting from zero, a rate would only scale weights
    and bias, which changes no answer.

    Parameters
    ----------
    x
        Events, shape (events, inputs).
    targets
        Right answers, 0 or 1, shape (events,).
    epochs
        Passes over the events at most; the training ends with the first one without an error.
    """
    x = np.asarray(x, dtype=float)
    weights, bias = np.zeros(x.shape[1]), 0.0
    errors: list[int] = []
    while len(errors) < epochs and (not errors or errors[-1] > 0):
        wrong = 0
        for event, target in zip(x, np.asarray(targets), strict=True):
            difference = target - predict(event, weights, bias)  # -1, 0 or 1
            weights = weights + difference * event
            bias += float(difference)
            wrong += int(difference != 0)
        errors.append(wrong)
    return Fit(weights, bias, tuple(errors))
