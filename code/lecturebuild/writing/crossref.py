"""Number what a book refers to and find the references that lead nowhere."""

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from pathlib import Path
from typing import Any

from lecturebuild.reading.source import Cell, Document, Line, unplaced
from lecturebuild.steps.errors import LectureError, guess
from lecturebuild.steps.store import Result, Step, Store, value
from lecturebuild.writing import pandoc
from lecturebuild.writing.pandoc import Woven

KINDS = "fig|eq|sec|tbl|lst|nte|tip|wrn|imp|cau"
COUNTED = re.compile(r"([A-Z])\w* (\d+)\b")
"""The title of a page that its author counts, such as 'Exercise 2: Digits'."""
WRITER = pandoc.FILTERS / "labels.lua"
REFERENCE = re.compile(rf"^({KINDS})-")
DEFINITION = re.compile(rf"\{{[^}}]*#((?:{KINDS})-[\w:.-]+)[^}}]*\}}")


@dataclass(frozen=True)
class Address:
    """A picture's or link's address as it is written, its path from the project, its file."""

    written: str
    path: str
    file: str


@dataclass(frozen=True)
class Labels:
    """What one document defines and refers to, as the writer `labels.lua` lists it."""

    headings: tuple[dict[str, Any], ...]
    items: tuple[str, ...]
    references: tuple[str, ...]
    images: tuple[Address, ...]
    links: tuple[Address, ...]
    deck_images: tuple[Address, ...]
    deck_links: tuple[Address, ...]
    ids: tuple[str, ...]
    """All places of the page in the book that a link may lead to, labelled or not."""
    deck_only: tuple[str, ...]
    book_references: tuple[str, ...]
    strays: tuple[str, ...]
    refs: bool
    """Whether a div `#refs` asks for the bibliography."""
    gate: dict[str, Any]
    """What gate.py judges."""


def read_labels(woven: Woven, folder: Path) -> Labels:
    """Return the labels of a woven document."""
    return _labels(_list(woven, folder))


def _list(woven: Woven, folder: Path, *, deck: bool = False) -> str:
    settings = {"to": str(WRITER), "metadata": {"lecture-deck": True} if deck else {}}
    return pandoc.run(woven.text, settings, folder, woven.origins)


def _labels(text: str) -> Labels:
    found = json.loads(text)
    for key, entries in found.items():
        if key in ("images", "links", "deck_images", "deck_links"):
            found[key] = tuple(Address(*entry) for entry in entries)
        elif isinstance(entries, list):
            found[key] = tuple(entries)
    return Labels(**found)


def labels_step(page: Path, woven: Step, root: Path, *, deck: bool = False) -> Step:
    """Return the step that lists the labels of a woven document; of the deck, what it shows."""
    return Step(
        "labels",
        page.as_posix(),
        partial(_write_labels, root / page.parent, deck),
        inputs={"text": value(text_of, woven=woven)},
        uses={file.name: file for file in (WRITER, *pandoc.loaded_by((WRITER,), ()))}
        | {"Pandoc": pandoc.version()},
        context={"woven": woven},
        read=labels_in,
        slow=deck,  # LaTeX, which takes longest, waits for it
        steady=True,
    )


def text_of(woven: Woven) -> str:
    """Return a document's text, which does not tell on which lines of the sources it stands."""
    return woven.text


def _write_labels(place: Path, deck: bool, folder: Path, text: str, woven: Woven) -> None:
    (folder / "labels.json").write_text(_list(woven, place, deck=deck), encoding="utf-8")


def labels_in(result: Result) -> Labels:
    """Return the labels that such a step has listed."""
    return _labels(result.only.path.read_text(encoding="utf-8"))


def kept_labels(root: Path, page: Path) -> Labels:
    """Return the labels that a page had when it was rendered last."""
    kept = Store(root).newest("labels", page.as_posix())
    if kept is None:
        raise LectureError("was not rendered yet", page)
    return labels_in(kept)


def title_of(labels: Labels, page: Path) -> str:
    """Return a page's title: its first heading of level 1."""
    for heading in labels.headings:
        if heading["level"] == 1:
            return str(heading["title"])
    raise LectureError("has no title; begin with '# Title {#sec-name}'", page, 1)


def check_title(document: Document, labels: Labels) -> None:
    """Raise an error at a second title of a page, whose number would be the next page's."""
    shown = [h for h in labels.headings if h["level"] == 1 and h["id"] not in labels.deck_only]
    if shown[1:]:
        named = place(document, f"#{shown[1]['id']}")
        message = f"'{shown[1]['title']}' is a second title: a page has one '#', its sections '##'"
        where = named if named[1] not in (None, 1) else place(document, f"# {shown[1]['title']}")
        raise LectureError(message, *where)


def title_label(labels: Labels) -> str:
    """Return the label of a page's title, by which the deck's PDF names it; empty without one."""
    titles = (heading["id"] for heading in labels.headings if heading["level"] == 1)
    return next((label for label in titles if label.startswith("sec-")), "")


def chapter_numbers(pages: Iterable[Path], labels: dict[Path, Labels]) -> dict[Path, str]:
    """Return each page's chapter number; it is empty where the title is `.unnumbered`."""
    numbers: dict[Path, str] = {}
    count = 0
    for page in pages:
        title = next((h for h in labels[page].headings if h["level"] == 1), None)
        numbered = title is not None and title["numbered"]
        count += numbered
        numbers[page] = str(count) if numbered else ""
    return numbers


