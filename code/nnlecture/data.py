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


def moons(events: int, seed: int, noise: float = 0.25) -> tuple[Array, Array]:
    """Return two half circles of radius 1 that reach into one another, half of the events each.

    The upper one (target 1) has its centre at (-0.5, -0.25), the lower one (target 0) at
    (0.5, 0.25). `noise` is the standard deviation of a Gaussian shift of both features.
    """
    random = np.random.default_rng(seed)
    target = _halves(events)
    angle = random.uniform(0.0, np.pi, size=events)
    side = 2 * target - 1  # 1 or -1
    x = side[:, None] * np.column_stack([np.cos(angle) - 0.5, np.sin(angle) - 0.25])
    return x + random.normal(0.0, noise, size=x.shape), target


def circles(events: int, seed: int, noise: float = 0.2) -> tuple[Array, Array]:
    """Return a circle of radius 0.75 (target 1) in one of radius 1.5 (target 0).

    Half of the events belong to each. `noise` is the standard deviation of a Gaussian shift of both
    features.
    """
    random = np.random.default_rng(seed)
    target = _halves(events)
    angle = random.uniform(0.0, 2 * np.pi, size=events)
    radius = np.where(target == 1, 0.75, 1.5)
    x = np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return x + random.normal(0.0, noise, size=x.shape), target


def xor_events(events: int, seed: int, noise: float = 0.15) -> tuple[Array, Array]:
    """Return events in the square from -1.5 to 1.5; the target is 1 if the features' signs differ.

    The features are then shifted by Gaussian noise of this standard deviation, so the classes
    overlap at the two axes.
    """
    random = np.random.default_rng(seed)
    x = random.uniform(-1.5, 1.5, size=(events, 2))
    target = (x[:, 0] * x[:, 1] < 0).astype(float)
    return x + random.normal(0.0, noise, size=x.shape), target


def spirals(events: int, seed: int, noise: float = 0.08) -> tuple[Array, Array]:
    """Return two spirals of one and a half turns around the origin, half of the events each.

    The radius grows evenly with the angle, to 1.75 at the end; the second spiral (target 0) is the
    first (target 1) turned by half a turn. `noise` is the standard deviation of a Gaussian shift of
    both features.
    """
    random = np.random.default_rng(seed)
    target = _halves(events)
    length = np.sqrt(random.uniform(0.02, 1.0, size=events))  # evenly along the spiral
    angle = 3 * np.pi * length + np.pi * target
    x = 1.75 * length[:, None] * np.column_stack([np.cos(angle), np.sin(angle)])
    return x + random.normal(0.0, noise, size=x.shape), target


def _halves(events: int) -> Array:
    """Return ones for the first half of the events and zeros for the second."""
    return (np.arange(events) < events // 2).astype(float)
