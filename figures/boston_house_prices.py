"""Boston house prices: what the lecture's network predicts, and what is true."""

from matplotlib.figure import Figure

from nnlecture.boston import Array, network, rms, split
from nnlecture.style import BLUE, GREY, HALF, axes


def predictions(scaled: bool) -> Array:
    """Return the prices that the network predicts for the test data, with scaled features or not.

    In the unit of the data, 1000 dollars; shape (tracts,).
    """
    x_train, x_test, t_train, _ = split()
    predicted: Array = network(scaled).fit(x_train, t_train).predict(x_test)
    return predicted


def draw() -> Figure:
    """Compare the points with the diagonal, on which a prediction is right.

    Prices above 50 stand in the data as 50.
    """
    true = split().t_test
    predicted = predictions(scaled=True)
    fig, ax = axes(HALF)
    ax.plot([0, 55], [0, 55], color=GREY, linewidth=1)
    ax.plot(true, predicted, "o", color=BLUE, markersize=3, alpha=0.6, markeredgewidth=0)
    ax.set_title(f"test data: RMS = {rms(predicted, true):.2f}")
    without = f"without scaling:\nRMS = {rms(predictions(scaled=False), true):.2f}"
    ax.text(54, 2, without, ha="right", va="bottom", color=GREY)
    ax.text(2, 51, "line: predicted = true", va="center", color=GREY)
    ax.set(xlabel="true price / 1000 dollars", ylabel="predicted price / 1000 dollars")
    ax.set(xlim=(0, 55), ylim=(0, 55), xticks=range(0, 60, 10), aspect="equal")
    return fig


if __name__ == "__main__":
    draw().savefig("boston_house_prices.svg")
