"""Activation functions and their derivatives.

Every function takes an array of any shape and returns one of the same shape. None of them
overflows: where :math:`e^x` would grow without bound, only the shrinking exponential is computed.
Values and derivatives, also those at a kink, agree with TensorFlow's.
"""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

Array = NDArray[np.float64]
Function = Callable[[ArrayLike], Array]

LEAK = 0.1
"""Slope of :func:`leaky_relu` for negative x; the 0.01 of its authors cannot be seen in a plot."""


def linear(x: ArrayLike) -> Array:
    """Identity, $f(x) = x$: the output of a network that fits a continuous target."""
    return np.array(x, dtype=float)


def linear_derivative(x: ArrayLike) -> Array:
    """Return the derivative of :func:`linear`: 1 everywhere."""
    return np.ones_like(x, dtype=float)


def step(x: ArrayLike) -> Array:
    """Step function, 1 for $x > 0$ and 0 otherwise: the perceptron's activation.

    Source: F. Rosenblatt, Psychological Review 65, 386 (1958).
    """
    return np.where(np.asarray(x) > 0, 1.0, 0.0)


def step_derivative(x: ArrayLike) -> Array:
    """Return the derivative of :func:`step`: 0 everywhere, nothing to descend on."""
    return np.zeros_like(x, dtype=float)


def sigmoid(x: ArrayLike) -> Array:
    r"""Logistic function, $\sigma(x) = 1 / (1 + e^{-x})$."""
    x = np.asarray(x, dtype=float)
    small: Array = np.exp(-np.abs(x))  # at most 1, where exp(-x) overflows for x < -709
    return np.where(x >= 0, 1.0, small) / (1.0 + small)


def sigmoid_derivative(x: ArrayLike) -> Array:
    r"""Return the derivative of :func:`sigmoid`, $\sigma(x) \, (1 - \sigma(x))$; at most 1/4."""
    x = np.asarray(x, dtype=float)
    return sigmoid(x) * sigmoid(-x)


def tanh(x: ArrayLike) -> Array:
    r"""Hyperbolic tangent, $\tanh x = 2 \sigma(2x) - 1$."""
    return np.asarray(np.tanh(x), dtype=float)


def tanh_derivative(x: ArrayLike) -> Array:
    r"""Return the derivative of :func:`tanh`, $1 - \tanh^2 x$; at most 1."""
    return 1.0 - tanh(x) ** 2


def relu(x: ArrayLike) -> Array:
    r"""Rectified linear unit, $f(x) = \max(0, x)$.

    Source: V. Nair and G. Hinton, ICML 2010.
    """
    return np.asarray(np.maximum(0.0, x), dtype=float)


def relu_derivative(x: ArrayLike) -> Array:
    """Return the derivative of :func:`relu`; 0 at the kink, as TensorFlow has it."""
    return step(x)


def leaky_relu(x: ArrayLike) -> Array:
    r"""Leaky rectified linear unit, $x$ for $x > 0$ and $0.1 \, x$ otherwise (see ``LEAK``).

    Source: A. Maas, A. Hannun and A. Ng, ICML 2013.
    """
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, x, LEAK * x)


def leaky_relu_derivative(x: ArrayLike) -> Array:
    """Return the derivative of :func:`leaky_relu`; ``LEAK`` at the kink, as TensorFlow has it."""
    return np.where(np.asarray(x) > 0, 1.0, LEAK)


def elu(x: ArrayLike) -> Array:
    """Exponential linear unit, $x$ for $x > 0$ and $e^x - 1$ otherwise.

    Source: D.-A. Clevert, T. Unterthiner and S. Hochreiter, ICLR 2016.
    """
    x = np.asarray(x, dtype=float)
    return np.where(x > 0, x, np.expm1(np.minimum(x, 0.0)))


def elu_derivative(x: ArrayLike) -> Array:
    """Return the derivative of :func:`elu`, 1 for $x > 0$ and $e^x$ otherwise."""
    return np.asarray(np.exp(np.minimum(x, 0.0)))


def softplus(x: ArrayLike) -> Array:
    r"""Softplus, $f(x) = \ln(1 + e^x)$: a rectified linear unit without the kink.

    Source: C. Dugas et al., NIPS 2000.
    """
    return np.asarray(np.logaddexp(0.0, x))


def softplus_derivative(x: ArrayLike) -> Array:
    """Return the derivative of :func:`softplus`: the logistic function."""
    return sigmoid(x)


def gelu(x: ArrayLike) -> Array:
    r"""Gaussian error linear unit, $f(x) = x \, \Phi(x)$, $\Phi$ the normal distribution function.

    The exact form, as ``tf.nn.gelu(x)``; the one with tanh (``approximate=True``) differs from it
    by up to 0.0005.

    Source: D. Hendrycks and K. Gimpel, arXiv:1606.08415.
    """
    x = np.asarray(x, dtype=float)
    return np.asarray(x * ndtr(x))


def gelu_derivative(x: ArrayLike) -> Array:
    r"""Return the derivative of :func:`gelu`, $\Phi(x) + x \, e^{-x^2/2} / \sqrt{2\pi}$."""
    x = np.asarray(x, dtype=float)
    near = np.clip(x, -40.0, 40.0)  # beyond, the density is 0 and x squared might overflow
    return np.asarray(ndtr(x) + near * np.exp(-(near**2) / 2) / np.sqrt(2 * np.pi))


def silu(x: ArrayLike) -> Array:
    r"""Sigmoid linear unit or swish, $f(x) = x \, \sigma(x)$.

    Source: S. Elfwing, E. Uchibe and K. Doya, Neural Networks 107, 3 (2018).
    """
    x = np.asarray(x, dtype=float)
    return x * sigmoid(x)


def silu_derivative(x: ArrayLike) -> Array:
    r"""Return the derivative of :func:`silu`, $\sigma(x) + x \, \sigma'(x)$."""
    x = np.asarray(x, dtype=float)
    return sigmoid(x) + x * sigmoid_derivative(x)


ACTIVATIONS: dict[str, tuple[Function, Function]] = {
    "linear": (linear, linear_derivative),
    "step": (step, step_derivative),
    "sigmoid": (sigmoid, sigmoid_derivative),
    "tanh": (tanh, tanh_derivative),
    "relu": (relu, relu_derivative),
    "leaky_relu": (leaky_relu, leaky_relu_derivative),
    "elu": (elu, elu_derivative),
    "softplus": (softplus, softplus_derivative),
    "gelu": (gelu, gelu_derivative),
    "silu": (silu, silu_derivative),
}
"""Each function with its derivative, by name."""
