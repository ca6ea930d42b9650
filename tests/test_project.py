"""A project file is read as Quarto reads it; what it says wrong is reported where it stands."""

from pathlib import Path

import pytest
from projects import NESTED, book, make, write

from lecturebuild.reading.project import find_root, read_project
from lecturebuild.steps.errors import LectureError

PARTS = """\
project:
  type: book
  output-dir: site
book:
  title: "A book"
  chapters:
    - index.qmd
    - part: "First part"
      chapters:
        - a.qmd
        - chapters/b.qmd
    - c.qmd
"""


@pytest.fixture
def lecture_with_deck(tmp_path):
    return make(tmp_path, {"chapters/a.qmd": "# A\n"}, deck="*")


def test_root_is_found_from_any_place_inside(lecture_with_deck):
    for place in ("", "chapters", "chapters/a.qmd", "slides", "slides/deck.qmd"):
        assert find_root(lecture_with_deck / place) == lecture_with_deck


def test_folder_without_a_book_is_refused(tmp_path):
    write(tmp_path, {"_quarto.yml": "project:\n  type: website\n"})
    with pytest.raises(LectureError, match="no project here"):
        find_root(tmp_path)


def test_pages_keep_their_order_and_parts(tmp_path):
    names = ("index.qmd", "a.qmd", "chapters/b.qmd", "c.qmd")
    project = read_project(write(tmp_path, {"_quarto.yml": PARTS} | dict.fromkeys(names, "# A")))
    assert [page.as_posix() for page in project.pages] == list(names)
    assert project.parts == {Path("a.qmd"): "First part"}
    assert project.output == tmp_path / "site"
    assert project.deck is None


def test_deck_is_found_through_post_render(lecture_with_deck):
    project = read_project(lecture_with_deck)
    assert project.deck.document == Path("slides/deck.qmd")
    assert project.deck.output == Path("slides/deck.pdf")


def test_one_of_several_documents_is_named_as_the_deck(lecture_with_deck):
    nested = f"{NESTED}  render: [deck.qmd]\n"
    write(lecture_with_deck, {"slides/other.qmd": "", "slides/_quarto.yml": nested})
    assert read_project(lecture_with_deck).deck.document == Path("slides/deck.qmd")


BOOK = book("a.qmd")
WITH_DECK = BOOK.replace("type: book", "type: book\n  post-render: {}")

MISTAKES = {
    "no-chapters": ("project:\n  type: book\n", "_quarto.yml: 'book: chapters' must list"),
    "empty-chapters": (BOOK.replace("    - a.qmd", ""), "_quarto.yml:5: 'book: chapters' must"),
    "missing-page": (book("a.qmd", "b.qmd"), "_quarto.yml:7: no such document: b.qmd"),
    "page-twice": (book("a.qmd", "a.qmd"), "_quarto.yml:7: a.qmd is listed twice"),
    "odd-chapter": (book("{href: a.qmd}"), "_quarto.yml:6: a chapter is a file name"),
    "unknown-key": (BOOK + "website:\n  title: x\n", "_quarto.yml:7: 'website' is not supported"),
    "unknown-format": (
        BOOK + "format:\n  html: {}\n  epub: {}\n",
        "_quarto.yml:9: 'epub' under 'format' is not supported",
    ),
    "key-twice": (BOOK + "lang: en\nlang: de\n", "_quarto.yml:8: bad YAML: 'lang' stands twice"),
    "bad-yaml": (BOOK + "lang: [en\n", "_quarto.yml:7: bad YAML: did not find expected"),
    "output-is-root": (
        BOOK.replace("type: book", "type: book\n  output-dir: ."),
        "_quarto.yml:3: 'output-dir' must be a folder inside the project",
    ),
    "output-outside": (
        BOOK.replace("type: book", "type: book\n  output-dir: ../site"),
        "_quarto.yml:3: 'output-dir' must be a folder inside the project",
    ),
    "output-holds-sources": (
        book("pages/b.qmd").replace("type: book", "type: book\n  output-dir: pages"),
        "_quarto.yml:3: 'output-dir' must be a folder inside the project",
    ),
    "other-command": (
        WITH_DECK.format("rm -rf _book"),
        "_quarto.yml:3: 'rm -rf _book' is not supported by the built-in renderer",
    ),
    "no-deck-project": (
        WITH_DECK.format("quarto render talk"),
        "_quarto.yml:3: talk has no _quart",
    ),
    "two-decks": (
        WITH_DECK.format("quarto render slides"),
        "slides/_quarto.yml:1: expected one deck in slides, found 2",
    ),
}


@pytest.mark.parametrize("text, message", MISTAKES.values(), ids=MISTAKES)
def test_mistake_is_reported_with_its_line(tmp_path, text, message):
    pages = dict.fromkeys(["a.qmd", "pages/b.qmd", "slides/one.qmd", "slides/two.qmd"], "# A\n")
    write(tmp_path, {"_quarto.yml": text, "slides/_quarto.yml": NESTED} | pages)
    with pytest.raises(LectureError) as error:
        read_project(tmp_path)
    assert str(error.value).startswith(message)


def test_deck_outside_the_book_is_refused(lecture_with_deck):
    write(lecture_with_deck, {"slides/_quarto.yml": NESTED.replace("../_book", "../other")})
    with pytest.raises(LectureError, match="must lie inside _book"):
        read_project(lecture_with_deck)


def test_file_that_is_no_text_is_refused(tmp_path):
    (tmp_path / "_quarto.yml").write_bytes(b"\xff\xfe")
    with pytest.raises(LectureError, match="is not UTF-8 text"):
        find_root(tmp_path)
