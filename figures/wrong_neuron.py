"""A badly wrong neuron learns with two errors: the squared one and the cross entropy."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.activations import sigmoid, sigmoid_derivative
from nnlecture.style import BLUE, FLAT, GREEN, INK, grid

EVENT, TARGET = 1.0, 0.0
WEIGHT, BIAS = 3.0, 2.0
"""At the start the sum is 5 and the output 0.993, where 0 is wanted."""

ETA = 0.5
STEPS = 250


def signal(loss: str, u: float) -> float:
    """Return the error signal, the derivative of the error by the neuron's sum u."""
    difference = float(sigmoid(u)) - TARGET
    return difference * float(sigmoid_derivative(u)) if loss == "squared" else difference


def outputs(loss: str) -> np.ndarray:
    """Return the output at the start and after each step of gradient descent."""
    w, b = WEIGHT, BIAS
    found = []
    for _ in range(STEPS + 1):
        u = w * EVENT + b
        found.append(float(sigmoid(u)))
        delta = signal(loss, u)
        w, b = w - ETA * delta * EVENT, b - ETA * delta
    return np.array(found)


def draw() -> Figure:
    """Draw both errors over the sum, one flat where it is largest, and the output step by step."""
    fig, (error, output) = grid(1, 2, FLAT)
    u = np.linspace(-6, 6, 241)
    start = WEIGHT * EVENT + BIAS
    for values, at, color, style in [
        (lambda u: sigmoid(u) ** 2 / 2, "squared", BLUE, "--"),
        (lambda u: np.logaddexp(0, u), "cross entropy", GREEN, "-"),
    ]:
        error.plot(u, values(u), style, color=color)
        error.plot(start, values(start), "o", color=color, markersize=5)
        output.plot(outputs(at), style, color=color)
    error.text(0.6, 2.6, "cross entropy", color=GREEN, ha="right")
    error.text(5.9, 0.75, "squared error", color=BLUE, ha="right")
    error.annotate("start", (start, np.logaddexp(0, start)), (-24, 2), textcoords="offset points")
    error.set(xlabel="sum $u$", ylabel="error, for $t=0$", xlim=(-6, 6), ylim=(-0.1, 6.2))
    output.axhline(TARGET, color=INK, linewidth=0.8, linestyle=":")
    output.text(20, 0.12, "cross entropy", color=GREEN)
    output.text(120, 0.88, "squared error", color=BLUE, ha="right")
    output.set(xlabel="step", ylabel="output $y$", xlim=(0, STEPS), ylim=(-0.03, 1.05))
    return fig


if __name__ == "__main__":
    draw().savefig("wrong_neuron.svg")
