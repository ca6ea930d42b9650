"""What Python source imports: modules of the project, and libraries with their versions.

Import statements are read before anything runs, so that a changed module is known at once.
(`modulefinder`, which does so too, reads all libraries as well and takes minutes.) What was found
is noted for the next rendering, which finds the same as long as no module has changed, no folder
has other names in it and nothing was installed: reading a hundred modules takes a quarter second.
"""

import ast
import hashlib
import json
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lecturebuild.steps.files import MISSING, digest, discard, in_project, remembered

if TYPE_CHECKING:  # else only where it is needed: every chapter imports this module
    from importlib.metadata import Distribution

Import = tuple[int, str]
"""Number of leading dots and dotted name; `from a import b` is (0, "a.b")."""
FIRST = re.compile(r"[^/.,]+")
"""A top-level module or package, at the beginning of a file's path."""
MAGIC = re.compile(r"^(\s*)[%!].*$", re.M)
NOTE = Path("_build", "imports.txt")

_parsing = threading.Lock()


@dataclass
class _Memory:
    """What was found for each source, by a hash of it and of its place.

    `seen` are the modules and folders that were looked at, each with a digest of what was there.
    """

    found: dict[str, Any] = field(default_factory=dict)
    asked: set[str] = field(default_factory=set)
    seen: dict[str, str] = field(default_factory=dict)

    def holds(self) -> bool:
        """Say whether what was looked at is as it was."""
        return all(_state(Path(name)) == state for name, state in self.seen.items())


_memory: _Memory | None = None
"""Only while a project is rendered: else, a source may be asked for again once it has changed."""


@contextmanager
def remembering(root: Path) -> Iterator[None]:
    """Find again what an earlier process has found, where that still holds; note what is new."""
    global _memory
    _memory = memory = _noted(root / NOTE)
    before = {*memory.found}
    try:
        yield
    finally:
        _memory = None
        if not memory.asked <= before and memory.holds():
            asked = {key: memory.found[key] for key in memory.asked}
            text = json.dumps([_surroundings(), asked, memory.seen])
            temporary = (root / NOTE).with_suffix(".new")
            discard(root / NOTE)
            discard(temporary)
            temporary.write_text(f"{_hash(text)}\n{text}", encoding="utf-8")
            temporary.replace(root / NOTE)


def _noted(file: Path) -> _Memory:
    """Return what an earlier process has noted, if it still holds and the file is undamaged."""
    try:
        check, _, text = file.read_text(encoding="utf-8").partition("\n")
    except (OSError, UnicodeDecodeError):
        return _Memory()
    if _hash(text) != check:
        return _Memory()
    surroundings, found, seen = json.loads(text)
    memory = _Memory(found, set(), seen)
    return memory if surroundings == _surroundings() and memory.holds() else _Memory()


def _surroundings() -> list[Any]:
    """Return what else counts: this module, where Python looks, and what is installed there."""
    places = [Path(place) for place in sys.path if place.endswith("-packages")]
    times = [place.stat().st_mtime_ns for place in places if place.is_dir()]
    return [digest(Path(__file__)), sys.version, sys.path, times]


def _state(path: Path) -> str:
    """Return a digest of a module, or of the names in a folder that may be modules."""
    if path.suffix == ".py":
        return digest(path)
    names = sorted(name for name in _names(path) if "." not in name or name.endswith(".py"))
    return _hash("\n".join(names))


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _look(path: Path) -> None:
    """Remember in what state a module or folder is that is looked at."""
    if _memory is not None and str(path) not in _memory.seen:
        _memory.seen[str(path)] = _state(path)


def _once(find: Callable[[], Any], *question: Any) -> Any:
    """Return what was found for a question before, or find it."""
    if _memory is None:
        return find()
    key = _hash("\0".join(map(str, question)))
    _memory.asked.add(key)
    if key not in _memory.found:
        _memory.found[key] = find()
    return _memory.found[key]


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
    find = partial(_modules_of, source, folder.resolve(), root.resolve())
    return tuple(map(Path, _once(find, "modules", source, folder, root)))


def _modules_of(source: str, folder: Path, root: Path) -> list[str]:
    places = dict.fromkeys(Path(os.path.realpath(entry)) for entry in sys.path)
    folders = [folder, *(place for place in places if in_project(place, root))]
    # Most imports are of libraries: one look into a folder saves many for single files.
    names = cache(_noted_names)
    own = {name.partition(".")[0] for place in folders for name in names(place)}
    found: set[Path] = set()
    waiting = [(folder, _parse(source))]
    while waiting:
        place, imports = waiting.pop()
        for dots, name in imports:
            if not dots and name.partition(".")[0] not in own:
                continue
            base = [place, *place.parents][dots - 1 : dots] if dots else folders
            for file in _files_of(name, base, names):
                if file not in found:
                    found.add(file)
                    _look(file)
                    waiting.append((file.parent, _imports(file)))
    return sorted(map(str, found))


