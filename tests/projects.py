"""Small lectures in a temporary folder, rendered for real and read back."""

import contextlib
import io
import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

from lecturebuild import cli
from lecturebuild.steps.store import Store

BOOK = """\
project:
  type: book
book:
  title: "A small lecture"
  chapters:
{chapters}
"""
BOOK_AND_DECK = BOOK.replace("type: book", "type: book\n  post-render: quarto render slides")
NESTED = "project:\n  type: default\n  output-dir: ../_book/slides\n"
DECK = """\
---
title: "A small lecture"
jupyter: python3
format:
  beamer:
    pdf-engine: xelatex
    slide-level: 2
---

{includes}
"""


def book(*pages: str) -> str:
    """Return the _quarto.yml of a book with these pages."""
    return BOOK.format(chapters="\n".join(f"    - {page}" for page in pages))


def write(root: Path, files: dict[str, str]) -> Path:
    """Write files into a project; return its folder."""
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(text.encode())
    return root


def make(root: Path, chapters: dict[str, str], deck: str | None = None) -> Path:
    """Write a book with these chapters and, on request, a deck; return its folder.

    Parameters
    ----------
    chapters : dict
        File names and texts; files that are no documents are written but not listed.
    deck : str, optional
        Text of the deck's document. Without it there is no deck; `"*"` includes all chapters.
    """
    pages = [name for name in chapters if name.endswith(".qmd")]
    files = {"_quarto.yml": book(*pages)} | chapters
    if deck is not None:
        includes = "\n\n".join(f'{{{{< include "../{page}" >}}}}' for page in pages)
        files["_quarto.yml"] = BOOK_AND_DECK.format(
            chapters="\n".join(f"    - {page}" for page in pages)
        )
        files["slides/_quarto.yml"] = NESTED
        files["slides/deck.qmd"] = DECK.format(includes=includes if deck == "*" else deck)
        files |= {name: text for name, text in chapters.items() if not name.endswith(".qmd")}
    return write(root, files)


@dataclass(frozen=True)
class Run:
    """What `lecture` printed and its exit code."""

    code: int
    out: str
    err: str


def lecture(*arguments: str | Path) -> Run:
    """Run the `lecture` command in this process."""
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = cli.main([str(argument) for argument in arguments])
    return Run(code, out.getvalue(), err.getvalue())


def render(root: Path, *arguments: str) -> Run:
    """Render a project that has no mistakes."""
    run = lecture("render", root, *arguments)
    assert run.code == 0, run.err
    return run


VOID = set("area base br col embed hr img input link meta source track wbr".split())


class Page(HTMLParser):
    """An HTML page as a tree of elements."""

    def __init__(self, text: str):
        super().__init__()
        self.builder = ElementTree.TreeBuilder()
        self.builder.start("document", {})
        self.open = ["document"]
        self.feed(text)
        assert self.open == ["document"], f"never closed: {self.open}"
        self.builder.end("document")
        self.tree = self.builder.close()

    def handle_starttag(self, tag, attributes):
        self.builder.start(tag, {name: value or "" for name, value in attributes})
        if tag in VOID:
            self.builder.end(tag)
        else:
            self.open.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert self.open[-1] == tag, f"</{tag}> closes <{self.open[-1]}>"
        self.open.pop()
        self.builder.end(tag)

    def handle_data(self, data):
        self.builder.data(data)

    def id(self, identifier: str) -> ElementTree.Element:
        """Return the one element with an id."""
        [element] = [e for e in self.tree.iter() if e.get("id") == identifier]
        return element

    def all(self, tag: str, kind: str = "") -> list[ElementTree.Element]:
        """Return the elements with a tag and, on request, a class."""
        found = self.tree.iter(tag)
        return [e for e in found if not kind or kind in (e.get("class") or "").split()]


def read_page(root: Path, name: str) -> Page:
    """Read a page of the book in `_book`."""
    return Page((root / "_book" / name).read_text(encoding="utf-8"))


def text(element: ElementTree.Element) -> str:
    """Return an element's text with single spaces."""
    return re.sub(r"\s+", " ", "".join(element.itertext())).strip()


def read_pdf(file: Path) -> list[str]:
    """Return the text of each page of a PDF, with single spaces."""
    run = subprocess.run(["pdftotext", file, "-"], capture_output=True, text=True, check=True)
    return [re.sub(r"\s+", " ", page).strip() for page in run.stdout.split("\f")[:-1]]


def deck_tex(root: Path) -> str:
    """Return the LaTeX of a project's deck as it was rendered last."""
    kept = Store(root).newest("deck", "slides/deck.qmd")
    assert kept is not None
    return kept.file("deck.tex").path.read_text(encoding="utf-8")


def snapshot(folder: Path) -> dict[str, bytes]:
    """Return the content of every file in a folder, by its name."""
    return {file.relative_to(folder).as_posix(): file.read_bytes() for file in _files(folder)}


def _files(folder: Path) -> Iterator[Path]:
    return (file for file in sorted(folder.rglob("*")) if file.is_file())
