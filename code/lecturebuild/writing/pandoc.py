"""Run Pandoc; what it complains of becomes an error with file and line."""

import json
import os
import re
import subprocess
import tempfile
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from lecturebuild.steps.errors import LectureError

FILTERS = Path(__file__).resolve().parents[2] / "filters"
# YAML headers are read by `source`, so that a line of dashes in a chapter is just a rule.
# An example list would swallow a paragraph that begins with a reference, such as '@fig-relu.'.
READER = "markdown-yaml_metadata_block-example_lists"

T = TypeVar("T", str, Path)

Origins = tuple[tuple[Path, int], ...]
"""File and line that each line of the Markdown comes from."""


@cache
def executable() -> str:
    """Return the path of the Pandoc that comes from PyPI with pypandoc."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


@cache
def version() -> str:
    """Return the version of the package that brings Pandoc."""
    from importlib import metadata

    return metadata.version("pypandoc_binary")


def others(files: Iterable[T], ours: Iterable[Path]) -> list[T]:
    """Return the project's filters but those of ours that it lists for Quarto, which run anyway."""
    own = {file.read_bytes() for file in ours}
    return [file for file in files if Path(file).read_bytes() not in own]


def run(
    text: str,
    arguments: list[str],
    folder: Path,
    origins: Origins = (),
    environment: dict[str, str] | None = None,
    defaults: dict[str, Any] | None = None,
    lists: dict[str, Any] | None = None,
) -> str:
    """Convert Markdown `text` with Pandoc, run in `folder`; return what it writes.

    Parameters
    ----------
    defaults : dict
        Settings as in Pandoc's defaults files.
    lists : dict
        What filters need to know: each becomes a file, whose name they find in the metadata.

    Raises
    ------
    LectureError
        If Pandoc fails, or warns of something that would be missing or wrong in the output.
    """
    with tempfile.TemporaryDirectory(prefix="lecture-") as temporary:
        log, place = Path(temporary) / "log.json", Path(temporary) / "defaults.json"
        place.write_text(json.dumps(defaults or {}, default=str), encoding="utf-8")
        options = [f"--from={READER}", f"--log={log}", "--quiet", f"--defaults={place}"]
        for name, content in (lists or {}).items():
            file = Path(temporary) / f"{name}.json"
            file.write_text(json.dumps(content, default=str), encoding="utf-8")
            options.append(f"--metadata={name}:{file}")
        process = subprocess.run(
            [executable(), *options, *arguments],
            input=text,
            capture_output=True,
            encoding="utf-8",
            cwd=folder,
            env=os.environ | (environment or {}),
            check=False,
        )
        report = log.read_text(encoding="utf-8") if log.is_file() else ""
    if process.returncode != 0:
        raise LectureError(f"Pandoc: {process.stderr.strip()}", *_place("", text, origins))
    for warning in json.loads(report) if report.strip() else []:
        if warning.get("verbosity") == "WARNING":
            raise _error(warning, text, origins)
    return process.stdout


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
