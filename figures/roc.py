"""How well an output ranks: the ROC curve, and the significance that each threshold buys."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.data import signal_and_background
from nnlecture.network import predict, random_network, train
from nnlecture.style import BLUE, FLAT, GREEN, GREY, INK, grid

EXPECTED = {"signal": 100.0, "background": 10_000.0}
"""Events that the experiment is to see before any cut."""
THRESHOLDS = np.linspace(0, 1, 401)[:-1]


def output() -> tuple[np.ndarray, np.ndarray]:
    """Return the outputs of the network of the decision boundary for new events, and targets."""
    start = random_network(inputs=2, neurons=6, seed=2)
    sample = signal_and_background(events=400, seed=1, width=0.3)
    network, _ = train(start, *sample, eta=0.5, epochs=60, seed=1)
    x, t = signal_and_background(events=20_000, seed=4, width=0.3)
    return predict(network, x), t


def efficiencies(y: np.ndarray, t: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the fractions of signal and of background above each threshold."""
    signal, background = (np.mean(y[t == c, None] > THRESHOLDS, axis=0) for c in (1, 0))
    return signal, background


def significance(signal: np.ndarray, background: np.ndarray) -> np.ndarray:
    """Return s / sqrt(s + b) for the events that are left of those expected."""
    s, b = EXPECTED["signal"] * signal, EXPECTED["background"] * background
    result: np.ndarray = s / np.sqrt(np.maximum(s + b, 1e-9))
    return result


def draw() -> Figure:
    """Draw both: the best threshold for a search lies far above 0.5."""
    signal, background = efficiencies(*output())
    gain = significance(signal, background)
    half, best = int(np.searchsorted(THRESHOLDS, 0.5)), int(np.argmax(gain))

    fig, (left, right) = grid(1, 2, FLAT)
    left.plot(background, signal, color=BLUE)
    left.plot([0, 1], [0, 1], color=GREY, linewidth=0.8)
    left.set(xlabel="background that passes", ylabel="signal that passes")
    left.set(xlim=(0, 1), ylim=(0, 1.03))
    right.plot(THRESHOLDS, gain, color=INK)
    right.set(xlabel="threshold on the output", ylabel="$s/\\sqrt{s+b}$")
    right.set(xlim=(0, 1), ylim=(0, 3.7))
    for k, color, marker in [(half, GREY, "s"), (best, GREEN, "o")]:
        name = f"$y>{THRESHOLDS[k]:.2f}$"
        left.plot(background[k], signal[k], marker, color=color)
        left.text(background[k] + 0.04, signal[k] - 0.06, name, color=color)
        right.plot(THRESHOLDS[k], gain[k], marker, color=color)
        place = THRESHOLDS[k] - 0.03, gain[k] + 0.12
        right.text(*place, f"{gain[k]:.1f}", color=color, ha="right")
    return fig


if __name__ == "__main__":
    draw().savefig("roc.svg")
