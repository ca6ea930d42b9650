"""Lists for pages that show them: the figures' sources, the index of terms; and what took long.

A page has a cell whose last line is `figure_sources()` or `index_of_terms()`. Such pages are
executed after all others. `lecture times` prints what took long.
"""

import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from lecturebuild.reading import gate as checks
from lecturebuild.reading.project import Project, read_project
from lecturebuild.reading.source import Document, Line, name, read_document
from lecturebuild.running import execute
from lecturebuild.running.figures import figure, find_root, lookup

TERM = re.compile(r"\[([^\[\]]+)\]\{\.term\}")
"""A term where it is explained, as a chapter marks it: `[perceptron]{.term}`."""
UNREAD = re.compile(r"(?<!`)(`+)(?!`).+?(?<!`)\1(?!`)|<!--.*?-->", re.DOTALL)
"""Code in a text, and comments: what looks like a term there is none."""

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
    return shown_figures(project, _read_pages(project))


def _read_pages(project: Project) -> list[Document]:
    return [read_document(project.root, p, project.pages, project.settings) for p in project.pages]


def figure_sources() -> None:
    """Display every figure of the book with its caption, its place and its script."""
    from IPython.display import Markdown, display

    for item in _read_list():
        display(figure(item.name))
        script = f"[`figures/{item.name}.py`](../figures/{item.name}.py)"
        display(Markdown(f"@{item.label}: {item.caption}\\\n{script}"))


@dataclass(frozen=True)
class Term:
    """A marked term and the page that explains it."""

    text: str
    page: str
    title: str

    @property
    def place(self) -> str:
        """The page's place that the filter `terms.lua` names after the term."""
        return "term-" + re.sub(r"[^a-z0-9]+", "-", self.text.lower()).strip("-")


def marked_terms(pages: Iterable[Document]) -> list[Term]:
    """Return the terms that pages mark, each where it is marked first, in alphabetical order."""
    found: dict[str, Term] = {}
    for page in pages:
        text = "\n".join(_text(page))
        heading = re.search(r"^# (.+?)\s*(\{|$)", text, re.MULTILINE)
        title = heading[1] if heading else page.path.stem
        for marked in TERM.findall(UNREAD.sub("", text)):
            plain = " ".join(re.sub(r"[*_`]", "", marked).split())
            address = page.path.with_suffix(".html").as_posix()
            found.setdefault(plain.lower(), Term(plain, address, title))
    return sorted(found.values(), key=lambda term: term.text.lower())


def _text(page: Document) -> list[str]:
    return [block.text for block in page.blocks if isinstance(block, Line) and not block.verbatim]


def terms_file(project: Project) -> Path:
    """Return the file in which the renderer leaves the terms."""
    return project.build / "terms.json"


def write_terms(project: Project, pages: Iterable[Document]) -> None:
    """Write the list of terms, unless it is there unchanged."""
    _write(terms_file(project), [asdict(term) for term in marked_terms(pages)])


def index_of_terms() -> None:
    """Display the marked terms with links to where they are explained."""
    from IPython.display import Markdown, display

    project = read_project(find_root())
    if terms_file(project).is_file() and "QUARTO_EXECUTE_INFO" not in os.environ:
        read = json.loads(terms_file(project).read_text(encoding="utf-8"))
        terms = [Term(**item) for item in read]
    else:
        terms = marked_terms(_read_pages(project))
    rows = [f"| [{term.text}](../{term.page}#{term.place}) | {term.title} |" for term in terms]
    display(Markdown("\n".join(["| Term | Chapter |", "| :--- | :--- |", *rows])))


def times() -> list[str]:
    """Return lines that say how long each figure and the slowest cells took, the slowest first."""
    project = read_project(find_root())
    figures = sorted(_read_list(), key=lambda item: -item.seconds)
    lines = [f"{item.seconds:8.1f} s  figures/{item.name}.py" for item in figures]
    if cells_file(project).is_file():
        for cell in json.loads(cells_file(project).read_text(encoding="utf-8")):
            lines.append(f"{cell['seconds']:8.1f} s  {cell['page']} {cell['cell']}")
    return lines
