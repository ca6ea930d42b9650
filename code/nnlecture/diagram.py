"""Nodes, boxes and arrows for diagrams.

Everything is drawn on the axes of :func:`nnlecture.style.canvas`: x and y are inches from the
lower left corner, angles are degrees, line widths are points. A shape knows its edge, so arrows
and connections run from edge to edge.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection
from matplotlib.colors import to_rgb
from matplotlib.patches import Circle, FancyArrowPatch, FancyBboxPatch
from matplotlib.path import Path
from matplotlib.text import Text
from numpy.typing import NDArray

from nnlecture.style import GREEN, GREY, INK, SKY, YELLOW

Array = NDArray[np.float64]
Point = tuple[float, float]

INPUT = SKY
HIDDEN = YELLOW
OUTPUT = GREEN
BIAS = GREY  # a node that is always 1

DOTS = "…"
"""In a :func:`layer`: more nodes than are drawn."""


@dataclass(frozen=True)
class Node:
    """A circle: centre and radius."""

    x: float
    y: float
    radius: float


@dataclass(frozen=True)
class Box:
    """A rectangle: centre, width and height."""

    x: float
    y: float
    width: float
    height: float


Shape = Node | Box


def tint(color: str, share: float = 0.35) -> tuple[float, float, float]:
    """Return a color mixed with white, of which `share` (0 to 1) is the color."""
    red, green, blue = (1 - share * (1 - channel) for channel in to_rgb(color))
    return red, green, blue


def _fill(color: str) -> dict[str, Any]:
    return {"facecolor": tint(color), "edgecolor": color, "linewidth": 1.4, "zorder": 3}


def node(
    ax: Axes, centre: Point, text: str, color: str, radius: float = 0.19, size: float = 11
) -> Node:
    """Draw a circle with a text in it; `size` is the text's, in points."""
    ax.add_patch(Circle(centre, radius, **_fill(color)))
    label(ax, centre, text, size=size)
    return Node(*centre, radius)


def box(
    ax: Axes, centre: Point, width: float, height: float, text: str, color: str, size: float = 9
) -> Box:
    """Draw a rounded rectangle with a text in it; `size` is the text's, in points."""
    corner = (centre[0] - width / 2, centre[1] - height / 2)
    rounded = "round,pad=0,rounding_size=0.07"
    ax.add_patch(FancyBboxPatch(corner, width, height, boxstyle=rounded, **_fill(color)))
    label(ax, centre, text, size=size)
    return Box(*centre, width, height)


def label(ax: Axes, centre: Point, text: str, size: float = 9, **options: Any) -> Text:
    """Write a text around a point; `options` go to :meth:`matplotlib.axes.Axes.text`."""
    style: dict[str, Any] = {"ha": "center", "va": "center", "zorder": 4, "linespacing": 0.95}
    return ax.text(*centre, text, fontsize=size, **(style | options))


def caption(ax: Axes, first: Point, text: str) -> None:
    """Write lines of text under each other; `first` is the middle of the first one's baseline.

    Captions with the same y stand on common baselines, whatever letters they are of.
    """
    for row, line in enumerate(text.split("\n")):
        label(ax, (first[0], first[1] - 0.155 * row), line, va="baseline")


def edge(shape: Shape | Point, towards: Point) -> Point:
    """Return the point where the line from a shape's centre to `towards` leaves the shape.

    A point is a shape of no size: it is its own edge.
    """
    if not isinstance(shape, Node | Box):
        return shape
    dx, dy = towards[0] - shape.x, towards[1] - shape.y
    if isinstance(shape, Node):
        share = shape.radius / np.hypot(dx, dy)
    else:
        with np.errstate(divide="ignore"):
            share = 0.5 * np.min(np.divide((shape.width, shape.height), np.abs((dx, dy))))
    return float(shape.x + share * dx), float(shape.y + share * dy)


def centre(shape: Shape | Point) -> Point:
    """Return the centre of a shape; of a point, the point itself."""
    return (shape.x, shape.y) if isinstance(shape, Node | Box) else shape


