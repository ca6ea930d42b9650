"""A network that is far too large for its sample: the patient of the chapter on generalisation."""

import numpy as np
from numpy.typing import NDArray
from sklearn.neural_network import MLPClassifier

from nnlecture.data import signal_and_background

Array = NDArray[np.float64]

TRAINING_SAMPLE = signal_and_background(events=150, seed=1)
VALIDATION_SAMPLE = signal_and_background(events=1000, seed=3)
TEST_SAMPLE = signal_and_background(events=4000, seed=2)
BATCH = 50  # events


def network(
    layers: tuple[int, ...] = (100, 100), strength: float = 0.0, seed: int = 1
) -> MLPClassifier:
    """Return an untrained network with tanh neurons.

    The penalty on its weights is strength / 2 * R(W), with R(W) the sum of all squared weights.
    What scikit-learn calls alpha it divides by the number of events in a batch.
    """
    return MLPClassifier(
        hidden_layer_sizes=layers,
        activation="tanh",
        alpha=strength * BATCH,
        learning_rate_init=0.01,
        batch_size=BATCH,
        random_state=seed,
    )


def train(model: MLPClassifier, x: Array, t: Array, epochs: int) -> MLPClassifier:
    """Train for so many epochs, without looking at any other sample; return the model."""
    for _ in range(epochs):
        model.partial_fit(x, t, classes=[0, 1])
    return model


def output(model: MLPClassifier, x: Array) -> Array:
    """Return the output of a trained network, the probability of signal, shape (events,)."""
    y: Array = model.predict_proba(x)[:, 1]
    return y


def truth(x: Array, width: float = 0.5) -> Array:
    """Return the true probability of signal at points, shape (events, 2); no output is better.

    The densities of :func:`nnlecture.data.signal_and_background` are known, so Bayes tells.
    """
    signal = np.exp(-np.sum(x**2, axis=1) / (2 * width**2)) / (2 * np.pi * width**2)
    background = 1 / 16  # the square from -2 to 2
    p: Array = signal / (signal + background)
    return p
