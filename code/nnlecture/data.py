"""Toy data sets: small, two-dimensional, and the same for the same seed.

Each function returns the events, shape (events, 2), and their targets, shape (events,).
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def xor_points() -> tuple[Array, Array]:
    """Return the truth table of exclusive or: the target is 1 if exactly one input is 1."""
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    return x, np.array([0.0, 1.0, 1.0, 0.0])


def xor_like_data(events: int, seed: int, noise: float = 0.05) -> tuple[Array, Array]:
    r"""Return events spread evenly over the unit square with a continuous, XOR-like target.

    The target is $t = x_1 (1 - x_2) + x_2 (1 - x_1)$ plus Gaussian noise. In the corners of the
    square this is exclusive or; between them it is the probability that exactly one of two
    independent things happens whose probabilities are $x_1$ and $x_2$.

    Parameters
    ----------
    events
        Size of the sample.
    seed
        Seed of the random numbers.
    noise
        Standard deviation of the noise on the target.
    """
    random = np.random.default_rng(seed)
    x = random.uniform(0.0, 1.0, size=(events, 2))
    truth = x[:, 0] * (1 - x[:, 1]) + x[:, 1] * (1 - x[:, 0])
    return x, truth + random.normal(0.0, noise, size=events)


def signal_and_background(events: int, seed: int, width: float = 0.5) -> tuple[Array, Array]:
    r"""Return a signal peak (target 1) on a flat background (target 0), half of the events each.

    Both features of a signal event are Gaussian around 0 with standard deviation `width`;
    background events spread evenly over the square from -2 to 2. So there is background under the
    peak, and no classifier gets every event right: the wider the peak, the more are confused.

    Parameters
    ----------
    events
        Size of the sample.
    seed
        Seed of the random numbers.
    width
        Standard deviation of the peak.
    """
    random = np.random.default_rng(seed)
    signal = random.normal(0.0, width, size=(events // 2, 2))
    background = random.uniform(-2.0, 2.0, size=(events - len(signal), 2))
    target = np.repeat([1.0, 0.0], [len(signal), len(background)])
    return np.concatenate([signal, background]), target
