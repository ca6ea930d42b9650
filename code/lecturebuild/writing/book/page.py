"""Write the pages of the book with Pandoc."""

import html
import json
import os
import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, partial
from operator import attrgetter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import unquote

from lecturebuild.reading.project import Project, authors, named_files
from lecturebuild.reading.yamltext import Settings
from lecturebuild.steps.errors import relative
from lecturebuild.steps.files import digest
from lecturebuild.steps.store import Read, Step, value
from lecturebuild.writing import crossref, pandoc
from lecturebuild.writing.book import markup, pictures, sources
from lecturebuild.writing.crossref import Labels
from lecturebuild.writing.pandoc import MEDIA, Woven
from lecturebuild.writing.words import WORDS_FILE, translated, words

THEME = Path(__file__).parent / "theme"
REFERENCES = "\n## {} {{.unnumbered}}\n\n::: {{#refs}}\n:::\n"
FILTERS = [
    pandoc.FILTERS / f"{name}.lua"
    for name in """paths visibility frames folds shapes terms annotations downloads callouts
    macros crossref pictures cell-source tables""".split()
]
LAST_FILTER = pandoc.FILTERS / "notes.lua"
"""Runs after citations are set, which may themselves be notes."""
LOADED = [pandoc.FILTERS / "shared" / "references.lua"]
"""What filters load."""
LATER_FONTS = {
    "stix-two-math": re.compile("<math"),
    "source-serif-4-latin-400-italic": re.compile("^<p>.*<em>", re.M),
    "source-serif-4-latin-600-normal": re.compile("^<p>.*<strong>", re.M),
}
"""Typefaces that are asked for at once by pages whose text has such an element."""
EDITION = re.compile(r"<!-- edition: (.*) -->\n")
"""What the template says of the first page's edition, which stands under the title."""
BODY = ("<article>\n", "\n</article>\n")
"""What the template has around a page's text."""


@dataclass(frozen=True)
class Chapter:
    """A page of the book as its neighbours and the menu see it."""

    path: Path
    number: str
    title: str
    frames: str = ""
    """The name, in the deck's PDF, of the first page that shows this chapter; may be empty."""

    @cached_property
    def href(self) -> str:
        """The page's address, relative to the book's first folder; each page's menu asks for it."""
        return self.path.with_suffix(".html").as_posix()


@dataclass(frozen=True)
class Book:
    """What all pages share."""

    project: Project
    chapters: tuple[Chapter, ...]
    index: dict[str, dict[str, Any]]
    cited: frozenset[str] = frozenset()
    """Keys of all works that pages cite."""


def cited(labels: Iterable[Labels]) -> frozenset[str]:
    """Return the keys of the works that pages cite."""
    keys = (key for page in labels for key in page.book_references)
    return frozenset(key for key in keys if not crossref.REFERENCE.match(key))


def project_filters(project: Project) -> list[Path]:
    """Return the project's own filters."""
    return pandoc.others(_files(project, "filters"), FILTERS)


def bibliography(project: Project) -> list[Path]:
    """Return the project's bibliographies and citation style."""
    return _files(project, "bibliography") + _files(project, "csl")


def macros(project: Project) -> dict[str, str]:
    """Return the metadata by which a filter finds the project's LaTeX macros, if it has any."""
    files = _files(project, "latex-macros")
    return {"latex-macros": str(files[0])} if files else {}


def used(project: Project, files: Iterable[Path]) -> dict[str, Any]:
    """Return what a step that runs Pandoc with files uses, by name."""
    named: dict[str, Any] = {relative(file, project.root).as_posix(): file for file in files}
    return named | {"Pandoc": pandoc.version()}


def _files(project: Project, key: str) -> list[Path]:
    return named_files(project.settings, project.root, key)


def referred_to(book: Book, labels: Labels) -> dict[str, dict[str, Any]]:
    """Return the part of the book's index that a page refers to or defines."""
    return {key: book.index[key] for key in {*labels.references, *labels.items} & set(book.index)}


