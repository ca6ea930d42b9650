"""The structure of the Mark I perceptron: retina, association units, response units."""

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nnlecture.diagram import HIDDEN, INPUT, OUTPUT, arrow, caption, connect, layer, node
from nnlecture.style import FULL, GREY, INK, LIGHT, canvas

CELLS = 20  # in a row and in a column
UNITS = 8  # association units that are drawn; the Mark I had 512
WIRES = 4  # to each of them
THRESHOLD = 2  # lit photocells that make an association unit active
PITCH = 0.114  # inches from photocell to photocell


def letter() -> NDArray[np.bool_]:
    """Return which photocells are lit: an E, the first row at the top."""
    lit = np.zeros((CELLS, CELLS), dtype=bool)
    lit[3:17, 5:8] = True
    for row in (3, 9, 14):
        lit[row : row + 3, 5:15] = True
    return lit


def places() -> NDArray[np.float64]:
    """Return x and y of the photocells, of shape (rows, columns, 2)."""
    x, y = np.meshgrid(np.arange(CELLS), np.arange(CELLS)[::-1])
    return np.stack([0.1 + PITCH * x, 0.56 + PITCH * y], axis=-1)


def wiring(seed: int = 6) -> NDArray[np.intp]:
    """Return the photocells, counted row by row, that each association unit is wired to."""
    rng = np.random.default_rng(seed)
    return np.array([rng.choice(CELLS**2, WIRES, replace=False) for _ in range(UNITS)])


def draw() -> Figure:
    """Follow the dark lines: fixed random wires, then weights, the only thing that is learnt."""
    fig, ax = canvas(FULL)
    lit, xy = letter().ravel(), places().reshape(-1, 2)
    ax.scatter(*xy.T, s=33, c=np.where(lit, INPUT, LIGHT), linewidths=0)

    responses = layer(ax, 5.2, (0.8, 2.5), ["$R_1$", "$R_2$", "$R_3$"], OUTPUT)
    active = lit[wiring()].sum(axis=1) >= THRESHOLD
    for y, cells, on in zip(np.linspace(2.72, 0.58, UNITS), wiring(), active, strict=True):
        unit = node(ax, (3.5, y), "", HIDDEN if on else LIGHT, radius=0.11)
        for cell in cells:
            color, width = (INK, 1.0) if lit[cell] else (GREY, 0.5)
            arrow(ax, tuple(xy[cell]), unit, color, width=width, head="-")
        connect(ax, [unit], responses, INK if on else LIGHT)

    for one, other, bend in [(0, 1, 0.4), (1, 2, 0.4), (0, 2, 0.75)]:
        inhibition = "<|-|>"
        arrow(ax, responses[one], responses[other], bend=bend, head=inhibition)

    captions = {
        1.18: "retina:\n20 × 20 photocells",
        2.75: "random,\nfixed wires",
        3.5: "association\nunits",
        4.35: "weights,\nlearnt",
        5.38: "response units\ninhibit each other",
    }
    for x, text in captions.items():
        caption(ax, (x, 0.22), text)
    return fig


if __name__ == "__main__":
    draw().savefig("perceptron_retina.svg")
