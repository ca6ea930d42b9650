"""Add to a book that Quarto rendered what its pages link to and only the built-in renderer makes.

These are the notebooks of the exercises and the archive that they import, files that cells have
written, and, where a page links to them, the handout and the whole site in one file.
"""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

from lecturebuild import publishing
from lecturebuild.assembling import chapters_of, figures_of
from lecturebuild.checking.book import local_links
from lecturebuild.publishing import Site
from lecturebuild.reading import gate
from lecturebuild.reading.project import Project, find_root, read_project
from lecturebuild.reading.resources import resource_files
from lecturebuild.reading.source import Document, read
from lecturebuild.render import render, say_waiting
from lecturebuild.running.execute import Executed, cells_step
from lecturebuild.running.figures import figure_step
from lecturebuild.running.outputs import Output
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import MARK
from lecturebuild.steps.progress import Progress
from lecturebuild.steps.store import Step, Store, locked, value
from lecturebuild.steps.work import Work
from lecturebuild.writing import crossref
from lecturebuild.writing.book import page as book
from lecturebuild.writing.notebooks import derive as notebooks
from lecturebuild.writing.notebooks.archive import archive_step
from lecturebuild.writing.pandoc import Woven
from lecturebuild.writing.weave import weave


def complete(path: Path, progress: Progress) -> list[str]:
    """Complete the book of the project that `path` lies in; return what is still missing."""
    project = read_project(find_root(path))
    if not any(project.output.glob("*.html")):
        raise LectureError("holds no book yet; 'quarto render' makes it", project.output.name)
    linked = {target for _, _, target in _missing(project.output)}
    deck = project.deck
    if deck and project.output / deck.handout in linked:
        _add_handout(project, progress)
    with locked(project.build / ".lock", say_waiting):
        # The book is Quarto's now, even if the built-in renderer made one in the same folder.
        (project.output / MARK).unlink(missing_ok=True)
        publishing.add(project, _notebooks(project, progress) | _resources(project))
        if project.output / project.archive in linked:
            files = sorted(file for file in project.output.rglob("*") if file.is_file())
            names = (file.relative_to(project.output).as_posix() for file in files)
            site = dict(zip(names, map(publishing.file_of, files), strict=True))
            packed = publishing.archive_step(project.archive, value(lambda: site))
            [archive] = Work(Store(project.root), progress).carry_out([packed])
            publishing.add(project, {project.archive: archive})
    return [
        f"{page.relative_to(project.root)}: dead link to {link}"
        for page, link, _ in _missing(project.output)
    ]


def _missing(output: Path) -> Iterator[tuple[Path, str, Path]]:
    """Yield page, link and file of every link within the book to a file that is not there."""
    for page, link, target, _ in local_links(output):
        if not (target.is_file() or (target / "index.html").is_file()):
            yield page, link, target


def _notebooks(project: Project, progress: Progress) -> Site:
    """Return the notebooks and their archive by their places in the book."""
    pages = {page: read(project, page) for page in project.pages}
    derived = {page: notebooks.notebooks_of(document) for page, document in pages.items()}
    notebooks.check_names(notebook for each in derived.values() for notebook in each)
    exercises = [pages[page] for page, found in derived.items() if found]
    if not exercises:
        return {}
    own = project.settings.texts("lecture", "classes")
    for document in exercises:
        gate.check_document(document, own)
    cells = {document.path: _cells(project, document, progress) for document in exercises}
    labels = {}
    for page, document in pages.items():
        text = value(partial(_woven, document), results={page: cells.get(page)})
        labels[page] = crossref.labels_step(page, text, project.root)
    shared = value(partial(_book, project), labels=labels)
    package = archive_step(project.root)
    packed = f"{package.name}.zip" if package else ""
    steps = {
        notebook.file: notebooks.notebook_step(
            project, notebook, document, cells[document.path], shared,
            labels[document.path], packed,
        )
        for document in exercises
        for notebook in derived[document.path]
    }  # fmt: skip
    if package:
        steps[f"{notebooks.FOLDER}/{packed}"] = package
    made = Work(Store(project.root), progress).carry_out(steps.values())
    return dict(zip(steps, made, strict=True))


def _book(project: Project, labels: dict[Path, crossref.Labels]) -> book.Book:
    chapters = chapters_of(labels)
    index = crossref.build_index(labels, labels, {c.path: c.number for c in chapters})
    return book.Book(project, chapters, index)


def _cells(project: Project, document: Document, progress: Progress) -> Step:
    figures = (figure_step(name, project.root) for name in figures_of(project, document))
    return cells_step(document, project.root, progress.cell, tuple(figures))


def _woven(document: Document, results: dict[Path, Executed | None]) -> Woven:
    """Return a document's text; of a page that is not executed, cells' pictures are pretended."""
    shown = (Output("figure", figure="any"),)
    labels = [cell.label or "" for cell in document.own_cells]
    pretended = Executed(tuple(shown if label.startswith("fig-") else () for label in labels))

    def files(name: str) -> dict[str, Path]:
        return {suffix: Path(f"{name}.{suffix}") for suffix in ("svg", "pdf")}

    return weave(document, {page: found or pretended for page, found in results.items()}, files)


def _resources(project: Project) -> Site:
    """Return published files that were not there when Quarto began, such as a trained model."""
    site = {}
    for file in resource_files(project.root, project.settings, project.output):
        name = file.relative_to(project.root).as_posix()
        if not (project.output / name).is_file():
            site[name] = publishing.file_of(file)
    return site


def _add_handout(project: Project, progress: Progress) -> None:
    """Make the handout, which needs a deck of our own, and leave Quarto's deck as it is."""
    assert project.deck is not None
    deck = project.output / project.deck.output
    made_by_quarto = deck.read_bytes() if deck.is_file() else None
    render(project.root, ("beamer",), progress)
    if made_by_quarto:
        deck.write_bytes(made_by_quarto)
