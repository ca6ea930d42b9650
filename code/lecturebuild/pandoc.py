"""Run Pandoc; what it complains of becomes an error with file and line."""

import json
import os
import re
import subprocess
import tempfile
from functools import cache
from pathlib import Path

from lecturebuild.errors import LectureError

FILTERS = Path(__file__).resolve().parents[1] / "filters"
# YAML headers are read by `source`, so that a line of dashes in a chapter is just a rule.
READER = "markdown-yaml_metadata_block"


@cache
def executable() -> str:
    """Return the path of the Pandoc that comes from PyPI with pypandoc."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())


def run(
    text: str,
    arguments: list[str],
    folder: Path,
    origins: tuple[tuple[Path, int], ...] = (),
    environment: dict[str, str] | None = None,
) -> str:
    """Convert Markdown `text` with Pandoc, run in `folder`; return what it writes.

    Raises
    ------
    LectureError
        If Pandoc fails, or warns of something that would be missing or wrong in the output.
    """
    with tempfile.NamedTemporaryFile("r", suffix=".json") as log:
        process = subprocess.run(
            [executable(), f"--from={READER}", f"--log={log.name}", "--quiet", *arguments],
            input=text,
            capture_output=True,
            encoding="utf-8",
            cwd=folder,
            env=os.environ | (environment or {}),
            check=False,
        )
        report = log.read()
    if process.returncode != 0:
        raise _located(process.stderr.strip() or "Pandoc failed", None, origins)
    for entry in json.loads(report) if report.strip() else []:
        if entry.get("verbosity") == "WARNING":
            raise _located(entry.get("pretty") or entry["type"], entry.get("line"), origins)
    return process.stdout


def _located(message: str, line: int | None, origins: tuple[tuple[Path, int], ...]) -> LectureError:
    match = re.search(r"\bline (\d+)", message)
    line = line or (int(match[1]) if match else None)
    file, number = None, None
    if origins:
        file, number = origins[min(line or 1, len(origins)) - 1]
    return LectureError(f"Pandoc: {message}", file, number if line else None)
