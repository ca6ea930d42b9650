"""What the plan computes between its steps: small things, of which nothing is kept."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from lecturebuild import publishing
from lecturebuild.publishing import Site
from lecturebuild.reading import gate, names
from lecturebuild.reading.project import Project
from lecturebuild.reading.resources import resource_files
from lecturebuild.reading.source import Document, read
from lecturebuild.running.execute import Executed
from lecturebuild.running.figures import Drawn, draw_figures
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.store import File, Result, Step, value
from lecturebuild.writing import addresses, crossref
from lecturebuild.writing.book import page as book
from lecturebuild.writing.crossref import Labels
from lecturebuild.writing.deck import latex
from lecturebuild.writing.notebooks import derive as notebooks
from lecturebuild.writing.notebooks.derive import Notebook
from lecturebuild.writing.pandoc import Woven
from lecturebuild.writing.weave import weave
from lecturebuild.writing.words import translated, words


@dataclass(frozen=True)
class Documents:
    """All documents of a project, and the notebooks to derive from its pages."""

    pages: dict[Path, Document]
    slides: Document | None
    notebooks: dict[Path, list[Notebook]]

    @property
    def in_deck(self) -> set[Path]:
        """The files that the deck includes."""
        return {block.file for block in self.slides.blocks} if self.slides else set()


def read_documents(project: Project) -> Documents:
    """Read all documents; raise an error at the first thing that cannot be rendered."""
    pages = {page: read(project, page) for page in project.pages}
    slides = read(project, project.deck.document) if project.deck else None
    own = project.settings.texts("lecture", "classes")
    every = [*pages.values(), *([slides] if slides else [])]
    for document in every:
        gate.check_document(document, own)
    crossref.check_duplicates(every)
    derived = {page: notebooks.notebooks_of(document) for page, document in pages.items()}
    notebooks.check_names(notebook for each in derived.values() for notebook in each)
    return Documents(pages, slides, derived)


def possible(
    project: Project, formats: tuple[str, ...], slides: Document | None
) -> tuple[tuple[str, ...], LectureError | None]:
    """Return the outputs that can be made, and an error to raise once they are."""
    if slides is None:
        if formats == ("beamer",):
            raise project.settings.error(
                "there is no deck: 'project: post-render' names no folder of one", "project"
            )
        return ("html",), None
    no_latex = latex.missing_latex(slides) if "beamer" in formats else None
    if no_latex is None:
        return formats, None
    if "html" not in formats:
        raise no_latex
    return ("html",), no_latex  # without LaTeX there is still a book


def figures_of(project: Project, document: Document) -> list[str]:
    """Return the figures that a document shows."""
    return gate.figure_names(document, project.root)


def woven(
    project: Project,
    document: Document,
    cells: Mapping[Path, Step],
    figures: Mapping[str, Step],
    *,
    deck: bool = False,
) -> Step:
    """Return a step that gives a document with the outputs of its cells."""
    used = {cell.page for cell in document.cells}
    return value(
        partial(_woven, project, document, deck),
        results={page: cells[page] for page in cells if page in used},
        figures=figures,
    )


def _woven(
    project: Project,
    document: Document,
    deck: bool,
    results: dict[Path, Executed],
    figures: dict[str, Drawn],
) -> Woven:
    def files(name: str) -> dict[str, Path]:
        if name not in figures:  # its name was computed
            [figures[name]] = draw_figures([name], project.root)
        return {"svg": figures[name].svg, "pdf": figures[name].pdf}

    return weave(document, results, files, deck=deck)


def chapters_of(
    labels: dict[Path, Labels], in_deck: Collection[Path] = (), *, numbered: bool = True
) -> tuple[book.Chapter, ...]:
    """Return the pages, given by their labels, as the menu shows them."""
    numbers = crossref.chapter_numbers(labels, labels) if numbered else dict.fromkeys(labels, "")
    return tuple(
        book.Chapter(
            page,
            numbers[page],
            crossref.title_of(found, page),
            crossref.title_label(found) if page in in_deck else "",
        )
        for page, found in labels.items()
    )


def contents(project: Project, documents: Documents, labels: dict[Path, Labels]) -> book.Book:
    """Return what all pages share; raise an error where a page refers to nothing."""
    numbered = project.settings.get("format", "html", "number-sections") is not False
    chapters = chapters_of(labels, documents.in_deck, numbered=numbered)
    index = crossref.build_index(labels, labels, {c.path: c.number for c in chapters})
    own = project.settings.texts("lecture", "classes")
    deck_only = {label for found in labels.values() for label in found.deck_only}
    for page, document in documents.pages.items():
        crossref.check_strays(document, labels[page])
        crossref.check_title(document, labels[page])
        names.check(document, labels[page].gate, own, in_deck=False)
        crossref.check_references(document, labels[page], index, deck_only)
        addresses.check_pages(project, document, labels[page].links, labels)
    if project.settings.get("nocite") and not any(found.refs for found in labels.values()):
        message = "'nocite' has no effect: give a page '::: {#refs}', which lists all works"
        raise project.settings.error(message, "nocite")
    return book.Book(project, chapters, index, book.cited(labels.values()))


def deck_index(
    project: Project,
    slides: Document,
    shared: book.Book,
    labels: Labels,
    pages: dict[Path, Labels],
) -> dict[str, Any]:
    """Return what the deck may refer to; raise an error where it refers to anything else."""
    index = crossref.with_deck(shared.index, labels)
    crossref.check_strays(slides, labels)
    own = project.settings.texts("lecture", "classes")
    names.check(slides, labels.gate, own, in_deck=True)
    crossref.check_references(slides, labels, index, ())
    addresses.check_pages(project, slides, labels.deck_links, pages)
    return index


def offered(project: Project, derived: list[Notebook], package: str) -> list[tuple[str, str]]:
    """Return the places in the book of what a page offers for download, and a note on each."""
    table = words(project.settings)
    solved, open_, note = (
        table.get(text, text)
        for text in (
            "solved and executed",
            "the tasks, for you to work on",
            "what the notebooks import of this lecture; install it with pip",
        )
    )
    files = [(notebook.file, solved if notebook.solution else open_) for notebook in derived]
    if files and package:
        files.append((f"{notebooks.FOLDER}/{package}", note))
    return files


def file_of_result(name: str, result: Result) -> File:
    """Return one of the files of a result."""
    return result.file(name)


def whole_site(
    project: Project,
    pages: dict[Path, Document],
    site: Site,
    media: list[Site],
    index: Site,
    labels: dict[Path, Labels],
) -> Site:
    """Return all files of a book: what was made, the theme's, and those of the project."""
    site = site | index
    for found in media:
        site |= {f"media/{name}": file for name, file in found.items()}
    site |= _theme(project)
    for page, defined in labels.items():
        for place, file in addresses.for_page(project, pages[page], defined).items():
            site[place] = publishing.file_of(file)
    for file in resource_files(project.root, project.settings, project.output):
        site[file.relative_to(project.root).as_posix()] = publishing.file_of(file)
    for page, defined in labels.items():
        for place, file in addresses.linked(project, pages[page], defined, site).items():
            site[place] = publishing.file_of(file)
    return site


def _theme(project: Project) -> Site:
    """Return the files of the theme, its scripts in the language of the lecture."""
    table = words(project.settings)
    site: Site = {}
    for file in sorted(book.THEME.rglob("*")):
        if file.is_file() and file.suffix not in {".html", ".md"}:
            shown = file
            if table and file.suffix == ".js":
                shown = project.build / "theme" / file.name
                shown.parent.mkdir(parents=True, exist_ok=True)
                text = translated(file.read_text(encoding="utf-8"), table)
                shown.write_text(text, encoding="utf-8")
            site[f"assets/{file.relative_to(book.THEME).as_posix()}"] = publishing.file_of(shown)
    return site


def with_kept_deck(project: Project, site: Site) -> Site:
    """Return a site with a deck that was made earlier, if none was made now."""
    deck = project.deck
    places = (deck.output.as_posix(), deck.handout.as_posix()) if deck else ()
    return publishing.kept(project, *places) | site


def publish(project: Project, site: Site, archive: File | None) -> None:
    """Publish a site, with all of it in one file besides."""
    publishing.publish(project, site | ({project.archive: archive} if archive else {}))
