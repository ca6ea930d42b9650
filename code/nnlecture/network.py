r"""A network with one hidden layer, and backpropagation, in the notation of the lecture.

.. math::
    v_j = \sum_{k=0}^n w^{(1)}_{jk} x_k, \quad \phi_j = h(v_j), \quad
    u = \sum_{j=0}^m w^{(2)}_{1j} \phi_j, \quad y = h(u), \quad E_a = \tfrac12 (y_a - t_a)^2

There are n inputs and m hidden neurons. The weights with second index 0 are the biases, since
$x_0 = \phi_0 = 1$. Hidden layer and output may have different activation functions h.
Frameworks do all this for any network, and faster; here one can see how.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nnlecture.activations import ACTIVATIONS

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Network:
    """Weights and activation functions.

    Attributes
    ----------
    w1
        From input k to hidden neuron j, shape (m, n + 1); column 0 holds the biases.
    w2
        From hidden neuron j to the output, shape (m + 1,); element 0 is the bias.
    hidden, output
        Names of the activation functions, see ``nnlecture.activations.ACTIVATIONS``.
    """

    w1: Array
    w2: Array
    hidden: str = "tanh"
    output: str = "sigmoid"

    def __post_init__(self) -> None:
        for name in (self.hidden, self.output):
            if name not in ACTIVATIONS:
                known = ", ".join(ACTIVATIONS)
                raise ValueError(f"no activation function {name!r} (there are {known})")


@dataclass(frozen=True)
class Forward:
    """All that a forward pass computes; the shapes are those for a single event.

    Attributes
    ----------
    x
        Inputs with $x_0 = 1$ in front, shape (n + 1,).
    v
        Sums in the hidden neurons, shape (m,).
    phi
        Outputs of the hidden neurons with $phi_0 = 1$ in front, shape (m + 1,).
    u
        Sum in the output neuron, shape ().
    y
        Output of the network, shape ().
    """

    x: Array
    v: Array
    phi: Array
    u: Array
    y: Array


@dataclass(frozen=True)
class Gradient:
    """Derivatives of the error of one event, of the same shapes as the weights."""

    w1: Array
    w2: Array


def random_network(
    inputs: int, neurons: int, seed: int, hidden: str = "tanh", output: str = "sigmoid"
) -> Network:
    """Return a network with random weights: equal ones would stay equal in the training.

    The standard deviation is one over the root of the number of terms in a neuron's sum, which
    keeps the sums near 1, where the activation functions are not saturated.
    """
    random = np.random.default_rng(seed)
    w1 = random.normal(0.0, 1.0 / np.sqrt(inputs + 1), size=(neurons, inputs + 1))
    w2 = random.normal(0.0, 1.0 / np.sqrt(neurons + 1), size=neurons + 1)
    return Network(w1, w2, hidden, output)


def forward(network: Network, x: ArrayLike) -> Forward:
    """Carry an event, shape (n,), through the network; or several at once, shape (events, n)."""
    h_hidden, _ = ACTIVATIONS[network.hidden]
    h_output, _ = ACTIVATIONS[network.output]
    x = _with_one_in_front(np.asarray(x, dtype=float))
    v = x @ network.w1.T
    phi = _with_one_in_front(h_hidden(v))
    u = phi @ network.w2
    return Forward(x, v, phi, u, y=h_output(u))


def _with_one_in_front(values: Array) -> Array:
    ones = np.ones((*values.shape[:-1], 1))
    return np.concatenate([ones, values], axis=-1)


def predict(network: Network, x: ArrayLike) -> Array:
    """Return the network's output for events of shape (events, n), shape (events,)."""
    return forward(network, x).y


def error(network: Network, x: ArrayLike, t: ArrayLike) -> float:
    r"""Return $\tfrac12 (y - t)^2$, averaged over the events if there are several."""
    return float(np.mean((predict(network, x) - np.asarray(t)) ** 2) / 2)


def gradient(network: Network, x: ArrayLike, t: float) -> Gradient:
    r"""Backpropagation: return the derivatives of the error $E_a$ of one event.

    .. math::
        \frac{\partial E_a}{\partial w^{(2)}_{1j}} &= (y_a - t_a) \, h'(u) \, \phi_j \\
        \frac{\partial E_a}{\partial w^{(1)}_{jk}} &=
            (y_a - t_a) \, h'(u) \, w^{(2)}_{1j} \, h'(v_j) \, x_k

    Parameters
    ----------
    network
        The network.
    x
        The event, shape (n,).
    t
        Its target.
    """
    _, dh_hidden = ACTIVATIONS[network.hidden]
    _, dh_output = ACTIVATIONS[network.output]
    event = forward(network, x)
    delta_output = (event.y - t) * dh_output(event.u)
    # The bias w2[0] belongs to phi_0 = 1, which no input can change.
    delta_hidden = delta_output * network.w2[1:] * dh_hidden(event.v)
    w1 = np.outer(delta_hidden, event.x)
    return Gradient(w1, w2=delta_output * event.phi)


def update(network: Network, step: Gradient, eta: float) -> Network:
    r"""Return the network after one step of gradient descent with learning rate eta."""
    w1 = network.w1 - eta * step.w1
    w2 = network.w2 - eta * step.w2
    return replace(network, w1=w1, w2=w2)


def train(
    network: Network, x: ArrayLike, t: ArrayLike, eta: float, epochs: int, seed: int
) -> tuple[Network, list[float]]:
    """Train with stochastic gradient descent, one event at a time.

    Parameters
    ----------
    network
        The network to start from.
    x, t
        Events, shape (events, n), and targets, shape (events,).
    eta
        Learning rate.
    epochs
        Passes over the sample, each in a new random order.
    seed
        Seed of the random orders.

    Returns
    -------
    tuple[Network, list[float]]
        The trained network and the mean error of the sample after each epoch.
    """
    x, t = np.asarray(x, dtype=float), np.asarray(t, dtype=float)
    random = np.random.default_rng(seed)
    errors = []
    for _ in range(epochs):
        for a in random.permutation(len(x)):
            network = update(network, gradient(network, x[a], t[a]), eta)
        errors.append(error(network, x, t))
    return network, errors
