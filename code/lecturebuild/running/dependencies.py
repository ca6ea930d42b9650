"""What a run of Python depended on: files, folders, library versions, the environment.

It is found by listening: Python tells of every file it opens, modules among them however they are
imported, and of every folder it lists; :func:`listen` has it tell of what is looked up as well.
Each is noted as it was at that moment, so that a change made meanwhile is noticed.

Not seen is what a library written in C opens itself, unless its name stands in the source; what a
child process reads (those who start one are told apart); the network, the clock, true chance.
"""

import hashlib
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from functools import wraps
from importlib.machinery import SourceFileLoader
from importlib.util import source_from_cache
from pathlib import Path
from types import FrameType
from typing import Any

from lecturebuild.running.imports import texts, version, versions
from lecturebuild.steps.files import MISSING, digest

FOLDER = "folder"
"""Stands for the digest of a folder that was looked up, not listed."""

_SYSTEM = tuple(
    """/bin /dev /etc /lib /opt /proc /run /sbin /sys /usr /var /Library /System
    /private/etc""".split()
)
_OWN = str(Path(__file__).parents[1])  # what `figure` does is the store's business
_STANDARD = str(Path(os.__file__).parent)
_INSTALLED = (f"{os.sep}site-packages{os.sep}", f"{os.sep}dist-packages{os.sep}")
_GIVEN = {"IPYTHONDIR", "MPLBACKEND", "OPENBLAS_NUM_THREADS", "PYTHONHASHSEED", "SOURCE_DATE_EPOCH"}
"""Variables that cells and figures get from the renderer."""
_SHELL = re.compile(r"[/\\]site-packages[/\\](IPython|ipykernel|traitlets|decorator)\b")
_CHILDREN = {
    *("subprocess.Popen", "os.system", "os.posix_spawn", "os.exec", "os.fork", "os.forkpty"),
    *("os.spawn", "pty.spawn", "os.startfile"),
}


@dataclass(frozen=True)
class Record:
    """What a run used, each as it was when it was used.

    `files` and `folders` map a path, relative to the root, to the digest of a file's content and of
    a folder's names; `environment` a variable's name to the digest of its value; `libraries` an
    installed distribution to its version. `written` are the files it wrote. `children`
    names the cells that started processes, of which nothing is known.
    """

    files: dict[str, str]
    folders: dict[str, str]
    environment: dict[str, str]
    libraries: dict[str, str]
    written: tuple[str, ...]
    children: tuple[str, ...]

    def changes(self, root: Path) -> Iterator[str]:
        """Yield, in words, what is not as it was."""

        def folder(name: str) -> str:
            return _digest_of(_names(root / name, root), {*self.written}, name)

        kinds: dict[str, tuple[dict[str, str], Callable[[str], str]]] = {
            "{}": (self.files, lambda name: _state(root / name)),
            "the files in {}": (self.folders, folder),
            "the environment variable {}": (self.environment, lambda n: _hashed(os.getenv(n))),
            "the version of {}": (self.libraries, version),
        }
        for words, (then, now) in kinds.items():
            yield from (words.format(name) for name in then if now(name) != then[name])
        gone = (name for name in self.written if not (root / name).is_file())
        yield from (f"{name}, which is gone" for name in gone)


def changes(root: Path, record: dict[str, Any]) -> Iterator[str]:
    """Yield, in words, what is not as it was when a run used it; `record` is a record as JSON."""
    kept = Record(**record)
    if kept.children:
        yield "what the processes that it starts read, which nobody sees, perhaps"
    yield from kept.changes(root)


def _state(path: Path) -> str:
    try:
        if path.is_file():  # to open a pipe would be to wait
            return digest(path)
        return FOLDER if path.is_dir() else MISSING
    except OSError:
        return MISSING


def _hashed(text: str | None) -> str:
    return MISSING if text is None else hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()


def _names(folder: Path, root: Path) -> list[str] | None:
    """Return the names in a folder but for hidden ones and those a build makes, None without it."""
    try:
        names = [file.name for file in folder.iterdir()]
    except OSError:
        return None
    made = re.compile(r"_build|_figures|_book(\.\w+)?") if folder == root else None
    keep = (name for name in names if not name.startswith(".") and name != "__pycache__")
    return sorted(name for name in keep if not (made and made.fullmatch(name)))


