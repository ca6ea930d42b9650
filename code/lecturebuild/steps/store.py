"""Steps, and the store in which their results lie.

A step makes files from inputs. Its key is a hash of these inputs and of the code that makes it;
under that key its result lies in `_build/store/KIND/NAME/`, in a folder of its own that appears
there whole or not at all. Beside the files lies `record.json`: what the step was made from, which
files it read while it ran, what it made, and how long that took. A result is used again while all
of this still holds; a file that is damaged, missing or replaced is noticed, and its step made anew.
(Caches such as joblib's or diskcache keep pickles, and know nothing of files that a step reads.)
"""

import hashlib
import json
import os
import re
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, fields, is_dataclass
from functools import lru_cache, partial
from pathlib import Path
from types import ModuleType
from typing import Any

from lecturebuild.steps.assuming import confirm
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import MISSING, digest, discard, read_json

VERSIONS = 3
"""So many results of a step are kept: going back to the last text costs nothing."""
RECORD = "record.json"
CHANGED = "changed while it was read"
"""Stands for the digest of such a file, which no file has."""

_NEW = ".new"
_STARTED = time.time()
_VERSION = re.compile(r"[0-9a-f]{12}-[0-9a-f]{8}")


@dataclass(frozen=True, eq=False)
class Step:
    """Something to be made.

    Parameters
    ----------
    kind, name : str
        What it is and of what: "pages", "chapters/relu.qmd". Without a kind it is a value: computed
        whenever it is needed, not kept, and `make` is called with the inputs alone.
    make : callable
        Called with an empty folder, in which it leaves files, and with `inputs` and `context` by
        name. It may return what it `Read`.
    inputs : mapping, or a step that gives one
        What the result depends on: plain data, files (by their contents), results of other steps.
    uses : mapping
        Likewise, but not handed to `make`.
    context : mapping
        Handed to `make` and no part of the key.
    after : tuple of steps
        To be done before, if they are to be done.
    read : callable, optional
        Turns the result into what other steps get.
    code : mapping, optional
        The files with the code that makes it; by default the modules of `make`.
    changes : callable, optional
        Tells in words what has changed since a run, given its `Read.run`.
    slow : bool
        Begins before others, and not at all once something has failed.
    tells : bool
        Tells of its progress itself.
    steady : bool
        It nearly always gives what it gave last time; what needs it may begin assuming so.
    beside : callable, optional
        Gives a context that is entered when the step begins and left when all work has ended: for
        what a later step may begin already.
    """

    kind: str
    name: str
    make: Callable[..., Any]
    inputs: "Mapping[str, Any] | Step" = field(default_factory=dict)
    uses: Mapping[str, Any] = field(default_factory=dict)
    context: Mapping[str, Any] = field(default_factory=dict)
    after: "tuple[Step, ...]" = ()
    read: Callable[["Result"], Any] | None = None
    code: Mapping[str, Path] | None = None
    changes: Callable[[Any], Iterable[str]] | None = None
    slow: bool = False
    tells: bool = False
    steady: bool = False
    beside: "Callable[[], AbstractContextManager[Any]] | None" = None

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".strip()


def value(make: Callable[..., Any], **inputs: Any) -> Step:
    """Return a step that computes a value, which is not kept."""
    function = make.func if isinstance(make, partial) else make
    return Step("", function.__name__, make, inputs)


