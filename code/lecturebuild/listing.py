"""Lists for pages that show them: the figures' sources, the index of terms; and what took long.

A page has a cell whose last line is `figure_sources()` or `index_of_terms()`. Such pages are
executed after all others. `lecture times` prints what took long.
"""

import json
import os
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any

from lecturebuild.reading import gate
from lecturebuild.reading.project import read_project
from lecturebuild.reading.source import Document, name, read_pages
from lecturebuild.running.execute import executed, lists_file
from lecturebuild.running.figures import figure, find_root
from lecturebuild.steps.store import Store

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


def shown_figures(pages: Iterable[Document]) -> list[Shown]:
    """Return the figures that labelled cells of the pages show, in the book's order."""
    found: dict[str, Shown] = {}
    for page in pages:
        for cell in page.cells:
            names = gate.figure_calls(cell)
            if cell.label and len(names) == 1 and names[0] not in found:
                caption = " ".join(str(cell.options.get("fig-cap", "")).split())
                address = page.path.with_suffix(".html").as_posix()
                found[names[0]] = Shown(names[0], cell.label, caption, address)
    return list(found.values())


def lists(pages: Iterable[Document]) -> dict[str, Any]:
    """Return what the pages that show lists are given by the renderer."""
    pages = list(pages)
    return {
        "figures": [asdict(item) for item in shown_figures(pages)],
        "terms": [asdict(term) for term in marked_terms(pages)],
    }


def is_list(document: Document) -> bool:
    """Say whether a document shows one of the lists."""
    return any(__name__ in cell.code for cell in document.own_cells)


def _listed(kind: str) -> list[dict[str, Any]]:
    """Return a list that the renderer made; under Quarto there is none, so it is made here."""
    root = find_root()
    file = lists_file(root)
    if file.is_file() and "QUARTO_EXECUTE_INFO" not in os.environ:
        content = json.loads(file.read_text(encoding="utf-8"))
    else:
        content = lists(read_pages(read_project(root)))
    found: list[dict[str, Any]] = content[kind]
    return found


def figure_sources() -> None:
    """Display every figure of the book with its caption, its place and its script."""
    from IPython.display import Markdown, display

    for item in (Shown(**each) for each in _listed("figures")):
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
    """Return the terms that pages mark, each where it is marked first, in alphabetical order.

    A capital with which a term only begins its sentence becomes small: elsewhere it is small, too.
    """
    found: dict[str, Term] = {}
    read = ""
    for page in pages:
        text = "\n".join(line.text for line in page.text)
        heading = re.search(r"^# (.+?)\s*(\{|$)", text, re.MULTILINE)
        title = heading[1] if heading else page.path.stem
        text = UNREAD.sub("", text)
        read += text
        for marked in TERM.findall(text):
            plain = " ".join(re.sub(r"[*_`]", "", marked).split())
            address = page.path.with_suffix(".html").as_posix()
            found.setdefault(plain.lower(), Term(plain, address, title))
    terms = [replace(term, text=_uncapitalised(term.text, read)) for term in found.values()]
    return sorted(terms, key=lambda term: term.text.lower())


def _uncapitalised(term: str, text: str) -> str:
    first = term.split(maxsplit=1)[0]
    small = first.lower()
    if first != small.capitalize() or not re.search(rf"(?<![^\s(*\[]){small}(?![\w/-]|\.\w)", text):
        return term  # a name, or an abbreviation
    return small + term.removeprefix(first)


def index_of_terms() -> None:
    """Display the marked terms with links to where they are explained."""
    from IPython.display import Markdown, display

    terms = [Term(**each) for each in _listed("terms")]
    rows = [f"| [{term.text}](../{term.page}#{term.place}) | {term.title} |" for term in terms]
    display(Markdown("\n".join(["| Term | Chapter |", "| :--- | :--- |", *rows])))


def times() -> list[str]:
    """Return lines that say how long each figure and the slowest cells took, the slowest first."""
    project = read_project(find_root())
    store = Store(project.root)
    pages = read_pages(project)
    figures = {
        item.name: kept.seconds
        for item in shown_figures(pages)
        if (kept := store.newest("figures", item.name))
    }
    cells = [
        (took, f"{page.path.as_posix()} {name(cell)}")
        for page in pages
        if (kept := store.newest("cells", page.path.as_posix()))
        for cell, took in zip(page.own_cells, executed(kept).seconds, strict=False)
        if took >= SHORT
    ]
    drawn = sorted(((took, f"figures/{each}.py") for each, took in figures.items()), reverse=True)
    slowest = sorted(cells, reverse=True)[:SLOWEST]
    return [f"{took:8.1f} s  {what}" for took, what in [*drawn, *slowest]]
