"""Check the rendered lecture for what a reader would stumble over.

Every check is a function that yields problems; `check` runs them all on a project that has just
been rendered, and `brief` counts the worst after every rendering.
"""

import html
import re
import subprocess
import sys
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from functools import cache
from pathlib import Path
from urllib.error import HTTPError
from urllib.parse import unquote, urlsplit

from lecturebuild.checking.deck import Frame, Problem, frame_edges, frames, read_frames
from lecturebuild.reading.gate import figure_names, nested
from lecturebuild.reading.project import Project
from lecturebuild.reading.source import Block, Cell, Document, Line, read, read_pages
from lecturebuild.steps.errors import LectureError, relative
from lecturebuild.writing import crossref
from lecturebuild.writing.notebooks.derive import notebooks_of

PICTURE = re.compile(r"!\[((?:[^][]|\[[^][]*\])*)\]\(([^)\s]+)[^)]*\)(\{(?:[^}\"]|\"[^\"]*\")*\})?")
MARKED = re.compile(r"\.content-(?:hidden|visible)\b|\.answer\b")
HOST = re.compile(r"[\w-]+(\.[\w-]+)+")
WIDEST = 88
"""So many characters of code fit beside both menus; narrower windows scroll it."""
REFUSALS = {401, 403, 405, 406, 418, 429}
TAG = re.compile(r"<[A-Za-z][^>]*>")
ATTRIBUTE = re.compile(r'\s(id|href|src)="([^"]+)"')
URL = re.compile(r"https?:[^\s<>\"'{}|\\^`]*")


def labels(documents: list[Document], found: dict[Path, crossref.Labels]) -> Iterator[Problem]:
    """Find figures, equations and tables of the book that no text refers to."""
    references = {reference for page in found.values() for reference in page.references}
    items = {item for page in found.values() for item in page.items if item not in page.deck_only}
    for document in documents:
        for label, file, line in crossref.definitions(document):
            if label in items and label not in references:
                yield Problem(str(file), line, f"no text refers to @{label}")


def _at(block: Block) -> tuple[str, int]:
    file, line = block.place
    return str(file), line


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
        for block, called, caption, alt in (*_figures(document), *_pictures(document)):
            if alt is None or (caption and not alt.strip()):
                yield Problem(*_at(block), f"{called} has no fig-alt")
            elif caption and _plain(alt) in _plain(caption):
                yield Problem(*_at(block), f"the fig-alt of {called} repeats the caption")


def _figures(document: Document) -> Iterator[tuple[Cell, str, str, str | None]]:
    """Yield each cell that shows a figure, what to call it, its caption and alternative text."""
    for cell in document.own_cells:
        caption, alt = (str(cell.options.get(key, "")) for key in ("fig-cap", "fig-alt"))
        if caption or (cell.label or "").startswith("fig-"):
            yield cell, f"'{cell.label}'", caption, alt.strip() or None


def _pictures(document: Document) -> Iterator[tuple[Line, str, str, str | None]]:
    """Yield the same of each picture that the Markdown shows."""
    lines = document.text
    text = "\n".join(re.sub(r"`[^`]*`", lambda code: " " * len(code[0]), x.text) for x in lines)
    for found in PICTURE.finditer(text):
        alt = re.search(r"""fig-alt=(["'])(.*?)\1""", found[3] or "")
        line = lines[text.count("\n", 0, found.start())]
        yield line, f"the picture {found[2]}", found[1], alt[2] if alt else None


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()


def figures(project: Project, documents: list[Document]) -> Iterator[Problem]:
    """Find figure scripts that no document shows."""
    shown = {name for document in documents for name in figure_names(document, project.root)}
    for script in sorted((project.root / "figures").glob("*.py")):
        if script.stem not in shown:
            yield Problem(f"figures/{script.name}", 0, "no chapter shows this figure")


def wide_code(documents: list[Document]) -> Iterator[Problem]:
    """Find lines of code that are wider than a page shows at once, at 1280 pixels."""
    for document in documents:
        for cell in document.own_cells:
            if cell.options.get("echo", True) is False or cell.options.get("include") is False:
                continue
            for number, line in enumerate(cell.code.splitlines(), start=cell.code_line):
                if len(line) > WIDEST:
                    message = f"{len(line)} characters of code; a page shows {WIDEST} at once"
                    yield Problem(str(cell.file), number, message)


def both_outputs(documents: list[Document], deck: Document) -> Iterator[Problem]:
    """Find figures and equations that one output lacks and that are not marked as for the other.

    Of a page with exercises the deck has the task alone, a file that both include.
    """
    in_deck = {block.file for block in deck.blocks}
    in_book = {block.file for page in documents for block in page.blocks}
    for page in documents[1:]:
        if notebooks_of(page):
            if not in_deck & {block.file for block in page.blocks}:
                yield Problem(str(page.path), 0, "the deck does not include this exercise's task")
        else:
            yield from _lacking(page, in_deck, "the deck", "html")
    yield from _lacking(deck, in_book, "the book", "beamer")


def _lacking(document: Document, there: set[Path], output: str, own: str) -> Iterator[Problem]:
    marked = {block.place for block, around in nested(document) if any(map(MARKED.search, around))}
    for label, file, line in crossref.definitions(document):
        if label.startswith(("fig-", "eq-")) and file not in there and (file, line) not in marked:
            mark = f'::: {{.content-visible when-format="{own}"}}'
            message = f"{output} does not include {label}; mark it by '{mark}' if it is not to"
            yield Problem(str(file), line, message)