@dataclass(frozen=True)
class Read:
    """What turned out, while a step ran, to be one of its inputs.

    `files` maps files of the project that were read to their digests at that moment; `run` is what
    else is known, in JSON, of which the step's `changes` can tell whether it still holds.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    run: Any = None


@dataclass(frozen=True)
class File:
    """A file and its digest."""

    path: Path
    digest: str


@dataclass(frozen=True)
class Result:
    """What a step left in the store."""

    folder: Path
    record: dict[str, Any]
    new: bool = False

    def file(self, name: str) -> File:
        """Return one of its files."""
        return File(self.folder / name, self.record["files"][name][0])

    @property
    def files(self) -> dict[str, File]:
        """All its files by name."""
        return {name: self.file(name) for name in self.record["files"]}

    @property
    def only(self) -> File:
        """Its one file."""
        [name] = self.record["files"]
        return self.file(name)

    @property
    def seconds(self) -> float:
        """The time that making it took."""
        return float(self.record["seconds"])

    @property
    def digest(self) -> str:
        """One hash of all its files."""
        return _hash({name: entry[0] for name, entry in self.record["files"].items()})

    def json(self, name: str) -> Any:
        """Return what one of its files, in JSON, says."""
        return json.loads((self.folder / name).read_bytes())


class Store:
    """The results of a project's steps."""

    def __init__(self, root: Path):
        self.root = root
        self.folder = root / "_build" / "store"

    def key(self, step: Step, inputs: Mapping[str, Any]) -> dict[str, str]:
        """Return the digest of everything that a step is made from, by name."""
        code = step.code if step.code is not None else code_of(step.make)
        parts = {f"code {name}": _code(file) for name, file in code.items()}
        for name, item in {**inputs, **step.uses}.items():
            parts[name] = fingerprint(item)
        return parts

    def lookup(self, step: Step, parts: Mapping[str, str]) -> Result | None:
        """Return a step's result, if it is there and still holds."""
        place = self._place(step)
        for folder in _versions(place, _hash(parts)[:12]):
            record = _read_record(folder)
            if record is None or not _intact(folder, record):
                continue
            if not any(True for _ in self._changes(step, record)):
                return Result(folder, record)
        return None

    def make(
        self, step: Step, inputs: Mapping[str, Any], context: Mapping[str, Any] | None = None
    ) -> Result:
        """Make a step and keep its result, unless another process just did."""
        place = self._place(step)
        self._clear(place)
        with locked(place / ".lock"):
            parts = self.key(step, inputs)
            if found := self.lookup(step, parts):
                return found
            new = place / _NEW
            try:
                for _ in range(3):
                    discard(new)
                    new.mkdir()
                    start = time.perf_counter()
                    read = step.make(new, **inputs, **(context or {})) or Read()
                    seconds = time.perf_counter() - start
                    before, parts = parts, self.key(step, inputs)
                    if before == parts:
                        confirm()
                        return self._keep(place, parts, read, seconds)
            except BaseException:
                discard(new)
                raise
            raise LectureError(f"{step}: what it is made from changes while it is made")

    def likely(self, step: Step, parts: Mapping[str, str]) -> Result | None:
        """Return a steady step's last result, if none but the inputs proper changed since."""
        kept = _last(self._place(step))
        if kept is None or isinstance(step.inputs, Step):
            return None
        others = parts.keys() - step.inputs.keys()
        same = all(kept.record["inputs"].get(name) == parts[name] for name in others)
        return kept if same else None

    def get(self, step: Step) -> Result:
        """Return the result of a step that depends on no other one; make it if need be."""
        assert isinstance(step.inputs, Mapping)
        found = self.lookup(step, self.key(step, step.inputs))
        return found or self.make(step, step.inputs, step.context)

    def newest(self, kind: str, name: str) -> Result | None:
        """Return the last result of a step that was made, whether it still holds or not."""
        for folder in _versions(self.folder / kind / name):
            if record := _read_record(folder):
                return Result(folder, record)
        return None

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield kind and name of every step that has left a result."""
        for record in sorted(self.folder.glob(f"*/**/{RECORD}")):
            if _VERSION.fullmatch(record.parent.name):
                kind, *name = record.relative_to(self.folder).parts[:-2]
                yield kind, "/".join(name)

    def reasons(self, step: Step, parts: Mapping[str, str]) -> list[str]:
        """Return what changed since a step was made last; empty if nothing did."""
        if self.lookup(step, parts):
            return []
        kept = self.newest(step.kind, step.name)
        if kept is None:
            return ["was not made yet"]
        before = kept.record["inputs"]
        changed = [
            f"{name} changed" for name in parts if before.get(name, parts[name]) != parts[name]
        ]
        changed += [f"{name} is new" for name in parts if name not in before]
        changed += [f"{name} is gone" for name in before if name not in parts]
        changed += self._changes(step, kept.record)
        return changed or ["its files in the store are damaged"]

    def _place(self, step: Step) -> Path:
        return self.folder / step.kind / step.name

    def _changes(self, step: Step, record: dict[str, Any]) -> Iterator[str]:
        """Yield in words what has changed of that which a run read."""
        for name, known in record["reads"].items():
            now = digest(self.root / name)
            if now != known:
                yield f"{name} {'is gone' if now == MISSING else 'changed'}"
        if step.changes and record["run"] is not None:
            yield from (f"{words} changed" for words in step.changes(record["run"]))

    def _clear(self, place: Path) -> None:
        """Make a folder; remove what has come to lie in its way."""
        build = self.folder.parent
        for folder in [*reversed(place.relative_to(build).parents), place.relative_to(build)]:
            here = build / folder
            if here.is_symlink() or (here.exists() and not here.is_dir()):
                here.unlink()
        place.mkdir(parents=True, exist_ok=True)

    def _keep(self, place: Path, parts: dict[str, str], read: Read, seconds: float) -> Result:
        new = place / _NEW
        files = {
            file.relative_to(new).as_posix(): [digest(file), *_state(file)]
            for file in sorted(new.rglob("*"))
            if file.is_file()
        }
        record = {
            "inputs": parts,
            "reads": {str(name): known for name, known in sorted(read.files.items())},
            "run": read.run,
            "files": files,
            "seconds": round(seconds, 3),
        }
        (new / RECORD).write_text(json.dumps(record, indent=1), encoding="utf-8")
        found = _hash([record["reads"], record["run"]])
        folder = place / f"{_hash(parts)[:12]}-{found[:8]}"
        discard(folder)
        new.rename(folder)
        for old in _versions(place)[VERSIONS:]:
            discard(old)
        return Result(folder, record, new=True)


@contextmanager
def locked(file: Path, waiting: Callable[[], None] | None = None) -> Iterator[None]:
    """Keep other processes out meanwhile; `waiting` is called if one is to be waited for."""
    from filelock import FileLock, Timeout

    if file.is_dir() or file.is_symlink():
        discard(file)
    file.parent.mkdir(parents=True, exist_ok=True)
    lock = FileLock(file)
    try:
        lock.acquire(blocking=False)
    except Timeout:
        if waiting:
            waiting()
        lock.acquire()
    try:
        yield
    finally:
        lock.release()


def fingerprint(item: Any) -> str:
    """Return a hash of an input: of files and results, of their contents."""
    if isinstance(item, Path):
        return digest(item)
    if isinstance(item, Result | File):
        return item.digest
    return _hash(item)


def _code(file: Path) -> str:
    """Return the digest of code that was loaded; of another one, if it was changed since then."""
    later = file.stat().st_mtime > _STARTED
    return digest(file) + (CHANGED if later else "")


def _hash(item: Any) -> str:
    text = json.dumps(item, sort_keys=True, default=_plain)
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _plain(item: Any) -> Any:
    if isinstance(item, Path | Result | File):
        return fingerprint(item)
    if isinstance(item, bytes):
        return hashlib.sha256(item).hexdigest()
    if is_dataclass(item):
        return {each.name: getattr(item, each.name) for each in fields(item)}
    if isinstance(item, set | frozenset):
        return sorted(item)
    return str(item)


def _state(file: Path) -> list[int]:
    status = file.lstat()
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns]


def _read_record(folder: Path) -> dict[str, Any] | None:
    record = None if (folder / RECORD).is_symlink() else read_json(folder / RECORD)
    parts = {"inputs": dict, "reads": dict, "files": dict, "seconds": float | int}
    if isinstance(record, dict) and all(isinstance(record.get(k), t) for k, t in parts.items()):
        return record
    return None


def _intact(folder: Path, record: dict[str, Any]) -> bool:
    """Say whether all files of a result are what they were; read those that look touched."""
    touched = False
    for name, (known, *state) in record["files"].items():
        file = folder / name
        try:
            if _state(file) == state:
                continue
            if file.is_symlink() or not file.is_file() or digest(file) != known:
                return False
        except OSError:
            return False
        record["files"][name], touched = [known, *_state(file)], True
    if touched:  # by a copy of the project, say: so that they need not be read again
        new = folder / f"{RECORD}{_NEW}"
        new.write_text(json.dumps(record, indent=1), encoding="utf-8")
        new.replace(folder / RECORD)
    return True


def _versions(place: Path, start: str = "") -> list[Path]:
    """Return the folders of a step's results, or of those with one key, the newest first."""
    found = []
    try:
        with os.scandir(place) as entries:
            for entry in entries:
                if _VERSION.fullmatch(entry.name) and entry.name.startswith(start):
                    folder = Path(entry.path)
                    found.append((_time(folder / RECORD), folder))
    except (FileNotFoundError, NotADirectoryError):
        return []
    return [folder for _, folder in sorted(found, reverse=True)]


