"""The data of the Higgs exercise: the published files where you have them, else a simulation.

Source of the published data: P. Baldi, P. Sadowski and D. Whiteson, *Searching for exotic particles
in high-energy physics with deep learning*, Nature Communications 5 (2014) 4308.
"""

import csv
import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nnlecture.files import data_file

Array = NDArray[np.float64]

_JETS = [f"jet {i} {quantity}" for i in range(1, 5) for quantity in ("pT", "eta", "phi", "b-tag")]

LOW_LEVEL = ("lepton pT", "lepton eta", "lepton phi", "missing energy", "missing phi", *_JETS)
"""What a detector measures: lepton, missing transverse energy, four jets."""
HIGH_LEVEL = ("m_jj", "m_jjj", "m_lv", "m_jlv", "m_bb", "m_wbb", "m_wwbb")
"""Invariant masses, which physicists compute from the low-level quantities."""
COLUMNS = ("class", *LOW_LEVEL, *HIGH_LEVEL)
"""The 29 columns of a file, in their order."""

SIMULATED = "higgs-10k.csv.gz"
"""The file of simulated events that is offered beside the exercise."""
SEED = 1
"""Seed of the random numbers with which they are simulated."""


@dataclass(frozen=True)
class Sample:
    """Events with their classes.

    `x` has shape (events, 28), columns LOW_LEVEL and then HIGH_LEVEL; `t`, shape (events,), is 1
    for signal and 0 for background. `source` tells in words where the events are from. `unit` is
    "GeV" for simulated events; angles are in radians then. It is "scaled" for the published ones,
    whose quantities are divided by numbers that are not published, so that they are of order 1.
    """

    x: Array
    t: Array
    source: str
    unit: str


def load(name: str, events: int = 10_000) -> Sample:
    """Return the first `events` of a file of the published data or, without it, simulated ones.

    The simulated ones are read from the file SIMULATED, or else are simulated now.
    :func:`nnlecture.files.data_file` says where files are looked for, :func:`read` what is wrong
    with one that is there. `source` of the result tells where the events are from.
    """
    for candidate in (name, SIMULATED):
        try:
            return read(data_file(candidate), events)
        except FileNotFoundError:
            pass
    from nnlecture.higgs_simulation import simulate  # TensorFlow takes seconds, a file none

    return _sample(simulate(events, SEED), f"{events:,} events, simulated now")


def read(file: str | Path, events: int | None = None) -> Sample:
    """Return the events of a file, plain or compressed (.gz), or only so many of its first ones.

    Raises
    ------
    FileNotFoundError
        If there is no such file.
    ValueError
        If the file is not what it should be: 29 columns of numbers in the ranges that their names
        allow, both classes. The message names file, line and column.
    """
    file = Path(file)
    rows: list[list[float]] = []
    for line, cells in islice(_lines(file), events):
        if len(cells) != len(COLUMNS):
            raise ValueError(
                f"{file}:{line}: {len(cells)} columns instead of {len(COLUMNS)}. Is this a file of "
                "the HIGGS data, with commas between the numbers, and complete?"
            )
        rows.append([_number(cell, i, file, line) for i, cell in enumerate(cells)])
    if not rows:
        raise ValueError(f"{file}: no events. Is the download complete?")
    if len({row[0] for row in rows}) < 2:
        raise ValueError(f"{file}: events of one class only, where signal and background should be")
    return _sample(np.array(rows), f"{len(rows):,} events from {file.name}")


def write(file: str | Path, table: Array) -> None:
    """Write events, shape (events, 29), as :func:`read` reads them; .gz compresses.

    The numbers are rounded to a thousandth. The same events give the same bytes.
    """
    lines = (",".join(f"{number:.3f}" for number in row) + "\n" for row in table)
    content = "".join(lines).encode()
    file = Path(file)
    file.write_bytes(gzip.compress(content, mtime=0) if file.suffix == ".gz" else content)


def _sample(table: Array, source: str) -> Sample:
    x = table[:, 1:]
    # Every jet has more than 20 GeV. The published values are of order 1.
    in_gev = x[:, LOW_LEVEL.index("jet 1 pT")].min() > 10
    if in_gev:
        return Sample(x, table[:, 0], f"{source} (a simulation for teaching)", "GeV")
    return Sample(x, table[:, 0], source, "scaled")


def _lines(file: Path) -> Iterator[tuple[int, list[str]]]:
    """Yield number and cells of every line that is not empty."""
    opener = gzip.open if file.suffix == ".gz" else open
    try:
        with opener(file, "rt", encoding="ascii", newline="") as stream:
            reader = csv.reader(stream)
            for cells in reader:
                if cells:
                    yield reader.line_num, cells
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise ValueError(f"{file}: cannot be decompressed ({error}); download it again") from error
    except (UnicodeDecodeError, csv.Error) as error:
        raise ValueError(f"{file}: not a file of numbers with commas between them") from error


def _number(cell: str, column: int, file: Path, line: int) -> float:
    """Return the number in a cell if it is one that the column may hold."""
    try:
        number = float(cell)
    except ValueError:
        number = np.nan
    name = COLUMNS[column]
    wanted, right = _range(name, number)
    if not right:
        message = f"{file}:{line}: column {column + 1} ({name}): {cell.strip()!r} is not {wanted}"
        if line == 1:
            message += ". The file must begin with an event, not with the names of the columns"
        raise ValueError(message)
    return number


def _range(name: str, number: float) -> tuple[str, bool]:
    """Return in words what a column holds, and whether the number is that."""
    if name == "class":
        return "0 (background) or 1 (signal)", number in (0.0, 1.0)
    if name.endswith("phi"):
        return "an angle from -pi to pi", abs(number) < np.pi + 0.001
    if name.endswith("eta"):
        return "a pseudorapidity below 5", abs(number) < 5.0
    return "a number of zero or more", 0.0 <= number < np.inf
