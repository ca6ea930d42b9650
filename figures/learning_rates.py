"""One network, one start, one sample: the error against epochs for five learning rates."""

from functools import cache

from matplotlib.figure import Figure

from nnlecture.data import signal_and_background
from nnlecture.network import random_network, train
from nnlecture.style import BLUE, FLAT, GREEN, INK, ORANGE, PINK, axes

RATES = [0.003, 0.03, 0.3, 3.0, 30.0]
EPOCHS = 60
X, T = signal_and_background(events=200, seed=1, width=0.4)


@cache
def errors(eta: float) -> tuple[float, ...]:
    """Return the mean error after each epoch of training at a learning rate."""
    start = random_network(inputs=2, neurons=3, seed=1)
    _, found = train(start, X, T, eta, EPOCHS, seed=1)
    return tuple(found)


def draw() -> Figure:
    """Read from the top: far too large, far too small, too small, too large, and good."""
    fig, ax = axes(FLAT)
    looks = [
        (PINK, ":"),
        (ORANGE, "--"),
        (GREEN, "-"),
        (BLUE, "-."),
        (INK, (0, (4, 1, 1, 1, 1, 1))),
    ]
    heights = [0.125, 0.083, 0.037, 0.06, 0.25]
    for eta, (color, style), height in zip(RATES, looks, heights, strict=True):
        ax.plot(range(1, EPOCHS + 1), errors(eta), color=color, linestyle=style, linewidth=1.4)
        ax.text(EPOCHS + 1, height, f"$\\eta={eta:g}$", color=color, va="center")
    ax.set(xlabel="epoch", ylabel="mean error $E$", xlim=(0, EPOCHS + 6), ylim=(0.03, 0.27))
    ax.spines.bottom.set_bounds(0, EPOCHS)
    ax.set_xticks(range(0, EPOCHS + 1, 10))
    return fig


if __name__ == "__main__":
    draw().savefig("learning_rates.svg")
