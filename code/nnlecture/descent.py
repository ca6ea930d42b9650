r"""Gradient descent where one can watch it: on the error of a straight line.

The line $y(x) = w_0 + w_1 x$ is a network of a single neuron with a linear activation function.
It has two weights, so that its error

.. math::
    E(\vec w) = \frac{1}{N} \sum_{a=1}^N E_a(\vec w), \quad
    E_a(\vec w) = \tfrac12 \left( w_0 + w_1 x_a - t_a \right)^2

is a surface over a plane: a valley, steep in one direction and flat in the other.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


def measurements(events: int, seed: int) -> tuple[Array, Array]:
    r"""Return x, evenly spread from -0.5 to 1.5, and $t = 1 + x/2$ with Gaussian noise of 0.3."""
    random = np.random.default_rng(seed)
    x = random.uniform(-0.5, 1.5, size=events)
    return x, 1.0 + 0.5 * x + random.normal(0.0, 0.3, size=events)


def error(w: ArrayLike, x: ArrayLike, t: ArrayLike) -> Array:
    """Return the mean error for weights of shape (2,), or for many of shape (..., 2)."""
    w = np.asarray(w, dtype=float)[..., np.newaxis, :]
    y = w[..., 0] + w[..., 1] * np.asarray(x)
    return np.asarray(np.mean((y - t) ** 2, axis=-1) / 2)


def gradient(w: ArrayLike, x: ArrayLike, t: ArrayLike) -> Array:
    """Return the derivatives of the mean error by the two weights, shape (2,)."""
    w, x = np.asarray(w, dtype=float), np.asarray(x, dtype=float)
    difference = w[0] + w[1] * x - t
    return np.array([np.mean(difference), np.mean(difference * x)])


def minimum(x: ArrayLike, t: ArrayLike) -> Array:
    """Return the weights of the smallest error, shape (2,), by the formula of linear regression.

    A network with a hidden layer has no such formula; that is what descent is for.
    """
    slope, intercept = np.polyfit(np.asarray(x, dtype=float), np.asarray(t, dtype=float), 1)
    return np.array([intercept, slope])


def descend(
    start: ArrayLike, x: ArrayLike, t: ArrayLike, eta: float, epochs: int, batch: int, seed: int = 0
) -> Array:
    r"""Walk down the gradient and return every place on the way, shape (updates + 1, 2).

    Each update is $\vec w^{(\tau+1)} = \vec w^{(\tau)} - \eta \nabla E(\vec w^{(\tau)})$, with the
    mean error E of a few events only.

    Parameters
    ----------
    start
        Initial guess of the weights, shape (2,).
    x, t
        The sample, shape (events,) each.
    eta
        Learning rate.
    epochs
        Passes over the sample, each in a new random order.
    batch
        Events per update: 1 is stochastic, the whole sample is batch gradient descent, and
        anything between is mini-batch.
    seed
        Seed of the random orders.
    """
    x, t = np.asarray(x, dtype=float), np.asarray(t, dtype=float)
    random = np.random.default_rng(seed)
    path = [np.asarray(start, dtype=float)]
    for _ in range(epochs):
        order = random.permutation(len(x))
        for first in range(0, len(x), batch):
            a = order[first : first + batch]
            path.append(path[-1] - eta * gradient(path[-1], x[a], t[a]))
    return np.array(path)
