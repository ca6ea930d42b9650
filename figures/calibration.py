"""Is the output a probability? A small and a large network, and the spread of an ensemble."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from sklearn.neural_network import MLPClassifier

from nnlecture.flexible import TEST_SAMPLE, TRAINING_SAMPLE, Array, network, output, train, truth
from nnlecture.style import BLUE, FLAT, GREEN, GREY, INK, ORANGE, grid

EPOCHS = 200  # half as many as in the figure on overtraining
NETWORKS = {"4 neurons": (4,), "2 layers of 100": (100, 100)}
MEMBERS = 10
LINE = np.linspace(-4, 4, 161)  # x1; x2 = 0


def trained(layers: tuple[int, ...]) -> MLPClassifier:
    """Return a network of the figure on overtraining, half-way through its training."""
    return train(network(layers), *TRAINING_SAMPLE, epochs=EPOCHS)


def reliability(y: Array, t: Array, bins: int = 5) -> tuple[Array, Array, Array]:
    """Return mean output, fraction of signal and its error in bins of the output.

    Empty bins are left out.
    """
    number = np.minimum((y * bins).astype(int), bins - 1)
    used = [k for k in range(bins) if np.any(number == k)]
    mean = np.array([y[number == k].mean() for k in used])
    share = np.array([t[number == k].mean() for k in used])
    events = np.array([np.sum(number == k) for k in used])
    return mean, share, np.sqrt(share * (1 - share) / events)


def ensemble() -> Array:
    """Return the outputs on the line of networks that differ in start and sample, by member."""
    x, t = TRAINING_SAMPLE
    points = np.column_stack([LINE, np.zeros_like(LINE)])
    outputs = []
    for member in range(MEMBERS):
        # Draw as many events with replacement: the bootstrap.
        drawn = np.random.default_rng(member).integers(len(x), size=len(x))
        model = train(network((20,), seed=member), x[drawn], t[drawn], epochs=EPOCHS)
        outputs.append(output(model, points))
    return np.array(outputs)


def draw_calibration(ax: Axes) -> None:
    """Draw the fraction of signal against the output; on the diagonal it is a probability."""
    ax.plot([0, 1], [0, 1], color=GREY, linewidth=0.8)
    x, t = TEST_SAMPLE
    looks = [(GREEN, "o", (0.42, 0.3)), (ORANGE, "s", (0.06, 0.68))]
    for (name, layers), (color, marker, place) in zip(NETWORKS.items(), looks, strict=True):
        mean, share, error = reliability(output(trained(layers), x), t)
        ax.errorbar(mean, share, error, fmt=marker + "-", color=color, markersize=4)
        ax.text(*place, name, color=color)
    ax.set(xlabel="output $y$", ylabel="fraction of signal", xlim=(0, 1), ylim=(0, 1))


def draw_ensemble(ax: Axes) -> None:
    """Draw the members' outputs, and the truth; outside -2 to 2 there are no events."""
    outputs = ensemble()
    ax.axvspan(-2, 2, color=GREY, alpha=0.12, linewidth=0)
    ax.plot(LINE, outputs.T, color=BLUE, linewidth=0.6, alpha=0.7)
    points = np.column_stack([LINE, np.zeros_like(LINE)])
    inside = np.abs(LINE) <= 2
    ax.plot(LINE[inside], truth(points)[inside], color=INK, linestyle="--")
    ax.text(0, 1.02, "training events", color=GREY, ha="center", va="bottom")
    ax.text(1.3, 0.62, "true probability", color=INK)
    ax.text(-3.9, 0.82, "ten networks", color=BLUE)
    ax.set(xlabel="$x_1$  (at $x_2=0$)", ylabel="output $y$", xlim=(-4, 4), ylim=(0, 1))


def draw() -> Figure:
    """Draw both: the large network is too sure of itself, and the ensemble shows where."""
    fig, (left, right) = grid(1, 2, FLAT)
    draw_calibration(left)
    draw_ensemble(right)
    return fig


if __name__ == "__main__":
    draw().savefig("calibration.svg")
