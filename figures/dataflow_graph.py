"""A neuron and its error as a data-flow graph: values go forward, gradients come back."""

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlecture.activations import sigmoid
from nnlecture.diagram import (
    HIDDEN,
    INPUT,
    OUTPUT,
    Point,
    Shape,
    arrow,
    box,
    centre,
    edge,
    label,
    node,
)
from nnlecture.style import BLUE, LIGHT, ORANGE, canvas

X, W, B, T = 2.0, 1.0, -2.0, 1.0  # input, weight, bias, target
SIZE = (6.0, 2.05)  # inches; lower than a slide, for the text below it
HEIGHT, LOW = 1.2, 0.25


def forward() -> dict[str, float]:
    """Return the value at every node, each from those before it."""
    v = {"x": X, "w": W, "b": B, "t": T}
    v["p"] = v["w"] * v["x"]
    v["u"] = v["p"] + v["b"]
    v["y"] = float(sigmoid(v["u"]))
    v["E"] = (v["y"] - v["t"]) ** 2 / 2
    return v


def backward(v: dict[str, float]) -> dict[str, float]:
    """Return the derivative of E with respect to every node, each from those after it."""
    g = {"E": 1.0}
    g["y"] = g["E"] * (v["y"] - v["t"])
    g["t"] = -g["y"]
    g["u"] = g["y"] * v["y"] * (1 - v["y"])
    g["p"] = g["b"] = g["u"]
    g["w"], g["x"] = g["p"] * v["x"], g["p"] * v["w"]
    return g


EDGES = [("x", "p"), ("w", "p"), ("p", "u"), ("b", "u"), ("u", "y"), ("y", "E"), ("t", "E")]


def there_and_back(ax: Axes, start: Shape, end: Shape | Point, value: str, gradient: float) -> None:
    """Draw the value's way to the next node and, on its right, the gradient's way back."""
    first, last = np.array(edge(start, centre(end))), np.array(edge(end, centre(start)))
    left = np.array([first[1] - last[1], last[0] - first[0]]) / np.hypot(*(last - first))
    gap, middle = 0.055 * left, (first + last) / 2
    arrow(ax, tuple(first + gap), tuple(last + gap), BLUE)
    arrow(ax, tuple(last - gap), tuple(first - gap), ORANGE, linestyle="--")
    upwards = abs(left[0]) > abs(left[1])
    distance = (0.12 if upwards else 0.19) * left
    sides = ("right", "left") if upwards else ("center", "center")
    label(ax, tuple(middle + distance), value, color=BLUE, ha=sides[0])
    text = f"{gradient:g}".replace("-", "−")
    label(ax, tuple(middle - distance), text, color=ORANGE, ha=sides[1])


def draw() -> Figure:
    """Read the solid arrows forward, then the dashed ones back: the chain rule, node by node."""
    fig, ax = canvas(SIZE)
    values = forward()
    gradients = backward(values)
    shapes: dict[str, Shape] = {
        "x": node(ax, (0.3, HEIGHT), "$x$", INPUT),
        "w": node(ax, (1.5, LOW), "$w$", HIDDEN),
        "p": node(ax, (1.5, HEIGHT), "×", LIGHT),
        "b": node(ax, (2.7, LOW), "$b$", HIDDEN),
        "u": node(ax, (2.7, HEIGHT), "+", LIGHT),
        "y": node(ax, (3.9, HEIGHT), "$\\sigma$", LIGHT),
        "t": node(ax, (5.25, LOW), "$t$", INPUT),
        "E": box(ax, (5.25, HEIGHT), 0.8, 0.38, "$(y-t)^2/2$", OUTPUT),
    }
    ends = [(start, shapes[end]) for start, end in EDGES] + [("E", (5.25, 2.0))]
    for name, end in ends:
        value = f"${name}={values[name]:g}$"
        there_and_back(ax, shapes[name], end, value, gradients[name])
    label(ax, (0.11, 1.94), "forward: the values", color=BLUE, ha="left")
    label(ax, (0.11, 1.74), "reverse: the derivatives of $E$", color=ORANGE, ha="left")
    return fig


if __name__ == "__main__":
    draw().savefig("dataflow_graph.svg")
