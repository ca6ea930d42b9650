"""Which files are the project's own, what is in them, and many of them in one.

A file belongs to the project when it lies inside the project's root and neither in a hidden folder
nor in an environment with installed packages.
"""

import errno
import hashlib
import json
import os
import shutil
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path, PurePath
from stat import S_ISDIR, S_ISREG
from typing import IO, Any, TypeVar

MISSING = "missing"
"""Stands for the digest of a file that does not exist."""

MARK = ".lecture.json"
"""The file in a book that says which files of it are ours, with their digests."""

COMPRESSED = {".pdf", ".png", ".jpg", ".woff2", ".zip"}
"""Kinds of files that a zip file cannot make smaller."""

_FOREIGN = {"site-packages", "dist-packages", "__pycache__", "_figures"}
_RECENT = 2e9  # nanoseconds; some file systems count time in steps that long

T = TypeVar("T")


def in_project(path: Path | str, root: Path) -> bool:
    """Say whether an absolute path is the root or lies inside the project and is its own."""
    start = f"{root}{os.sep}"
    inner = f"{path}{os.sep}"
    if not inner.startswith(start) or inner.startswith(_environment(root)):
        return False
    parts = Path(inner.removeprefix(start)).parts
    return not any(part.startswith(".") or part in _FOREIGN for part in parts)


def own_files(root: Path, passes_over: Callable[[Path], bool]) -> Iterator[Path]:
    """Yield all files of a project but for those in books and in folders that are passed over."""
    for place, folders, names in os.walk(root):
        folder = Path(place)
        folders[:] = sorted(
            name
            for name in folders
            if in_project(folder / name, root)
            and not passes_over(folder / name)
            and not (folder / name / MARK).is_file()
        )
        yield from (folder / name for name in sorted(names))


@lru_cache
def _environment(root: Path) -> str:
    """Return the running environment's folder; one that holds the project itself says nothing."""
    prefix = os.path.realpath(sys.prefix) + os.sep
    return "\0" if f"{root}{os.sep}".startswith(prefix) else prefix


def is_file(path: Path) -> bool:
    """Say whether there is such a file; none has a name that the system cannot have."""
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that is too long, or has a NUL
        return False


def is_dir(path: Path) -> bool:
    """Say whether there is such a folder; none has a name that the system cannot have."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def read_json(file: Path) -> Any:
    """Return what a file of ours holds, None if it is not there or a killed run left half of it."""
    try:
        return json.loads(file.read_bytes())
    except (FileNotFoundError, IsADirectoryError, ValueError):
        return None


def digest(*paths: Path) -> str:
    """Return one hash of the contents of files, in the order given."""
    single = [remembered(path, _hash) or MISSING for path in paths]
    return single[0] if len(single) == 1 else hashlib.sha256("\n".join(single).encode()).hexdigest()


hashing = threading.local()
"""Its `reading` is true in a thread that reads a file only for its digest."""

_memory: dict[tuple[Path, Callable[..., Any]], tuple[tuple[int, int], Any]] = {}


def remembered(path: Path, compute: Callable[[Path], T]) -> T | None:
    """Return `compute(path)`, anew only when the file changed; None if there is no such file."""
    try:
        state = path.stat()
        if not (S_ISREG(state.st_mode) or S_ISDIR(state.st_mode)):  # reading a pipe never ends
            return None
        known, value = _memory.get((path, compute), (None, None))
        if known == (state.st_mtime_ns, state.st_size):
            return value
        value = compute(path)
    except (FileNotFoundError, NotADirectoryError, IsADirectoryError, ValueError):
        return None
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            return None
        raise
    # A second change right after the first may leave time and size as they are.
    if time.time_ns() - state.st_mtime_ns > _RECENT:
        _memory[path, compute] = (state.st_mtime_ns, state.st_size), value
    return value


def _hash(path: Path) -> str:
    hashing.reading = True
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    finally:
        hashing.reading = False


def pack(target: Path | IO[bytes], files: Mapping[str, Path | bytes]) -> None:
    """Write files into a zip file whose bytes depend on their names and contents alone."""
    from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

    with ZipFile(target, "w") as archive:
        for name, file in files.items():
            content = file if isinstance(file, bytes) else file.read_bytes()
            executable = isinstance(file, Path) and os.access(file, os.X_OK)
            entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
            entry.external_attr = (0o755 if executable else 0o644) << 16
            compressed = PurePath(name).suffix in COMPRESSED
            # At level 4 a third faster than at 6, and a hundredth larger.
            archive.writestr(entry, content, ZIP_STORED if compressed else ZIP_DEFLATED, 4)


def discard(path: Path) -> None:
    """Delete a file, a link or a folder with all that is in it, if it is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)
