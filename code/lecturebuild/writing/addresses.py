"""Files that documents show or link to: they must be there, and are published with the book."""

import base64
import hashlib
import os
import re
from collections.abc import Collection, Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, unquote_to_bytes

from lecturebuild.reading.project import DOCUMENTS, Project
from lecturebuild.reading.source import Document
from lecturebuild.steps.errors import LectureError, guess
from lecturebuild.steps.files import in_project, is_file
from lecturebuild.writing import crossref
from lecturebuild.writing.book import pictures
from lecturebuild.writing.crossref import Address, Labels

SCHEME = re.compile(r"[A-Za-z][\w+.-]*:|//")
PROGRAM = re.compile(r"\s*(?:javascript|vbscript|data):", re.I)
DATA = re.compile(r"data:(?P<kind>[\w/+.-]*)(?P<options>[^,]*),(?P<content>.*)", re.S)
KINDS = {"image/svg+xml": ".svg", "image/png": ".png", "image/jpeg": ".jpg", "image/gif": ".gif",
         "image/webp": ".webp"}  # fmt: skip
ID = re.compile(r"""\bid=["']?([^"'\s>]+)""")


def shown(project: Project, document: Document, images: Iterable[Address]) -> dict[str, Path]:
    """Return the files of a document's pictures, by their addresses.

    The address is a path from the project's folder, or what is written if that is no path.
    """
    files: dict[str, Path] = {}
    for image in images:
        if image.written.startswith("data:"):
            file = _embedded(project, document, image)
        elif SCHEME.match(image.written):
            message = "lies on another host, which no page asks for anything; put it into a file"
            raise _error(document, image, f"the picture {image.written} {message}")
        else:
            file = _local(project, document, image, "picture")
        if problem := pictures.damage(file):
            name = image.written if not image.written.startswith("data:") else "in the text"
            raise _error(document, image, f"the picture {name} is damaged: {problem}")
        files[image.path or image.written] = file
    return files


def for_page(project: Project, document: Document, labels: Labels) -> dict[str, Path]:
    """Return the pictures that the book publishes for a page, by their places in the book."""
    site: dict[str, Path] = {}
    found = shown(project, document, labels.images)
    for image in labels.images:
        file = found[image.path or image.written]
        if file.suffix.lower() in (".pdf", ".eps", ".tif", ".tiff"):
            message = f"no browser shows {file.suffix}; put a PNG or SVG in its place"
            raise _error(document, image, f"the picture {image.written}: {message}")
        if image.path:
            site[file.relative_to(project.root).as_posix()] = file
    return site


def check_pages(
    project: Project, document: Document, links: Iterable[Address], labels: dict[Path, Labels]
) -> None:
    """Raise an error at a link to a document that is no page, or to a place that a page has not."""
    for link in links:
        if not link.written.strip() or PROGRAM.match(link.written):
            what = "has no address" if not link.written.strip() else "runs a program in the page"
            raise _error(document, link, f"the link ({link.written}) {what}")
        path = Path(unquote(link.path))
        if SCHEME.match(link.written) or path.suffix not in (".qmd", ".html"):
            continue
        page, place = path.with_suffix(".qmd"), unquote(link.written.partition("#")[2])
        if page not in labels:
            if path.suffix == ".qmd":
                message = f"{link.written} is no page of the book: _quarto.yml does not list {path}"
                raise _error(document, link, message)
            continue
        known = {*labels[page].ids, *labels[page].items, "references", "refs", "top"}
        known |= {name for text in labels[page].gate["book_html"] for name in ID.findall(text)}
        if place and place not in known:
            hint = guess(place, known, " (did you mean #{}?)")
            raise _error(document, link, f"there is no '{place}' in {page}{hint}")


def linked(
    project: Project, document: Document, labels: Labels, site: Collection[str]
) -> dict[str, Path]:
    """Return the files that a page links to and that are not in the site yet."""
    made = {project.archive, "index.html"}
    if project.deck:
        made |= {project.deck.output.as_posix(), project.deck.handout.as_posix()}
    files: dict[str, Path] = {}
    for link in [*labels.links, *_in_html(document, labels)]:
        if SCHEME.match(link.written) or link.written.startswith("#") or not link.written:
            continue
        path = unquote(link.path)
        if Path(path).suffix in DOCUMENTS and Path(path) in project.pages:
            continue
        inside = any(name.startswith(f"{path.rstrip('/')}/") for name in site)
        if path in site or path in made or (inside and path):
            continue
        file = _local(project, document, link, "file to link to")
        files[file.relative_to(project.root).as_posix()] = file
    return files


def _local(project: Project, document: Document, address: Address, what: str) -> Path:
    """Return the file of the project that an address names."""
    path = project.root / unquote(address.path).replace("\0", "")
    if not address.path or not path.resolve().is_relative_to(project.root):
        kind = what.split(" ")[0]
        raise _error(document, address, f"the {kind} {address.written} lies outside the project")
    if not is_file(path):
        where = f" (a path counts from the file that names it, {address.file})"
        elsewhere = any(is_file(project.root / folder / unquote(address.written))
                        for folder in {document.path.parent, Path()})  # fmt: skip
        hint = where if elsewhere else ""
        raise _error(document, address, f"no such {what}: {unquote(address.written)}{hint}")
    if not in_project(path, project.root):
        raise _error(document, address, f"{address.written} is hidden: it is not published")
    return path


def _error(document: Document, address: Address, message: str) -> LectureError:
    place = crossref.place(document, address.written or "](")
    if place[1] in (None, 1) and "%" in address.written:
        place = crossref.place(document, unquote(address.written))
    return LectureError(message, *place)


def _embedded(project: Project, document: Document, image: Address) -> Path:
    """Return a file with a picture that is written into the text as a data: address."""
    found = DATA.match(image.written)
    suffix = KINDS.get(found["kind"], "") if found else ""
    if not found or not suffix:
        raise _error(document, image, f"'{image.written[:40]}…' is no picture that can be shown")
    content = unquote_to_bytes(found["content"])
    try:
        content = base64.b64decode(content) if "base64" in found["options"] else content
    except ValueError as error:
        raise _error(document, image, f"the picture in the text is damaged: {error}") from None
    folder = project.build / "embedded"
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / f"picture-{hashlib.sha256(content).hexdigest()[:12]}{suffix}"
    if not file.is_file():
        file.write_bytes(content)
    return file


class _Addresses(HTMLParser):
    """Collects the addresses in a piece of HTML."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if not value:
                continue
            if name == "srcset":
                self.found += [part.split()[0] for part in value.split(",") if part.strip()]
            elif name in ("src", "poster", "data") or (name == "href" and tag != "link"):
                self.found.append(value)


def _in_html(document: Document, labels: Labels) -> Iterator[Address]:
    """Yield the addresses in a page's raw HTML, which count from the page."""
    for text in labels.gate["book_html"]:
        parser = _Addresses()
        parser.feed(text)
        for address in parser.found:
            path = address.partition("#")[0].partition("?")[0]
            from_root = path.removeprefix("/")
            if not path.startswith("/"):
                from_root = os.path.normpath(f"/{document.path.parent.as_posix()}/{path}")[1:]
            yield Address(address, from_root if path else "", str(document.path))
