r"""A network with any number of layers, and backpropagation.

What :mod:`nnlecture.network` does for one hidden layer, repeated layer by layer. The superscript in
brackets numbers the layers, $\phi^{(0)} = x$ are the inputs, and the last layer, L, is the output:

.. math::
    v^{(l)}_j = \sum_k w^{(l)}_{jk} \phi^{(l-1)}_k, \quad
    \phi^{(l)}_j = h(v^{(l)}_j), \quad u = v^{(L)}_1, \quad y = \phi^{(L)}_1

The weights with second index 0 are the biases, since $\phi^{(l)}_0 = 1$ in all layers but the last.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlecture.activations import ACTIVATIONS
from nnlecture.network import Network

Array = NDArray[np.float64]
Weights = tuple[Array, ...]


@dataclass(frozen=True)
class DeepNetwork:
    """Weights and activation functions, layer by layer; the last layer is the output.

    Attributes
    ----------
    weights
        For each layer the weights from neuron k of the layer before to its neuron j, shape
        (neurons, neurons before + 1); column 0 holds the biases.
    activations
        For each layer the name of its activation function, see
        ``nnlecture.activations.ACTIVATIONS``.
    """

    weights: Weights
    activations: tuple[str, ...]


@dataclass(frozen=True)
class DeepForward:
    """All that a forward pass computes for one event.

    Attributes
    ----------
    v
        For each layer the neurons' sums, shape (neurons,).
    phi
        The inputs, and for each layer the neurons' outputs; all with a 1 in front, but the last.
    """

    v: tuple[Array, ...]
    phi: tuple[Array, ...]

    @property
    def u(self) -> float:
        """The sum in the output neuron."""
        return float(self.v[-1][0])

    @property
    def y(self) -> float:
        """The output of the network."""
        return float(self.phi[-1][0])


def from_network(network: Network) -> DeepNetwork:
    """Return a network with one hidden layer in the form used here."""
    weights = (network.w1, network.w2[np.newaxis])
    return DeepNetwork(weights, (network.hidden, network.output))


def random_deep_network(
    layers: Sequence[int], seed: int, hidden: str = "tanh", output: str = "sigmoid"
) -> DeepNetwork:
    """Return a network with random weights.

    Parameters
    ----------
    layers
        The numbers of inputs, of neurons in each hidden layer, and of outputs: ``(2, 4, 4, 1)``.
    seed
        Seed of the random numbers. Their standard deviation is one over the root of the number of
        terms in a neuron's sum, as in :func:`nnlecture.network.random_network`.
    hidden, output
        Names of the activation functions.
    """
    random = np.random.default_rng(seed)
    weights = tuple(
        random.normal(0.0, 1.0 / np.sqrt(before + 1), size=(neurons, before + 1))
        for before, neurons in pairwise(layers)
    )
    return DeepNetwork(weights, (hidden,) * (len(weights) - 1) + (output,))


def forward(network: DeepNetwork, x: ArrayLike) -> DeepForward:
    """Carry an event, shape (n,), through the network."""
    v: list[Array] = []
    phi = [np.concatenate([[1.0], np.asarray(x, dtype=float)])]
    for w, name in zip(network.weights, network.activations, strict=True):
        h, _ = ACTIVATIONS[name]
        v.append(w @ phi[-1])
        phi.append(np.concatenate([[1.0], h(v[-1])]))
    phi[-1] = phi[-1][1:]
    return DeepForward(tuple(v), tuple(phi))


def error(network: DeepNetwork, x: ArrayLike, t: float, function: str = "squared") -> float:
    r"""Return the error of one event.

    Parameters
    ----------
    function
        ``"squared"`` for $\tfrac12 (y - t)^2$, or ``"cross entropy"`` for
        $-t \ln y - (1 - t) \ln(1 - y)$, which wants a logistic output.
    """
    event = forward(network, x)
    if function == "squared":
        return (event.y - t) ** 2 / 2
    # With y = sigmoid(u): no logarithm of a y that was rounded to 0 or 1.
    return float(np.logaddexp(0.0, event.u) - t * event.u)


def error_signals(
    network: DeepNetwork, event: DeepForward, t: float, function: str = "squared"
) -> tuple[Array, ...]:
    r"""Return $\delta^{(l)}_j = \partial E / \partial v^{(l)}_j$ for each layer.

    .. math::
        \delta = (y - t) \, h'(u), \quad
        \delta^{(l)}_j = \Big( \sum_i \delta^{(l+1)}_i w^{(l+1)}_{ij} \Big) h'(v^{(l)}_j)

    With the cross entropy and a logistic output $h'(u)$ cancels, and $\delta = y - t$.
    """
    _, dh = ACTIVATIONS[network.activations[-1]]
    slope = dh(event.u) if function == "squared" else 1.0
    delta = [np.atleast_1d((event.y - t) * slope)]
    for layer in reversed(range(len(event.v) - 1)):
        _, dh = ACTIVATIONS[network.activations[layer]]
        # Column 0, the biases: nothing goes back through them.
        delta.insert(0, delta[0] @ network.weights[layer + 1][:, 1:] * dh(event.v[layer]))
    return tuple(delta)


def gradient(network: DeepNetwork, x: ArrayLike, t: float, function: str = "squared") -> Weights:
    r"""Backpropagation: return the derivatives of the error of one event, as the weights.

    Each is the error signal at the weight's end times the signal at its beginning,
    $\partial E / \partial w^{(l)}_{jk} = \delta^{(l)}_j \phi^{(l-1)}_k$.
    """
    event = forward(network, x)
    delta = error_signals(network, event, t, function)
    return tuple(np.outer(d, phi) for d, phi in zip(delta, event.phi[:-1], strict=True))


def update(network: DeepNetwork, step: Weights, eta: float) -> DeepNetwork:
    """Return the network after one step of gradient descent with learning rate eta."""
    weights = tuple(w - eta * slope for w, slope in zip(network.weights, step, strict=True))
    return replace(network, weights=weights)
