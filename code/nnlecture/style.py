"""The house style: one place for colours, fonts and sizes of every figure.

A colour carries one meaning throughout the lecture. The palette is that of M. Okabe and K. Ito,
*Color Universal Design* (2008), which colour-blind readers can tell apart.
"""

from pathlib import Path
from typing import Any

import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE = "#0072B2"
ORANGE = "#D55E00"
GREEN = "#009E73"
YELLOW = "#E69F00"
SKY = "#56B4E9"
PINK = "#CC79A7"
INK = "#1A1A1A"
GREY = "#767676"
LIGHT = "#D9D9D9"

SIGNAL = BLUE  # signal, positive class
BACKGROUND = ORANGE  # background, negative class
TRAINING = BLUE
VALIDATION = ORANGE

HALF = (3.0, 2.4)
"""Width and height in inches of a figure for half a slide (one of two columns)."""
FULL = (6.0, 2.9)
"""Width and height in inches of a figure for a whole slide."""

FLAT = (6.0, 2.3)
"""The same, where a formula or two lines of text stand under it."""

_HERE = Path(__file__).parent
# Installed by students, alone, the package has the fonts inside.
FONTS = _HERE / "fonts" if (_HERE / "fonts").is_dir() else _HERE.parents[1] / "fonts"


def _font_family() -> str:
    """Register the lecture's own font files; without them Matplotlib's font serves."""
    files = sorted(FONTS.glob("SourceSans3-*.ttf"))
    for file in files:
        font_manager.fontManager.addfont(file)
    return "Source Sans 3" if files else "DejaVu Sans"


def _parameters() -> dict[str, Any]:
    family = _font_family()
    return {
        "font.family": family,
        "font.size": 9,  # the deck's footnote size: nothing may be smaller
        "axes.titlesize": 10,
        "axes.labelsize": 9,
        "xtick.labelsize": 9,
        "ytick.labelsize": 9,
        "legend.fontsize": 9,
        "mathtext.fontset": "custom",
        "mathtext.rm": family,
        "mathtext.it": f"{family}:italic",
        "mathtext.bf": f"{family}:semibold",
        "mathtext.cal": family,
        "mathtext.fallback": "stixsans",
        "text.color": INK,
        "axes.edgecolor": INK,
        "axes.labelcolor": INK,
        "xtick.color": INK,
        "ytick.color": INK,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.8,
        "lines.linewidth": 1.8,
        "axes.axisbelow": True,
        "legend.frameon": False,
        "figure.facecolor": "none",
        "axes.facecolor": "none",
        "savefig.facecolor": "none",
        # Whoever shows a picture scales its pixels: smaller files, and edges stay sharp.
        "image.interpolation": "none",
    }


PARAMETERS: Any = _parameters()


def use() -> None:
    """Put the house style in force; the functions below do it, so a figure need not."""
    mpl.rcParams.update(PARAMETERS)


def figure(size: tuple[float, float] = HALF) -> Figure:
    """Return an empty figure of the given size (width and height in inches)."""
    use()
    return Figure(figsize=size, layout="constrained")


def axes(size: tuple[float, float] = HALF) -> tuple[Figure, Axes]:
    """Return a figure with one pair of axes."""
    fig = figure(size)
    return fig, fig.add_subplot()


def grid(
    rows: int, columns: int, size: tuple[float, float] = FULL, **options: Any
) -> tuple[Figure, list[Axes]]:
    """Return a figure with `rows` x `columns` axes, the axes in reading order.

    `options` go to :meth:`matplotlib.figure.Figure.subplots`.
    """
    fig = figure(size)
    return fig, list(fig.subplots(rows, columns, squeeze=False, **options).flat)


def canvas(size: tuple[float, float] = FULL, bottom: float = 0.0) -> tuple[Figure, Axes]:
    """Return a figure for a diagram: no visible axes, x and y in inches from the lower left.

    `bottom` is the y of the lower edge.
    """
    use()
    fig = Figure(figsize=size)
    ax = fig.add_axes((0.0, 0.0, 1.0, 1.0))
    ax.set(xlim=(0, size[0]), ylim=(bottom, bottom + size[1]))
    ax.set_axis_off()
    return fig, ax
