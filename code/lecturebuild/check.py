"""Check the rendered lecture for what a reader would stumble over.

Every check is a function that yields problems; `check` runs them all on a project that has just
been rendered.
"""

import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

from lecturebuild import crossref, deck
from lecturebuild.checks import figure_names
from lecturebuild.errors import relative
from lecturebuild.notebooks import notebooks_of
from lecturebuild.project import Project
from lecturebuild.render import kept_labels
from lecturebuild.source import Cell, Document, Line, read_document

OVERFULL = re.compile(r"^Overfull \\([hv])box \(([\d.]+)pt too (wide|high)\).*?(\d+)?$", re.M)
MISSING = re.compile(r"^Missing character: There is no (\S+).*? in font (.+?)[:/!]", re.M)
REFERENCE = re.compile(r"@((?:fig|eq|tbl)-[\w-]+)")
URL = re.compile(r"https?:[^\s<>\"'{}|\\^`]*")
TOLERANCE = 1.0
"""So many points may a frame's content be too wide or too high: nobody sees them."""


@dataclass(frozen=True, order=True)
class Problem:
    """What is wrong, and where."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.line else self.file
        return f"{place}: {self.message}"


def frames(project: Project, document: Document) -> Iterator[Problem]:
    """Find frames whose content overflows, and characters that the deck's fonts lack."""
    tex = project.build / "deck" / document.path.with_suffix(".tex").name
    log = tex.with_suffix(".log").read_text(encoding="utf-8", errors="replace")
    for found in OVERFULL.finditer(log):
        if float(found[2]) > TOLERANCE and found[4]:
            file, line, title = deck.origin(tex, int(found[4]))
            message = f"the frame '{title}' is {found[2]} pt too {found[3]}"
            yield Problem(file or str(document.path), line or 0, message)
    for character, font in sorted(set(MISSING.findall(log))):
        message = f"the font {Path(font).name.strip('[]')} has no character {character}"
        yield Problem(str(document.path), 0, message)


def frame_edges(project: Project, document: Document) -> Iterator[Problem]:
    """Find words that stand beyond a frame's edge."""
    assert project.deck is not None
    pdf = project.output / project.deck.output
    command = ["pdftotext", "-bbox", str(pdf), "-"]
    words = subprocess.run(command, capture_output=True, text=True, check=True)
    number, width, height = 0, 0.0, 0.0
    for line in words.stdout.splitlines():
        if page := re.search(r'<page width="([\d.]+)" height="([\d.]+)"', line):
            number, width, height = number + 1, float(page[1]), float(page[2])
        elif word := re.search(
            r'xMin="([-\d.]+)" yMin="([-\d.]+)" xMax="([-\d.]+)" yMax="([-\d.]+)">(.*)</word>', line
        ):
            left, top, right, bottom = (float(word[k]) for k in range(1, 5))
            if left < 0 or top < 0 or right > width or bottom > height:
                message = f"'{word[5]}' stands beyond the edge of frame {number}"
                yield Problem(str(document.path), 0, message)


def labels(documents: list[Document], found: dict[Path, crossref.Labels]) -> Iterator[Problem]:
    """Find figures, equations and tables that no text refers to."""
    references = {
        reference
        for document in documents
        for block in document.blocks
        for reference in REFERENCE.findall(_text(block))
    }
    items = {item for page in found.values() for item in page.items}
    for document in documents:
        for label, file, line in crossref.definitions(document):
            if label in items and label not in references:
                yield Problem(str(file), line, f"no text refers to @{label}")


def _text(block: Line | Cell) -> str:
    return block.text if isinstance(block, Line) else str(block.options.get("fig-cap", ""))


def bibliography(project: Project, found: dict[Path, crossref.Labels]) -> Iterator[Problem]:
    """Find entries of the bibliography that no text cites."""
    references = {reference for page in found.values() for reference in page.references}
    for name in project.settings.texts("bibliography"):
        text = (project.root / name).read_text(encoding="utf-8")
        for number, line in enumerate(text.splitlines(), start=1):
            entry = re.match(r"@(\w+)\{([^,\s]+),", line)
            if entry and entry[1].lower() != "comment" and entry[2] not in references:
                yield Problem(name, number, f"nothing cites @{entry[2]}")


def alternative_texts(documents: list[Document]) -> Iterator[Problem]:
    """Find pictures without alternative text, or with the caption in its place."""
    for document in documents:
        for cell in document.own_cells:
            caption = " ".join(str(cell.options.get("fig-cap", "")).split())
            alt = " ".join(str(cell.options.get("fig-alt", "")).split())
            if not (caption or (cell.label or "").startswith("fig-")):
                continue
            if not alt:
                yield Problem(str(cell.file), cell.line, f"'{cell.label}' has no fig-alt")
            elif _plain(alt) in _plain(caption) or _plain(caption) == _plain(alt):
                message = f"the fig-alt of '{cell.label}' repeats the caption"
                yield Problem(str(cell.file), cell.line, message)


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()


