"""Add to a book that Quarto rendered what its pages link to and only the built-in renderer makes.

These are the notebooks of the exercises and the archive that they import, files that cells have
written, and, where a page links to them, the handout and the whole site in one file.
"""

import shutil
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

from lecturebuild import publishing
from lecturebuild.checking.book import local_links
from lecturebuild.publishing import Site
from lecturebuild.reading import gate
from lecturebuild.reading.project import Project, find_root, read_project
from lecturebuild.reading.source import Cell
from lecturebuild.render import (
    _contents,
    _draw,
    _execute_all,
    _itself,
    _read,
    _resources,
    deck_steps,
)
from lecturebuild.running.execute import Output
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.progress import Progress
from lecturebuild.steps.store import Step, Store, locked, value
from lecturebuild.steps.work import Work
from lecturebuild.writing import crossref
from lecturebuild.writing.notebooks import derive as notebooks
from lecturebuild.writing.notebooks.archive import archive_step
from lecturebuild.writing.weave import weave


def complete(path: Path, progress: Progress) -> list[str]:
    """Complete the book of the project that `path` lies in; return what is still missing.

    Raises
    ------
    LectureError
        There is no book yet, or the author has to mend something first.
    """
    project = read_project(find_root(path))
    output = project.output
    if not any(output.glob("*.html")):
        raise LectureError("holds no book yet; 'quarto render' makes it", output.name)
    linked = {target for _, _, target in _missing(output)}
    with locked(project.build / ".lock"):
        # The book is Quarto's now, even if the built-in renderer made one in the same place.
        (output / publishing.MARK).unlink(missing_ok=True)
        steps = _steps(project, linked, progress)
        made = Work(Store(project.root), progress).carry_out(steps.values())
        _put(output, dict(zip(steps, made, strict=True)))
        written = _resources(project)
        _put(output, {name: written[name] for name in written if not (output / name).is_file()})
        if output / project.archive in linked:
            whole = publishing.archive_step(project.archive, value(_book, output=str(output)))
            [packed] = Work(Store(project.root), progress).carry_out([whole])
            _put(output, {project.archive: packed})
    return [
        f"{page.relative_to(project.root)}: dead link to {link}"
        for page, link, _ in _missing(output)
    ]


def _missing(output: Path) -> Iterator[tuple[Path, str, Path]]:
    """Yield page, link and file of every link within the book to a file that is not there."""
    for page, link, target, _ in local_links(output):
        if not target.is_file():
            yield page, link, target


def _book(output: str) -> Site:
    files = [file for file in Path(output).rglob("*") if file.is_file()]
    return {file.relative_to(output).as_posix(): publishing.file_of(file) for file in files}


def _put(output: Path, site: Site) -> None:
    for name, file in site.items():
        (output / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(file.path, output / name)


def _steps(project: Project, linked: set[Path], progress: Progress) -> dict[str, Step]:
    """Return what makes the notebooks, their archive and, if it is linked, the handout."""
    pages = {page: _read(project, page) for page in project.pages}
    slides = _read(project, project.deck.document) if project.deck else None
    deck_files = {block.file for block in slides.blocks} if slides else set()
    own = project.settings.texts("lecture", "classes")
    derived = {page: notebooks.notebooks_of(document) for page, document in pages.items()}
    notebooks.check_names(notebook for each in derived.values() for notebook in each)
    executed = [pages[page] for page, found in derived.items() if found]
    with_handout = project.deck is not None and project.output / project.deck.handout in linked
    if with_handout and slides:
        shown = [document for page, document in pages.items() if page in deck_files]
        executed = [slides, *{document.path: document for document in executed + shown}.values()]
    for document in executed:
        gate.check_document(document, own, in_deck=document.path in deck_files)
    figures = _draw(project, executed, progress)
    results = _execute_all(project, list(pages.values()), executed, progress)

    def pretended(name: str) -> dict[str, Path]:
        return {suffix: Path(f"{name}.{suffix}") for suffix in ("svg", "pdf")}

    labels: dict[Path, Step] = {}
    for page, document in pages.items():
        known: dict[Path, Any] = {page: tuple(map(_pretended, document.own_cells))}
        text = weave(document, known | results, pretended, project.build / "media")
        labels[page] = crossref.labels_step(page, value(_itself, item=text), project.root)
    shared = value(partial(_contents, project, pages, deck_files), labels=labels)
    steps: dict[str, Step] = {}
    package = archive_step(project.root) if any(derived.values()) else None
    packed = f"{package.name}.zip" if package else ""
    if package:
        steps[f"{notebooks.FOLDER}/{packed}"] = package
    for page, found in derived.items():
        for notebook in found:
            steps[notebook.file] = notebooks.notebook_step(
                project, notebook, pages[page], results[page], shared, labels[page], packed
            )
    if with_handout and slides and project.deck:
        text = weave(slides, results, figures, project.build / "media", deck=True)
        handout = project.deck.handout.as_posix()
        steps[handout] = deck_steps(project, slides, text, shared, labels)[handout]
    return steps


def _pretended(cell: Cell) -> tuple[Output, ...]:
    """Return what a cell could have put out: its label counts only with a picture."""
    return (Output("figure", figure="any"),) if (cell.label or "").startswith("fig-") else ()
