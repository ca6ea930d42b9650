"""Feature maps for diagrams: grids of numbers, small pictures, and stacks of them.

They stand on the axes of :func:`nnlecture.style.canvas`, x and y in inches, and go together with
the nodes and arrows of :mod:`nnlecture.diagram`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, to_rgba
from matplotlib.patches import Polygon, Rectangle
from numpy.typing import ArrayLike, NDArray

from nnlecture.diagram import HIDDEN, Box, Point, label, tint
from nnlecture.style import GREY, INK

Array = NDArray[np.float64]


PALE = 0.12
"""Share of the color where there is nothing."""


@dataclass(frozen=True)
class Map:
    """A grid of square cells: upper left corner, size of a cell, numbers of rows and columns."""

    left: float
    top: float
    cell: float
    rows: int
    columns: int

    def block(self, row: int, column: int, rows: int = 1, columns: int = 1) -> Box:
        """Return the rectangle of a block of cells; row and column are its first ones."""
        width, height = columns * self.cell, rows * self.cell
        x = self.left + column * self.cell + width / 2
        y = self.top - row * self.cell - height / 2
        return Box(x, y, width, height)

    @property
    def whole(self) -> Box:
        """The rectangle of all cells."""
        return self.block(0, 0, self.rows, self.columns)


def feature_map(
    ax: Axes,
    centre: Point,
    cell: float,
    values: ArrayLike,
    color: str = HIDDEN,
    top: float | None = None,
    zorder: float = 3,
) -> Map:
    """Draw values as cells from pale to full color, and return where they are.

    Parameters
    ----------
    cell
        Width and height of a cell.
    values
        Shape (rows, columns); what is not positive is pale.
    color
        Of the largest value.
    top
        The value that has this color; without it, the largest one.
    """
    x = np.asarray(values, dtype=float)
    rows, columns = x.shape
    grid = Map(centre[0] - columns * cell / 2, centre[1] + rows * cell / 2, cell, rows, columns)
    shades = LinearSegmentedColormap.from_list(
        "shades", [to_rgba(tint(color, PALE)), to_rgba(color)]
    )
    extent = (grid.left, grid.left + columns * cell, grid.top - rows * cell, grid.top)
    highest = top if top is not None else max(float(x.max()), 1e-9)
    ax.imshow(
        x,
        cmap=shades,
        vmin=0.0,
        vmax=highest,
        extent=extent,
        aspect="auto",
        interpolation="none",
        zorder=zorder,
    )
    frame(ax, grid.whole, color=GREY, width=0.6, zorder=zorder)
    return grid


def stack(
    ax: Axes,
    front: Point,
    cell: float,
    maps: Sequence[ArrayLike],
    color: str = HIDDEN,
    top: float | None = None,
    step: Point = (0.07, 0.07),
) -> list[Map]:
    """Draw maps behind each other, `front` the centre of the first, and return them in order.

    `step` is the way from one map to the next behind it.
    """
    return [
        feature_map(
            ax,
            (front[0] + i * step[0], front[1] + i * step[1]),
            cell,
            values,
            color,
            top,
            zorder=3 - 0.1 * i,
        )
        for i, values in enumerate(maps)
    ]


def numbers(ax: Axes, grid: Map, values: ArrayLike, size: float = 9, **options: Any) -> None:
    """Write a whole number into every cell, with a true minus sign."""
    for (row, column), value in np.ndenumerate(np.asarray(values)):
        box = grid.block(row, column)
        text = f"{value:.0f}".replace("-", "−")
        label(ax, (box.x, box.y), text, size=size, **options)


def lines_between(ax: Axes, grid: Map, color: str = GREY, width: float = 0.4) -> None:
    """Draw the lines between the cells."""
    box = grid.whole
    for row in range(1, grid.rows):
        y = grid.top - row * grid.cell
        ax.plot([grid.left, grid.left + box.width], [y, y], color=color, lw=width, zorder=3)
    for column in range(1, grid.columns):
        x = grid.left + column * grid.cell
        ax.plot([x, x], [grid.top - box.height, grid.top], color=color, lw=width, zorder=3)


def frame(ax: Axes, box: Box, color: str = INK, width: float = 1.6, zorder: float = 5) -> None:
    """Draw a rectangle's rim."""
    corner = (box.x - box.width / 2, box.y - box.height / 2)
    ax.add_patch(
        Rectangle(
            corner,
            box.width,
            box.height,
            facecolor="none",
            edgecolor=color,
            linewidth=width,
            zorder=zorder,
            joinstyle="miter",
        )
    )


def beam(ax: Axes, start: Box, end: Box, color: str = INK, zorder: float = 4) -> None:
    """Shade the way from a window to the cell on its right that it determines."""
    corners = [
        (start.x + start.width / 2, start.y + start.height / 2),
        (end.x - end.width / 2, end.y + end.height / 2),
        (end.x - end.width / 2, end.y - end.height / 2),
        (start.x + start.width / 2, start.y - start.height / 2),
    ]
    ax.add_patch(
        Polygon(
            corners, facecolor=(*tint(color, 0.5), 0.25), edgecolor=color, lw=0.6, zorder=zorder
        )
    )
