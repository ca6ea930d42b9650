"""Write the pages of the book with Pandoc; a page whose ingredients are unchanged is kept."""

import hashlib
import html
import json
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from lecturebuild.reading.project import Project, build_name
from lecturebuild.writing import crossref, pandoc
from lecturebuild.writing.book import markup, pictures
from lecturebuild.writing.crossref import Labels
from lecturebuild.writing.weave import Woven

THEME = Path(__file__).parent / "theme"
REFERENCES = "\n## References {.unnumbered}\n\n::: {#refs}\n:::\n"
FILTERS = [
    pandoc.FILTERS / f"{name}.lua"
    for name in (
        "paths",
        "shapes",
        "visibility",
        "downloads",
        "callouts",
        "code-fold",
        "crossref",
        "pictures",
        "tables",
    )
]
LAST_FILTER = pandoc.FILTERS / "notes.lua"
"""Runs after citations are set, which may themselves be notes."""
FORMULA_FONT = " stix-two-math"
"""Asked for at once by pages with formulas, so that these do not move later."""
BODY = ("<article>\n", "\n</article>\n")
"""What the template has around a page's text."""
MODULES = [Path(__file__).with_name(name) for name in ("markup.py", "pictures.py")]


@dataclass(frozen=True)
class Chapter:
    """A page of the book as its neighbours and the menu see it."""

    path: Path
    number: str
    title: str
    frames: str = ""
    """The name, in the deck's PDF, of the first page that shows this chapter; may be empty."""

    @property
    def href(self) -> str:
        """The page's address, relative to the book's first folder."""
        return self.path.with_suffix(".html").as_posix()


@dataclass(frozen=True)
class Book:
    """What all pages share."""

    project: Project
    chapters: tuple[Chapter, ...]
    index: dict[str, dict[str, Any]]
    theme: str
    """Digest of templates, filters and bibliography."""


def theme_digest(project: Project) -> str:
    """Return a digest of all files, apart from its text, that a page is made from."""
    files = [
        *sorted(THEME.glob("*.html")),
        *FILTERS,
        LAST_FILTER,
        *MODULES,
        *project_filters(project),
        *bibliography(project),
    ]
    digest = hashlib.sha256()
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()


def project_filters(project: Project) -> list[Path]:
    """Return the project's own filters."""
    return _files(project, "filters")


def bibliography(project: Project) -> list[Path]:
    """Return the project's bibliographies and citation style."""
    return _files(project, "bibliography") + _files(project, "csl")


def _files(project: Project, key: str) -> list[Path]:
    files = []
    for name in project.settings.texts(key):
        if not (project.root / name).is_file():
            raise project.settings.error(f"no such file: {name}", key)
        files.append(project.root / name)
    return files


def referred_to(book: Book, labels: Labels) -> dict[str, dict[str, Any]]:
    """Return the part of the book's index that a page refers to or defines."""
    return {key: book.index[key] for key in {*labels.references, *labels.items} & set(book.index)}


def write_page(
    book: Book,
    chapter: Chapter,
    woven: Woven,
    labels: Labels,
    downloads: Iterable[tuple[str, str]] = (),
) -> tuple[Path, bool]:
    """Write a page into the build folder, unless it is there; return its file and if it is new.

    `downloads` are files that were made for the page: their places in the book, and notes.
    """
    root = "../" * len(chapter.path.parent.parts)
    variables = _variables(book, chapter, root)
    referred = referred_to(book, labels)
    offered = [
        {"href": root + place, "text": Path(place).name, "note": note} for place, note in downloads
    ]
    text = woven.text
    if any(not crossref.REFERENCE.match(key) for key in labels.references):
        text += REFERENCES
    ingredients = json.dumps([text, variables, referred, offered, book.theme], sort_keys=True)
    key = hashlib.sha256(ingredients.encode()).hexdigest()[:16]
    folder = book.project.build / "pages"
    stem = build_name(chapter.path)
    page = folder / f"{stem}-{key}.html"
    if page.is_file():
        return page, False
    folder.mkdir(parents=True, exist_ok=True)
    index = folder / f"{stem}.index.json"
    index.write_text(json.dumps(referred), encoding="utf-8")
    defaults = folder / f"{stem}.defaults.json"
    settings = {
        "to": "html5",
        "standalone": True,
        "template": str(THEME / "page.html"),
        "html-math-method": {"method": "mathml"},
        "number-sections": bool(chapter.number),
        "number-offset": [int(chapter.number) - 1] if chapter.number else [0],
        "table-of-contents": True,
        "toc-depth": 3,
        "wrap": "none",
        "filters": [
            *map(str, project_filters(book.project)),
            *map(str, FILTERS),
            {"type": "citeproc"},
            str(LAST_FILTER),
        ],
        "variables": variables,
        "metadata": {
            "lecture-index": str(index),
            "lecture-downloads": offered,
            "lecture-page": chapter.href,
            "lecture-folder": chapter.path.parent.as_posix(),
            "lecture-root": root,
            "lecture-media": f"{root}media/",
            "bibliography": [str(file) for file in _files(book.project, "bibliography")],
            "link-citations": True,
            "lang": variables["lang"],
        },
    }
    if styles := _files(book.project, "csl"):
        settings["metadata"]["csl"] = str(styles[0])  # type: ignore[index]
    defaults.write_text(json.dumps(settings), encoding="utf-8")
    written = pandoc.run(
        text,
        [f"--defaults={defaults}"],
        book.project.root / chapter.path.parent,
        woven.origins,
        {"QUARTO_PROJECT_DIR": str(book.project.root)},
    )
    written = _tidy(book, chapter, woven, labels, written)
    for old in folder.glob(f"{stem}-{'?' * 16}.html"):
        old.unlink()
    temporary = page.with_suffix(".new")
    temporary.write_text(written, encoding="utf-8")
    temporary.replace(page)
    return page, True


