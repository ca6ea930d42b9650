"""The store of drawn figures, `_figures/` at the project's root.

A figure's key takes two steps. What can be known without drawing, the script, the modules it
imports and the versions of the libraries, gives its first part. The file NAME-FIRST.json then
tells which data files drawing it read; their contents give the second. NAME-KEY.svg and
NAME-KEY.pdf hold the figure. Files appear whole or not at all, so a killed run leaves no half.
"""

import hashlib
import json
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

from lecturebuild.reading.scripts import script_of
from lecturebuild.running.dependencies import Record, libraries_of, modules_of
from lecturebuild.steps.files import digest, read_json

FOLDER = "_figures"
VERSIONS = 3
"""So many versions of a figure are kept: going back to the last one costs nothing."""

DRAW = Path(__file__).with_name("draw.py")


@dataclass(frozen=True)
class Drawing:
    """A figure just drawn.

    `record` tells what drawing it used; `seconds` is the time it took.
    """

    svg: bytes
    pdf: bytes
    record: Record
    seconds: float


@dataclass(frozen=True)
class Drawn:
    """A figure in the store.

    `seconds` is the time that drawing it took; `files` are all files of the project that it
    depends on.
    """

    name: str
    key: str
    svg: Path
    pdf: Path
    seconds: float
    files: tuple[Path, ...]


@dataclass(frozen=True)
class Sources:
    """A figure's script and the modules it imports; `key` is the first part of the figure's."""

    files: tuple[Path, ...]
    key: str


def sources_of(name: str, root: Path) -> Sources:
    """Find what a figure depends on without drawing it; raise an error if it has no script."""
    script = script_of(name, root)
    source = script.read_text(encoding="utf-8", errors="replace")  # Python will complain
    files = (script, *modules_of(source, script.parent, root))
    parts = {str(file.relative_to(root)): digest(file) for file in files}
    # The way of drawing, and Matplotlib whatever imports it, count for every figure.
    parts |= {"": digest(DRAW)} | libraries_of(source, *files, DRAW)
    return Sources(files, _hash(parts))


def lookup(name: str, root: Path) -> Drawn | None:
    """Return a figure from the store, or None if it is to be drawn.

    Raises
    ------
    LectureError
        There is no such script.
    """
    root = root.resolve()
    sources = sources_of(name, root)
    kept = read_json(_record(name, sources, root))
    if kept is None or kept["record"]["children"]:
        return None
    record = Record(**kept["record"]).now(root)
    drawn = _drawn(name, sources, record, kept["seconds"], root)
    return drawn if drawn.svg.is_file() and drawn.pdf.is_file() else None


def keep(name: str, sources: Sources, drawing: Drawing, root: Path) -> Drawn:
    """Put a figure into the store and delete its oldest versions; to be called under its lock."""
    drawn = _drawn(name, sources, drawing.record, drawing.seconds, root)
    kept = {"key": drawn.key, "record": asdict(drawing.record), "seconds": drawing.seconds}
    _write(drawn.svg, drawing.svg)
    _write(drawn.pdf, drawing.pdf)
    _write(_record(name, sources, root), json.dumps(kept).encode())
    _prune(drawn)
    return drawn


@contextmanager
def locked(name: str, root: Path, wait: bool = True) -> Iterator[bool]:
    """Keep other processes from drawing a figure meanwhile.

    Gives whether the figure is ours; with `wait` it always is, once the others are done.
    """
    from filelock import FileLock, Timeout

    (root / FOLDER).mkdir(exist_ok=True)
    lock = FileLock(root / FOLDER / f".{name}.lock")
    try:
        lock.acquire(blocking=wait)
    except Timeout:
        yield False
        return
    try:
        yield True
    finally:
        lock.release()


def _drawn(name: str, sources: Sources, record: Record, seconds: float, root: Path) -> Drawn:
    used = record.files | record.folders | record.environment | record.libraries
    key = _hash({"": sources.key} | used)
    stem = root / FOLDER / f"{name}-{key}"
    files = {*sources.files, *(root / path for path in record.files)}
    return Drawn(
        name, key, stem.with_suffix(".svg"), stem.with_suffix(".pdf"), seconds, tuple(sorted(files))
    )


def _record(name: str, sources: Sources, root: Path) -> Path:
    return root / FOLDER / f"{name}-{sources.key}.json"


def _hash(parts: dict[str, str]) -> str:
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()[:16]


def _write(path: Path, content: bytes) -> None:
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    temporary.replace(path)


def _prune(drawn: Drawn) -> None:
    """Delete all but the newest versions of a figure, and what a killed run left of it."""
    own = re.compile(rf"\.?{re.escape(drawn.name)}-[0-9a-f]{{16}}\.(svg|pdf|json)(\.new)?")
    files = [file for file in drawn.svg.parent.iterdir() if own.fullmatch(file.name)]
    images = [file for file in files if file.suffix == ".svg" and file != drawn.svg]
    images.sort(key=lambda file: file.stat().st_mtime_ns, reverse=True)
    kept = {drawn.svg.stem, *(file.stem for file in images[: VERSIONS - 1])}
    for file in files:
        record = file.suffix == ".json"
        stem = f"{drawn.name}-{(read_json(file) or {}).get('key')}" if record else file.stem
        if stem not in kept:
            file.unlink()
