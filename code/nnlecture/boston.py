"""The Boston house prices: the data, one fixed split for all examples, the error in their unit.

Source: D. Harrison and D. Rubinfeld, *Hedonic housing prices and the demand for clean air*,
J. Environ. Econ. Manage. 5 (1978) 81-102. data/README.md tells where the file is from, and why the
column B should make you look for another data set.
"""

import csv
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPRegressor
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from nnlecture.files import data_file

Array = NDArray[np.float64]

FEATURES = tuple("CRIM ZN INDUS CHAS NOX RM AGE DIS RAD TAX PTRATIO B LSTAT".split())
"""Names of the features, in the order of the columns."""

TARGET = "MEDV"


class Split(NamedTuple):
    """Training and test data: features (tracts, 13), prices (tracts,) in 1000 dollars."""

    x_train: Array
    x_test: Array
    t_train: Array
    t_test: Array


def houses(file: str | Path | None = None) -> tuple[Array, Array]:
    """Return the 13 features, shape (506, 13), and the median prices in 1000 dollars, (506,).

    Parameters
    ----------
    file
        A file with a column for each feature and for the price, named in its first line, in any
        order; without it, the lecture's own `boston.csv`.

    Raises
    ------
    FileNotFoundError
        There is no such file.
    ValueError
        A column is missing, or a value is missing or no number. The message names file, line and
        column.
    """
    path = data_file("boston.csv") if file is None else Path(file)
    if not path.is_file():
        raise FileNotFoundError(f"{path}: there is no such file")
    try:
        with path.open(encoding="utf-8-sig", newline="") as opened:
            reader = csv.reader(opened)
            names = [name.strip() for name in next(reader, [])]
            columns = _columns(names, path)
            rows = [
                _numbers(row, columns, len(names), f"{path}:{reader.line_num}")
                for row in reader
                if row
            ]
    except (UnicodeDecodeError, csv.Error):
        raise ValueError(f"{path}: not a text file of comma-separated values") from None
    if not rows:
        raise ValueError(f"{path}: no row of numbers below the names of the columns")
    table = np.array(rows)
    return table[:, :-1], table[:, -1]


def _columns(names: Sequence[str], path: Path) -> dict[str, int]:
    """Return the place of each column that is needed, in the lecture's order."""
    wanted = (*FEATURES, TARGET)
    missing = [name for name in wanted if name not in names]
    if missing:
        found = ", ".join(names) or "none"
        raise ValueError(
            f"{path}:1: no column {', '.join(missing)}; the first line must name the columns "
            f"{', '.join(wanted)}, separated by commas (found: {found})"
        )
    return {name: names.index(name) for name in wanted}


def _numbers(row: Sequence[str], columns: dict[str, int], width: int, place: str) -> list[float]:
    """Return a row's numbers in the order of the columns.

    `width` is the number of values that the first line names, `place` the row's file and line.
    """
    if len(row) < width:
        raise ValueError(f"{place}: only {len(row)} values; {width} are needed")
    if any(text.strip() for text in row[width:]):
        raise ValueError(
            f"{place}: {len(row)} values; {width} are named: a comma as decimal point?"
        )
    numbers = []
    for name, index in columns.items():
        text = row[index].strip()
        try:
            numbers.append(float(text))
        except ValueError:
            found = f"'{text}' is not a number" if text else "the value is missing"
            raise ValueError(f"{place}: column {name}: {found}") from None
        if not math.isfinite(numbers[-1]):
            raise ValueError(f"{place}: column {name}: '{text}' is not a finite number")
    return numbers


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