def _tidy(book: Book, chapter: Chapter, woven: Woven, labels: Labels, page: str) -> str:
    """Return a page whose text is fit for the page's policy; say what had to be left out."""
    folder = book.project.root / chapter.path.parent

    def image_size(source: str) -> tuple[int, int] | None:
        made = woven.media.get(Path(source).name) if "media/" in source else None
        return pictures.size(made or folder / unquote(source))

    head, rest = page.split(BODY[0], 1)
    body, foot = rest.rsplit(BODY[1], 1)
    tidied = markup.tidy(body, image_size)
    for complaint in tidied.complaints:
        if any(image.written in complaint for image in labels.images):
            continue  # an error, when the pictures are collected
        print(f"{chapter.path}: warning: in its HTML, {complaint}", file=sys.stderr)
    # A template may show the contents twice; nothing refers to the ids of their links.
    head = re.sub(r' id="toc-[^"]*"', "", head)
    head = head.replace("$summary$", html.escape(tidied.summary or chapter.title))
    head = head.replace("$formula-font$", FORMULA_FONT if "<math" in body else "")
    return f"{head}{BODY[0]}{tidied.text}{BODY[1]}{foot}"


def _variables(book: Book, chapter: Chapter, root: str) -> dict[str, Any]:
    """Return the template's variables; they go into the page as they are, so they are escaped."""
    settings = book.project.settings
    position = book.chapters.index(chapter)
    nav: list[dict[str, Any]] = []
    part = own_part = ""
    for other in book.chapters:
        entry = _link(other, root) | {"current": other == chapter}
        if other.path in book.project.parts:
            part = entry["part"] = html.escape(book.project.parts[other.path])
        own_part = part if other == chapter else own_part
        nav.append(entry)
    variables: dict[str, Any] = {
        "title": html.escape(chapter.title),
        "pagetitle": html.escape(chapter.title),
        "book-title": html.escape(settings.text("book", "title")),
        "book-subtitle": html.escape(settings.text("book", "subtitle")),
        "author": [html.escape(author) for author in settings.texts("book", "author")],
        "lang": settings.text("lang") or "en",
        "number": chapter.number,
        "part": own_part,
        "root": root,
        "nav": nav,
    }
    if position > 0:
        variables["prev"] = _link(book.chapters[position - 1], root)
    if position + 1 < len(book.chapters):
        variables["next"] = _link(book.chapters[position + 1], root)
    if book.project.deck:
        variables["slides"] = root + book.project.deck.output.as_posix()
        variables["handout"] = root + book.project.deck.handout.as_posix()
        if chapter.frames:
            variables["frames"] = f"{variables['slides']}#nameddest={chapter.frames}"
    variables["archive"] = root + book.project.archive
    if repository := settings.text("book", "repo-url"):
        variables["repository"] = html.escape(repository)
    return variables


def _link(chapter: Chapter, root: str) -> dict[str, str]:
    return {
        "href": root + chapter.href,
        "number": chapter.number,
        "title": html.escape(chapter.title),
    }
