"""The cells of a page, run as they stand, and what they print."""

import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

CHAPTERS = Path(__file__).parents[1] / "chapters"
CELL = re.compile(r"^```\{python\}\n(.*?)^```$", re.M | re.S)
NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")


def cells(page: str, first: str = "", last: str = "") -> list[str]:
    """Return the code of a page's cells that draw no figure of a script.

    With `first` and `last`, only from the one cell that contains the one to that with the other.
    """
    codes = CELL.findall((CHAPTERS / f"{page}.qmd").read_text(encoding="utf-8"))
    if first:
        [start], [end] = (
            [k for k, code in enumerate(codes) if part in code] for part in (first, last or first)
        )
        codes = codes[start : end + 1]
    return [re.sub(r"^%.*\n", "", code, flags=re.M) for code in codes if "figure(" not in code]


def printed(codes: list[str], names: dict[str, Any] | None = None) -> list[str]:
    """Run cells one after the other; return the lines that they print."""
    names = {} if names is None else names
    with redirect_stdout(io.StringIO()) as text:
        for code in codes:
            exec(code, names)
    return text.getvalue().splitlines()


def numbers(line: str) -> list[float]:
    """Return the numbers in a line."""
    return [float(number) for number in NUMBER.findall(line)]
