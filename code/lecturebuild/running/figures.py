"""Figures for documents: `figure("relu")` shows what figures/relu.py draws.

This module is imported by every chapter, so it is light: Matplotlib and all else that takes time
to import is left until something is to be drawn.
"""

import base64
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lecturebuild.running import dependencies, process, warm
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
from lecturebuild.steps.files import read_json

__all__ = ["Drawn", "Picture", "draw_figures", "figure", "find_root", "lookup"]

IMPORTS = ("lecturebuild.running.draw",)
"""What is imported before a figure's process is forked."""

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
    with dependencies.paused():  # it is no part of the cell: the store follows what it is made from
        root = find_root()
        drawn = lookup(name, root) or draw_figures([name], root)[0]
        svg, pdf = drawn.svg.read_text(encoding="utf-8"), drawn.pdf.read_bytes()
    return Picture(name, drawn.key, svg, pdf)


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
    """Try to draw figures, several at a time, here or in a cluster; give each when done."""
    dask = dask or os.environ.get("DASK_SCHEDULER_ADDRESS")
    if not names:
        return
    if dask:
        import joblib
        from distributed import Client

        with Client(dask) as client, joblib.parallel_config("dask", client=client):  # type: ignore[no-untyped-call]
            parallel = joblib.Parallel(-1, return_as="generator_unordered", batch_size=1)
            yield from parallel(joblib.delayed(_attempt)(name, root) for name in names)
        return
    # Each thread waits for the process of a figure.
    pool = ThreadPoolExecutor(min(jobs or os.cpu_count() or 1, len(names)))
    try:
        for future in as_completed([pool.submit(_attempt, name, root) for name in names]):
            yield future.result()
    finally:
        pool.shutdown(cancel_futures=True)


def _attempt(name: str, root: Path) -> tuple[str, Attempt]:
    """Try to draw a figure; an error comes back as a value, so that others are not stopped."""
    try:
        for _ in range(3):
            sources = sources_of(name, root)
            drawing = _draw(name, root)
            # What it read counts as it was then; a change made since is one to draw it again for.
            if sources == sources_of(name, root) and not [*drawing.record.changes(root)]:
                return name, (sources, drawing)
        raise LectureError("its sources change while it is drawn", f"figures/{name}.py")
    except LectureError as error:
        return name, error


def _draw(name: str, root: Path) -> Drawing:
    """Draw a figure in a process of its own."""
    limits = process.project_limits
    script = Path("figures") / f"{name}.py"
    with TemporaryDirectory(prefix="lecture-") as temporary, dependencies.paused():
        folder = Path(temporary)
        job = warm.Job(
            "lecturebuild.running.draw",
            (name, str(root), temporary),
            folder=str(root),
            environment=dict(os.environ) | {"SOURCE_DATE_EPOCH": "0"},
            memory=limits.data()[0],
            output=str(folder / "output.txt"),
            path=tuple(str(Path(entry).absolute()) for entry in sys.path),
            imports=(*IMPORTS, *warm.needed((root / script).read_text("utf-8", "replace"))),
        )
        child = warm.start(job)
        seconds = limits.time(process.CELL)
        try:
            code = child.wait(seconds)
        except subprocess.TimeoutExpired:
            message = f"was still being drawn after {seconds:g} s; {process.LONGER}"
            raise LectureError(message, script) from None
        finally:
            warm.stop(child)
        process.check_stopping()
        result = read_json(folder / "result.json")
        if result is None:
            output = (folder / "output.txt").read_text("utf-8", "replace")
            line = re.search(rf'File ".*{re.escape(script.as_posix())}", line (\d+)', output)
            message = f"drawing it ended {process.ending(code)}, without a figure"
            raise LectureError(message, script, int(line[1]) if line else None)
        if "error" in result:
            raise LectureError(result["error"], result["file"] or script, result["line"])
        svg, pdf = ((folder / f"{name}.{kind}").read_bytes() for kind in ("svg", "pdf"))
    return Drawing(svg, pdf, dependencies.record_of(result["record"]), result["seconds"])


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
