"""Where a reader finds what a book is made from, and which edition of it this is."""

import os
import re
import subprocess
import tomllib
from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import partial
from operator import attrgetter
from pathlib import Path

import yaml

from lecturebuild.reading.project import Project
from lecturebuild.steps.files import MARK, own_files, pack
from lecturebuild.steps.store import Step, value

MADE = {"__pycache__", "node_modules", "build", "dist"}


def address(project: Project, file: Path = Path()) -> str:
    """Return the address at which the project's repository shows a file; empty without one.

    Without a file it is that of the project's folder.
    """
    book = project.settings
    repository = book.text("book", "repo-url").rstrip("/")
    if not repository:
        return ""
    branch = book.text("book", "repo-branch") or "main"
    view = "-/blob" if "gitlab" in repository else "blob"
    return "/".join([repository, view, branch, *file.parts])


def archive(project: Project) -> str:
    """Return the name of the file with all sources, which a book without a repository offers."""
    if project.settings.text("book", "repo-url"):
        return ""
    return f"{Path(project.archive).stem}-source.zip"


def archive_step(project: Project, cells: Iterable[Step]) -> Step:
    """Return the step that packs the project's sources, with those that cells have written."""
    name = archive(project)
    files = value(partial(_sources, project), cells=list(cells))
    return Step("archives", name, partial(_pack, name), {"files": files}, read=attrgetter("only"))


def _pack(name: str, folder: Path, files: dict[str, Path]) -> None:
    stem = Path(name).stem
    pack(folder / name, {f"{stem}/{place}": file for place, file in sorted(files.items())})


def _sources(project: Project, cells: list[object]) -> dict[str, Path]:
    """Return the files of a project that git knows; without git all that nothing has made.

    No book is among them, be it an older one or one that git knows: it would have its sources in
    it, which would grow from edition to edition.
    """
    if known := _git(project.root, "ls-files", "-z"):
        files = [Path(name) for name in known.split("\0") if name]
        books = [file.parent for file in files if file.name == MARK]
        books.append(project.output.relative_to(project.root))
        kept = [file for file in files if not any(map(file.is_relative_to, books))]
        places = {file.as_posix(): project.root / file for file in kept}
        return {place: file for place, file in places.items() if file.is_file()}

    def is_made(folder: Path) -> bool:
        return folder.name[0] == "_" or folder.name in MADE or folder == project.output

    own = own_files(project.root, is_made)
    shown = (file for file in own if not file.name.startswith(".") and file.is_file())
    return {file.relative_to(project.root).as_posix(): file for file in shown}


def edition(project: Project) -> str:
    """Return version and date of a project, as far as it says them.

    The version is that of pyproject.toml or CITATION.cff; the date that of `book: date`, else of
    the last commit, without git of CITATION.cff. SOURCE_DATE_EPOCH overrules these two.
    """
    root = project.root
    version = day = ""
    if (root / "CITATION.cff").is_file():
        citation = yaml.safe_load((root / "CITATION.cff").read_text(encoding="utf-8")) or {}
        version, day = (str(citation.get(key) or "") for key in ("version", "date-released"))
    if (root / "pyproject.toml").is_file():
        settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
        version = settings.get("project", {}).get("version", version)
    day = _git(root, "log", "-1", "--format=%cs").strip() or day
    if (epoch := os.environ.get("SOURCE_DATE_EPOCH", "")).isdigit():
        day = datetime.fromtimestamp(int(epoch), UTC).date().isoformat()
    day = project.settings.date("book", "date") or day
    english = (project.settings.text("lang") or "en").startswith("en")
    if english and re.fullmatch(r"\d{4}-\d\d-\d\d", day):
        day = f"{date.fromisoformat(day):%-d %B %Y}"
    return ", ".join(part for part in (f"Version {version}" if version else "", day) if part)


def _git(root: Path, *arguments: str) -> str:
    """Return what git says of a project that is a repository of its own; empty where it is none."""
    if not (root / ".git").exists():
        return ""
    command = ["git", *arguments]
    try:
        run = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    except OSError:  # no git
        return ""
    return run.stdout if run.returncode == 0 else ""
