"""The notebooks of the lecture's own exercises, derived without executing a page."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from lecturebuild.assembling import chapters_of
from lecturebuild.reading.project import Project, read_project
from lecturebuild.reading.source import Cell, Document, read_document
from lecturebuild.running.execute import Executed
from lecturebuild.running.outputs import Output
from lecturebuild.steps.progress import Progress
from lecturebuild.steps.store import Store
from lecturebuild.steps.work import Work
from lecturebuild.writing import crossref
from lecturebuild.writing.book import page as book
from lecturebuild.writing.notebooks import derive as notebooks
from lecturebuild.writing.notebooks.archive import archive_step
from lecturebuild.writing.weave import weave

ROOT = Path(__file__).parents[1]


def read(project: Project, page: Path) -> Document:
    return read_document(project.root, page, project.pages, project.settings)


@cache
def exercises() -> dict[Path, list[notebooks.Notebook]]:
    """Return the pages with exercises and the notebooks to derive from each."""
    project = read_project(ROOT)
    found = {page: notebooks.notebooks_of(read(project, page)) for page in project.pages}
    return {page: derived for page, derived in found.items() if derived}


def names() -> list[str]:
    """Return the names of all pairs of notebooks, those of a page one after the other."""
    found = [notebook.name for derived in exercises().values() for notebook in derived]
    return list(dict.fromkeys(found))


@dataclass(frozen=True)
class Derived:
    """Where the notebooks lie, by the file's name, and the archive beside them."""

    files: dict[str, Path]
    archive: Path


def derive(build: Path) -> Derived:
    """Derive all notebooks, without outputs, into a folder."""
    project = read_project(ROOT)
    documents = {page: read(project, page) for page in project.pages}

    def no_files(name: str) -> dict[str, Path]:
        return {"svg": Path(f"{name}.svg"), "pdf": Path(f"{name}.pdf")}

    labels = {}
    for page, document in documents.items():
        pretended = {page: Executed(tuple(map(pretend, document.own_cells)), build)}
        woven = weave(document, pretended, no_files)
        labels[page] = crossref.read_labels(woven, ROOT / page.parent)
    chapters = chapters_of(labels)
    index = crossref.build_index(documents, labels, {c.path: c.number for c in chapters})
    shared = book.Book(project, chapters, index)
    archive = archive_step(ROOT)
    steps = {}
    for page, derived in exercises().items():
        outputs = Executed(((),) * len(documents[page].own_cells), build)
        for notebook in derived:
            steps[Path(notebook.file).stem] = notebooks.notebook_step(
                project,
                notebook,
                documents[page],
                outputs,
                shared,
                labels[page],
                f"{archive.name}.zip",
            )
    with Progress() as progress:
        packed, *made = Work(Store(build), progress).carry_out([archive, *steps.values()])
    files = {name: file.path for name, file in zip(steps, made, strict=True)}
    return Derived(files, packed.path)


def pretend(cell: Cell) -> tuple[Output, ...]:
    """Return what a cell could have put out: its label counts only with a picture."""
    return (Output("figure", figure="any"),) if (cell.label or "").startswith("fig-") else ()
