"""A generative adversarial network that learns to simulate particle showers."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlecture.convolution import Array
from nnlecture.diagram import HIDDEN, INPUT, OUTPUT, Point, arrow, box, label, node
from nnlecture.feature_maps import stack
from nnlecture.style import FULL, ORANGE, canvas

CELL = 0.07  # inches


def profile() -> Array:
    """Return the mean energies of a shower in 9 layers of 9 cells, as shares of the whole."""
    depth, across = np.meshgrid(np.arange(9) + 0.5, np.arange(-4, 5), indexing="ij")
    energy = depth**2 * np.exp(-0.75 * depth) * np.exp(-np.abs(across) / (0.5 + 0.15 * depth))
    share: Array = energy / energy.sum()
    return share


def real(seed: int) -> Array:
    """Return a shower of 200 particles, each in a random cell, shape (9, 9)."""
    return np.random.default_rng(seed).multinomial(200, profile().ravel()).reshape(9, 9) / 1.0


def generated(seed: int) -> Array:
    """Return what a generator might give early in its training: the mean shower and noise."""
    noise = np.random.default_rng(seed).normal(0, 2.5, size=(9, 9))
    return np.clip(200 * profile() + noise, 0, None)


def feedback(ax: Axes, corners: Sequence[Point]) -> None:
    """Draw a dashed arrow around corners."""
    for start, end in pairwise(corners):
        last = end == corners[-1]
        arrow(ax, start, end, ORANGE, linestyle="--", head="-|>" if last else "-")


def draw() -> Figure:
    """Follow the dashed arrows: both networks learn from what the discriminator says."""
    fig, ax = canvas(FULL)
    z = node(ax, (0.3, 1.02), "$z$", INPUT)
    generator = box(ax, (1.25, 1.02), 0.9, 0.46, "generator\n$G$", HIDDEN)
    stack(ax, (2.45, 2.2), CELL, [real(seed) for seed in range(3)], INPUT)
    stack(ax, (2.45, 0.95), CELL, [generated(seed) for seed in range(3)])
    box(ax, (3.8, 1.62), 1.0, 0.46, "discriminator\n$D$", HIDDEN)
    box(ax, (5.3, 2.24), 1.3, 0.5, "$-\\ln D(x)$\n$-\\ln(1-D(G(z)))$", OUTPUT)
    box(ax, (5.3, 1.0), 1.3, 0.5, "$-\\ln D(G(z))$", OUTPUT)

    arrow(ax, z, generator)
    arrow(ax, generator, (2.13, 1.02))
    arrow(ax, (2.94, 2.2), (3.3, 1.75))
    arrow(ax, (2.94, 1.02), (3.3, 1.48))
    arrow(ax, (4.3, 1.7), (4.64, 2.06))
    arrow(ax, (4.3, 1.54), (4.64, 1.2))
    feedback(ax, [(4.65, 2.36), (3.8, 2.36), (3.8, 1.86)])
    feedback(ax, [(5.3, 0.75), (5.3, 0.2), (1.25, 0.2), (1.25, 0.78)])

    label(ax, (4.2, 2.48), "adjusts $D$", color=ORANGE)
    label(ax, (4.2, 0.32), "adjusts $G$", color=ORANGE)
    label(ax, (5.3, 2.64), "loss of the discriminator")
    label(ax, (5.3, 1.4), "loss of the generator")
    label(ax, (0.3, 0.68), "noise")
    label(ax, (1.35, 2.26), "real showers $x$:\nfull simulation\nwith GEANT4")
    label(ax, (2.52, 0.47), "generated showers $G(z)$")
    return fig


if __name__ == "__main__":
    draw().savefig("gan.svg")