def build_index(
    pages: Iterable[Path], labels: dict[Path, Labels], numbers: dict[Path, str]
) -> dict[str, dict[str, Any]]:
    """Return, for each label, its kind, number, title, level and page."""
    index: dict[str, dict[str, Any]] = {}
    prefixes: set[str] = set()
    for page in pages:
        chapter = numbers[page]
        prefix = chapter or _prefix(title_of(labels[page], page))
        if prefix in prefixes:
            prefix = ""
        prefixes.add(prefix)
        target = page.with_suffix(".html").as_posix()
        for heading, number in zip(
            labels[page].headings, _section_numbers(labels[page].headings, chapter), strict=True
        ):
            if heading["id"].startswith("sec-"):
                index[heading["id"]] = {
                    "kind": "sec",
                    "number": number,
                    "title": heading["title"],
                    "level": heading["level"],
                    "page": target,
                }
        count: Counter[str] = Counter()
        for item in labels[page].items:
            kind = item.partition("-")[0]
            count[kind] += 1
            number = f"{prefix}.{count[kind]}" if prefix else str(count[kind])
            index[item] = {"kind": kind, "number": number, "title": "", "page": target}
    return index


def _prefix(title: str) -> str:
    """Return what the figures of a page without a number are numbered with, 'E2' for exercise 2."""
    counted = COUNTED.match(title)
    return f"{counted[1]}{counted[2]}" if counted else ""


def _section_numbers(headings: tuple[dict[str, Any], ...], chapter: str) -> list[str]:
    counts = [0] * 7
    numbers = []
    for heading in headings:
        level = heading["level"]
        if level == 1 or level > 6 or not chapter or not heading["numbered"]:
            numbers.append(chapter if level == 1 and heading["numbered"] else "")
            continue
        counts[level] += 1
        counts[level + 1 :] = [0] * (6 - level)
        numbers.append(".".join([chapter, *(str(count) for count in counts[2 : level + 1])]))
    return numbers


def check_duplicates(documents: Iterable[Document]) -> None:
    """Raise an error where a label is defined a second time."""
    seen: dict[str, tuple[Path, int]] = {}
    for document in documents:
        for label, file, line in definitions(document):
            if label in seen and seen[label] != (file, line):
                first = ":".join(map(str, seen[label]))
                raise LectureError(
                    f"the label '{label}' is defined a second time; first at {first}", file, line
                )
            seen[label] = (file, line)


def definitions(document: Document) -> list[tuple[str, Path, int]]:
    """Return every label that a document defines, with file and line."""
    found = []
    for block in document.blocks:
        if isinstance(block, Cell):
            labels = [block.label] if block.label else []
        else:
            labels = [] if block.verbatim else DEFINITION.findall(block.text)
        found += [(label, *block.place) for label in labels]
    return found


def check_strays(document: Document, labels: Labels) -> None:
    """Raise an error at a ':::' or a label that Pandoc takes for text."""
    for stray in labels.strays:
        if stray.startswith("{"):
            raise LectureError(
                f"'{stray}' labels nothing: a label such as {{#eq-name}} stands alone in its "
                "braces, right after a formula in $$, a heading, a picture or a table's caption",
                *place(document, stray),
            )
    if labels.strays:
        message = (
            f"the '{labels.strays[0]}' here is text, not a div: leave a blank line before it; in a "
            "list, indent it as far as the list's text, and elsewhere not at all"
        )
        lines = [block for block in document.blocks if isinstance(block, Line)]
        for before, line in pairwise(lines):
            close = before.text.strip() and not before.text.lstrip().startswith((":::", "#"))
            if re.match(r"\s+:::" if not close else r"\s*:::", line.text):
                raise line.error(message)
        raise LectureError(message, document.path)


def with_deck(index: dict[str, dict[str, Any]], labels: Labels) -> dict[str, dict[str, Any]]:
    """Return the book's index and what the deck defines beyond it, numbered by itself."""
    own = {
        heading["id"]: {"kind": "sec", "number": "", "title": heading["title"]}
        for heading in labels.headings
        if heading["id"].startswith("sec-")
    }
    count: Counter[str] = Counter()
    for item in labels.items:
        if item not in index:
            kind = item.partition("-")[0]
            count[kind] += 1
            own[item] = {"kind": kind, "number": str(count[kind]), "title": ""}
    return own | index


def check_references(
    document: Document, labels: Labels, index: dict[str, Any], deck_only: Collection[str]
) -> None:
    """Raise an error at a reference to a figure, equation, section or table that is not there."""
    for reference in labels.book_references:
        if reference in deck_only:
            file, line = place(document, f"@{reference}")
            raise LectureError(f"@{reference} is in the deck only, not in the book", file, line)
    for reference in labels.references:
        if REFERENCE.match(reference) and reference not in index:
            hint = guess(reference, index, " (did you mean @{}?)")
            file, line = place(document, f"@{reference}")
            raise LectureError(f"unknown cross-reference @{reference}{hint}", file, line)


def place(document: Document, text: str) -> tuple[Path, int | None]:
    """Return file and line in which a text stands first."""
    pattern = re.compile(re.escape(text) + r"(?![\w-])")
    for block in document.blocks:
        if pattern.search(block.text if isinstance(block, Line) else str(block.options)):
            return block.place
    return unplaced(document)
