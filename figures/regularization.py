"""Decision boundaries of one network for growing strength of the L2 regularisation."""

import numpy as np
from matplotlib.figure import Figure
from sklearn.neural_network import MLPClassifier

from nnlecture.data import signal_and_background
from nnlecture.plots import legend_outside, plot_boundary, plot_events
from nnlecture.style import grid

SIZE = (6.0, 1.88)  # inches; lower than a slide, for the formula below it
LIMITS = (-2.0, 2.0)
X, T = signal_and_background(events=150, seed=1)
STRENGTHS = [0.0, 0.0006, 0.02]
BATCH = 50  # events


def trained(strength: float) -> MLPClassifier:
    """Return the large network of the figure on overtraining, trained with a penalty.

    The penalty is strength / 2 * R(W), with R(W) the sum of all squared weights. What scikit-learn
    calls alpha it divides by the number of events in a batch.
    """
    model = MLPClassifier(
        hidden_layer_sizes=(100, 100),
        activation="tanh",
        alpha=strength * BATCH,
        learning_rate_init=0.01,
        batch_size=BATCH,
        random_state=1,
    )
    for _ in range(400):
        model.partial_fit(X, T, classes=[0, 1])
    return model


def sum_of_squares(model: MLPClassifier) -> float:
    """Return R(W), the sum of all squared weights; biases are left free."""
    return float(sum(np.sum(weights**2) for weights in model.coefs_))


def draw() -> Figure:
    """Draw the boundaries: the stronger the regularisation, the smoother."""
    fig, panels = grid(1, 3, SIZE, sharex=True, sharey=True)
    for ax, strength in zip(panels, STRENGTHS, strict=True):
        model = trained(strength)

        def output(x: np.ndarray, model: MLPClassifier = model) -> np.ndarray:
            return model.predict_proba(x)[:, 1]

        plot_boundary(ax, output, LIMITS)
        plot_events(ax, X, T)
        ax.label_outer()
        ax.set_title(f"$\\lambda={strength:g}$,  $R(W)={sum_of_squares(model):.0f}$")
    legend_outside(fig, panels[0], loc="outside right center")
    return fig


if __name__ == "__main__":
    draw().savefig("regularization.svg")
