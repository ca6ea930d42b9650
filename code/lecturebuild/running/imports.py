"""What Python source imports: modules of the project, and libraries with their versions.

Import statements are read before anything runs, so that a changed module is known at once.
(`modulefinder`, which does so too, reads all libraries as well and takes minutes.)
"""

import ast
import os
import re
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from lecturebuild.steps.files import MISSING, in_project, remembered

if TYPE_CHECKING:  # else only where it is needed: every chapter imports this module
    from importlib.metadata import Distribution

Import = tuple[int, str]
"""Number of leading dots and dotted name; `from a import b` is (0, "a.b")."""
FIRST = re.compile(r"[^/.,]+")
"""A top-level module or package, at the beginning of a file's path."""
MAGIC = re.compile(r"^(\s*)[%!].*$", re.M)
_parsing = threading.Lock()


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
    places = dict.fromkeys(Path(os.path.realpath(entry)) for entry in sys.path)
    folders = [folder, *(place for place in places if in_project(place, root))]
    # Most imports are of libraries: one look into a folder saves many for single files.
    names = cache(_names)
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
                    waiting.append((file.parent, _imports(file)))
    return tuple(sorted(found))


def libraries_of(source: str, *modules: Path) -> dict[str, str]:
    """Return the versions of the installed distributions that a source and modules import.

    The standard library counts as Python's minor version, under the name `python`.
    """
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


def _names(folder: Path) -> frozenset[str]:
    return remembered(folder, _list) or frozenset()


def _list(folder: Path) -> frozenset[str]:
    with os.scandir(folder) as entries:
        return frozenset(entry.name for entry in entries)
