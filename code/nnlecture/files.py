"""Where a data file lies: beside the notebook or, in the lecture's own tree, in its data folder."""

from pathlib import Path

FOLDER = Path(__file__).parents[2] / "data"


def data_file(name: str) -> Path:
    """Return the path of a data file: in the working folder or else in the lecture's `data/`.

    Raises
    ------
    FileNotFoundError
        There is no such file in either; the message says what to do.
    """
    for folder in (Path.cwd(), FOLDER):
        if (folder / name).is_file():
            return folder / name
    raise FileNotFoundError(
        f"there is no {name} in {Path.cwd()}: download it from the page of the exercise and put it "
        "into this folder"
    )
