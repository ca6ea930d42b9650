"""A still of the book's stepper: one event forward, and the error signals on their way back."""

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from nnlecture.deep_network import error_signals, forward, from_network
from nnlecture.diagram import BIAS, HIDDEN, INPUT, OUTPUT, Box, Node, box, edge, label, node
from nnlecture.style import BLUE, FULL, GREY, INK, LIGHT, ORANGE, canvas
from nnlecture.worked_example import EVENT, NETWORK, TARGET

WIDTH, HEIGHT = 1.3, 0.72  # of a neuron, in inches
FORWARD, BACKWARD = BLUE, ORANGE


def number(value: float) -> str:
    """Return three decimals with a true minus sign, and no zeros at the end."""
    return f"{value:.3f}".rstrip("0").rstrip(".").replace("-", "\N{MINUS SIGN}")


def neuron(
    ax: Axes, place: tuple[float, float], names: list[str], values: list[float], color: str
) -> Box:
    """Draw a neuron: its sum, its output and, below, its error signal."""
    x, y = place
    shape = box(ax, place, WIDTH, HEIGHT, "", color)
    ax.patches[-1].set_facecolor("white")  # coloured numbers have to be read
    ax.plot([x, x], [y - 0.04, y + HEIGHT / 2], color=color, linewidth=0.8, zorder=3)
    ax.plot([x - WIDTH / 2, x + WIDTH / 2], [y - 0.04] * 2, color=color, linewidth=0.8, zorder=3)
    left, right = x - WIDTH / 4, x + WIDTH / 4
    for column, name, value in zip([left, right], names, values, strict=False):
        label(ax, (column, y + 0.25), name)
        label(ax, (column, y + 0.08), number(value), color=FORWARD)
    label(ax, (left, y - 0.2), names[2])
    label(ax, (right, y - 0.2), number(values[2]), color=BACKWARD)
    return shape


def weight(ax: Axes, start: Box | Node, end: Box, value: float, at: float) -> None:
    """Draw a line with its weight on it, as everywhere dashed if the weight is negative."""
    target = (end.x - end.width / 2, end.y)
    source = (start.x + start.width / 2, start.y) if isinstance(start, Box) else edge(start, target)
    (x0, y0), (x1, y1) = source, target
    dashes = (0, (4, 2)) if value < 0 else "-"
    ax.plot([x0, x1], [y0, y1], color=GREY, linestyle=dashes, linewidth=1, zorder=1)
    place = (x0 + at * (x1 - x0), y0 + at * (y1 - y0))
    paper = {"boxstyle": "round,pad=0.1", "facecolor": "white", "edgecolor": "none"}
    label(ax, place, number(value), bbox=paper, color=INK)


def draw() -> Figure:
    """Follow the numbers: blue ones were computed from left to right, orange ones come back."""
    network = from_network(NETWORK)
    event = forward(network, EVENT)
    hidden, output = error_signals(network, event, TARGET)

    fig, ax = canvas(FULL)
    bias = node(ax, (0.5, 2.6), "1", BIAS, radius=0.15)
    inputs = [
        box(ax, (0.35, y), 0.6, 0.44, f"$x_{k}$\n{number(value)}", INPUT)
        for k, y, value in zip((1, 2), (1.85, 0.85), EVENT, strict=True)
    ]
    hidden_bias = node(ax, (3.3, 2.6), "1", BIAS, radius=0.15)
    neurons = [
        neuron(
            ax,
            (2.8, y),
            [f"$v_{j}$", f"$\\phi_{j}$", f"$\\delta_{j}$"],
            [event.v[0][j - 1], event.phi[1][j], hidden[j - 1]],
            HIDDEN,
        )
        for j, y in ((1, 1.85), (2, 0.85))
    ]
    end = neuron(
        ax, (5.25, 1.5), ["$u$", "$y$", "$\\delta$"], [event.u, event.y, output[0]], OUTPUT
    )
    error = box(ax, (5.25, 0.62), WIDTH, 0.44, "", LIGHT)
    ax.plot([end.x] * 2, [end.y - HEIGHT / 2, error.y + 0.22], color=GREY, linewidth=1, zorder=1)
    for x, name, value in [(-1, "$t$", TARGET), (1, "$E$", (event.y - TARGET) ** 2 / 2)]:
        label(ax, (error.x + x * WIDTH / 4, error.y), f"{name}\n{number(value)}")

    for j, target in enumerate(neurons):
        for k, start in enumerate([bias, *inputs]):
            weight(ax, start, target, NETWORK.w1[j, k], at=(0.6, 0.3)[j])
    for j, start in enumerate([hidden_bias, *neurons]):
        weight(ax, start, end, NETWORK.w2[j], at=0.45)
    label(ax, (2.8, 0.2), "forward: from the inputs to the error", color=FORWARD)
    label(ax, (5.25, 0.2), "back: error signals", color=BACKWARD)
    return fig


if __name__ == "__main__":
    draw().savefig("stepper.svg")
