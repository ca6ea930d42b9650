"""Decision boundaries of a small and of a far too large network, trained on the same sample."""

import numpy as np
from matplotlib.figure import Figure
from sklearn.neural_network import MLPClassifier

from nnlecture.data import signal_and_background
from nnlecture.plots import legend_outside, plot_boundary, plot_events
from nnlecture.style import FULL, grid

LIMITS = (-2.0, 2.0)
TRAINING_SAMPLE = signal_and_background(events=150, seed=1)
TEST_SAMPLE = signal_and_background(events=4000, seed=2)
NETWORKS = {"4 hidden neurons": (4,), "2 layers of 100": (100, 100)}


def trained(layers: tuple[int, ...]) -> MLPClassifier:
    """Return a network with these hidden layers after 400 epochs."""
    model = MLPClassifier(
        hidden_layer_sizes=layers,
        activation="tanh",
        alpha=0,
        learning_rate_init=0.01,
        batch_size=50,
        random_state=1,
    )
    for _ in range(400):
        model.partial_fit(*TRAINING_SAMPLE, classes=[0, 1])
    return model


def draw() -> Figure:
    """Draw both boundaries: the large network goes around single events of the sample."""
    fig, panels = grid(1, 2, FULL, sharex=True, sharey=True)
    for ax, (name, layers) in zip(panels, NETWORKS.items(), strict=True):
        model = trained(layers)

        def output(x: np.ndarray, model: MLPClassifier = model) -> np.ndarray:
            return model.predict_proba(x)[:, 1]

        plot_boundary(ax, output, LIMITS)
        plot_events(ax, *TRAINING_SAMPLE, size=3.5)
        training, test = model.score(*TRAINING_SAMPLE), model.score(*TEST_SAMPLE)
        ax.label_outer()
        ax.set_title(f"{name}\ntraining {training:.0%}, test {test:.0%} right")
    legend_outside(fig, panels[0], loc="outside lower center", ncols=2)
    return fig


if __name__ == "__main__":
    draw().savefig("overtraining.svg")
