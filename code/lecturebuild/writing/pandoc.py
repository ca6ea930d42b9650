"""Run Pandoc; what it complains of becomes an error with file and line."""

import json
import re
import tempfile
from functools import cache
from pathlib import Path
from typing import Any

from lecturebuild.running import process
from lecturebuild.steps.errors import LectureError

FILTERS = Path(__file__).resolve().parents[2] / "filters"
# YAML headers are read by `source`, so that a line of dashes in a chapter is just a rule.
# An example list would swallow a paragraph that begins with a reference, such as '@fig-relu.'.
READER = "markdown-yaml_metadata_block-example_lists"

HEAP_EXHAUSTED = 251
MARKS = re.compile(r"(?:[\[\](){}*_~^`<>!\"'|]\s?)+")

Origins = tuple[tuple[Path, int], ...]
"""File and line that each line of the Markdown comes from."""


@cache
def executable() -> str:
    """Return the path of the Pandoc that comes from PyPI with pypandoc."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def run(
    text: str,
    arguments: list[str],
    folder: Path,
    origins: Origins = (),
    environment: dict[str, str] | None = None,
) -> str:
    """Convert Markdown `text` with Pandoc, run in `folder`; return what it writes.

    Raises
    ------
    LectureError
        If Pandoc fails, or warns of something that would be missing or wrong in the output.
    """
    with tempfile.NamedTemporaryFile("r", suffix=".json") as log:
        memory = f"-M{process.project_limits.memory:g}G"
        ended = process.run(
            [
                executable(),
                *("+RTS", memory, "-RTS"),
                f"--from={READER}",
                f"--log={log.name}",
                "--quiet",
                *arguments,
            ],
            "Pandoc",
            place=_densest(text, origins),
            usual=120,
            folder=folder,
            environment=environment,
            text=text,
        )
        report = log.read()
    if ended.returncode == HEAP_EXHAUSTED or "out of memory" in ended.stderr:
        message = f"Pandoc needs more memory than it may have; {process.MORE}"
        raise LectureError(message, *_densest(text, origins))
    if ended.returncode != 0:
        raise LectureError(f"Pandoc: {ended.stderr.strip()}", *_place("", text, origins))
    for warning in json.loads(report) if report.strip() else []:
        if warning.get("verbosity") == "WARNING":
            raise _error(warning, text, origins)
    return ended.stdout


def _densest(text: str, origins: Origins) -> tuple[Path | None, int | None]:
    """Return file and line of the longest row of marks, which Pandoc may take for ever to read."""
    runs = [
        (max((len(run) for run in MARKS.findall(line)), default=0), -number)
        for number, line in enumerate(text.split("\n")[: len(origins)])
    ]
    longest, number = max(runs, default=(0, 0))
    return origins[-number] if longest >= 8 else _place("", text, origins)


def _error(warning: dict[str, Any], text: str, origins: Origins) -> LectureError:
    """Turn a warning into an error that says where it is and what to do."""
    message = warning.get("pretty") or warning["type"]
    if warning["type"] == "CouldNotConvertTeXMath":
        formula = warning["contents"].strip()
        problem = warning["message"].split("^", 1)[-1].strip().split("\n")[0]
        message = f"the formula {formula} cannot be shown in the book: {problem}"
        return LectureError(message, *_place(formula.split("\n")[0], text, origins))
    if found := re.search(r"citation (\S+) not found", message):
        message = f"unknown citation @{found[1]}: the bibliography has no such entry"
        return LectureError(message, *_place(f"@{found[1]}", text, origins))
    line = (warning.get("openpos") or warning.get("pos") or warning).get("line")
    place = origins[min(line, len(origins)) - 1] if line and origins else _place("", text, origins)
    return LectureError(f"Pandoc: {message}", *place)


def _place(needle: str, text: str, origins: Origins) -> tuple[Path | None, int | None]:
    """Return file and line in which `needle` stands first; without needle the file alone."""
    for number, line in enumerate(text.split("\n")):
        if needle and needle in line and number < len(origins):
            return origins[number]
    return (origins[0][0], None) if origins else (None, None)
