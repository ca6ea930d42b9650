"""The one error of the renderer: a message for a person, with file and line."""

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path


class LectureError(Exception):
    """Something the author can mend.

    Parameters
    ----------
    message : str
        One paragraph: what is wrong and what to do.
    file : Path or str, optional
        File it was found in, relative to the project where possible.
    line : int, optional
        Line in that file, counted from 1.
    """

    def __init__(self, message: str, file: Path | str | None = None, line: int | None = None):
        super().__init__(message)
        self.message = message
        self.file = file
        self.line = line

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        return f"{place}: {self.message}" if place else self.message


class CancelledError(LectureError):
    """The end of a step that was stopped because another one had failed."""


def guess(word: str, known: Iterable[str], form: str = " (did you mean {}?)") -> str:
    """Return a question with the known word that is closest to another one, "" if none is close."""
    close = get_close_matches(word, list(known), n=1)
    return form.format(close[0]) if close else ""


def relative(path: Path, root: Path) -> Path:
    """Return `path` relative to `root` where it lies inside, else unchanged."""
    return path.relative_to(root) if path.is_relative_to(root) else path
