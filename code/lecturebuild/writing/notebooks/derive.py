"""Derive two notebooks, for students and with the solution, from each page with exercises.

A page is one with `::: {.answer}` divs, whose cells have the tag `solution`. The student's
notebook has an empty cell in place of each of these and nothing else of an answer. A div
`::: {.notebook name="other"}` holds what belongs to a second pair of notebooks.
"""

import base64
import json
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from pathlib import Path
from typing import Any

from lecturebuild.reading.gate import nested, opened
from lecturebuild.reading.project import Project
from lecturebuild.reading.source import Cell, Document, Line, name
from lecturebuild.running import imports
from lecturebuild.running.execute import Executed
from lecturebuild.running.outputs import MARKUP, PICTURES, Output
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.store import Step, value
from lecturebuild.writing import crossref, pandoc
from lecturebuild.writing.book.page import LOADED, Book, bibliography, macros, referred_to, used
from lecturebuild.writing.crossref import Labels
from lecturebuild.writing.notebooks.archive import extras_of
from lecturebuild.writing.words import words

STUB = "# your code here"
FOLDER = "notebooks"
FILTERS = [pandoc.FILTERS / f"{name}.lua" for name in ("macros", "notebook", "visibility")]
WRITER = "commonmark+tex_math_dollars+pipe_tables+strikeout"
MARK = re.compile(r"^<!-- (cell \d+|answer|end of answer) -->$", re.M)
HEADING = re.compile(r"^#\s")
NOTEBOOK = re.compile(r"""\.notebook\b.*\bname=["']?([\w-]+)""")
KERNEL = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
IMAGES = {suffix: kind for kind, suffix in PICTURES.items() if suffix != "pdf"}
TYPES = {short: kind for kind, short in MARKUP.items()}

Lines = list[tuple[str, tuple[Path, int]]]
"""Markdown and, for each line, file and line that it comes from."""


@dataclass(frozen=True)
class Notebook:
    """A notebook of a page: its file is named for `name`, its cells are those of the page."""

    page: Path
    name: str
    solution: bool

    @property
    def file(self) -> str:
        """The notebook's place in the book."""
        return f"{FOLDER}/{self.name}{'-solution' if self.solution else ''}.ipynb"


def notebooks_of(document: Document) -> list[Notebook]:
    """Return the notebooks to derive from a page; there are none without exercises.

    Nothing may put a solution into a student's notebook, so answers and tags must agree.
    """
    names = [document.path.stem]
    exercises = False
    for block, around in nested(document):
        if isinstance(block, Cell):
            _check_place(block, _inside("answer", around))
        elif (attributes := opened(block)) and _inside("answer", (attributes,)):
            exercises = True
        elif attributes and _inside("notebook", (attributes,)):
            names.append(_check_name(block, attributes, around))
    if not exercises:
        return []
    for cell in document.cells:
        if cell.indent:
            raise cell.error(f"{name(cell)} stands in a list, which a notebook's cell cannot")
    return [
        Notebook(document.path, each, solution)
        for each in dict.fromkeys(names)
        for solution in (False, True)
    ]


def _check_place(cell: Cell, answer: bool) -> None:
    tagged = "solution" in cell.tags
    if answer and not tagged:
        message = "stands in an answer: give it '#| tags: [solution]', or students get it"
    elif tagged and not answer:
        message = "has the tag 'solution': put it into a '::: {.answer}' div"
    else:
        return
    raise cell.error(f"{name(cell)} {message}")


def _check_name(line: Line, attributes: str, around: tuple[str, ...]) -> str:
    found = NOTEBOOK.search(attributes)
    if found is None:
        raise line.error('a notebook div needs a name: ::: {.notebook name="other"}')
    if around:
        raise line.error("a notebook div must not stand inside another div")
    return found[1]


