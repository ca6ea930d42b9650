"""Notice at once that nothing has changed since the last rendering.

To look at every step, only to find that none has to run, takes most of a second. So a rendering
leaves a note: a hash of the sizes and times of all files of the project, of its book and its store,
and of what else was read. While that is the same there is nothing to do. Where anything is doubtful
no note is left, and the steps are looked at.
"""

import hashlib
import json
import os
import sys
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

NOTE = Path("_build", "last.json")

State = dict[str, list[int]]
"""Size and times of files, by their paths; nothing for a folder or what does not exist."""

_FOREIGN = {"site-packages", "dist-packages", "__pycache__", "_figures", "_test_results"}
_SYSTEM = ("/bin/", "/dev/", "/etc/", "/lib", "/proc/", "/run/", "/sys/", "/usr/", "/var/")
_SHELL = {"_", "OLDPWD", "PWD", "SHLVL"}
"""Variables that tell of the shell alone."""

_OWN = str(Path(__file__).parent)
_STARTED = time.time_ns()

_opened: set[str] = set()


@dataclass(frozen=True)
class Before:
    """What a rendering found when it began, and when that was by the clock of the disk."""

    root: Path
    state: State
    surroundings: list[str]
    began: int


def last(path: Path, formats: Iterable[str]) -> dict[str, Any] | None:
    """Return what the last rendering has noted, None if there may be something to do."""
    path = path.resolve()
    for root in (path, *path.parents):
        with suppress(OSError, ValueError, KeyError, TypeError):
            if b"book" in (root / "_quarto.yml").read_bytes():
                note = json.loads((root / NOTE).read_bytes())
                now = _hash(_look(root, note["others"]), _surroundings(), formats)
                return note if note["state"] == now else None
    return None


def begin(root: Path) -> Before | None:
    """Return the state of a project before anything is read, None if it may change unnoticed."""
    with suppress(OSError, ValueError):
        (root / NOTE).unlink(missing_ok=True)
        mark = root / NOTE.with_suffix(".began")
        mark.parent.mkdir(exist_ok=True)
        mark.touch()
        began = mark.stat().st_ctime_ns
        _listen()
        _opened.clear()
        before = Before(root, _look(root), _surroundings(), began)
        own = {name: times for name, times in before.state.items() if name.startswith(_OWN)}
        # A file that was changed at this very moment may change again and look the same; and this
        # process has loaded its own code long ago, when it waited for a change to preview.
        return before if _older(before.state, began) and _older(own, _STARTED) else None
    return None


def keep(
    before: Before | None,
    output: Path,
    formats: Iterable[str],
    records: Iterable[dict[str, Any]],
    **told: Any,
) -> None:
    """Note the state after a rendering, unless something has changed meanwhile.

    Parameters
    ----------
    output : Path
        The folder of the book.
    records : iterable of dict
        Those of all steps.
    **told
        What the author was told at the end, for the next time.
    """
    if before is None:
        return
    root, names = before.root, set(_opened)
    for record in records:
        run = record["run"] or {}
        if run.get("children"):  # is executed every time
            return
        for named in (record["reads"], run.get("files", {}), run.get("folders", {})):
            names |= {os.path.normpath(root / name) for name in named}
    made = (f"{root / '_build'}{os.sep}", f"{output}{os.sep}")
    with suppress(OSError, ValueError):
        others = sorted(name for name in names if _is_other(name, root))
        state = _look(root, others)
        sources, old = (
            {name: times for name, times in each.items() if not f"{name}{os.sep}".startswith(made)}
            for each in (state, before.state | _states(others))
        )
        if sources == old and _older(sources, before.began):
            note = {"state": _hash(state, before.surroundings, formats), "others": others} | told
            new = root / NOTE.with_suffix(".new")
            new.write_text(json.dumps(note), encoding="utf-8")
            new.replace(root / NOTE)


@cache
def _listen() -> None:
    """Note which files are opened from now on."""

    def hear(event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open" and isinstance(arguments[0], str | bytes):
            _opened.add(os.path.normpath(Path(os.fsdecode(arguments[0])).absolute()))

    sys.addaudithook(hear)


def _is_other(name: str, root: Path) -> bool:
    """Say whether a file that was read is none of those that are looked at anyway."""
    inside = name.removeprefix(f"{root}{os.sep}")
    if inside != name:
        return _passed_over(inside) and not inside.startswith(("_build", ".git"))
    installed = (*_SYSTEM, sys.prefix, sys.base_prefix, _OWN)
    return not name.startswith(installed) and Path(name).exists()


def _passed_over(place: str) -> bool:
    return any(part.startswith(".") or part in _FOREIGN for part in Path(place).parts[:-1])


def _look(root: Path, others: Iterable[str] = ()) -> State:
    """Return the state of a project's files, of the renderer's own, and of others."""
    build = root / "_build"
    state: State = {}
    folders = [str(root), _OWN]
    if (build / "store").is_dir():
        folders.append(str(build / "store"))
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if not entry.is_dir():
                    state[entry.path] = _times(entry.stat())
                elif not _passed_over(f"{entry.name}/x") and entry.path != str(build):
                    if entry.is_symlink():
                        raise ValueError("links may lead around in a circle")
                    state[entry.path] = []
                    folders.append(entry.path)
    git = root / ".git"
    if git.is_file():  # of a work tree
        git = root / git.read_text(encoding="utf-8").removeprefix("gitdir:").strip()
    places = [*(str(git / name) for name in ("HEAD", "index", "logs/HEAD"))]
    places += os.environ.get("PATH", "").split(os.pathsep)
    places += [folder for folder in sys.path if folder.endswith(("site-packages", "dist-packages"))]
    return state | _states(places) | _states(others)


def _states(names: Iterable[str]) -> State:
    state: State = {}
    for name in names:
        state[name] = []
        with suppress(OSError):
            state[name] = _times(Path(name).stat())
    return state


def _times(status: os.stat_result) -> list[int]:
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns]


def _older(state: State, time: int) -> bool:
    return all(times[-1] < time for times in state.values() if times)


def _surroundings() -> list[str]:
    """Return what else counts: the environment, and which Python this is."""
    variables = [f"{k}={v}" for k, v in sorted(os.environ.items()) if k not in _SHELL]
    return [sys.version, sys.prefix, *variables]


def _hash(state: State, surroundings: list[str], formats: Iterable[str]) -> str:
    text = json.dumps([sorted(state.items()), surroundings, [*formats]])
    return hashlib.sha256(text.encode()).hexdigest()