def _digest_of(names: list[str] | None, written: set[str], folder: str) -> str:
    if names is None:
        return MISSING
    own = [name for name in names if os.path.normpath(f"{folder}/{name}") not in written]
    return hashlib.sha256("\n".join(own).encode("utf-8", "surrogateescape")).hexdigest()


def named_files(source: str, folder: Path, root: Path) -> dict[str, str]:
    """Return the project's files whose names a source has as texts, with their digests.

    So that a file counts which a library opens without Python's knowledge, as HDF5's does.
    """
    names = {text for text in texts(source) if text.strip() and "\0" not in text}
    places = [folder, root, root / "data"]
    with suppress(OSError):
        places += [place / name for place in (folder, root) for name in names if name.strip("./")]
    found = {}
    for place in dict.fromkeys(places):
        for name in names:
            with suppress(OSError, ValueError):
                path = Path(os.path.normpath(place / name))
                if path.is_file() and _Recorder(root).counts(path):
                    found[os.path.relpath(path, root)] = _state(path)
    return found


def settings_in(folder: Path, root: Path) -> dict[str, str]:
    """Return the file with Matplotlib's settings, which a kernel reads before it listens."""
    file = folder / "matplotlibrc"
    return {os.path.relpath(file, root): _state(file)}


def with_named(record: Record, named: dict[str, str], root: Path) -> Record:
    """Return a record with what was found before the run, if it is as it was then."""
    unseen = named.keys() - record.files.keys() - set(record.written)
    return replace(
        record,
        # What is not was written, not read.
        files=record.files | {n: named[n] for n in sorted(unseen) if _state(root / n) == named[n]},
    )


class _Recorder:
    """Notes what is read, listed and looked up, as it is at that moment."""

    def __init__(self, root: Path, cell: Callable[[], int] = lambda: 0):
        self.roots = dict.fromkeys((str(root.absolute()), str(root.resolve())))
        self.root = root
        self.cell = cell
        self.files: dict[str, str] = {}
        self.folders: dict[str, list[str] | None] = {}
        self.environment: dict[str, str] = {}
        self.set = set(_GIVEN)
        self.written: set[str] = set()
        self.children: set[int] = set()
        self.loaded = {*sys.modules}

    def counts(self, path: Path | str) -> bool:
        """Say whether a file is the author's: not the system's, the environment's or a build's."""
        name = self.name(path)
        parts = Path(name).parts or (".",)
        if {"__pycache__", "site-packages"} & {*parts} or f"{path}".startswith(_OWN + os.sep):
            return False
        if parts[0] != os.pardir:
            made = f"{parts[0]}.".startswith(("_build.", "_figures.", "_book."))
            return not made and parts[0] != ".git" and not _in_environment(str(path), self.roots)
        hidden = any(part.startswith(".") and part != os.pardir for part in parts)
        foreign = (*_SYSTEM, os.path.realpath(sys.prefix), os.path.realpath(sys.base_prefix))
        return not hidden and not any(f"{path}".startswith(f"{place}{os.sep}") for place in foreign)

    def name(self, path: Path | str) -> str:
        """Return a path relative to the root, by whichever name the root is called."""
        for root in self.roots:
            if f"{path}{os.sep}".startswith(f"{root}{os.sep}"):
                return os.path.relpath(path, root)
        return os.path.relpath(path, next(iter(self.roots)))

    def note_read(self, path: Path) -> None:
        """Note a file that is read, a module's source for its bytecode, or looked up."""
        if path.suffix == ".pyc":
            with suppress(ValueError):
                path = Path(source_from_cache(str(path)))
        name = self.name(path)
        known = name == "." or name in self.files or name in self.written
        if known or not self.counts(path):
            return
        state = _state(path)
        # What a library looks for in vain outside the project is its own affair.
        if not (name.startswith(os.pardir) and state in (MISSING, FOLDER)):
            self.files[name] = state

    def note_write(self, path: Path) -> None:
        """Note a file that is written."""
        if self.counts(path):
            self.written.add(self.name(path))

    def note_list(self, path: Path) -> None:
        """Note a folder that is listed."""
        name = self.name(path)
        if name not in self.folders and not name.startswith(os.pardir) and self.counts(path):
            self.folders[name] = _names(path, self.root)

    def result(self) -> dict[str, Any]:
        """Return what was noted, ready for JSON."""
        written = {name for name in self.written if (self.root / name).is_file()}
        files = {}
        for name, value in sorted(self.files.items()):
            if name in self.written:  # what it changes itself is as it left it
                value = _state(self.root / name)
            gone = name.startswith(os.pardir) and not (self.root / name).exists()
            if not (gone or (name in self.written and name not in written)):
                files[name] = value
        folders = {
            name: _digest_of(names, written, name) for name, names in sorted(self.folders.items())
        }
        return {
            "files": files,
            "folders": folders,
            "environment": dict(sorted(self.environment.items())),
            # What was there before, the source names: see `libraries_of`.
            "modules": sorted({name.partition(".")[0] for name in {*sys.modules} - self.loaded}),
            # A file made outside the project is nothing to wait for.
            "written": sorted(name for name in written if not name.startswith(os.pardir)),
            "children": sorted(self.children),
        }


