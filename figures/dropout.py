"""Dropout: in every step of the training other nodes are left out."""

from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlecture.diagram import HIDDEN, INPUT, OUTPUT, Node, caption, connect, node
from nnlecture.style import FULL, GREY, LIGHT, canvas

NODES = [4, 5, 5, 1]  # in each layer
COLORS = [INPUT, HIDDEN, HIDDEN, OUTPUT]
DROPPED_SHARE = [0.2, 0.5, 0.5, 0.0]  # as in Srivastava et al. (2014)


def kept(seed: int = 1) -> list[np.ndarray]:
    """Return for each layer which of its nodes take part in one step of the training."""
    rng = np.random.default_rng(seed)
    return [rng.random(n) >= share for n, share in zip(NODES, DROPPED_SHARE, strict=True)]


def network(ax: Axes, left: float, take_part: list[np.ndarray]) -> None:
    """Draw the network; a node that does not take part is crossed out and unconnected."""
    layers: list[list[Node]] = []
    for number, (taking_part, color) in enumerate(zip(take_part, COLORS, strict=True)):
        x = left + 0.8 * number
        heights = 1.56 + 0.53 * (np.arange(len(taking_part))[::-1] - (len(taking_part) - 1) / 2)
        nodes = [
            node(ax, (x, y), "" if on else "×", color if on else LIGHT, radius=0.16, size=16)
            for y, on in zip(heights, taking_part, strict=True)
        ]
        layers.append([one for one, on in zip(nodes, taking_part, strict=True) if on])
    for one, following in pairwise(layers):
        connect(ax, one, following, color=GREY, width=0.7)


def draw() -> Figure:
    """Draw the network as it is, and what is left of it in one step of the training."""
    fig, ax = canvas(FULL)
    network(ax, 0.25, [np.ones(n, dtype=bool) for n in NODES])
    network(ax, 3.35, kept())
    caption(ax, (1.45, 0.1), "without dropout")
    caption(ax, (4.55, 0.1), "with dropout: one step of the training")
    return fig


if __name__ == "__main__":
    draw().savefig("dropout.svg")
