"""Training and validation error against epochs, for a far too large network."""

import numpy as np
from matplotlib.figure import Figure
from sklearn.neural_network import MLPClassifier

from nnlecture.flexible import TRAINING_SAMPLE, VALIDATION_SAMPLE, network, output, train
from nnlecture.style import GREY, HALF, TRAINING, VALIDATION, axes

EPOCHS = 150


def errors() -> tuple[np.ndarray, np.ndarray]:
    """Return the mean error of the training and of the validation sample after each epoch."""
    model = network()
    history = []
    for _ in range(EPOCHS):
        train(model, *TRAINING_SAMPLE, epochs=1)
        history.append([error(model, *TRAINING_SAMPLE), error(model, *VALIDATION_SAMPLE)])
    training, validation = np.array(history).T
    return training, validation


def error(model: MLPClassifier, x: np.ndarray, t: np.ndarray) -> float:
    """Return (y - t)^2 / 2, averaged over the events."""
    return float(np.mean((output(model, x) - t) ** 2) / 2)


def draw() -> Figure:
    """Draw both errors: the validation error has a minimum, there one should stop."""
    training, validation = errors()
    epoch = np.arange(1, EPOCHS + 1)
    best = int(np.argmin(validation))
    fig, ax = axes(HALF)
    ax.plot(epoch, training, color=TRAINING)
    ax.plot(epoch, validation, color=VALIDATION, linestyle="--")
    ax.plot(epoch[best], validation[best], "o", color=VALIDATION)
    ax.axvline(epoch[best], color=GREY, linewidth=0.8, linestyle=":")
    ax.text(EPOCHS, validation[-1] + 0.003, "validation", color=VALIDATION, ha="right")
    ax.text(EPOCHS, training[-1] + 0.007, "training", color=TRAINING, ha="right")
    ax.text(epoch[best] + 3, 0.085, f"best: epoch {epoch[best]}", color=GREY)
    ax.set(xlabel="epoch", ylabel="mean error $E$", xlim=(0, EPOCHS), ylim=(0.02, 0.1))
    return fig


if __name__ == "__main__":
    draw().savefig("monitoring_overtraining.svg")