def figures(project: Project, documents: list[Document]) -> Iterator[Problem]:
    """Find figure scripts that no document shows."""
    shown = {name for document in documents for name in figure_names(document, project.root)}
    for script in sorted((project.root / "figures").glob("*.py")):
        if script.stem not in shown:
            yield Problem(f"figures/{script.name}", 0, "no chapter shows this figure")


def both_outputs(documents: list[Document], deck: Document) -> Iterator[Problem]:
    """Find pages with frames' figures or equations that the deck does not include.

    Of a page with exercises the deck has the task alone, a file that both include.
    """
    included = {block.file for block in deck.blocks}
    for page in documents[1:]:
        if notebooks_of(page):
            if not included & {block.file for block in page.blocks}:
                yield Problem(str(page.path), 0, "the deck does not include this exercise's task")
        elif page.path not in included and any(
            label.startswith(("fig-", "eq-")) for label, *_ in crossref.definitions(page)
        ):
            yield Problem(str(page.path), 0, "the deck does not include this page")


class _Page(HTMLParser):
    """Collects a page's identifiers and links."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        for name, value in attributes:
            if value and name == "id":
                self.ids.add(value)
            elif value and name in ("href", "src"):
                self.links.append(value)


def internal_links(project: Project) -> Iterator[Problem]:
    """Find links within the book whose file or place is not there."""
    pages: dict[Path, _Page] = {}
    for file in sorted(project.output.rglob("*.html")):
        pages[file] = _Page()
        pages[file].feed(file.read_text(encoding="utf-8"))
    for file, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            known = pages.get(target)
            if not target.is_file() or (
                parts.fragment and known and parts.fragment not in known.ids
            ):
                yield Problem(str(relative(file, project.root)), 0, f"dead link to {link}")


def urls(project: Project, documents: list[Document], external: bool) -> Iterator[Problem]:
    """Find addresses that are not well formed and, with `external`, those that do not answer."""
    for file, number, text in _source_lines(project, documents):
        for url in URL.findall(text):
            address = url.rstrip(".,;:)]*_")
            host = urlsplit(address).hostname or ""
            if not re.fullmatch(r"[\w-]+(\.[\w-]+)+", host):
                yield Problem(file, number, f"{address} is not a well-formed address")
            elif external and (reason := _unreachable(address)):
                yield Problem(file, number, f"{address} does not answer: {reason}")


def _source_lines(project: Project, documents: list[Document]) -> Iterator[tuple[str, int, str]]:
    for document in documents:
        for block in document.blocks:
            if isinstance(block, Line):
                yield str(block.file), block.number, block.text
    for name in project.settings.texts("bibliography"):
        lines = (project.root / name).read_text(encoding="utf-8").splitlines()
        for number, text in enumerate(lines, start=1):
            yield name, number, text


def _unreachable(address: str) -> str | None:
    import urllib.request

    request = urllib.request.Request(address, headers={"User-Agent": "Mozilla/5.0"})
    try:
        with urllib.request.urlopen(request, timeout=20):
            return None
    except OSError as error:
        return str(error)


def spelling(project: Project, documents: list[Document]) -> Iterator[Problem]:
    """Find misspelt words with codespell."""
    files = {block.file for document in documents for block in document.blocks}
    paths = [*sorted(files), *([project.deck.document] if project.deck else [])]
    folders = [name for name in ("figures", "code", "README.md") if (project.root / name).exists()]
    process = subprocess.run(
        [sys.executable, "-m", "codespell_lib", "--quiet-level=3", *folders, *map(str, paths)],
        cwd=project.root,
        capture_output=True,
        text=True,
        check=False,
    )
    for line in process.stdout.splitlines():
        if found := re.match(r"(?:\./)?(.+?):(\d+): (.+)", line):
            yield Problem(found[1], int(found[2]), f"spelling: {found[3]}")


def check(project: Project, external: bool = False) -> list[Problem]:
    """Return everything that is wrong with a project that has just been rendered."""
    pages = [
        read_document(project.root, page, project.pages, project.settings) for page in project.pages
    ]
    found = {page.path: kept_labels(project, page.path) for page in pages}
    problems = [
        *labels(pages, found),
        *bibliography(project, found),
        *alternative_texts(pages),
        *figures(project, pages),
        *internal_links(project),
        *urls(project, pages, external),
        *spelling(project, pages),
    ]
    if project.deck:
        document = read_document(
            project.root, project.deck.document, project.pages, project.settings
        )
        problems += [
            *frames(project, document),
            *frame_edges(project, document),
            *both_outputs(pages, document),
        ]
    return sorted(set(problems))