def _time(file: Path) -> int:
    try:
        return file.stat().st_mtime_ns
    except OSError:
        return 0


def code_of(make: Callable[..., Any]) -> dict[str, Path]:
    """Return the modules that make a step: the function's own, and what of its stage that uses.

    The code of earlier stages is no part of a key: what they give is.
    """
    while isinstance(make, partial):
        make = make.func
    return _modules(make.__module__)


@lru_cache
def _modules(name: str) -> dict[str, Path]:
    package, own = [*name.split("."), ""][:2]
    found: dict[str, Path] = {}
    waiting = [name]
    while waiting:
        module = sys.modules.get(waiting.pop())
        if module is None or module.__name__ in found or not module.__file__:
            continue
        found[module.__name__] = Path(module.__file__)
        for item in vars(module).values():
            known = vars(item) if isinstance(item, ModuleType) else {}
            other = str(known.get("__name__") or getattr(item, "__module__", ""))
            stage = other.split(".")
            if stage[0] == package and len(stage) > 2 and stage[1] == own:
                waiting.append(other)
    return dict(sorted(found.items()))


def before(path: Path, start: float) -> str:
    """Return the digest of a file that was read by another program since a time.

    If it was changed since then, nobody knows which state was read.
    """
    try:
        status = path.stat()
    except OSError:
        return MISSING
    return CHANGED if max(status.st_mtime, status.st_ctime) > start else digest(path)


def previous(new: Path) -> Result | None:
    """Return the last result of the step that is being made in a folder, if it is undamaged."""
    return _last(new.parent)


def _last(place: Path) -> Result | None:
    for folder in _versions(place):
        record = _read_record(folder)
        if record and _intact(folder, record):
            return Result(folder, record)
    return None