def arrow(
    ax: Axes,
    start: Shape | Point,
    end: Shape | Point,
    color: str = INK,
    bend: float = 0.0,
    head: str = "-|>",
    width: float = 1.1,
    linestyle: str = "-",
) -> FancyArrowPatch:
    """Draw an arrow from the edge of one shape to the edge of another.

    Parameters
    ----------
    bend
        How far the arrow bulges to the left as it goes, as a fraction of its length.
    head
        Matplotlib's arrow style: ``"-|>"`` an arrow, ``"-"`` a line, ``"|-|"`` a measure.
    width
        Line width in points.
    """
    path = Path(_route(start, end, bend), [Path.MOVETO, Path.CURVE3, Path.CURVE3])
    patch = FancyArrowPatch(
        path=path,
        arrowstyle=head,
        mutation_scale=7.5,
        color=color,
        linewidth=width,
        linestyle=linestyle,
        capstyle="butt",
        zorder=2,
    )
    ax.add_patch(patch)
    return patch


def _route(start: Shape | Point, end: Shape | Point, bend: float) -> list[Point]:
    """Return start, control point and end of an arrow, both ends on the shapes' edges."""
    (x0, y0), (x1, y1) = centre(start), centre(end)
    control = ((x0 + x1) / 2 - bend * (y1 - y0), (y0 + y1) / 2 + bend * (x1 - x0))
    return [edge(start, control), control, edge(end, control)]


def dots(ax: Axes, centre: Point) -> None:
    """Draw three dots under each other: more of what stands above them."""
    x, y = centre
    ax.scatter([x] * 3, y + 0.08 * np.arange(-1, 2), s=4, color=INK, linewidths=0, zorder=4)


def layer(
    ax: Axes, x: float, span: Point, texts: Sequence[str], color: str, **options: Any
) -> list[Node]:
    """Draw a column of nodes, the first at the top, and return them from top to bottom.

    Parameters
    ----------
    x
        Where the column stands.
    span
        y of the lowest and of the highest centre.
    texts
        One for each node; :data:`DOTS` stands for nodes that are not drawn.
    options
        Radius and text size, as in :func:`node`.
    """
    heights = np.linspace(span[1], span[0], len(texts))
    for y in (y for y, text in zip(heights, texts, strict=True) if text == DOTS):
        dots(ax, (x, y))
    places = [(y, text) for y, text in zip(heights, texts, strict=True) if text != DOTS]
    return [node(ax, (x, float(y)), text, color, **options) for y, text in places]


def connect(
    ax: Axes,
    left: Sequence[Node],
    right: Sequence[Node],
    color: str = INK,
    width: float = 0.9,
    alpha: float = 1.0,
) -> LineCollection:
    """Draw a line from every node of one layer to every node of the next."""
    lines = [
        (edge(one, centre(other)), edge(other, centre(one))) for one in left for other in right
    ]
    collection = LineCollection(lines, colors=color, linewidths=width, alpha=alpha, zorder=1)
    ax.add_collection(collection)
    return collection


def beside(
    ax: Axes,
    start: Shape,
    end: Shape,
    text: str,
    at: float = 0.5,
    distance: float = 0.11,
    **options: Any,
) -> Text:
    """Write a text to the left of the line from one shape to another, as one goes along it.

    Parameters
    ----------
    at
        Place along the visible line: 0 at its start, 1 at its end.
    distance
        From the line to the text's centre, in inches; a negative one is to the right.
    options
        Text size, color and so on, as in :func:`label`.
    """
    first, last = np.array(edge(start, centre(end))), np.array(edge(end, centre(start)))
    along = (last - first) / np.hypot(*(last - first))
    x, y = first + at * (last - first) + distance * np.array([-along[1], along[0]])
    return label(ax, (x, y), text, **({"size": 10} | options))


def sketch(
    ax: Axes,
    shape: Shape,
    function: Callable[[Array], Array],
    limit: float = 1.0,
    share: float = 0.6,
) -> None:
    """Draw the graph of a function from `-limit` to `limit` inside a shape, `share` of its size."""
    x = np.linspace(-limit, limit, 201)
    y = function(x)
    width, height = (
        (1.4 * shape.radius, 1.4 * shape.radius)
        if isinstance(shape, Node)
        else (shape.width, shape.height)
    )
    across = shape.x + share * width * x / (2 * limit)
    up = shape.y + share * height * ((y - y.min()) / np.ptp(y) - 0.5)
    ax.plot(across, up, color=INK, linewidth=1.6, zorder=4, solid_joinstyle="miter")
