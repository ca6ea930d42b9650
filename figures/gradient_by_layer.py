"""The size of the gradient in each of thirty layers, with and without two remedies."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.depth import gradient_sizes
from nnlecture.style import BLUE, GREEN, HALF, INK, ORANGE, axes

STARTS = 8


def sizes(shortcut: bool, normalised: bool) -> np.ndarray:
    """Return the gradient's size by layer, the median of some random starts."""
    runs = [gradient_sizes(shortcut, normalised, seed=seed) for seed in range(1, STARTS + 1)]
    return np.median(runs, axis=0)


def draw() -> Figure:
    """Follow each curve from the right, where the error is, to the left: the first layers."""
    fig, ax = axes(HALF)
    for shortcut, normalised, color, style, text, place in [
        (False, False, ORANGE, "--", "plain", (8, 1e-4)),
        (True, False, BLUE, "-.", "shortcuts alone", (10, 2e3)),
        (False, True, GREEN, ":", "normalised alone", (5, 0.11)),
        (True, True, INK, "-", "both", (3, 8)),
    ]:
        ax.plot(sizes(shortcut, normalised), color=color, linestyle=style)
        ax.text(*place, text, color=color)
    ax.set(xlabel="layer $l$", ylabel="size of the gradient", yscale="log")
    ax.set(xlim=(0, 30), ylim=(1e-5, 1e5))
    ax.set_yticks([1e-4, 1e-2, 1, 1e2, 1e4])
    ax.minorticks_off()
    return fig


if __name__ == "__main__":
    draw().savefig("gradient_by_layer.svg")
