"""What a piece of Python depends on: project modules, library versions, data files.

Modules and libraries are found by reading import statements, so nothing is executed for it; data
files are found by listening while it runs.

Not seen are files that a C library opens itself (HDF5, TensorFlow's own reader), files that a
child process reads, and listings of folders.
"""

import ast
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from pathlib import Path
from typing import Any

from lecturebuild.steps.files import MISSING, digest, hashing, in_project, remembered

Import = tuple[int, str]
"""Number of leading dots and dotted name; `from a import b` is (0, "a.b")."""


def modules_of(source: str, folder: Path, root: Path) -> tuple[Path, ...]:
    """Return the files of the project modules that a source imports, directly or through others.

    Parameters
    ----------
    source : str
        Python, possibly with IPython's `%` and `!` lines.
    folder : Path
        Where the source lies; Python looks there first.
    root : Path
        The project's root.
    """
    root, folder = root.resolve(), folder.resolve()
    entries = [Path(entry).resolve() for entry in sys.path]
    folders = [folder, *(entry for entry in entries if in_project(entry, root))]
    # Most imports are of libraries: one look into a folder saves many for single files.
    own = {file.stem for place in folders if place.is_dir() for file in place.iterdir()}
    found: set[Path] = set()
    waiting = [(folder, _parse(source))]
    while waiting:
        place, imports = waiting.pop()
        for dots, name in imports:
            if not dots and name.partition(".")[0] not in own:
                continue
            base = [place, *place.parents][dots - 1 : dots] if dots else folders
            for file in _files_of(name, base):
                if file not in found:
                    found.add(file)
                    waiting.append((file.parent, _imports(file)))
    return tuple(sorted(found))


def libraries_of(source: str, *modules: Path) -> dict[str, str]:
    """Return the versions of the installed distributions that a source and modules import.

    The standard library counts as Python's minor version, under the name `python`.
    """
    imports = {*_parse(source), *(item for module in modules for item in _imports(module))}
    names = {name.partition(".")[0] for dots, name in imports if not dots}
    owners = {owner for name in names for owner in _owners().get(name, ())}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    return {"python": python} | {owner: _version(owner) for owner in sorted(owners)}


@lru_cache(maxsize=1000)
def _parse(source: str) -> tuple[Import, ...]:
    try:
        tree = ast.parse(source)
    except SyntaxError:
        try:
            tree = ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", source, flags=re.M))
        except SyntaxError:
            return ()  # running it will tell
    imports: list[Import] = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            imports += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = f"{node.module}." if node.module else ""
            imports += [(node.level, start + alias.name) for alias in node.names]
    return tuple(dict.fromkeys(imports))


def _imports(module: Path) -> tuple[Import, ...]:
    return remembered(module, _read_imports) or ()


def _read_imports(module: Path) -> tuple[Import, ...]:
    return _parse(module.read_text(encoding="utf-8", errors="replace"))  # Python will complain


def _files_of(name: str, folders: list[Path]) -> list[Path]:
    """Return the files that importing a dotted name executes, outermost package first."""
    for folder in folders:
        files: list[Path] = []
        place = folder
        for part in name.split("."):
            if part == "*":  # it may import any of the package's modules
                files += place.glob("*.py")
                break
            package, module = place / part / "__init__.py", place / f"{part}.py"
            place = place / part
            if package.is_file():
                files.append(package)
            elif module.is_file():
                files.append(module)
                break
            elif not place.is_dir():
                break
        if files:
            return files
    return []


@lru_cache
def _owners() -> dict[str, set[str]]:
    """Map the top-level names that can be imported to the distributions that install them.

    :func:`importlib.metadata.packages_distributions` does the same in several times the time.
    """
    from importlib import metadata

    owners: dict[str, set[str]] = {}
    for distribution in metadata.distributions():
        record = distribution.read_text("RECORD") or ""
        for first in {line.partition(",")[0].partition("/")[0] for line in record.splitlines()}:
            name = first.partition(".")[0]
            if name.isidentifier() and name != "__pycache__":
                owners.setdefault(name, set()).add(distribution.name)
    return owners


@lru_cache
def _version(distribution: str) -> str:
    from importlib import metadata

    return metadata.version(distribution)


class _Recorder:
    """Notes which of the project's files are read, with their digests at that moment."""

    def __init__(self, root: Path):
        self.roots = root.absolute(), root.resolve()
        self.reads: dict[Path, str] = {}
        self.written: set[Path] = set()

    def note(self, path: Path, flags: int) -> None:
        root = next((root for root in self.roots if in_project(path, root)), None)
        if root is None or path.suffix in {".py", ".pyc"}:
            return
        file = path.relative_to(root)
        if flags & (os.O_WRONLY | os.O_TRUNC):
            self.written.add(file)
        elif file not in self.written and file not in self.reads and not path.is_dir():
            self.reads[file] = digest(path)


_recorders: list[_Recorder] = []


def _listen(event: str, arguments: tuple[Any, ...]) -> None:
    if not _recorders or getattr(hashing, "reading", False):
        return
    if event == "open":
        name, _, flags = arguments
    elif event == "os.rename":  # how a file that was written beside its place is put there
        name, flags = arguments[1], os.O_WRONLY
    else:
        return
    if not isinstance(name, int):
        _recorders[-1].note(Path(os.path.normpath(Path(os.fsdecode(name)).absolute())), flags)


@lru_cache
def _install() -> None:
    sys.addaudithook(_listen)  # it cannot be removed, so there is one for all recorders


@contextmanager
def recorded_reads(root: Path) -> Iterator[dict[Path, str]]:
    """Record the project's data files that are opened for reading meanwhile.

    Gives a dictionary, filled as files are read, from paths relative to the root to the digest of
    what was read; `MISSING` where a file was looked for in vain. Python's own files, and files
    written before they are read, are left out. An outer recording pauses meanwhile.
    """
    _install()
    recorder = _Recorder(root)
    _recorders.append(recorder)
    try:
        yield recorder.reads
    finally:
        _recorders.remove(recorder)


def start_recording(root: Path | str) -> None:
    """Record the data files read from now on in this process, for :func:`recorded`."""
    _install()
    _recorders[:] = [_Recorder(Path(root))]


def recorded() -> tuple[list[Path], list[Path]]:
    """Return the files read and those written since :func:`start_recording`, if they are there.

    Paths are relative to the root. Folders of the build, whose names begin with _, do not count.
    """
    recorder = _recorders[0]
    reads = sorted(path for path, value in recorder.reads.items() if value != MISSING)
    written = [path for path in recorder.written if not path.parts[0].startswith("_")]
    return reads, sorted(path for path in written if (recorder.roots[0] / path).is_file())
