"""Build a project twice from nothing and compare: what differs is made by chance."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from lecturebuild.reading.project import Project
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import in_project, own_files

SURROUNDINGS: tuple[dict[str, str], ...] = (
    {"PYTHONHASHSEED": "1", "TZ": "UTC", "LC_ALL": "C.UTF-8"},
    {"PYTHONHASHSEED": "2", "TZ": "Pacific/Auckland", "LC_ALL": "C"},
)
"""Two environments in which the result must be the same."""


def first_difference(project: Project) -> str | None:
    """Return which file of the book differs between two builds; None if they are the same.

    Each build is of a copy of the project, in another folder, environment and time zone.
    """
    with TemporaryDirectory(prefix="lecture-") as temporary:
        books = []
        for number, surroundings in enumerate(SURROUNDINGS):
            # Folders with names of different lengths, for all that writes paths.
            root = Path(temporary) / ("copy" * (number + 1))
            _copy(project, root)
            _build(root, surroundings)
            books.append(root / project.output.relative_to(project.root))
        return compare(*books)


def compare(one: Path, other: Path) -> str | None:
    """Return the first file that two folders do not have in common, or that differs; or None."""
    files = [
        {file.relative_to(folder).as_posix(): file for file in folder.rglob("*") if file.is_file()}
        for folder in (one, other)
    ]
    for name in sorted({*files[0], *files[1]}):
        if name not in files[0] or name not in files[1]:
            return f"{name} (only in one of them)"
        if files[0][name].read_bytes() != files[1][name].read_bytes():
            return name
    return None


def _copy(project: Project, root: Path) -> None:
    """Copy a project's own files, but for what builds make."""
    made = (f"{project.build.name}.", f"{project.output.name}.")

    def is_made(folder: Path) -> bool:
        return folder.parent == project.root and f"{folder.name}.".startswith(made)

    for file in own_files(project.root, is_made):
        if in_project(file, project.root) and file.is_file():
            target = root / file.relative_to(project.root)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(file, target)


def _build(root: Path, surroundings: dict[str, str]) -> None:
    # The copy's own modules, where the environment knows those of the project itself.
    path = [str(root / "code"), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    environment = os.environ | surroundings | {"PYTHONPATH": os.pathsep.join(filter(None, path))}
    main = "from lecturebuild.cli import main; raise SystemExit(main())"
    command = [sys.executable, "-P", "-c", main, "render", str(root)]
    process = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if process.returncode != 0:
        raise LectureError(f"a build from nothing fails: {process.stderr.strip()}")