def check_names(notebooks: Iterable[Notebook]) -> None:
    """Raise an error where two pages give a notebook the same name."""
    seen: dict[str, Path] = {}
    for notebook in notebooks:
        if (first := seen.setdefault(notebook.file, notebook.page)) != notebook.page:
            message = f"its notebook '{notebook.name}' is also that of {first}; choose another name"
            raise LectureError(message, notebook.page)


def notebook_step(
    project: Project,
    notebook: Notebook,
    document: Document,
    executed: Any,
    book: Any,
    labels: Any,
    archive: str,
) -> Step:
    """Return the step that writes a notebook; `archive` names what its cells import, if any."""
    cells = _cells(notebook, document)
    files = [*FILTERS, *LOADED, *bibliography(project), *map(Path, macros(project).values())]
    return Step(
        "notebooks",
        notebook.file,
        partial(_write_notebook, project, notebook, document),
        inputs=value(
            partial(ingredients, project, notebook, document, archive),
            executed=executed,
            book=book,
            labels=labels,
        ),
        uses=used(project, files)
        | {
            "lines": [text for text, _ in _text(notebook, document, archive)],
            "cells": [[cell.index, cell.code, cell.label, cell.tags] for cell in cells],
            "words": words(project.settings),
        },
        context={"executed": executed},
        read=attrgetter("only"),
    )


def ingredients(
    project: Project,
    notebook: Notebook,
    document: Document,
    archive: str,
    executed: Executed,
    book: Book,
    labels: Labels,
) -> dict[str, Any]:
    """Return what is particular to a notebook, apart from its text."""
    numbers = [cell.index for cell in _cells(notebook, document) if notebook.solution]
    return {
        "outputs": {number: executed.outputs[number] for number in numbers},
        "refers_to": referred_to(book, labels),
        "references": [key for key in labels.references if not crossref.REFERENCE.match(key)],
        "archive": archive,
        "installing": _installing(project, notebook, document, archive) if archive else "",
    }


def _write_notebook(
    project: Project,
    notebook: Notebook,
    document: Document,
    folder: Path,
    outputs: dict[int, tuple[Output, ...]],
    refers_to: dict[str, Any],
    references: list[str],
    archive: str,
    installing: str,
    executed: Executed,
) -> None:
    text = _text(notebook, document, archive)
    markdown = _convert(project, document, text, refers_to, references)
    cells = {cell.index: cell for cell in _cells(notebook, document)}
    from nbformat import v4  # takes a while to import, and most builds write no notebook

    made = _assemble(notebook, markdown, cells, outputs, executed.media)
    if installing:
        # Its tag tells programs that execute notebooks to skip it.
        metadata = {"tags": ["skip-execution"]}
        first = v4.new_code_cell(installing, id="install", metadata=metadata)
        made.insert(bool(made) and _is_text(made[0]), first)
    content = v4.writes(v4.new_notebook(cells=made, metadata=KERNEL))
    (folder / Path(notebook.file).name).write_text(content + "\n", encoding="utf-8")


def _inside(kind: str, around: tuple[str, ...]) -> bool:
    return any(re.search(rf"\.{kind}\b(?!-)", attributes) for attributes in around)


def _belongs(notebook: Notebook, around: tuple[str, ...]) -> bool:
    names = [found[1] for attributes in around if (found := NOTEBOOK.search(attributes))]
    return (names or [notebook.page.stem])[0] == notebook.name


def _blocks(notebook: Notebook, document: Document) -> Iterator[Line | Cell]:
    """Yield what belongs to a notebook, for students without the text of the answers."""
    for block, around in nested(document):
        hidden = _inside("answer", around) and not notebook.solution and isinstance(block, Line)
        if _belongs(notebook, around) and not hidden and not _inside("downloads", around):
            yield block


def _cells(notebook: Notebook, document: Document) -> Iterator[Cell]:
    """Yield the cells that become a notebook's cells of code."""
    for block in _blocks(notebook, document):
        if isinstance(block, Cell) and "book" not in block.tags and block.executed:
            yield block