def libraries_of(source: str, *modules: Path) -> dict[str, str]:
    """Return the versions of the installed distributions that a source and modules import.

    The standard library counts as Python's minor version, under the name `python`.
    """
    found: dict[str, str] = _once(
        partial(_libraries_of, source, *modules), "libraries", source, *modules
    )
    return found


def _libraries_of(source: str, *modules: Path) -> dict[str, str]:
    for module in modules:
        _look(module)
    imports = {*_parse(source), *(item for module in modules for item in _imports(module))}
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    names = {name.partition(".")[0] for dots, name in imports if not dots}
    return {"python": python} | versions(names)


def versions(names: Iterable[str]) -> dict[str, str]:
    """Return the versions of the distributions that install top-level modules."""
    owners = {owner for name in names for owner in _owners(name)}
    return {owner: version(owner) for owner in sorted(owners)}


@lru_cache
def version(distribution: str) -> str:
    """Return the version of an installed distribution."""
    from importlib import metadata

    try:
        return metadata.version(distribution)
    except metadata.PackageNotFoundError:
        return MISSING


@lru_cache(maxsize=1000)
def _owners(module: str) -> set[str]:
    """Return the names of the distributions that install a top-level module."""
    return {distribution.name for distribution in _installed().get(module, ())}


@lru_cache
def _installed() -> "dict[str, list[Distribution]]":
    """Map names that can be imported to what installs them.

    :func:`importlib.metadata.packages_distributions` does the same in ten times the time.
    """
    from importlib import metadata

    found: dict[str, list[Distribution]] = {}
    for distribution in metadata.distributions():
        record = distribution.read_text("RECORD") or ""  # which tells more than top_level.txt
        places = {line.partition("/")[0] for line in record.split("\n")}
        for name in {first[0] for first in map(FIRST.match, places) if first}:
            found.setdefault(name, []).append(distribution)
    return found


@lru_cache(maxsize=1000)
def texts(source: str) -> frozenset[str]:
    """Return the texts that stand in a source in quotes, which may be names of files."""
    tree = _tree(source)
    nodes = (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant))
    return frozenset(text for text in nodes if isinstance(text, str) and len(text) < 200)


def _tree(source: str) -> ast.Module:
    """Parse Python, one thread at a time: two at once may end in a SystemError in Python 3.11."""
    with _parsing:
        for text in (source, MAGIC.sub(r"\1pass", source)):
            try:
                return ast.parse(text)
            except (SyntaxError, ValueError, RecursionError):
                continue
    return ast.Module([], [])  # running it will tell what is wrong


@lru_cache(maxsize=1000)
def _parse(source: str) -> tuple[Import, ...]:
    imports: list[Import] = []
    for node in _statements(_tree(source)):
        if isinstance(node, ast.Import):
            imports += [(0, alias.name) for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            start = f"{node.module}." if node.module else ""
            imports += [(node.level, start + alias.name) for alias in node.names]
    return tuple(dict.fromkeys(imports))


def _statements(tree: ast.AST) -> Iterator[ast.AST]:
    """Yield all statements, which are few beside the expressions that :func:`ast.walk` yields."""
    waiting = [tree]
    while waiting:
        node = waiting.pop()
        yield node
        for part in ("body", "orelse", "finalbody", "handlers", "cases"):
            waiting += getattr(node, part, ())


def _imports(module: Path) -> tuple[Import, ...]:
    return remembered(module, _read_imports) or ()


def _read_imports(module: Path) -> tuple[Import, ...]:
    return _parse(module.read_text(encoding="utf-8", errors="replace"))  # Python will complain


def _files_of(
    name: str, folders: list[Path], names: Callable[[Path], frozenset[str]]
) -> list[Path]:
    """Return the files that importing a dotted name executes, outermost package first.

    `names` gives the names of the files in a folder.
    """
    for place in folders:
        files: list[Path] = []
        for part in name.split("."):
            here = names(place)
            if part == "*":  # it may import any of the package's modules
                files += [place / each for each in here if each.endswith(".py")]
            elif part in here and "__init__.py" in names(place / part):
                files.append(place / part / "__init__.py")
            elif f"{part}.py" in here:
                files.append(place / f"{part}.py")
                break
            elif part not in here:
                break
            place /= part
        if files:
            return files
    return []


def _noted_names(folder: Path) -> frozenset[str]:
    _look(folder)
    return _names(folder)


def _names(folder: Path) -> frozenset[str]:
    return remembered(folder, _list) or frozenset()


def _list(folder: Path) -> frozenset[str]:
    with os.scandir(folder) as entries:
        return frozenset(entry.name for entry in entries)
