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
import time
from collections.abc import Callable, Iterable
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from subprocess import DEVNULL
from tempfile import TemporaryDirectory
from typing import Any

from lecturebuild.reading.project import build_name
from lecturebuild.reading.source import Cell, Document
from lecturebuild.running import dependencies
from lecturebuild.running.outputs import Output, convert, plain
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import digest, read_json

VERSION = 3  # of the results' format
LONGEST = 1_000_000
"""Characters that a cell may print; more is a mistake, and would take minutes to typeset."""

KERNEL_OPTIONS = [
    "--InlineBackend.figure_formats={'svg', 'pdf'}",
    # Ids in an SVG that do not change from run to run.
    "--InlineBackend.rc={'svg.hashsalt': 'lecture'}",
]
BEFORE = "from lecturebuild.running import dependencies as _d; _d.start_recording({root!r}); del _d"
AFTER = """import json
from lecturebuild.running import dependencies
print(json.dumps([[str(path) for path in paths] for paths in dependencies.recorded()]))"""


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
            [cell.code, cell.label, *(cell.options.get(key) for key in ("eval", "error"))]
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
    reads = [store.root / path for path in result["reads"]]
    made = [store.root / path for path in result["written"]]
    if not all(path.is_file() for path in (*reads, *made)) or digest(*reads) != result["data"]:
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
    return asyncio.run(_execute_all(list(documents), store, report, jobs))


async def _execute_all(
    documents: list[Document], store: Store, report: Report, jobs: int
) -> dict[Path, Outputs]:
    free = asyncio.Semaphore(jobs)

    async def one(document: Document) -> tuple[Path, Outputs]:
        await free.acquire()
        return document.path, await _execute_document(document, store, report, free.release)

    tasks = [asyncio.ensure_future(one(document)) for document in documents]
    try:
        return dict(await asyncio.gather(*tasks))
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _execute_document(
    document: Document, store: Store, report: Report, done: Callable[[], None]
) -> Outputs:
    from nbclient import NotebookClient
    from nbclient.exceptions import DeadKernelError
    from nbformat import NotebookNode

    cells = document.own_cells
    sources = [BEFORE.format(root=str(store.root)), *(cell.code for cell in cells), AFTER]
    notebook = NotebookNode(nbformat=4, nbformat_minor=5, metadata={}, cells=[])
    for source in sources:
        notebook.cells.append(
            NotebookNode(
                cell_type="code", execution_count=None, metadata={}, source=source, outputs=[]
            )
        )
    client = NotebookClient(
        notebook,
        timeout=None,
        kernel_name="python3",
        allow_errors=True,
        coalesce_streams=True,  # or else lines are torn apart, as chance will have it
        extra_arguments=KERNEL_OPTIONS,
    )
    outputs: list[tuple[Output, ...]] = []
    times: list[float] = []
    # A date in a picture would make it new with every run.
    environment = {"SOURCE_DATE_EPOCH": "0"} | os.environ
    async with AsyncExitStack() as stack:
        # Sockets in a folder of our own: no other user of the machine can listen.
        sockets = stack.enter_context(TemporaryDirectory(prefix="lecture-"))
        manager = client.create_kernel_manager()
        manager.transport, manager.ip = "ipc", f"{sockets}/kernel"
        folder = str(store.root / document.path.parent)
        # Not nbclient's own context: its signal handlers take an interrupt for a dead kernel.
        stack.push_async_exit(partial(_stop, client))
        # What a cell's child processes print becomes its output; it need not come here as well.
        await client.async_start_new_kernel(
            cwd=folder, env=environment, stdout=DEVNULL, stderr=DEVNULL
        )
        await client.async_start_new_kernel_client()
        await client.async_execute_cell(notebook.cells[0], 0)
        for index, cell in enumerate(cells, start=1):
            if cell.options.get("eval", True) is False:
                outputs.append(())
                times.append(0.0)
                continue
            report(document.path, name(cell), None)
            start = time.perf_counter()
            try:
                await client.async_execute_cell(notebook.cells[index], index)
            except DeadKernelError:
                task = asyncio.current_task()
                if task and task.cancelling():  # which nbclient takes for a dead kernel
                    raise asyncio.CancelledError from None
                raise LectureError(
                    f"{name(cell)}: the kernel died (out of memory?)", cell.file, cell.line
                ) from None
            times.append(time.perf_counter() - start)
            report(document.path, name(cell), times[-1])
            raw = notebook.cells[index].outputs
            if not cell.options.get("error", False):
                _raise_failure(cell, raw)
            _check_length(cell, raw)
            stem = cell.label or f"{cell.page.stem}-{cell.index + 1}"
            outputs.append(convert(raw, stem, store.media))
        await client.async_execute_cell(notebook.cells[-1], len(cells) + 1)
        # The next kernel may start while this one takes its time to end.
        done()
    result = tuple(outputs)
    reads, written = json.loads(notebook.cells[-1].outputs[0]["text"])
    _save(document, result, times, reads, written, store)
    return result


async def _stop(client: Any, kind: type[BaseException] | None, *_: Any) -> None:
    """Stop a kernel; after an error, here or elsewhere, or an interrupt without waiting for it."""
    if client.kc is not None:
        client.kc.stop_channels()
    if await client.km.is_alive():
        await client.km.shutdown_kernel(now=kind is not None)
    await client.km.cleanup_resources()


def name(cell: Cell) -> str:
    """Return how messages call a cell: by its label, or by its place."""
    return f"cell '{cell.label}'" if cell.label else f"cell {cell.index + 1}"


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
    document: Document,
    outputs: Outputs,
    times: list[float],
    reads: list[str],
    written: list[str],
    store: Store,
) -> None:
    result = {
        "outputs": [[asdict(output) for output in cell] for cell in outputs],
        "seconds": times,
        "reads": reads,
        "written": written,
        "data": digest(*(store.root / path for path in reads)),
    }
    file = store.result(document)
    for old in store.results.glob(f"{file.name.rpartition('-')[0]}-{'?' * 16}.json"):
        old.unlink()
    temporary = file.with_suffix(".new")
    temporary.write_text(json.dumps(result), encoding="utf-8")
    temporary.replace(file)
