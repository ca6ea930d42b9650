"""Write what a reader's search looks through: a list of the book's sections, in one file.

The search itself runs in the reader's browser (`theme/search.js`), with the library MiniSearch.
"""

import csv
import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from functools import partial
from html.parser import HTMLParser
from operator import attrgetter
from pathlib import Path
from typing import Any

from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.store import File, Result, Step, value
from lecturebuild.writing.book.markup import VOID
from lecturebuild.writing.book.page import Book

FILE = "assets/search-index.js"
SYNONYMS = "synonyms.csv"
HEADINGS = {"h1", "h2", "h3"}
# A formula is not to be read letter by letter, nor its TeX source; figures' sources are not the
# lecture's text.
LEFT_OUT = {"annotation", "button", "script"}
LEFT_OUT_CLASSES = {
    "figure-source",
    "anchor",
    "caption-label",
    "header-section-number",
    "footnotes",
    "formula",
}
KINDS = {
    "fig": "Figure", "eq": "Equation", "sec": "Section", "tbl": "Table", "lst": "Listing",
    "nte": "Note", "tip": "Tip", "wrn": "Warning", "imp": "Important", "cau": "Caution",
}  # fmt: skip


@dataclass
class Section:
    """A section of a page: its place in the book and its words, by how much they tell."""

    href: str
    title: str
    name: str
    """Its label in words: an author calls it by what it is about."""
    terms: list[str] = field(default_factory=list)
    """What is set in italics or bold: a term stands so where it is explained."""
    text: list[str] = field(default_factory=list)
    code: list[str] = field(default_factory=list)

    def words(self) -> dict[str, str]:
        """Return all of it as texts."""
        joined = {"terms": " ".join(self.terms), "text": _joined(self.text)}
        return asdict(self) | joined | {"code": _joined(self.code)}


class _Page(HTMLParser):
    """Reads the sections of a page, and the numbers of its headings and captions.

    With a tree of selectolax or lxml it is neither shorter nor, a page at a time, worth another
    package: each asks an element for the text in it, here a text is to know the elements around.
    """

    def __init__(self, href: str) -> None:
        super().__init__()
        self.href = href
        self.sections: list[Section] = []
        self.places: dict[str, str] = {}
        """By the identifier of a figure, formula, table or section, what it shows."""
        self.open: list[tuple[str, bool]] = []
        self.labelled = ""
        self.around = ""
        self.title: list[str] | None = None

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attributes}
        classes = set(given.get("class", "").split())
        left_out = tag in LEFT_OUT or bool(classes & LEFT_OUT_CLASSES)
        # A heading that begins a div leaves its label to it.
        name = given.get("id", self.around)
        self.around = given.get("id", "") if tag in {"div", "section"} else ""
        if tag in HEADINGS and name:
            place = f"{self.href}#{name}" if tag != "h1" else self.href
            words = name.removeprefix("sec-").replace("-", " ")
            self.sections.append(Section(place, "", words))
            self.title = []
        if name:
            self.places.setdefault(name, "")
            if tag in {"figure", "table"} or tag in HEADINGS or "equation" in classes:
                self.labelled = name
        if tag not in VOID:
            self.open.append((tag, left_out))

    def handle_endtag(self, tag: str) -> None:
        if tag in {name for name, _ in self.open}:
            while self.open.pop()[0] != tag:
                pass
        if tag in HEADINGS and self.title is not None:
            self.sections[-1].title = _joined(self.title)
            self.places[self.labelled] = self.sections[-1].title
            self.title = None

    def handle_data(self, data: str) -> None:
        tags = {tag for tag, _ in self.open}
        if not self.sections or any(left_out for _, left_out in self.open):
            return
        if self.title is not None:
            self.title.append(data)
        elif "pre" in tags:
            self.sections[-1].code.append(data)
        else:
            self.sections[-1].text.append(data)
            if tags & {"em", "strong"} and "a" not in tags:
                self.sections[-1].terms.append(data)
        if tags & {"figcaption", "caption"} and self.labelled:
            self.places[self.labelled] += data


def _joined(texts: Iterable[str]) -> str:
    return " ".join("".join(texts).split())


def search_step(pages: dict[str, Step], shared: Step, hidden: Iterable[Path], root: Path) -> Step:
    """Return the step that writes the search index of pages, given by their places in the book.

    `shared` gives what all pages share; those that are `hidden` are not to be found.
    """
    unlisted = {page.with_suffix(".html").as_posix() for page in hidden}
    found: dict[str, Step] = {}
    for href, page in pages.items():
        if href not in unlisted:
            read = partial(_read_page, href)
            found[href] = Step("sections", href, read, {"page": page}, read=attrgetter("only"))
    table = [root / SYNONYMS] if (root / SYNONYMS).is_file() else []
    inputs = {"pages": found, "titles": value(_titles, book=shared), "table": table}
    inputs["labels"] = value(_labels, book=shared)
    return Step("search", "index", _write_index, inputs, read=_places)


def _titles(book: Book) -> dict[str, str]:
    return {one.href: f"{one.number} {one.title}".strip() for one in book.chapters}


def _labels(book: Book) -> dict[str, dict[str, Any]]:
    return book.index


def _places(result: Result) -> dict[str, File]:
    return {FILE: result.only}


def _read_page(href: str, folder: Path, page: File) -> None:
    """Write down the sections of a page and what is labelled in it."""
    reader = _Page(href)
    text = page.path.read_text(encoding="utf-8")
    reader.feed(text[text.index("<article>") : text.rindex("</article>")])
    content = {"sections": [each.words() for each in reader.sections], "places": reader.places}
    (folder / "sections.json").write_text(json.dumps(content), encoding="utf-8")


def _write_index(
    folder: Path,
    pages: dict[str, File],
    titles: dict[str, str],
    labels: dict[str, dict[str, Any]],
    table: list[Path],
) -> None:
    sections: list[dict[str, str]] = []
    places: list[dict[str, str]] = []
    for href, file in pages.items():
        page, chapter = json.loads(file.path.read_bytes()), titles[href]
        sections += [
            {"href": section["href"], "chapter": chapter, **section} for section in page["sections"]
        ]
        for label, entry in labels.items():
            if entry["page"] == href and entry["number"] and label in page["places"]:
                place = {key: entry[key] for key in ("kind", "number")}
                place |= {"href": f"{href}#{label}", "chapter": chapter}
                place["title"] = f"{KINDS[entry['kind']]} {entry['number']}"
                place["text"] = _joined(page["places"][label])
                places.append(place)
    synonyms = {word: term for file in table for word, term in _synonyms(file).items()}
    content = {"sections": sections, "places": places, "synonyms": synonyms}
    text = f"window.lectureSearch = {json.dumps(content, ensure_ascii=False)};\n"
    (folder / Path(FILE).name).write_text(text, encoding="utf-8")


def _synonyms(file: Path) -> dict[str, str]:
    """Return, for each word of the project's table, the term that the book has for it.

    The table's columns are `word` and `term`.
    """
    with file.open(encoding="utf-8", newline="") as lines:
        table = csv.DictReader(lines)
        if table.fieldnames != ["word", "term"]:
            raise LectureError("the first line must be 'word,term'", Path(file.name), 1)
        found = {}
        for number, row in enumerate(table, start=2):
            if None in row or not all(row.values()):
                raise LectureError("a line has a word, a comma and a term", Path(file.name), number)
            found[_joined(row["word"].lower())] = row["term"].strip()
    return found
