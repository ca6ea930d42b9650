"""An autoencoder squeezes handwritten digits into two numbers and draws them again."""

from typing import NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap
from matplotlib.figure import Figure
from numpy.typing import NDArray

from nnlecture.digits import Digits, Images, sample
from nnlecture.reproducible import keras, seed
from nnlecture.style import BLUE, FULL, GREEN, GREY, INK, ORANGE, PINK, SKY, YELLOW, canvas

NEURONS = (256, 128, 32)  # in the encoder's hidden layers; the decoder has them in reverse
COLORS = [BLUE, ORANGE, GREEN, PINK, SKY, YELLOW, INK, GREY, BLUE, ORANGE]  # of 0 to 9
PENCIL = LinearSegmentedColormap.from_list("pencil", [f"{INK}00", INK])  # leaves paper transparent


class Result(NamedTuple):
    """Code, shape (digits, 2), and reconstructions, (digits, 28, 28), of the test data."""

    code: NDArray[np.float32]
    reconstructed: Images


def train(digits: Digits) -> Result:
    """Train encoder and decoder together to give back the image that went in."""
    seed(2)
    dense = keras.layers.Dense
    near_zero = keras.regularizers.L2(0.001)  # else a few digits run far away from the others
    encoder = keras.Sequential(
        [
            keras.layers.Input((28, 28)),
            keras.layers.Flatten(),
            *[dense(neurons, activation="tanh") for neurons in NEURONS],
            dense(2, activity_regularizer=near_zero),
        ]
    )
    decoder = keras.Sequential(
        [
            keras.layers.Input((2,)),
            *[dense(neurons, activation="tanh") for neurons in reversed(NEURONS)],
            dense(28 * 28, activation="sigmoid"),
            keras.layers.Reshape((28, 28)),
        ]
    )
    autoencoder = keras.Sequential([encoder, decoder])
    autoencoder.compile(optimizer="adam", loss="mse")
    autoencoder.fit(digits.x_train, digits.x_train, batch_size=64, epochs=50, verbose=0)
    code = encoder.predict(digits.x_test, verbose=0)
    return Result(code, decoder.predict(code, verbose=0))


def errors(images: Images, reconstructed: Images) -> NDArray[np.float32]:
    """Return each image's mean squared error of a pixel, shape (digits,)."""
    squared: NDArray[np.float32] = np.square(images - reconstructed)
    return squared.mean(axis=(1, 2))


def typical(digits: Digits, reconstructed: Images) -> list[int]:
    """Return, for 0 to 9, the place of the digit whose error is the median of its class."""
    error = errors(digits.x_test, reconstructed)
    classes = [np.flatnonzero(digits.t_test == number) for number in range(10)]
    return [int(places[np.argsort(error[places])[len(places) // 2]]) for places in classes]


def gallery(ax: Axes, left: float, images: Images) -> None:
    """Draw ten images in two columns; `left` is in inches."""
    for number, image in enumerate(images):
        x, y = left + 0.48 * (number // 5), 2.34 - 0.48 * (number % 5)
        extent = (x, x + 0.45, y, y + 0.45)
        ax.imshow(image, PENCIL, vmin=0, vmax=1, extent=extent, aspect="auto", interpolation="none")


def picture(digits: Digits, result: Result) -> Figure:
    """Draw ten digits, the code of all digits of the test data, and the ten reconstructions."""
    fig, ax = canvas(FULL)
    chosen = typical(digits, result.reconstructed)
    gallery(ax, 0.05, digits.x_test[chosen])
    gallery(ax, 5.02, result.reconstructed[chosen])

    plane = fig.add_axes((1.8 / 6, 0.42 / 2.9, 2.4 / 6, 2.4 / 2.9))
    for number, color in enumerate(COLORS):
        of_class = digits.t_test == number
        plane.scatter(*result.code[of_class].T, s=16, marker=f"${number}$", color=color, lw=0)
    for number, place in enumerate(chosen):
        spot = result.code[place]
        plane.scatter(*spot, s=60, facecolor="white", edgecolor=INK, lw=1.0)
        plane.scatter(*spot, s=22, marker=f"${number}$", color=INK, lw=0)
    plane.set(xticks=[], yticks=[], xlabel="first number of the code", ylabel="second number")

    for x, text in [(1.04, "encoder"), (4.38, "decoder")]:
        arrow = {"arrowstyle": "-|>", "color": INK}
        ax.annotate("", (x + 0.55, 1.5), (x, 1.5), arrowprops=arrow)
        ax.text(x + 0.27, 1.57, text, ha="center", va="bottom")
    ax.text(0.52, 0.16, "inputs", ha="center", va="baseline")
    ax.text(5.48, 0.16, "reconstructions", ha="center", va="baseline")
    return fig


def draw() -> Figure:
    """Follow a digit of the left to its circle in the plane, and to what is left on the right."""
    digits = sample()
    return picture(digits, train(digits))


if __name__ == "__main__":
    draw().savefig("autoencoder.svg")