def local_links(folder: Path) -> Iterator[tuple[Path, str, Path, bool]]:
    """Yield each link of a folder's pages within it: page, link, file, if file and place exist."""
    ids: dict[Path, set[str]] = {}
    links: dict[Path, list[str]] = {}
    for file in sorted(folder.rglob("*.html")):
        text = file.read_text(encoding="utf-8")
        found = [pair for tag in TAG.findall(text) for pair in ATTRIBUTE.findall(tag)]
        ids[file] = {html.unescape(value) for name, value in found if name == "id"}
        links[file] = [html.unescape(value) for name, value in found if name != "id"]

    @cache  # every page has the links of the menu
    def followed(place: Path, path: str) -> tuple[Path, bool]:
        target = (place / unquote(path)).resolve()
        return target, target.is_file()

    for file, page_links in links.items():
        for link in page_links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target, there = followed(file.parent, parts.path) if parts.path else (file, True)
            place = not parts.fragment or target not in ids or parts.fragment in ids[target]
            yield file, link, target, there and place


def internal_links(project: Project, documents: list[Document]) -> Iterator[Problem]:
    """Find links within the book whose file or place is not there."""
    for file, link, _, found in local_links(project.output):
        if not found:
            yield _in_source(project, documents, file, f"dead link to {link}", link)


def _in_source(
    project: Project, documents: list[Document], page: Path, message: str, link: str
) -> Problem:
    """Return a problem at the line of the source that a link of a page stands in, if one does."""
    place = page.relative_to(project.output)
    for document in documents:
        if document.path.with_suffix(".html") == place:
            for line in document.text:
                if link in line.text:
                    return Problem(*_at(line), message)
            return Problem(str(document.path), 0, message)
    return Problem(str(relative(page, project.root)), 0, message)


def urls(project: Project, documents: list[Document], external: bool) -> Iterator[Problem]:
    """Find addresses that are not well formed and, with `external`, those that do not answer."""
    places: dict[str, list[tuple[str, int]]] = {}
    for file, number, text in _source_lines(project, documents):
        for url in URL.findall(text):
            address = url.rstrip(".,;:)]*_")
            if not _well_formed(address):
                yield Problem(file, number, f"{address} is not a well-formed address")
            else:
                places.setdefault(address, []).append((file, number))
    if external:
        with ThreadPoolExecutor(8) as pool:
            reasons = pool.map(_unreachable, places)
        for reason, found in zip(reasons, places.items(), strict=True):
            for file, number in found[1] if reason else ():
                yield Problem(file, number, f"{found[0]} does not answer: {reason}")


def _well_formed(address: str) -> bool:
    try:
        parts = urlsplit(address)
        return bool(HOST.fullmatch(parts.hostname or "")) and parts.port != 0
    except ValueError:  # a port that is no number, a bracket
        return False


def _source_lines(project: Project, documents: list[Document]) -> Iterator[tuple[str, int, str]]:
    for document in documents:
        yield from ((*_at(line), line.text) for line in document.lines)
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
    except HTTPError as error:
        # A publisher that turns programs away does answer.
        return None if error.code in REFUSALS else str(error)
    except OSError as error:
        return str(error)


def spelling(project: Project, documents: list[Document]) -> Iterator[Problem]:
    """Find misspelt words with codespell."""
    files = {block.file for document in documents for block in document.blocks}
    paths = [*sorted(files), *([project.deck.document] if project.deck else [])]
    folders = [name for name in ("figures", "code", "README.md") if (project.root / name).exists()]
    command = [sys.executable, "-m", "codespell_lib", "--quiet-level=3", *folders, *map(str, paths)]
    process = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
    for line in process.stdout.splitlines():
        if found := re.match(r"(?:\./)?(.+?):(\d+): (.+)", line):
            yield Problem(found[1], int(found[2]), f"spelling: {found[3]}")


def check(project: Project, external: bool = False) -> list[Problem]:
    """Return everything that is wrong with a project that has just been rendered."""
    pages = read_pages(project)
    found = {page.path: crossref.kept_labels(project.root, page.path) for page in pages}
    problems = [
        *labels(pages, found),
        *bibliography(project, found),
        *alternative_texts(pages),
        *figures(project, pages),
        *internal_links(project, pages),
        *urls(project, pages, external),
        *spelling(project, pages),
        *wide_code(pages),
    ]
    if project.deck:
        document = read(project, project.deck.document)
        shown = read_frames(project, document)
        problems += [
            *frames(project, document, shown),
            *frame_edges(project, shown),
            *both_outputs(pages, document),
        ]
    return sorted(set(problems))


def brief(project: Project, formats: Collection[str]) -> str:
    """Return what is wrong in one line, "" if nothing is; it takes a fraction of a second."""
    counts = {"overfull frames": 0, "missing characters": 0, "dead links": 0}
    if project.deck and "beamer" in formats:
        # Here the number of a page stands for the frame that it shows.
        pages = {number: Frame(str(number), 0, "") for number in range(1, 10_000)}
        found: set[Problem] = set()
        with suppress(LectureError):  # no deck: there is no LaTeX
            found = set(frames(project, read(project, project.deck.document), pages))
        missing = [problem for problem in found if "has no character" in problem.message]
        counts["missing characters"] = len(missing)
        counts["overfull frames"] = len({each.file for each in found if each not in missing})
    if "html" in formats:
        links = local_links(project.output)
        counts["dead links"] = sum(not there for _, _, _, there in links)
    wrong = [f"{count} {what}" for what, count in counts.items() if count]
    return ", ".join(wrong)
