r"""The size of the gradient in a deep network, with and without shortcuts and normalisation.

A layer of $n$ rectified linear units computes, with all of it or without some,

.. math::
    \vec\phi^{(l)} = \vec\phi^{(l-1)} + h\big(N(W^{(l)} \vec\phi^{(l-1)})\big), \quad
    N(\vec v) = (\vec v - \bar v) / s_v

where $\bar v$ and $s_v$ are mean and standard deviation of the layer's sums. The weights are random
and not trained: this is what a network looks like at the start.
"""

import numpy as np
from numpy.typing import NDArray

from nnlecture.activations import relu, relu_derivative

Array = NDArray[np.float64]


def gradient_sizes(
    shortcut: bool,
    normalised: bool,
    variance: float = 1.0,
    layers: int = 30,
    width: int = 100,
    seed: int = 1,
) -> Array:
    r"""Return the size of $\partial E / \partial \vec\phi^{(l)}$ relative to the last layer.

    Parameters
    ----------
    shortcut
        Add the input of each layer to its output.
    normalised
        Bring the sums of each layer to mean 0 and standard deviation 1.
    variance
        That of the weights, in units of 1 / `width`.
    layers, width
        Number of layers, and of neurons in each.
    seed
        Seed of the weights, of the event and of the gradient that comes from the output.

    Returns
    -------
    NDArray[np.float64]
        From the input (l = 0) to the last layer, shape (layers + 1,).
    """
    random = np.random.default_rng(seed)
    weights = random.normal(0.0, np.sqrt(variance / width), size=(layers, width, width))
    phi = random.normal(size=width)
    passed: list[tuple[Array, float]] = []
    for w in weights:
        v = w @ phi
        spread = float(v.std()) if normalised else 1.0
        z = (v - v.mean()) / spread if normalised else v
        passed.append((z, spread))
        phi = relu(z) + shortcut * phi

    g = random.normal(size=width)
    sizes = [float(np.linalg.norm(g))]
    for w, (z, spread) in zip(weights[::-1], passed[::-1], strict=True):
        delta = g * relu_derivative(z)
        if normalised:  # mean and spread depend on all sums
            delta = (delta - delta.mean() - z * (delta * z).mean()) / spread
        g = w.T @ delta + shortcut * g
        sizes.append(float(np.linalg.norm(g)))
    return np.array(sizes[::-1]) / sizes[0]
