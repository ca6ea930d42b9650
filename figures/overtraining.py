"""Decision boundaries of a small and of a far too large network, trained on the same sample."""

from functools import partial

from matplotlib.figure import Figure
from sklearn.neural_network import MLPClassifier

from nnlecture.flexible import TEST_SAMPLE, TRAINING_SAMPLE, network, output, train
from nnlecture.plots import legend_outside, plot_boundary, plot_events
from nnlecture.style import FULL, grid

LIMITS = (-2.0, 2.0)
NETWORKS = {"4 hidden neurons": (4,), "2 layers of 100": (100, 100)}


def trained(layers: tuple[int, ...]) -> MLPClassifier:
    """Return a network with these hidden layers after 400 epochs."""
    return train(network(layers), *TRAINING_SAMPLE, epochs=400)


def draw() -> Figure:
    """Draw both boundaries: the large network goes around single events of the sample."""
    fig, panels = grid(1, 2, FULL, sharex=True, sharey=True)
    for ax, (name, layers) in zip(panels, NETWORKS.items(), strict=True):
        model = trained(layers)
        plot_boundary(ax, partial(output, model), LIMITS)
        plot_events(ax, *TRAINING_SAMPLE, size=3.5)
        training, test = model.score(*TRAINING_SAMPLE), model.score(*TEST_SAMPLE)
        ax.label_outer()
        ax.set_title(f"{name}\ntraining {training:.0%}, test {test:.0%} right")
    legend_outside(fig, panels[0], loc="outside right center")
    return fig


if __name__ == "__main__":
    draw().savefig("overtraining.svg")
