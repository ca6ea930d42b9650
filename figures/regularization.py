"""Decision boundaries of one network for growing strength of the L2 regularisation."""

from functools import partial

import numpy as np
from matplotlib.figure import Figure
from sklearn.neural_network import MLPClassifier

from nnlecture.flexible import TEST_SAMPLE, TRAINING_SAMPLE, network, output, train
from nnlecture.plots import legend_outside, plot_boundary, plot_events
from nnlecture.style import FLAT, grid

LIMITS = (-2.0, 2.0)
STRENGTHS = [0.0, 0.0006, 0.02]


def trained(strength: float) -> MLPClassifier:
    """Return the large network of the figure on overtraining, trained with a penalty."""
    return train(network(strength=strength), *TRAINING_SAMPLE, epochs=400)


def sum_of_squares(model: MLPClassifier) -> float:
    """Return R(W), the sum of all squared weights; biases are left free."""
    return float(sum(np.sum(weights**2) for weights in model.coefs_))


def draw() -> Figure:
    """Draw the boundaries: the stronger the regularisation, the smoother, and the better."""
    fig, panels = grid(1, 3, FLAT, sharex=True, sharey=True)
    for ax, strength in zip(panels, STRENGTHS, strict=True):
        model = trained(strength)
        plot_boundary(ax, partial(output, model), LIMITS)
        plot_events(ax, *TRAINING_SAMPLE)
        ax.label_outer()
        right = model.score(*TEST_SAMPLE)
        size = f"$R(W)={sum_of_squares(model):.0f}$"
        ax.set_title(f"$\\lambda={strength:g}$,  {size}\ntest: {right:.1%} right")
    legend_outside(fig, panels[0], loc="outside right center")
    return fig


if __name__ == "__main__":
    draw().savefig("regularization.svg")
