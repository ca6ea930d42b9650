"""The Boston house prices: the data, one fixed split for all examples, the error in their unit.

Source: D. Harrison and D. Rubinfeld, *Hedonic housing prices and the demand for clean air*,
J. Environ. Econ. Manage. 5 (1978) 81-102. data/README.md tells where the file is from, and why the
column B should make you look for another data set.
"""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

Array = NDArray[np.float64]

FILE = Path(__file__).parents[2] / "data" / "boston.csv"

FEATURES = tuple("CRIM ZN INDUS CHAS NOX RM AGE DIS RAD TAX PTRATIO B LSTAT".split())
"""Names of the features, in the order of the columns."""


class Split(NamedTuple):
    """Training and test data: features (tracts, 13), prices (tracts,) in 1000 dollars."""

    x_train: Array
    x_test: Array
    t_train: Array
    t_test: Array


def houses() -> tuple[Array, Array]:
    """Return the 13 features, shape (506, 13), and the median prices in 1000 dollars, (506,)."""
    table = np.loadtxt(FILE, delimiter=",", skiprows=1)
    return table[:, :-1], table[:, -1]


def split() -> Split:
    """Return three quarters of the tracts for training and one quarter for the test.

    The split is always the same, so that all examples can be compared. The sample is small: with
    other splits the error of one and the same :func:`network` lies anywhere from 2.7 to 4.1.
    """
    return Split(*train_test_split(*houses(), test_size=0.25, random_state=42))


def rms(predicted: ArrayLike, true: ArrayLike) -> float:
    """Return the root mean square of the differences, in the unit of the arguments."""
    return float(np.sqrt(np.mean(np.square(np.subtract(predicted, true)))))


def network(scaled: bool = True) -> Any:
    """Return the lecture's network, untrained: one hidden layer of 100 logistic neurons.

    Parameters
    ----------
    scaled
        Shift and scale every feature to mean 0 and standard deviation 1 before the network sees it.
    """
    regressor = MLPRegressor(
        hidden_layer_sizes=(100,), activation="logistic", random_state=1, max_iter=5000
    )
    return make_pipeline(StandardScaler(), regressor) if scaled else regressor
