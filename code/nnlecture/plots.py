"""What several plots share: a classifier's decision boundary, the error surface of a descent."""

from collections.abc import Callable
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
from matplotlib.figure import Figure
from matplotlib.ticker import MultipleLocator
from numpy.typing import NDArray

from nnlecture.descent import error, minimum
from nnlecture.style import BACKGROUND, GREY, INK, SIGNAL

Array = NDArray[np.float64]
Output = Callable[[Array], Array]
"""A trained model: from events, shape (events, 2), to numbers from 0 to 1, shape (events,)."""

BACKGROUND_TINT, SIGNAL_TINT = "#FBEFE6", "#BFDCEC"
"""The two colours weakened, so that events stand out on them; signal is darker in grey print."""

TINTS = LinearSegmentedColormap.from_list("tints", ["#F2CEB3", "white", "#80B9D9"])
"""From background over undecided to signal."""


def plot_events(ax: Axes, x: Array, t: Array, size: float = 3.0) -> None:
    """Plot signal (target 1) as full circles and background (target 0) as open squares.

    Events have shape (events, 2), targets (events,); `size` is that of a marker in points.
    """
    signal, background = x[t == 1].T, x[t == 0].T
    ax.plot(*signal, "o", color=SIGNAL, ms=size, label="signal")
    ax.plot(*background, "s", color=BACKGROUND, mfc="none", ms=size, label="background")


def legend_above(ax: Axes) -> None:
    """Name signal and background in one line above the axes, where no event is hidden."""
    ax.legend(loc="lower center", bbox_to_anchor=(0.5, 1.0), ncols=2, borderpad=0, markerscale=1.5)


def legend_outside(fig: Figure, ax: Axes, **place: Any) -> None:
    """Name signal and background, as `ax` shows them, once for all panels.

    `place` goes to Matplotlib's `legend`, such as `loc="outside lower center", ncols=2`.
    """
    names = ax.get_legend_handles_labels()
    fig.legend(*names, borderpad=0, markerscale=1.5, **place)


def output_on_grid(
    output: Output, limits: tuple[float, float], points: int = 201
) -> tuple[Array, Array, Array]:
    """Return x1, x2 and the output on a square grid, each of shape (points, points).

    `limits` are the first and the last value of both features.
    """
    x1, x2 = np.meshgrid(np.linspace(*limits, points), np.linspace(*limits, points))
    y = output(np.column_stack([x1.ravel(), x2.ravel()]))
    return x1, x2, y.reshape(x1.shape)


def plot_boundary(ax: Axes, output: Output, limits: tuple[float, float]) -> None:
    """Tint the regions taken for signal and for background; draw the boundary, output = 0.5."""
    x1, x2, y = output_on_grid(output, limits)
    # An image of the grid is a small file, the outlines of a jagged region are a large one.
    half = (x1[0, 1] - x1[0, 0]) / 2
    low, high = limits[0] - half, limits[1] + half
    tints = ListedColormap([BACKGROUND_TINT, SIGNAL_TINT])
    ax.imshow(y > 0.5, tints, vmin=0, vmax=1, origin="lower", extent=(low, high, low, high))
    ax.contour(x1, x2, y, levels=[0.5], colors=INK, linewidths=1.2)
    ax.set(xlim=limits, ylim=limits, aspect="equal", xlabel="$x_1$", ylabel="$x_2$")
    integer_ticks(ax)


def plot_error_surface(
    ax: Axes, x: Array, t: Array, w0: tuple[float, float], w1: tuple[float, float]
) -> None:
    """Plot contours of a straight line's error over its weights, and a cross at the minimum.

    Each contour lies twice as high above the minimum as the one inside it. The sample x, t has
    shape (events,) each; w0 and w1 are the first and the last value of the weights.
    """
    weights = np.stack(np.meshgrid(np.linspace(*w0, 101), np.linspace(*w1, 101)), axis=-1)
    height = error(weights, x, t) - error(minimum(x, t), x, t)
    levels = 0.01 * 2.0 ** np.arange(9)
    ax.contour(weights[..., 0], weights[..., 1], height, levels, colors=GREY, linewidths=0.6)
    ax.plot(*minimum(x, t), "+", color=INK, markersize=9, markeredgewidth=1.5, zorder=3)
    ax.set(xlabel="$w_0$", ylabel="$w_1$", xlim=w0, ylim=w1, aspect="equal")
    integer_ticks(ax)


def integer_ticks(ax: Axes) -> None:
    """Put the ticks of both axes at the integers."""
    ax.xaxis.set_major_locator(MultipleLocator(1))
    ax.yaxis.set_major_locator(MultipleLocator(1))
