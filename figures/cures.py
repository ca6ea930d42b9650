"""Do the cures cure? Error against the strength of a penalty, and against the sample's size."""

from math import ceil

import numpy as np
from matplotlib.figure import Figure
from sklearn.neural_network import MLPClassifier

from nnlecture.data import signal_and_background
from nnlecture.flexible import BATCH, TEST_SAMPLE, VALIDATION_SAMPLE, Array, network, train, truth
from nnlecture.style import FLAT, GREY, TRAINING, VALIDATION, grid

STEPS = 600  # updates in each training, whatever the size of the sample
STRENGTHS = [1e-4, 4e-4, 1.5e-3, 6e-3, 0.02, 0.05]
SIZES = [50, 150, 500, 1500, 5000]
PENALTY = 0.006  # for the learning curve


def trained(events: int, strength: float) -> tuple[MLPClassifier, float]:
    """Return the large network after STEPS updates, and its error in training."""
    x, t = signal_and_background(events, seed=1)
    model = train(network(strength=strength), x, t, epochs=ceil(STEPS * BATCH / max(events, BATCH)))
    return model, 1 - model.score(x, t)


def validation_curve() -> tuple[list[float], list[float]]:
    """Return the fractions of wrong training and validation events for each strength."""
    errors = []
    for strength in STRENGTHS:
        model, training = trained(150, strength)
        errors.append((training, 1 - model.score(*VALIDATION_SAMPLE)))
    training, validation = zip(*errors, strict=True)
    return list(training), list(validation)


def learning_curve(strength: float) -> list[float]:
    """Return the fraction of wrong test events for each size of the sample."""
    return [1 - trained(events, strength)[0].score(*TEST_SAMPLE) for events in SIZES]


def best_possible(x: Array, t: Array) -> float:
    """Return the fraction of wrong events of a sample if the densities are known."""
    return float(np.mean((truth(x) > 0.5) != t))


def draw() -> Figure:
    """Draw both curves: a valley on the left; on the right the gap closes as the sample grows."""
    fig, (left, right) = grid(1, 2, FLAT, sharey=True)
    training, validation = validation_curve()
    left.plot(STRENGTHS, training, "o-", color=TRAINING, markersize=4)
    left.plot(STRENGTHS, validation, "s--", color=VALIDATION, markersize=4)
    left.text(STRENGTHS[0], training[0] - 0.035, "training", color=TRAINING)
    left.text(STRENGTHS[0], validation[0] + 0.015, "validation", color=VALIDATION)
    left.set(xscale="log", xlabel="strength $\\lambda$, 150 events", ylabel="fraction wrong")

    for strength, line, color in [(0.0, "s--", VALIDATION), (PENALTY, "D-", GREY)]:
        errors = learning_curve(strength)
        right.plot(SIZES, errors, line, color=color, markersize=4)
        name = f"$\\lambda={strength:g}$"
        place = (60, errors[0] + 0.005) if strength == 0 else (45, errors[1] - 0.04)
        right.text(*place, name, color=color)
    right.set(xscale="log", xlabel="training events")
    for ax, sample in [(left, VALIDATION_SAMPLE), (right, TEST_SAMPLE)]:
        best = best_possible(*sample)
        ax.axhline(best, color=GREY, linestyle=":", linewidth=1)
        ax.set_ylim(0, 0.32)
    right.text(SIZES[-1], best - 0.012, "best possible", color=GREY, ha="right", va="top")
    return fig


if __name__ == "__main__":
    draw().savefig("cures.svg")
