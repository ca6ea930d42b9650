"""Lists of a book's figures and cells, for pages that show them: their sources, their times.

A page has a cell whose last line is `figure_sources()`, `figure_times()` or `cell_times()`. Such
pages are executed after all others.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lecturebuild.reading import gate
from lecturebuild.reading.project import read_project
from lecturebuild.reading.source import Document, name, read_document
from lecturebuild.running.execute import Executed, lists_file
from lecturebuild.running.figures import Drawn, figure, find_root, lookup

SHORT = 0.5
"""Cells that took less, in seconds, are not listed."""
SLOWEST = 15
"""So many cells are listed at most."""


@dataclass(frozen=True)
class Shown:
    """A figure of the store and where the book shows it."""

    name: str
    label: str
    caption: str
    page: str
    seconds: float


def shown_figures(pages: Iterable[Document], figures: Mapping[str, Drawn]) -> list[Shown]:
    """Return the figures that labelled cells of the pages show, in the book's order."""
    found: dict[str, Shown] = {}
    for page in pages:
        for cell in page.cells:
            names = gate.figure_calls(cell)
            if cell.label and len(names) == 1 and names[0] not in found:
                drawn = figures.get(names[0])
                caption = " ".join(str(cell.options.get("fig-cap", "")).split())
                address = page.path.with_suffix(".html").as_posix()
                seconds = round(drawn.seconds, 1) if drawn else 0.0
                found[names[0]] = Shown(names[0], cell.label, caption, address, seconds)
    return list(found.values())


def slowest_cells(
    documents: Iterable[Document], results: Mapping[Path, Executed]
) -> list[dict[str, Any]]:
    """Return the cells that took longest when they were executed."""
    found: list[dict[str, Any]] = [
        {
            "page": document.path.as_posix(),
            "cell": name(cell),
            "label": cell.label if cell.label and cell.label.startswith("fig-") else "",
            "seconds": round(took, 1),
        }
        for document in documents
        for cell, took in zip(document.own_cells, results[document.path].seconds, strict=False)
        if took >= SHORT
    ]
    slowest = sorted(found, key=lambda cell: (-cell["seconds"], cell["page"], cell["cell"]))
    return slowest[:SLOWEST]


def lists(
    pages: tuple[Document, ...],
    documents: tuple[Document, ...],
    figures: Mapping[str, Drawn],
    results: Mapping[Path, Executed],
) -> dict[str, Any]:
    """Return what the pages that list figures and cells show."""
    shown = [asdict(item) for item in shown_figures(pages, figures)]
    if "SOURCE_DATE_EPOCH" in os.environ:  # where two builds are to be the same, no times
        return {"figures": [item | {"seconds": 0.0} for item in shown], "cells": []}
    return {"figures": shown, "cells": slowest_cells(documents, results)}


def is_list(document: Document) -> bool:
    """Say whether a document shows one of the lists."""
    return any(__name__ in cell.code for cell in document.own_cells)


def _listed(kind: str) -> list[dict[str, Any]] | None:
    """Return a list that the renderer made; under Quarto there is none."""
    file = lists_file(find_root())
    if not file.is_file() or "QUARTO_EXECUTE_INFO" in os.environ:
        return None
    found: list[dict[str, Any]] = json.loads(file.read_text(encoding="utf-8"))[kind]
    return found


def _read_list() -> list[Shown]:
    """Return the figures, by the renderer's list or, without it, by looking at all pages."""
    found = _listed("figures")
    if found is not None:
        return [Shown(**item) for item in found]
    project = read_project(find_root())
    pages = [read_document(project.root, p, project.pages, project.settings) for p in project.pages]
    names = {call for page in pages for cell in page.cells for call in gate.figure_calls(cell)}
    drawn = {each: one for each in names if (one := lookup(each, project.root))}
    return shown_figures(pages, drawn)


def figure_sources() -> None:
    """Display every figure of the book with its caption, its place and its script."""
    from IPython.display import Markdown, display

    for item in _read_list():
        display(figure(item.name))
        script = f"[`figures/{item.name}.py`](../figures/{item.name}.py)"
        display(Markdown(f"@{item.label}: {item.caption}\\\n{script}"))


def figure_times() -> None:
    """Display a table of the seconds that drawing each figure took, the slowest first."""
    from IPython.display import Markdown, display

    figures = sorted(_read_list(), key=lambda item: -item.seconds)
    rows = [
        f"| [{item.name}](../{item.page}#{item.label}) | {item.seconds:.1f} |" for item in figures
    ]
    total = sum(item.seconds for item in figures)
    rows.append(f"| **all {len(figures)}, one after the other** | **{total:.1f}** |")
    display(Markdown("\n".join(["| Figure | Seconds |", "| --- | ---: |", *rows])))


def cell_times() -> None:
    """Display a table of the cells that took longest; Quarto alone does not know the times."""
    from IPython.display import Markdown, display

    cells = _listed("cells")
    if cells is None:
        display(Markdown("The times of cells are known only to the built-in renderer."))
        return
    rows = []
    for cell in cells:
        page = Path(cell["page"])
        address = f"../{page.with_suffix('.html').as_posix()}"
        anchor = f"#{cell['label']}" if cell["label"] else ""
        name = cell["cell"].removeprefix("cell ").strip("'")
        rows.append(f"| [{page.stem}, {name}]({address}{anchor}) | {cell['seconds']:.1f} |")
    display(Markdown("\n".join(["| Page and cell | Seconds |", "| --- | ---: |", *rows])))
