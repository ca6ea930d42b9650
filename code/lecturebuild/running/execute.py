"""Execute the cells of documents in Jupyter kernels, once for both outputs.

A result is used again as long as the cells, all that they used and the versions of the libraries
are what they were, and the files that they wrote are there. Pictures of `figure("name")` are not
part of a result: they are steps of their own, so a redrawn figure needs no execution.
"""

import json
import re
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from lecturebuild.reading.source import Cell, Document, name
from lecturebuild.running import cluster, dependencies, imports, process
from lecturebuild.running.dependencies import Record
from lecturebuild.running.outputs import Output, convert, plain
from lecturebuild.steps.errors import CancelledError, LectureError
from lecturebuild.steps.store import Read, Result, Step, value

LONGEST = 1_000_000
"""Characters that a cell may print; more is a mistake, and would take minutes to typeset."""


Outputs = tuple[tuple[Output, ...], ...]
Run = tuple[Outputs, list[float], Record]
"""The outputs of a document's cells, the seconds that each took, and what they used."""
Report = Callable[[Path, str, float | None], None]
"""Called with document, cell and, once the cell has ended, the seconds it took."""


@dataclass(frozen=True)
class Executed:
    """The outputs of a document's cells, where their pictures lie, and the seconds of each cell."""

    outputs: Outputs = ()
    media: Path = Path()
    seconds: tuple[float, ...] = ()


def cells_step(
    document: Document,
    root: Path,
    report: Report,
    after: tuple[Step, ...] = (),
    lists: Any = None,
) -> Step:
    """Return the step that executes a document's cells, in a kernel of their own.

    The steps `after` draw the figures which the cells show; `lists` gives what cells find by name
    in `lists.json` of the build folder.
    """
    if not document.own_cells:
        return value(Executed)
    cells = [
        [cell.code, cell.label, *(cell.options.get(key) for key in ("eval", "error", "cache"))]
        for cell in document.own_cells
    ]
    source = "\n".join(cell.code for cell in document.own_cells)
    modules = [
        module
        for module in imports.modules_of(source, root / document.path.parent, root)
        # What `figure` does is the store's business.
        if not module.is_relative_to(Path(__file__).parents[1])
    ]
    libraries = imports.libraries_of(source, *modules)
    return Step(
        "cells",
        document.path.as_posix(),
        partial(_execute_cells, document, root, report),
        inputs={"lists": lists or {}},
        uses={"the cells": cells, "Python": sys.version}
        | {str(module.relative_to(root)): module for module in modules}
        | {f"version of {library}": version for library, version in libraries.items()},
        after=after,
        read=executed,
        code={
            name: Path(__file__).with_name(name)
            for name in ("execute.py", "ipython.py", "outputs.py")
        },
        changes=partial(dependencies.changes, root),
        slow=True,
        tells=True,
    )


def executed(result: Result) -> Executed:
    """Return what such a step has left in the store."""
    content = result.json("outputs.json")
    outputs = tuple(tuple(Output(**item) for item in cell) for cell in content["outputs"])
    return Executed(outputs, result.folder, tuple(content["seconds"]))


def _execute_cells(
    document: Document, root: Path, report: Report, folder: Path, lists: Mapping[str, Any]
) -> Read:
    if lists:
        new = lists_file(root).with_suffix(".new")
        new.write_text(json.dumps(lists), encoding="utf-8")
        new.replace(lists_file(root))
    far = cluster.connection()
    do = partial(_execute_far, far) if far else execute
    outputs, seconds, record = do(document, root, folder, report)
    content = {"outputs": [[asdict(output) for output in cell] for cell in outputs]}
    (folder / "outputs.json").write_text(json.dumps(content | {"seconds": seconds}), "utf-8")
    for cell in record.children:
        message = "starts other processes, and nobody sees what they read: it is executed every "
        message += "time, unless it has '#| cache: true'"
        print(f"{document.path}: {cell} {message}", flush=True)
    return Read(run=asdict(record))


def _execute_far(
    far: cluster.Connection, document: Document, root: Path, folder: Path, report: Report
) -> Run:
    """Execute a document on a cluster; bring back its pictures and the files that it wrote."""
    lists = lists_file(root).read_bytes() if lists_file(root).is_file() else b""
    outputs, seconds, record, pictures, written = far.run(_execute_there, document, lists)
    for file, content in pictures.items():
        (folder / file).write_bytes(content)
    for file, content in written.items():
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).write_bytes(content)
    for cell, took in zip(document.own_cells, seconds, strict=False):
        report(document.path, name(cell), took)
    return outputs, seconds, record


def _execute_there(root: Path, document: Document, lists: bytes) -> tuple[Any, ...]:
    """Execute a document; this runs in the process of a worker."""
    lists_file(root).parent.mkdir(exist_ok=True)
    lists_file(root).write_bytes(lists)
    with TemporaryDirectory(prefix="lecture-") as temporary:
        folder = Path(temporary)
        outputs, seconds, record = execute(document, root, folder, lambda *_: None)
        pictures = {file.name: file.read_bytes() for file in folder.iterdir()}
    written = {file: (root / file).read_bytes() for file in record.written}
    return outputs, seconds, record, pictures, written


def lists_file(root: Path) -> Path:
    """Return the file in which cells find what the renderer lists for them."""
    return root / "_build" / "lists.json"


_under_way: set[tuple[Any, Any]] = set()
"""The event loop and the task of each document that is executed."""


def stop() -> None:
    """Stop all kernels."""
    for loop, task in tuple(_under_way):
        with suppress(RuntimeError):  # it has ended meanwhile
            loop.call_soon_threadsafe(task.cancel)


def execute(document: Document, root: Path, media: Path, report: Report) -> Run:
    """Execute a document; put the pictures that its cells make into a folder."""
    import asyncio  # takes long to import, as the next does, and most builds execute nothing

    from lecturebuild.running import kernel

    cells, place = document.own_cells, root / document.path.parent
    limits = process.limits_of(document.header, process.project_limits)
    tell = partial(report, document.path)
    with asyncio.Runner() as runner:
        loop = runner.get_loop()
        task = loop.create_task(kernel.execute(cells, place, root, limits, _check, tell))
        _under_way.add((loop, task))
        try:
            raw, seconds, record = loop.run_until_complete(task)
        except asyncio.CancelledError:
            process.check_stopping()
            raise CancelledError("stopped", document.path) from None
        finally:
            _under_way.discard((loop, task))
    outputs = tuple(
        convert(each, cell.label or f"{cell.page.stem}-{cell.index + 1}", media)
        for cell, each in zip(cells, raw, strict=True)
    )
    return outputs, seconds, record


def _check(cell: Cell, outputs: list[dict[str, Any]]) -> None:
    """Raise an error if a cell failed or printed too much."""
    for output in outputs:
        if output["output_type"] == "error" and not cell.options.get("error", False):
            traceback = plain("\n".join(output["traceback"]))
            here = re.search(r"^ *Cell In\[\d+\], line (\d+)", traceback, re.M)
            line = cell.code_line + int(here[1]) - 1 if here else cell.line
            # A syntax error names, as its file, a temporary one.
            text = re.sub(r" \(\d+\.py, line \d+\)$", "", output["evalue"])
            message = f"{name(cell)} failed: {output['ename']}: {text}".removesuffix(": ")
            raise LectureError(message, cell.file, line)
    printed = sum(len(output.get("text", "")) for output in outputs)
    if printed > LONGEST and cell.options.get("output", True):
        message = f"{name(cell)} printed {printed:,} characters; print less, or set 'output: false'"
        raise cell.error(message)