def page_step(
    project: Project, page: Path, book: Step, woven: Step, labels: Step, offered: Step
) -> Step:
    """Return the step that writes a page of the book.

    `offered` gives files that were made for the page: their places in the book, and notes.
    """
    files = [*sorted(THEME.glob("*.html")), WORDS_FILE, *FILTERS, LAST_FILTER, *LOADED]
    places = (project.root, project.root / page.parent)
    own = [*project_filters(project), *bibliography(project), *_files(project, "latex-macros")]
    own += pandoc.loaded_by(tuple(project_filters(project)), places)
    return Step(
        "pages",
        page.as_posix(),
        partial(_write_page, project, page),
        inputs=value(
            partial(ingredients, page), book=book, woven=woven, labels=labels, offered=offered
        ),
        uses=used(project, [*files, *own]),
        context={"woven": woven, "labels": labels},
        read=attrgetter("only"),
    )


def ingredients(
    page: Path, book: Book, woven: Woven, labels: Labels, offered: Iterable[tuple[str, str]]
) -> dict[str, Any]:
    """Return all that is particular to a page."""
    chapter = next(chapter for chapter in book.chapters if chapter.path == page)
    root = "../" * len(page.parent.parts)
    settings = book.project.settings
    text, cites = woven.text, cited([labels])
    listed: list[str] = []
    if labels.refs and not cites:
        # A page of references: it lists what all pages cite.
        listed = sorted(book.cited)
        nocite = settings.texts("nocite")
        listed += re.findall(r"@(\*|[\w:.#$%&+?<>~/-]*\w)", " ".join(nocite))
    elif cites and not labels.refs:
        heading = words(settings).get("References", "References")
        text += REFERENCES.format(heading)
    return {
        "text": text,
        "listed": listed,
        "variables": _variables(book, chapter, root),
        "refers_to": referred_to(book, labels),
        "offers": [
            {"href": root + place, "text": Path(place).name, "note": note}
            for place, note in offered
        ],
    }


def _write_page(
    project: Project,
    page: Path,
    folder: Path,
    text: str,
    listed: list[str],
    variables: dict[str, Any],
    refers_to: dict[str, Any],
    offers: list[dict[str, str]],
    woven: Woven,
    labels: Labels,
) -> Read:
    number, root = variables["number"], variables["root"]
    table = words(project.settings)
    settings: dict[str, Any] = {
        "to": "html5",
        "standalone": True,
        "html-math-method": {"method": "mathml"},
        "number-sections": bool(number),
        "number-offset": [int(number) - 1] if number else [0],
        "table-of-contents": variables["depth"] > 0,
        "toc-depth": variables["depth"] or 1,
        "wrap": "none",
        "filters": [
            *map(str, project_filters(project)),
            *map(str, FILTERS),
            {"type": "citeproc"},
            str(LAST_FILTER),
        ],
        "variables": variables,
        "metadata": {
            # For filters of the project's own, such as a copy of figure-source.lua.
            "lecture-root": root,
            "lecture-repository": sources.address(project),
            "lecture-words": table,
            "bibliography": [str(file) for file in _files(project, "bibliography")],
            "link-citations": variables["link-citations"],
            "lang": variables["lang"],
        }
        | macros(project),
    }
    told = {
        "words": table,
        "index": refers_to,
        "downloads": offers,
        "folder": page.parent.as_posix(),
        "root": root,
        "repository": sources.address(project),
        "media": f"{root}media/",
    }
    if styles := _files(project, "csl"):
        settings["metadata"]["csl"] = str(styles[0])
    with TemporaryDirectory(prefix="lecture-") as temporary:
        settings["template"] = str(_template(Path(temporary), table))
        if listed:
            cites = ", ".join(f"@{key}" if key == "*" else f"@{{{key}}}" for key in listed)
            file = Path(temporary) / "listed.json"
            file.write_text(json.dumps({"nocite": cites}), encoding="utf-8")
            settings["metadata-files"] = [str(file)]
        written = pandoc.run(
            text,
            settings,
            project.root / page.parent,
            woven.origins,
            told,
            {"QUARTO_PROJECT_DIR": str(project.root)},
        )
    written = written.replace(MEDIA, f"{root}media/")
    reads: dict[str, str] = {}
    summary = variables.get("summary", "")
    written = _tidy(project, page, woven, labels, written, reads, summary)
    (folder / "page.html").write_text(written, encoding="utf-8")
    return Read(reads)


def _template(folder: Path, table: dict[str, str]) -> Path:
    """Return the theme's template; in another language than English a copy in `folder`."""
    if not table:
        return THEME / "page.html"
    for file in THEME.glob("*.html"):
        text = translated(file.read_text(encoding="utf-8"), table)
        (folder / file.name).write_text(text, encoding="utf-8")
    return folder / "page.html"


