"""Execute the cells of documents in Jupyter kernels, once for both outputs, and keep the results.

A result is reused as long as the cells, the project modules that they import, the data files that
they read and the versions of the libraries are what they were, and the files that they wrote are
there. Pictures of `figure("name")` are
not part of a result: they come from the figure store, so a redrawn figure needs no execution.
"""

import asyncio
import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lecturebuild.reading.project import build_name
from lecturebuild.reading.source import Cell, Document, name
from lecturebuild.running import dependencies, process
from lecturebuild.running.dependencies import Record
from lecturebuild.running.outputs import Output, convert, plain
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import digest, read_json

VERSION = 3  # of the results' format
LONGEST = 1_000_000
"""Characters that a cell may print; more is a mistake, and would take minutes to typeset."""


Outputs = tuple[tuple[Output, ...], ...]
Report = Callable[[Path, str, float | None], None]
"""Called with document, cell and, once the cell has ended, the seconds it took."""


@dataclass(frozen=True)
class Store:
    """Where results and their pictures lie."""

    root: Path

    @property
    def results(self) -> Path:
        """The folder of the results, a file each."""
        return self.root / "_build" / "cells"

    @property
    def media(self) -> Path:
        """The folder of the pictures that cells made."""
        return self.root / "_build" / "media"

    def result(self, document: Document) -> Path:
        """Return the file that holds, or will hold, a document's result."""
        cells = [
            [cell.code, cell.label, *(cell.options.get(key) for key in ("eval", "error", "cache"))]
            for cell in document.own_cells
        ]
        source = "\n".join(cell.code for cell in document.own_cells)
        folder = self.root / document.path.parent
        modules = [
            module
            for module in dependencies.modules_of(source, folder, self.root)
            # What `figure` does is the store's business.
            if not module.is_relative_to(Path(__file__).parents[1])
        ]
        key = {
            "version": VERSION,
            "path": str(document.path),
            "cells": cells,
            "modules": digest(*modules),
            "libraries": dependencies.libraries_of(source, *modules),
            "python": sys.version,
        }
        short = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]
        return self.results / f"{build_name(document.path)}-{short}.json"


def reuse(document: Document, store: Store) -> Outputs | None:
    """Return a document's outputs of an earlier run, if they still hold."""
    if not document.own_cells:
        return ()
    result = read_json(store.result(document))
    if result is None:
        return None
    record = Record(**result["record"])
    if record.children or [*record.changes(store.root)]:
        return None
    outputs = tuple(tuple(Output(**item) for item in cell) for cell in result["outputs"])
    pictures = [name for cell in outputs for item in cell for name in item.files.values()]
    return outputs if all((store.media / name).is_file() for name in pictures) else None


def seconds(document: Document, store: Store) -> list[float]:
    """Return the seconds that each cell took when it was executed; empty if that is not known."""
    if not document.own_cells:
        return []
    result = json.loads(store.result(document).read_text(encoding="utf-8"))
    return list(result.get("seconds", []))


def execute(
    documents: Iterable[Document], store: Store, report: Report, jobs: int | None = None
) -> dict[Path, Outputs]:
    """Execute documents, each in a kernel of its own, several at a time; keep the results.

    The first cell that fails ends the run; results of documents finished by then are kept.

    Raises
    ------
    LectureError
        Names file, line and label of the failing cell and the exception's own text.
    """
    store.results.mkdir(parents=True, exist_ok=True)
    store.media.mkdir(parents=True, exist_ok=True)
    # One more than there are processors: a kernel that starts waits as much as it computes.
    jobs = jobs or (os.cpu_count() or 1) + 1
    try:
        return asyncio.run(_execute_all(list(documents), store, report, jobs))
    except asyncio.CancelledError:
        process.check_stopping()
        raise


async def _execute_all(
    documents: list[Document], store: Store, report: Report, jobs: int
) -> dict[Path, Outputs]:
    free = asyncio.Semaphore(jobs)

    async def one(document: Document) -> tuple[Path, Outputs]:
        await free.acquire()
        return document.path, await _execute_document(document, store, report, free.release)

    tasks = [asyncio.ensure_future(one(document)) for document in documents]
    loop = asyncio.get_running_loop()
    with process.cancelling(lambda: loop.call_soon_threadsafe(tasks[0].cancel)):
        try:
            return dict(await asyncio.gather(*tasks))
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _execute_document(
    document: Document, store: Store, report: Report, done: Callable[[], None]
) -> Outputs:
    from lecturebuild.running import kernel

    cells = document.own_cells

    def check(cell: Cell, outputs: list[dict[str, Any]]) -> None:
        if not cell.options.get("error", False):
            _raise_failure(cell, outputs)
        _check_length(cell, outputs)

    folder = store.root / document.path.parent
    limits = process.limits_of(document.header, process.project_limits)
    executed = await kernel.execute(
        cells, folder, store.root, limits, check, partial(report, document.path), done
    )
    result = tuple(
        convert(outputs, cell.label or f"{cell.page.stem}-{cell.index + 1}", store.media)
        for cell, outputs in zip(cells, executed.outputs, strict=True)
    )
    _save(document, result, executed.seconds, executed.record, store)
    for cell in executed.record.children:
        message = (
            "starts other processes, and nobody sees what they read: it is executed every time"
        )
        print(f"{document.path}: {cell} {message}, unless it has '#| cache: true'", flush=True)
    return result


def _raise_failure(cell: Cell, outputs: list[dict[str, Any]]) -> None:
    for output in outputs:
        if output["output_type"] == "error":
            traceback = plain("\n".join(output["traceback"]))
            here = re.search(r"^ *Cell In\[\d+\], line (\d+)", traceback, re.M)
            line = cell.code_line + int(here[1]) - 1 if here else cell.line
            # A syntax error names, as its file, a temporary one.
            text = re.sub(r" \(\d+\.py, line \d+\)$", "", output["evalue"])
            message = f"{name(cell)} failed: {output['ename']}: {text}".removesuffix(": ")
            raise LectureError(message, cell.file, line)


def _check_length(cell: Cell, outputs: list[dict[str, Any]]) -> None:
    printed = sum(len(output.get("text", "")) for output in outputs)
    if printed > LONGEST and cell.options.get("output", True):
        message = f"{name(cell)} printed {printed:,} characters; print less, or set 'output: false'"
        raise LectureError(message, cell.file, cell.line)


def _save(
    document: Document, outputs: Outputs, times: list[float], record: Record, store: Store
) -> None:
    result = {
        "outputs": [[asdict(output) for output in cell] for cell in outputs],
        "seconds": times,
        "record": asdict(record),
    }
    file = store.result(document)
    for old in store.results.glob(f"{file.name.rpartition('-')[0]}-{'?' * 16}.json"):
        old.unlink()
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(result), encoding="utf-8")
    temporary.replace(file)
