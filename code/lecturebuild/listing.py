"""Lists of a book's figures and cells, for pages that show them: their sources, their times.

A page has a cell whose last line is `figure_sources()`, `figure_times()` or `cell_times()`. Such
pages are executed after all others.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lecturebuild.reading import gate as checks
from lecturebuild.reading.project import Project, read_project
from lecturebuild.reading.source import Document, name, read_document
from lecturebuild.running import execute
from lecturebuild.running.figures import figure, find_root, lookup

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


def shown_figures(project: Project, pages: Iterable[Document]) -> list[Shown]:
    """Return the figures that labelled cells of the pages show, in the book's order."""
    found: dict[str, Shown] = {}
    for page in pages:
        for cell in page.cells:
            names = checks.figure_calls(cell)
            if cell.label and len(names) == 1 and names[0] not in found:
                drawn = lookup(names[0], project.root)
                caption = " ".join(str(cell.options.get("fig-cap", "")).split())
                address = page.path.with_suffix(".html").as_posix()
                seconds = round(drawn.seconds, 1) if drawn else 0.0
                found[names[0]] = Shown(names[0], cell.label, caption, address, seconds)
    return list(found.values())


def list_file(project: Project) -> Path:
    """Return the file in which the renderer leaves the list for the cells that show it."""
    return project.build / "figures.json"


def cells_file(project: Project) -> Path:
    """Return the file in which the renderer leaves the slowest cells."""
    return project.build / "slowest-cells.json"


def is_list(document: Document) -> bool:
    """Say whether a document shows one of the lists."""
    return any(__name__ in cell.code for cell in document.own_cells)


def write_list(project: Project, pages: Iterable[Document]) -> None:
    """Write the list of figures, unless it is there unchanged: documents depend on that file."""
    _write(list_file(project), [asdict(item) for item in shown_figures(project, pages)])


def write_cells(project: Project, documents: Iterable[Document]) -> None:
    """Write the list of the slowest cells, all of which have been executed, likewise.

    The times are those of the run that executed a cell, so they stay as long as its result does.
    """
    store = execute.Store(project.root)
    found: list[dict[str, Any]] = [
        {
            "page": document.path.as_posix(),
            "cell": name(cell),
            "label": cell.label if cell.label and cell.label.startswith("fig-") else "",
            "seconds": round(took, 1),
        }
        for document in documents
        for cell, took in zip(document.own_cells, execute.seconds(document, store), strict=False)
        if took >= SHORT
    ]
    slowest = sorted(found, key=lambda cell: (-cell["seconds"], cell["page"], cell["cell"]))
    _write(cells_file(project), slowest[:SLOWEST])


def _write(file: Path, content: list[dict[str, Any]]) -> None:
    text = json.dumps(content, indent=1)
    if not file.is_file() or file.read_text(encoding="utf-8") != text:
        file.parent.mkdir(parents=True, exist_ok=True)
        temporary = file.with_suffix(".new")
        temporary.write_text(text, encoding="utf-8")
        temporary.replace(file)


def _read_list() -> list[Shown]:
    """Return the renderer's list; under Quarto there is none, so it is made here."""
    project = read_project(find_root())
    if list_file(project).is_file() and "QUARTO_EXECUTE_INFO" not in os.environ:
        text = list_file(project).read_text(encoding="utf-8")
        return [Shown(**item) for item in json.loads(text)]
    pages = [read_document(project.root, p, project.pages, project.settings) for p in project.pages]
    return shown_figures(project, pages)


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

    project = read_project(find_root())
    file = cells_file(project)
    if not file.is_file() or "QUARTO_EXECUTE_INFO" in os.environ:
        display(Markdown("The times of cells are known only to the built-in renderer."))
        return
    rows = []
    for cell in json.loads(file.read_text(encoding="utf-8")):
        page = Path(cell["page"])
        address = f"../{page.with_suffix('.html').as_posix()}"
        anchor = f"#{cell['label']}" if cell["label"] else ""
        name = cell["cell"].removeprefix("cell ").strip("'")
        rows.append(f"| [{page.stem}, {name}]({address}{anchor}) | {cell['seconds']:.1f} |")
    display(Markdown("\n".join(["| Page and cell | Seconds |", "| --- | ---: |", *rows])))
