"""Backpropagation with numbers: one event forward through a small network, and back."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlecture.diagram import HIDDEN, INPUT, OUTPUT, Node, Point, arrow, beside, box, label, node
from nnlecture.network import error, forward, gradient
from nnlecture.style import BLUE, FULL, INK, ORANGE, canvas
from nnlecture.worked_example import EVENT, NETWORK, TARGET

UPPER, LOWER, MIDDLE = 2.2, 0.78, 1.49
RADIUS = 0.17


def number(value: float) -> str:
    """Return a number with three decimals, a weight or an input with one, and a proper minus."""
    digits = 1 if value == round(value, 1) else 3
    return f"{value:.{digits}f}".replace("-", "−")


def connection(
    ax: Axes, start: Node | Point, end: Node, weight: float, derivative: float, at: float = 0.5
) -> None:
    """Draw an arrow: to its left the weight, to its right the error's derivative by the weight."""
    arrow(ax, start, end, width=0.9)
    away = 0.12 if at == 0.5 else 0.16
    beside(ax, start, end, number(weight), at=at, size=9, distance=away)
    beside(ax, start, end, number(derivative), at=at, size=9, distance=-away, color=ORANGE)


def neuron(ax: Axes, place: Point, color: str, bias: float, delta: float, texts: list[str]) -> Node:
    """Draw a neuron with its bias above, and its sum, output and error signal below."""
    x, y = place
    circle = node(ax, place, "$\\sigma$", color, radius=RADIUS)
    arrow(ax, (x, y + 0.52), circle, width=0.9)
    label(ax, (x - 0.06, y + 0.4), number(bias), ha="right")
    label(ax, (x + 0.06, y + 0.4), number(delta), ha="left", color=ORANGE)
    for row, (text, paint) in enumerate(zip(texts, (BLUE, BLUE, ORANGE), strict=True)):
        label(ax, (x - 0.17, y - 0.29 - 0.165 * row), text, color=paint, ha="left")
    return circle


def draw() -> Figure:
    """Read the blue values from left to right, then the orange derivatives from right to left."""
    fig, ax = canvas(FULL)
    event, back = forward(NETWORK, EVENT), gradient(NETWORK, EVENT, TARGET)
    delta, deltas = back.w2[0], back.w1[:, 0]  # the derivative by a bias is the error signal

    rows = (UPPER, LOWER)
    inputs = []
    for k, y in enumerate(rows):
        inputs.append(node(ax, (0.55, y), number(EVENT[k]), INPUT, radius=RADIUS, size=9))
        label(ax, (0.33, y), f"$x_{k + 1}$", ha="right", color=BLUE)
    hidden = []
    for j, y in enumerate(rows):
        texts = [
            f"$v_{j + 1}=${number(event.v[j])}",
            f"$\\mathrm{{\\phi}}_{j + 1}=${number(event.phi[1 + j])}",
            f"$\\delta_{j + 1}=${number(deltas[j])}",
        ]
        hidden.append(neuron(ax, (2.55, y), HIDDEN, NETWORK.w1[j, 0], deltas[j], texts))
    texts = [
        f"$u=${number(float(event.u))}",
        f"$y=${number(float(event.y))}",
        f"$\\delta=${number(delta)}",
    ]
    output = neuron(ax, (4.3, MIDDLE), OUTPUT, NETWORK.w2[0], delta, texts)
    for j, to in enumerate(hidden):
        for k, origin in enumerate(inputs):
            at = 0.5 if j == k else 0.22
            connection(ax, origin, to, NETWORK.w1[j, 1 + k], back.w1[j, 1 + k], at)
        connection(ax, to, output, NETWORK.w2[1 + j], back.w2[1 + j])

    loss = box(ax, (5.5, MIDDLE), 0.75, 0.38, "$(y-t)^2/2$", OUTPUT)
    arrow(ax, output, loss, width=0.9)
    label(ax, (5.5, MIDDLE + 0.32), f"$t=${number(TARGET)}", color=BLUE)
    label(ax, (5.5, MIDDLE - 0.32), f"$E=${number(error(NETWORK, EVENT, TARGET))}", color=BLUE)
    for y, text, color in [
        (2.78, "weights and biases", INK),
        (2.61, "forward: the values", BLUE),
        (2.44, "back: the derivatives of $E$", ORANGE),
    ]:
        label(ax, (4.2, y), text, color=color, ha="left")
    return fig


if __name__ == "__main__":
    draw().savefig("backpropagation_numbers.svg")
