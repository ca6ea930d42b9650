"""Attention among tracks: each asks which of the others begin where it does."""

import numpy as np
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure

from nnlecture.style import BLUE, GREEN, GREY, INK, grid

SIZE = (6.0, 1.95)  # inches; lower than a slide, for the formulas below it

Z = np.array([-3.1, -2.6, -2.2, -1.7, 1.0, 1.5, 1.8, 2.3, 2.7])
"""Where nine tracks of two collisions begin on the beam line, in mm."""
SIGMA = 0.6  # mm
MARKED = 6

# An element is (z, z^2, 1); the matrices pick from it. A network would learn them.
X = np.column_stack([Z, Z**2, np.ones_like(Z)])
W_Q = np.array([[1, 0, 0], [0, 0, 1]])
W_K = np.sqrt(2) / SIGMA**2 * np.array([[1, 0, 0], [0, -0.5, 0]])
W_V = np.array([[1, 0, 0]])


def weights() -> np.ndarray:
    """Return how much each track (row) attends to each other (column), shape (9, 9)."""
    q, k = X @ W_Q.T, X @ W_K.T
    scores = q @ k.T / np.sqrt(q.shape[1])
    boltzmann = np.exp(scores - scores.max(axis=1, keepdims=True))
    alpha: np.ndarray = boltzmann / boltzmann.sum(axis=1, keepdims=True)
    return alpha


def attend() -> np.ndarray:
    """Return the outputs, the means of the values with these weights, shape (9, 1)."""
    y: np.ndarray = weights() @ (X @ W_V.T)
    return y


def draw() -> Figure:
    """Draw the weights of one track as lines, and those of all as a table: two blocks."""
    fig, (left, right) = grid(1, 2, SIZE, width_ratios=[1.6, 1])
    alpha = weights()[MARKED]
    angle = np.linspace(0, np.pi, 60)
    for z, share in zip(Z, alpha, strict=True):
        middle, radius = (z + Z[MARKED]) / 2, (z - Z[MARKED]) / 2
        width = 10 * share
        if z != Z[MARKED] and width > 0.05:
            arc = middle + radius * np.cos(angle), abs(radius) * np.sin(angle)
            left.plot(*arc, color=BLUE, linewidth=width, alpha=0.6, solid_capstyle="butt")
    left.axhline(0, color=GREY, linewidth=0.8)
    left.plot(Z, 0 * Z, "o", color=INK, markersize=5)
    left.plot(Z[MARKED], 0, "o", color=GREEN, markersize=9)
    left.text(Z[MARKED], -0.25, "query", color=GREEN, ha="center", va="top")
    output = attend()[MARKED, 0]
    left.plot(output, -0.75, "^", color=BLUE, markersize=6)
    left.text(output + 0.2, -0.75, "output", color=BLUE, va="center")
    left.set(xlabel="place on the beam line $z$ (mm)", yticks=[], xlim=(-3.6, 3.6), ylim=(-1, 1))
    left.spines["left"].set_visible(False)

    tints = LinearSegmentedColormap.from_list("tints", ["white", BLUE])
    image = right.imshow(weights(), tints, vmin=0)
    right.set(xlabel="key of track $j$", ylabel="query of track $i$")
    right.set(xticks=range(0, 9, 2), xticklabels=range(1, 10, 2))
    right.set(yticks=range(0, 9, 2), yticklabels=range(1, 10, 2))
    right.spines[:].set(visible=True, color=GREY)
    fig.colorbar(image, label="$\\alpha_{ij}$")
    return fig


if __name__ == "__main__":
    draw().savefig("attention.svg")
