"""Figures for documents: `figure("relu")` shows what figures/relu.py draws.

This module is imported by every chapter, so it is light: Matplotlib and all else that takes time
to import is left until something is to be drawn.
"""

import base64
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from lecturebuild.running.figure_store import (
    Drawing,
    Drawn,
    Sources,
    keep,
    locked,
    lookup,
    sources_of,
)
from lecturebuild.steps.errors import LectureError

__all__ = ["Drawn", "Picture", "draw_figures", "figure", "find_root", "lookup"]

Attempt = tuple[Sources, Drawing] | LectureError


@dataclass(frozen=True, repr=False)
class Picture:
    """A figure as Jupyter shows it: SVG for the book, PDF for the deck."""

    name: str
    key: str
    svg: str
    pdf: bytes

    def __repr__(self) -> str:
        return f"figure {self.name}"

    def _repr_mimebundle_(
        self, include: Any = None, exclude: Any = None
    ) -> tuple[dict[str, str], dict[str, Any]]:
        data = {"text/plain": repr(self)}
        target = _quarto_target()
        if target not in {"beamer", "latex"}:
            data["image/svg+xml"] = self.svg
        if target in {"beamer", "latex", None}:
            data["application/pdf"] = base64.b64encode(self.pdf).decode("ascii")
        return data, {"lecturebuild": {"figure": self.name, "key": self.key}}


def _quarto_target() -> str | None:
    """Return the format Quarto renders to; None outside Quarto, where both pictures are wanted.

    Offered both, Quarto 1.9 takes the SVG even for Beamer and then fails to convert it.
    """
    information = os.environ.get("QUARTO_EXECUTE_INFO")
    if not information:
        return None
    content = json.loads(Path(information).read_text(encoding="utf-8"))
    return str(content["format"]["pandoc"]["to"])


def find_root(start: Path | None = None) -> Path:
    """Return the project's root: the closest folder upwards with figures/ and _quarto.yml."""
    here = (start or Path.cwd()).resolve()
    for folder in (here, *here.parents):
        if (folder / "figures").is_dir() and (folder / "_quarto.yml").is_file():
            return folder
    raise LectureError(f"no folder with figures/ and _quarto.yml at or above {here}")


def figure(name: str) -> Picture:
    """Return the figure that `draw()` of figures/NAME.py makes, for Jupyter to show.

    It is drawn only if something that it depends on has changed since it last was.

    Raises
    ------
    LectureError
        There is no such script, or it fails.
    """
    root = find_root()
    drawn = lookup(name, root) or draw_figures([name], root)[0]
    return Picture(name, drawn.key, drawn.svg.read_text(encoding="utf-8"), drawn.pdf.read_bytes())


def draw_figures(
    names: Iterable[str],
    root: Path,
    jobs: int | None = None,
    dask: str | None = None,
    on_done: Callable[[Drawn], None] | None = None,
) -> list[Drawn]:
    """Draw the figures that are missing in the store, several at a time; return all of them.

    Parameters
    ----------
    names : iterable of str
        Scripts in figures/ without the suffix.
    root : Path
        The project's root.
    jobs : int, optional
        Number of processes, by default one a core.
    dask : str, optional
        Address of a Dask scheduler whose workers draw, by default that of the environment variable
        DASK_SCHEDULER_ADDRESS. They need the project at the same path and the same libraries.
    on_done : callable, optional
        Called with every figure when it has been drawn.

    Raises
    ------
    LectureError
        Figures failed; those that did not are in the store.
    """
    root = root.resolve()
    wanted = list(dict.fromkeys(names))
    results = {name: found for name in wanted if (found := _find(name, root))}
    missing = [name for name in wanted if name not in results]
    report = on_done or (lambda drawn: None)
    with ExitStack() as locks:
        mine = [name for name in missing if locks.enter_context(locked(name, root, wait=False))]
        # Another process may have drawn one of them between our look and our lock.
        rest = [name for name in mine if not _find(name, root)]
        for name, attempt in _attempts(rest, root, jobs, dask):
            results[name] = _settle(name, attempt, root, report)
    for name in missing:  # what others were busy with
        if name not in results:
            with locked(name, root):
                found = _find(name, root)
                results[name] = found or _settle(name, _attempt(name, root)[1], root, report)
    errors = [result for result in results.values() if isinstance(result, LectureError)]
    if len(errors) > 1:
        lines = [f"{len(errors)} figures could not be drawn:", *map(str, errors)]
        raise LectureError("\n  ".join(lines))
    if errors:
        raise errors[0]
    return [result for name in wanted if isinstance(result := results[name], Drawn)]


def _find(name: str, root: Path) -> Drawn | LectureError | None:
    try:
        return lookup(name, root)
    except LectureError as error:
        return error


def _attempts(
    names: list[str], root: Path, jobs: int | None, dask: str | None
) -> Iterator[tuple[str, Attempt]]:
    """Try to draw figures in this process, in several or in a cluster; give each when done."""
    dask = dask or os.environ.get("DASK_SCHEDULER_ADDRESS")
    if not names:
        return
    if not dask and (len(names) == 1 or jobs == 1):
        yield from (_attempt(name, root) for name in names)
        return
    import joblib

    with ExitStack() as stack:
        if dask:
            from distributed import Client

            client = stack.enter_context(Client(dask))  # type: ignore[no-untyped-call]
            stack.enter_context(joblib.parallel_config("dask", client=client))
        count = -1 if dask else min(jobs or joblib.cpu_count(), len(names))
        parallel = joblib.Parallel(count, return_as="generator_unordered", batch_size=1)
        yield from parallel(joblib.delayed(_attempt)(name, root) for name in names)


def _attempt(name: str, root: Path) -> tuple[str, Attempt]:
    """Try to draw a figure; an error comes back as a value, so that others are not stopped."""
    from lecturebuild.running.draw import draw

    try:
        sources = sources_of(name, root)
        for _ in range(3):
            before, drawing = sources, draw(name, root)
            sources = sources_of(name, root)
            if sources == before:
                return name, (sources, drawing)
        raise LectureError("its sources change while it is drawn", f"figures/{name}.py")
    except LectureError as error:
        return name, error


def _settle(
    name: str, attempt: Attempt, root: Path, report: Callable[[Drawn], None]
) -> Drawn | LectureError:
    """Put what an attempt gave into the store, unless it was made from something else."""
    if isinstance(attempt, LectureError):
        return attempt
    sources, drawing = attempt
    if sources != sources_of(name, root):
        return LectureError(
            "drawn from other sources or with other library versions than there are here; "
            "was it just changed, or does the cluster differ?",
            f"figures/{name}.py",
        )
    drawn = keep(name, sources, drawing, root)
    report(drawn)
    return drawn