def record_of(result: dict[str, Any]) -> Record:
    """Return the record of what :func:`finish` wrote, with the versions of the libraries."""
    return Record(
        files=result["files"],
        folders=result["folders"],
        environment=result["environment"],
        libraries=versions(result["modules"]),
        written=tuple(result["written"]),
        children=tuple(map(str, result["children"])),
    )


def _in_environment(path: str, roots: Iterable[str]) -> bool:
    prefix = os.path.realpath(sys.prefix) + os.sep
    return f"{path}{os.sep}".startswith(prefix) and not any(
        f"{root}{os.sep}".startswith(prefix) for root in roots
    )


_recorder: _Recorder | None = None
_busy = threading.local()


@contextmanager
def paused() -> Iterator[None]:
    """Note nothing of what this thread does meanwhile."""
    before = getattr(_busy, "value", False)
    _busy.value = True
    try:
        yield
    finally:
        _busy.value = before


def listen(root: Path | str, cell: Callable[[], int] = lambda: 0) -> None:
    """Note from now on what this process uses, for :func:`finish`; once in a process.

    `cell` returns the number of the cell that is executed.
    """
    global _recorder
    _recorder = _Recorder(Path(root), cell)
    sys.addaudithook(_hear)
    sys.dont_write_bytecode = True
    for name in ("stat", "lstat", "access"):
        setattr(os, name, _noting(getattr(os, name)))
    _hear_environment()
    _read_sources()


def finish() -> dict[str, Any]:
    """Return what was noted since :func:`listen`."""
    assert _recorder is not None
    with paused():
        return _recorder.result()


def _hear(event: str, arguments: tuple[Any, ...]) -> None:
    if event not in _EVENTS or _recorder is None or getattr(_busy, "value", False):
        return
    with paused(), suppress(OSError, ValueError, TypeError, RuntimeError):
        _EVENTS[event](_recorder, *arguments)


def _path(name: Any) -> Path | None:
    """Return the path that a name or, instead of it, the number of an open file stands for."""
    if name is None or isinstance(name, int):
        return None
    return Path(os.path.normpath(Path(os.fsdecode(name)).absolute()))


def _opened(recorder: _Recorder, name: Any, mode: Any, flags: int) -> None:
    if path := _path(name):
        if flags & (os.O_WRONLY | os.O_TRUNC):
            recorder.note_write(path)
        else:
            recorder.note_read(path)


def _renamed(recorder: _Recorder, source: Any, target: Any, *_: Any) -> None:
    if path := _path(target):  # how a file that was written beside its place is put there
        recorder.note_write(path)


def _listed(recorder: _Recorder, name: Any = None) -> None:
    if (path := _path("." if name is None else name)) and not _importing():
        recorder.note_list(path)