def _text(notebook: Notebook, document: Document, archive: str) -> Lines:
    """Return a notebook's Markdown with a mark in place of each cell."""
    lines: Lines = []
    needs = _needs(document, archive)
    for block in _blocks(notebook, document):
        if isinstance(block, Line):
            lines.append((block.text, block.place))
            if needs and not block.verbatim and HEADING.match(block.text):
                lines += needs
                needs = []
        elif "book" not in block.tags:
            lines += [(text, block.place) for text in _mark(notebook, block)]
    return needs + lines


def _mark(notebook: Notebook, cell: Cell) -> list[str]:
    if not cell.executed:
        return ["", "```python", *cell.code.strip("\n").split("\n"), "```", ""]
    mark = ["", f'::: {{.notebook-cell index="{cell.index}"}}', ":::", ""]
    caption = cell.options.get("fig-cap")
    if cell.label and caption and (notebook.solution or "solution" not in cell.tags):
        mark += [f"@{cell.label}: {' '.join(caption.split())}", ""]
    return mark


def _needs(document: Document, archive: str) -> Lines:
    """Return a list of what must be there before a notebook runs."""
    lines: Lines = [
        (block.text, block.place)
        for block, around in nested(document)
        if isinstance(block, Line) and _inside("downloads", around)
    ]
    if archive:
        item = f"* `{archive}`, which the cell below installs"
        lines.append((item, (document.path, 1)))
    if not any(text.strip() for text, _ in lines):
        return []
    head = "Put into the folder of this notebook, from the exercise's page:"
    place = document.path, 1
    return [("", place), (head, place), ("", place), *lines, ("", place)]


def _installing(project: Project, notebook: Notebook, document: Document, archive: str) -> str:
    """Return the code of the cell that installs what a notebook needs, answers included."""
    root, page = project.root, notebook.page
    code = "\n".join(cell.code for cell in _cells(replace(notebook, solution=True), document))
    modules = imports.modules_of(code, (root / page).parent, root)
    extras = extras_of(root, imports.libraries_of(code, *modules))
    package = archive.partition("-")[0]
    asked = f"[{','.join(sorted(extras))}]" if extras else ""
    site = project.settings.text("book", "site-url").rstrip("/")
    if site:
        source = f"{package}{asked} @ {site}/{FOLDER}/{archive}"
        place = f"{site}/{page.with_suffix('.html').as_posix()}"
    else:
        source = f"./{archive}{asked}"
        place = f"{page.with_suffix('.html').name} of the book"
    firsts = (names[0].removesuffix("-cpu") for names in extras.values())
    needed = [package, *(first.replace("-", "_") for first in firsts)]
    lines = [
        f"# This notebook belongs to {place}.",
        "# What it needs is installed here, unless it is there already.",
        "import importlib.util",
        "import os",
        "",
        'os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")  # no messages of TensorFlow\'s',
        f"if not all(map(importlib.util.find_spec, {json.dumps(needed)})):",
        f'    %pip install --quiet "{source}"',
    ]
    return "\n".join(line for line in lines if extras or not line.startswith(("os.", "import os")))


def _convert(
    project: Project,
    document: Document,
    lines: Lines,
    refers_to: dict[str, Any],
    references: list[str],
) -> str:
    """Return Markdown as Jupyter shows it, still with marks of the cells."""
    table = words(project.settings)
    text = "\n".join(line for line, _ in lines) + "\n"
    if any(f"@{key}" in text for key in references):
        text += f"\n## {table.get('References', 'References')}\n\n::: {{#refs}}\n:::\n"
    own, notebook = (str(pandoc.FILTERS / name) for name in ("macros.lua", "notebook.lua"))
    works = {"bibliography": [str(file) for file in bibliography(project)]}
    settings = {
        "to": WRITER,
        "wrap": "none",
        "filters": [own, notebook, {"type": "citeproc"}, notebook],
        "metadata": works | macros(project),
    }
    origins = tuple(place for _, place in lines)
    folder, told = project.root / document.path.parent, {"index": refers_to, "words": table}
    return pandoc.run(text, settings, folder, origins, told)


