"""Polynomials of low, right and high degree, fitted to one noisy sample."""

import numpy as np
from matplotlib.figure import Figure
from numpy.polynomial import Polynomial

from nnlecture.style import FULL, GREY, INK, TRAINING, VALIDATION, grid

DEGREES = [1, 3, 12]
TITLES = ["underfitting", "about right", "overfitting"]


def function(x: np.ndarray) -> np.ndarray:
    """Return the truth behind the samples."""
    return np.sin(2 * np.pi * x)


def sample(seed: int, events: int = 20) -> tuple[np.ndarray, np.ndarray]:
    """Return x and noisy values t of the function, each of shape (events,)."""
    random = np.random.default_rng(seed)
    x = random.uniform(0, 1, size=events)
    return x, function(x) + random.normal(0, 0.25, size=events)


def rms(fit: Polynomial, x: np.ndarray, t: np.ndarray) -> float:
    """Return the root mean square difference of a fit and a sample."""
    return float(np.sqrt(np.mean((fit(x) - t) ** 2)))


TRAINING_SAMPLE, VALIDATION_SAMPLE = sample(seed=15), sample(seed=9)


def fits() -> list[Polynomial]:
    """Return the fits to the training sample, one for each degree."""
    return [Polynomial.fit(*TRAINING_SAMPLE, degree) for degree in DEGREES]


def draw() -> Figure:
    """Draw the fits: the training error always falls, the validation error falls and rises."""
    fig, panels = grid(1, 3, FULL, sharex=True, sharey=True)
    x = np.linspace(0, 1, 401)
    for ax, fit, title in zip(panels, fits(), TITLES, strict=True):
        ax.plot(x, function(x), color=GREY, linestyle=":")
        ax.plot(x, fit(x), color=INK, linewidth=1.4)
        ax.plot(*TRAINING_SAMPLE, "o", color=TRAINING, markersize=4)
        ax.plot(*VALIDATION_SAMPLE, "s", color=VALIDATION, markersize=4, markerfacecolor="none")
        ax.set_title(f"degree {fit.degree()}: {title}")
        training, validation = rms(fit, *TRAINING_SAMPLE), rms(fit, *VALIDATION_SAMPLE)
        ax.text(0, -1.55, f"● training error {training:.2f}", color=TRAINING)
        ax.text(0, -1.85, f"□ validation error {validation:.2f}", color=VALIDATION)
        ax.set(xlabel="$x$", ylim=(-2, 1.8), yticks=[-1, 0, 1])
    panels[0].text(0.68, 0.0, "fit", color=INK)
    panels[0].text(0.46, 0.75, "truth", color=GREY)
    panels[0].set_ylabel("$t$")
    return fig


if __name__ == "__main__":
    draw().savefig("underfitting_overfitting.svg")
