"""Training and validation error against epochs, for a far too large network."""

import numpy as np
from matplotlib.figure import Figure
from sklearn.neural_network import MLPClassifier

from nnlecture.data import signal_and_background
from nnlecture.style import GREY, HALF, TRAINING, VALIDATION, axes

EPOCHS = 150
TRAINING_SAMPLE = signal_and_background(events=150, seed=1)
VALIDATION_SAMPLE = signal_and_background(events=1000, seed=3)


def errors() -> tuple[np.ndarray, np.ndarray]:
    """Return the mean error of the training and of the validation sample after each epoch."""
    model = MLPClassifier(
        hidden_layer_sizes=(100, 100),
        activation="tanh",
        alpha=0,
        learning_rate_init=0.01,
        batch_size=50,
        random_state=1,
    )
    history = []
    for _ in range(EPOCHS):
        model.partial_fit(*TRAINING_SAMPLE, classes=[0, 1])
        history.append([error(model, *TRAINING_SAMPLE), error(model, *VALIDATION_SAMPLE)])
    training, validation = np.array(history).T
    return training, validation


def error(model: MLPClassifier, x: np.ndarray, t: np.ndarray) -> float:
    """Return (y - t)^2 / 2, averaged over the events."""
    y = model.predict_proba(x)[:, 1]
    return float(np.mean((y - t) ** 2) / 2)


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