def _assemble(
    notebook: Notebook,
    markdown: str,
    cells: dict[int, Cell],
    outputs: dict[int, tuple[Output, ...]],
    media: Path,
) -> list[dict[str, Any]]:
    """Return a notebook's cells: Markdown, split at the marks, and code in place of these.

    The text of an answer is a cell of its own, which nbgrader takes out and a person grades.
    """
    from nbformat import v4

    made: list[dict[str, Any]] = []
    answer = False
    for number, part in enumerate(MARK.split(markdown)):
        count = sum(_is_text(other) == (number % 2 == 0) for other in made) + 1
        if number % 2 == 0:
            if text := part.strip():
                grading = {"nbgrader": _grading("markdown", f"answer-{count}", answer)}
                metadata = grading if answer else {}
                made.append(v4.new_markdown_cell(text, id=f"text-{count}", metadata=metadata))
        elif part.startswith("cell "):
            cell = cells[int(part.removeprefix("cell "))]
            made.append(_code(notebook, cell, count, outputs.get(cell.index, ()), media))
        else:
            answer = part == "answer"
    return made


def _is_text(cell: dict[str, Any]) -> bool:
    return bool(cell["cell_type"] == "markdown")


def _grading(kind: str, identifier: str, solution: bool) -> dict[str, Any]:
    """Return nbgrader's metadata: a solution is to be replaced for students and graded by hand."""
    return {
        "cell_type": kind,
        "grade": solution,
        "grade_id": identifier,
        "locked": not solution,
        "schema_version": 3,
        "solution": solution,
        "task": False,
    } | ({"points": 1} if solution else {})


def _code(
    notebook: Notebook, cell: Cell, count: int, outputs: tuple[Output, ...], media: Path
) -> dict[str, Any]:
    from nbformat import v4

    solution = "solution" in cell.tags
    identifier = cell.label or f"{cell.page.stem}-{cell.index + 1}"
    identifier = re.sub(r"[^\w-]", "-", identifier)[:64]
    grading = {"nbgrader": _grading("code", identifier, solution)}
    made = (_output(output, cell, count, media) for output in outputs)
    code: dict[str, Any] = v4.new_code_cell(
        STUB if solution and not notebook.solution else cell.code.strip("\n"),
        id=identifier,
        execution_count=count if notebook.solution else None,
        metadata=grading | ({"tags": ["solution"]} if solution else {}),
        outputs=[output for output in made if output is not None],
    )
    return code


def _output(output: Output, cell: Cell, count: int, media: Path) -> Any:
    """Return one of our outputs as Jupyter keeps it."""
    from nbformat.v4 import new_output

    if output.kind in ("stdout", "stderr"):
        hidden = output.kind == "stderr" and cell.options.get("warning") is False
        return None if hidden else new_output("stream", name=output.kind, text=output.text)
    if output.kind == "error":
        lines = output.text.split("\n")
        kind, _, value = lines[-1].partition(": ")
        return new_output("error", ename=kind, evalue=value, traceback=lines)
    data: dict[str, Any] = {"text/plain": output.text} if output.text else {}
    if output.markup:
        data[TYPES[output.kind]] = output.markup
    for suffix, file in output.files.items():
        if suffix == "svg":
            data[IMAGES[suffix]] = (media / file).read_text(encoding="utf-8")
        elif suffix in IMAGES:
            data[IMAGES[suffix]] = base64.b64encode((media / file).read_bytes()).decode()
    if output.kind == "text":
        return new_output("execute_result", data=data, execution_count=count)
    return new_output("display_data", data=data)
