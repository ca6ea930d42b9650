"""Notice changes of a project's sources, and keep a process ready that renders it."""

import asyncio
import os
import signal
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from watchfiles import DefaultFilter, awatch

from lecturebuild.steps.files import in_project

PATIENCE = 10.0
"""So many seconds a build that is to stop has to end its kernels."""


def is_source(path: Path, root: Path, site: Path) -> bool:
    """Say whether a file or folder is the project's own, and nothing that a build makes."""
    first = path.relative_to(root).parts[:1] if path.is_relative_to(root) else ()
    made = first and (first[0] == "_build" or f"{first[0]}.".startswith(f"{site.name}."))
    return in_project(path, root) and not made


def folders(root: Path, site: Path) -> list[Path]:
    """Return the folders in which a change means a new build.

    They are watched one by one: an environment inside the project has thousands.
    """
    found = []
    for place, names, _ in os.walk(root):
        found.append(Path(place))
        names[:] = sorted(name for name in names if is_source(Path(place) / name, root, site))
    return found


async def changes(root: Path, site: Path, stop: asyncio.Event) -> AsyncIterator[set[Path]]:
    """Yield the project's sources that changed, after every change, until told to stop.

    An empty set comes first, and wherever a change may have been missed.
    """
    editors = DefaultFilter()  # leaves out what editors write besides the file itself
    while not stop.is_set():
        watched = folders(root, site)
        yield set()
        async for batch in awatch(
            *watched,
            watch_filter=lambda change, name: (
                editors(change, name) and is_source(Path(name), root, site)
            ),
            recursive=False,
            debounce=200,
            step=20,
            stop_event=stop,
        ):
            yield {Path(name) for _, name in batch}
            if folders(root, site) != watched:
                break


async def standby(root: Path) -> Process:
    """Start a process that renders the project once it is told to."""
    # Without -P, Python would look for modules in this folder too, unlike `lecture render`.
    command = [sys.executable, "-P", "-m", "lecturebuild.standby", str(root)]
    return await asyncio.create_subprocess_exec(
        *command, stdin=PIPE, stderr=PIPE, start_new_session=True
    )


async def end(process: Process | None) -> None:
    """Stop a build, or one that waits, as an interrupt at the terminal would, kernels included."""
    if process is None or process.returncode is not None:
        return
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    try:
        await asyncio.wait_for(process.wait(), PATIENCE)
    except TimeoutError:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
