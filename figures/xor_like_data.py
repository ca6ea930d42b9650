"""The two-dimensional XOR-like sample of the first exercise."""

from matplotlib.figure import Figure

from nnlecture.data import xor_like_data
from nnlecture.style import HALF, axes

X, T = xor_like_data(events=400, seed=1)


def draw() -> Figure:
    """Draw the events: small targets in two opposite corners, large ones in the other two."""
    fig, ax = axes(HALF)
    events = ax.scatter(*X.T, c=T, s=9, cmap="viridis", vmin=0, vmax=1)
    fig.colorbar(events, label="target $t$", ticks=[0, 0.5, 1])
    ax.set(xlabel="$x_1$", ylabel="$x_2$", xticks=[0, 0.5, 1], yticks=[0, 0.5, 1], aspect="equal")
    return fig


if __name__ == "__main__":
    draw().savefig("xor_like_data.svg")