def _tidy(
    project: Project,
    page: Path,
    woven: Woven,
    labels: Labels,
    written: str,
    reads: dict[str, str],
    summary: str,
) -> str:
    """Return a page whose text is fit for the page's policy; say what had to be left out.

    The pictures whose sizes the page tells are added to `reads`.
    """

    def image_size(source: str) -> tuple[int, int] | None:
        made = woven.media.get(Path(source).name) if "media/" in source else None
        file = made or project.root / page.parent / unquote(source)
        inside = Path(os.path.normpath(file))
        if not made and inside.is_relative_to(project.root):
            reads[inside.relative_to(project.root).as_posix()] = digest(inside)
        return pictures.size(file)

    head, rest = written.split(BODY[0], 1)
    body, foot = rest.rsplit(BODY[1], 1)
    link = words(project.settings).get(markup.LINK, markup.LINK)
    tidied = markup.tidy(body, image_size, link)
    for complaint in tidied.complaints:
        if any(image.written in complaint for image in labels.images):
            continue  # an error, when the pictures are collected
        print(f"{page}: warning: in its HTML, {complaint}", file=sys.stderr)
    # A template may show the contents twice; nothing refers to the ids of their links.
    head = re.sub(r' id="toc-[^"]*"', "", head)
    title = crossref.title_of(labels, page)
    head = head.replace("$summary$", summary or html.escape(tidied.summary or title))
    fonts = [f" {font}" for font, element in LATER_FONTS.items() if element.search(body)]
    head = head.replace("$later-fonts$", "".join(fonts))
    text, told = tidied.text, EDITION.search(head)
    if told:
        head = head.replace(told[0], "")
        text = text.replace("</h1>", f'</h1>\n<p class="edition">{told[1]}</p>', 1)
    return f"{head}{BODY[0]}{text}{BODY[1]}{foot}"


def _variables(book: Book, chapter: Chapter, root: str) -> dict[str, Any]:
    """Return the template's variables; they go into the page as they are, so they are escaped."""
    settings = book.project.settings
    position = book.chapters.index(chapter)
    nav: list[dict[str, Any]] = []
    part = own_part = ""
    for other in book.chapters:
        entry = _link(other, root) | {"current": other is chapter}
        if other.path in book.project.parts:
            part = entry["part"] = html.escape(book.project.parts[other.path])
        own_part = part if other is chapter else own_part
        nav.append(entry)
    variables: dict[str, Any] = {
        "title": html.escape(chapter.title),
        "pagetitle": html.escape(chapter.title),
        "book-title": html.escape(settings.text("book", "title")),
        "book-subtitle": html.escape(settings.text("book", "subtitle")),
        "author": [html.escape(author) for author in authors(settings, "book", "author")],
        "lang": settings.text("lang") or "en",
        "number": chapter.number,
        "part": own_part,
        "root": root,
        "home": root + book.chapters[0].href,
        "nav": nav,
        "footer": html.escape(_footer(settings)),
        "link-citations": settings.get("link-citations") is not False,
        "depth": _depth(settings),
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
        variables["source"] = html.escape(sources.address(book.project, chapter.path))
    else:
        variables["sources"] = root + sources.archive(book.project)
    if position == 0:
        variables["summary"] = html.escape(settings.text("book", "description"))
        variables["edition"] = html.escape(sources.edition(book.project))
    return variables


def _depth(settings: Settings) -> int:
    """Return how many levels of headings the contents of a page have; 0 without contents."""
    depth = settings.get("format", "html", "toc-depth") or 3
    return 0 if settings.get("format", "html", "toc") is False else int(depth)


def _footer(settings: Settings) -> str:
    """Return the text of `page-footer`, which may have up to three parts."""
    footer = settings.get("book", "page-footer")
    parts = footer if isinstance(footer, dict) else {"center": footer or ""}
    known = [parts[place] for place in ("left", "center", "right") if place in parts]
    if len(known) < len(parts) or not all(isinstance(part, str) for part in known):
        message = "'page-footer' is a text, or holds texts under left, center and right"
        raise settings.error(message, "book", "page-footer")
    return ". ".join(part.strip().rstrip(".") for part in known if part)


def _link(chapter: Chapter, root: str) -> dict[str, str]:
    return {
        "href": root + chapter.href,
        "number": chapter.number,
        "title": html.escape(chapter.title),
    }
