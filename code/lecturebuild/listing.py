"""Lists of a book's figures, for pages that show them: where each comes from, how long it takes.

A page has a cell whose last line is `figure_sources()` or `figure_times()`.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from lecturebuild import checks
from lecturebuild.figures import figure, find_root, lookup
from lecturebuild.project import Project, read_project
from lecturebuild.source import Document, read_document


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


def write_list(project: Project, pages: Iterable[Document]) -> None:
    """Write the list, unless it is there unchanged: documents depend on that file."""
    text = json.dumps([asdict(item) for item in shown_figures(project, pages)], indent=1)
    file = list_file(project)
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