def _connected(recorder: _Recorder, name: Any) -> None:
    if isinstance(name, (str, bytes, os.PathLike)) and ":memory:" not in str(name):
        text = re.sub(r"^file:|\?.*$", "", os.fsdecode(name))
        if path := _path(text):
            recorder.note_read(path)


def _forked(recorder: _Recorder, *_: Any) -> None:
    if _by_author():
        recorder.children.add(recorder.cell())


_EVENTS: dict[str, Callable[..., None]] = {
    "open": _opened,
    "os.rename": _renamed,
    "os.listdir": _listed,
    "os.scandir": _listed,
    "sqlite3.connect": _connected,
    **dict.fromkeys(_CHILDREN, _forked),
}


def _callers() -> Iterator[str]:
    """Yield the files of the code that led here, the innermost first, this module's left out."""
    frame = sys._getframe(1)
    while frame is not None:
        name = frame.f_code.co_filename
        if name != __file__:
            yield name
        frame = frame.f_back  # type: ignore[assignment]


def _by_author() -> bool:
    """Say whether the author's code does this itself, and not a library for its own purposes."""
    for name in _callers():
        installed = any(part in name for part in _INSTALLED)
        standard = name.startswith((_STANDARD, "<frozen")) and not installed
        if not standard and not _SHELL.search(name):
            return not installed and not name.startswith(_OWN)
    return False


def _asks() -> bool:
    """Say whether the author's code asks for a variable itself."""
    for name in _callers():
        if not name.startswith((_STANDARD, "<frozen")):
            return not any(part in name for part in _INSTALLED) and not name.startswith(_OWN)
        if not name.endswith(("os.py", "_collections_abc.py")) and "<frozen" not in name:
            return False
    return False


def _importing() -> bool:
    """Say whether Python lists a folder to find a module or a distribution."""
    for name in _callers():
        if "importlib" in name:
            return True
        if not name.startswith((_STANDARD, "<frozen")):
            return False
    return False


def _noting(look: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function of `os` that also notes the path it looks at."""

    @wraps(look)
    def noting(path: Any, *arguments: Any, **options: Any) -> Any:
        if _recorder is not None and not getattr(_busy, "value", False):
            with paused(), suppress(OSError, ValueError, TypeError, RuntimeError):
                if (place := _path(path)) and _recorder.counts(place):
                    _recorder.note_read(place)
        return look(path, *arguments, **options)

    return noting


def _hear_environment() -> None:
    """Note which variables of the environment the author's code asks for, one by one."""
    kind = type(os.environ)
    get, set_, iterate = kind.__getitem__, kind.__setitem__, kind.__iter__
    copied: dict[str, tuple[int, int]] = {}  # who copies the whole environment asks for nothing

    def asker() -> tuple[int, int]:
        frame: FrameType | None = sys._getframe(2)
        while frame and frame.f_code.co_filename.endswith(
            ("_collections_abc>", "_collections_abc.py")
        ):
            frame = frame.f_back
        return id(frame), frame.f_lineno if frame else 0

    def getitem(self: Any, name: str) -> str:
        if _recorder is not None and isinstance(name, str) and copied.pop(name, None) != asker():
            with paused():
                if name not in _recorder.set and _asks():
                    value = self._data.get(os.fsencode(name))
                    _recorder.environment.setdefault(name, _hashed(value and os.fsdecode(value)))
        return get(self, name)

    def setitem(self: Any, name: str, value: str) -> None:
        if _recorder is not None:
            _recorder.set.add(name)
        set_(self, name, value)

    def iterated(self: Any) -> Iterator[str]:
        for name in iterate(self):
            copied[name] = asker()
            yield name

    kind.__getitem__, kind.__setitem__, kind.__iter__ = getitem, setitem, iterated  # type: ignore


def _read_sources() -> None:
    """Have the project's modules compiled anew: bytecode is kept by whole seconds and sizes."""
    stats = SourceFileLoader.path_stats

    def path_stats(self: SourceFileLoader, path: str) -> Any:
        if _recorder is not None and _recorder.counts(path):
            raise OSError("the bytecode is not used")
        return stats(self, path)

    SourceFileLoader.path_stats = path_stats  # type: ignore[method-assign]
