"""Eight activation functions side by side."""

import numpy as np
from matplotlib.figure import Figure

from nnlecture.activations import ACTIVATIONS
from nnlecture.style import BLUE, FULL, GREEN, GREY, grid

PANELS = [
    ("step", "Step", "$1$ if $x>0$, else $0$"),
    ("sigmoid", "Sigmoid", "$1/(1+e^{-x})$"),
    ("tanh", "Hyperbolic tangent", r"$\tanh x$"),
    ("relu", "ReLU", r"$\max(0,x)$"),
    ("leaky_relu", "Leaky ReLU", r"$\max(0.1x,x)$"),
    ("elu", "ELU", "$x$ if $x>0$, else $e^x-1$"),
    ("softplus", "Softplus", r"$\ln(1+e^x)$"),
    ("gelu", "GELU, SiLU", r"$x\,\Phi(x)$,  $x\,\sigma(x)$"),
]


def curve(name: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the points of one function for -3 < x < 3."""
    x = np.linspace(-3, 3, 602)  # an even number: no point in the jump of the step function
    function, _ = ACTIVATIONS[name]
    return x, function(x)


def draw() -> Figure:
    """Draw all on one scale: the first three saturate, ReLU and its kin grow without bound."""
    fig, panels = grid(2, 4, FULL, sharex=True, sharey=True)
    for ax, (name, title, formula) in zip(panels, PANELS, strict=True):
        ax.axhline(0, color=GREY, linewidth=0.6)
        ax.axvline(0, color=GREY, linewidth=0.6)
        ax.plot(*curve(name), color=BLUE)
        ax.set_title(f"{title}\n{formula}")
        ax.set(xlim=(-3, 3), ylim=(-1.2, 2.8), xticks=[-2, 0, 2], yticks=[-1, 0, 1, 2])
    panels[-1].plot(*curve("silu"), color=GREEN, linestyle="--")
    panels[-1].text(1.4, 1.6, "GELU", color=BLUE, ha="right")
    panels[-1].text(1.3, 0.1, "SiLU", color=GREEN)
    for ax in panels[4:]:
        ax.set_xlabel("$x$", labelpad=0)
    return fig


if __name__ == "__main__":
    draw().savefig("activation_functions.svg")
