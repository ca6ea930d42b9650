"""What a reader takes away: the deck with its ways to and from the book, the handout, the site."""

import re
import shutil
import subprocess
import zipfile
from html.parser import HTMLParser
from pathlib import PurePosixPath

import pytest
from projects import lecture, make, read_page, read_pdf, render, snapshot, write
from pypdf import PdfReader

CODE_IN_NOTE = """\
::: {.notes}
A note with `code_in_line` and

```python
for number in range(3):
    print({number: "braces"})
```

a formula $a_{b}$ and 50 %.
:::
"""
LONG_NOTE = "::: {.notes}\n" + "A long note goes on. " * 120 + "LASTWORD\n:::\n"
FIRST = f"""\
# First {{#sec-first}}

## One {{#sec-one}}

Text of one.

::: {{.notes}}
Note of one.
:::

## Two {{#sec-two}}

Shown first.

. . .

Shown last.

{CODE_IN_NOTE}

## Three & more {{#sec-three}}

Text of three.

## Four {{#sec-four}}

Text of four.

{LONG_NOTE}
"""
SECOND = """\
# Second {#sec-second}

## Five

Text of five.

::: {.notes}
Note of five.
:::
"""
BOOK_ONLY = "# Only in the book {#sec-alone}\n\nText.\n"
SITE = "https://lecture.example.org/a%20b"


def project(root):
    """Write a lecture with two chapters in the deck and one that is not."""
    chapters = {"index.qmd": BOOK_ONLY, "parts/first.qmd": FIRST, "parts/second.qmd": SECOND}
    includes = '{{< include ../parts/first.qmd >}}\n\n{{< include "../parts/second.qmd" >}}'
    make(root, chapters, deck=includes)
    change(root, "_quarto.yml", "book:", 'lang: en-GB\nbook:\n  author: ["A. Uthor", "C. & O."]')
    change(root, "slides/deck.qmd", "jupyter:", "lang: en-GB\njupyter:")
    return root


def change(root, name, old, new):
    content = (root / name).read_text()
    assert old in content
    write(root, {name: content.replace(old, new)})


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    root = project(tmp_path_factory.mktemp("downloads") / "lecture")
    change(root, "_quarto.yml", "book:", f"book:\n  site-url: {SITE}/")
    render(root)
    return root


@pytest.fixture(scope="module")
def deck(root):
    return PdfReader(root / "_book" / "slides" / "deck.pdf")


def page_of(deck, text):
    """Return the numbers, from 0, of the pages that show a text."""
    return [n for n, page in enumerate(deck.pages) if text in page.extract_text()]


def test_deck_has_title_author_and_language(deck):
    assert deck.metadata.title == "A small lecture"
    assert deck.metadata.author == "A. Uthor; C. & O."
    assert deck.root_object["/Lang"] == "en-GB"


def test_deck_has_a_bookmark_for_each_section_and_frame(deck):
    def titles(entries):
        return [titles(e) if isinstance(e, list) else e.title for e in entries]

    frames = ["One", "Two", "Three & more", "Four"]
    assert titles(deck.outline) == ["First", frames, "Second", ["Five"]]
    two = deck.outline[1][1]
    assert deck.get_destination_page_number(two) == page_of(deck, "Shown first.")[0]


def test_text_of_the_deck_is_in_reading_order(root):
    text = " ".join(read_pdf(root / "_book" / "slides" / "deck.pdf"))
    order = ["First", "One", "Text of one.", "Two", "Shown first.", "Shown last.", "Four", "Five"]
    places = [text.index(word) for word in order]
    assert places == sorted(places)


def page_links(root, page):
    """Return the addresses that a page links to."""
    return [link.get("href") for link in read_page(root, page).all("a")]


def test_chapter_leads_to_its_first_frame(root, deck):
    for page, label, title in [("first", "sec-first", "First"), ("second", "sec-second", "Second")]:
        assert f"../slides/deck.pdf#nameddest={label}" in page_links(root, f"parts/{page}.html")
        number = deck.get_destination_page_number(deck.named_destinations[label])
        assert number == page_of(deck, title)[0]
    assert not any("nameddest" in link for link in page_links(root, "index.html"))


def links(page):
    """Return the addresses outside that a page of a PDF leads to."""
    actions = [entry.get_object().get("/A", {}) for entry in page.get("/Annots", [])]
    return [action["/URI"] for action in actions if "/URI" in action]


def test_frame_leads_to_its_place_in_the_book(deck):
    expected = {
        "Text of one.": "/parts/first.html#sec-one",
        "Shown last.": "/parts/first.html#sec-two",
        "Text of five.": "/parts/second.html",  # a section without a label of its own
    }
    for text, place in expected.items():
        for number in page_of(deck, text):
            assert links(deck.pages[number]) == [SITE + place]
            assert "In the book" in deck.pages[number].extract_text()
    for number in page_of(deck, "A small lecture"):  # the title page
        assert links(deck.pages[number]) == []


def test_no_link_to_a_book_without_address(tmp_path):
    root = project(tmp_path / "lecture")
    render(root, "--to", "beamer")
    deck = PdfReader(root / "_book" / "slides" / "deck.pdf")
    assert not any(links(page) or "In the book" in page.extract_text() for page in deck.pages)


def test_handout_shows_four_frames_a_sheet_each_before_its_note(root):
    file = root / "_book" / "slides" / "deck-handout.pdf"
    sheets = [page.extract_text() for page in PdfReader(file).pages]  # in the file's own order
    # Title page, two section pages and five frames; of two only what it shows in the end.
    assert len(sheets) == 2
    assert [float(side) for side in PdfReader(file).pages[0].mediabox[2:]] == [595, 842]
    text = re.sub(r"\s+", " ", " ".join(sheets))
    assert text.count("Shown first.") == text.count("Shown last.") == 1
    order = ["A small lecture", "Text of one.", "Note of one.", "Shown last.", "A note with"]
    order += ['print({number: "braces"})', "50 %", "Text of three.", "Text of four.", "A long note"]
    order += ["LASTWORD", "Second", "Text of five.", "Note of five."]
    places = [text.index(word) for word in order]
    assert places == sorted(places)


def test_nothing_of_the_handout_stands_beyond_its_row(root):
    file = root / "_book" / "slides" / "deck-handout.pdf"
    command = ["pdftotext", "-f", "2", "-bbox", file, "-"]
    printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    pattern = r'xMin="(\S+)" yMin="(\S+)" xMax="(\S+)" yMax="(\S+)">(.*)</word>'
    places = {w: list(map(float, numbers)) for *numbers, w in re.findall(pattern, printed)}
    left, top, right, bottom = places["LASTWORD"]
    assert 0 < left < right < 595
    assert 0 < top < bottom < places["Second"][1]


def test_handout_has_title_author_and_language(root):
    handout = PdfReader(root / "_book" / "slides" / "deck-handout.pdf")
    assert handout.metadata.title == "A small lecture (handout)"
    assert handout.metadata.author == "A. Uthor; C. & O."
    assert handout.root_object["/Lang"] == "en-GB"


def test_mistake_in_a_note_is_named(tmp_path):
    note = "::: {.notes}\nWords.\n\n`\\nosuchcommand`{=latex}\n:::\n"
    root = make(tmp_path / "lecture", {"a.qmd": f"# A {{#sec-a}}\n\n## B\n\n{note}"}, deck="*")
    run = lecture("render", root)
    assert run.code == 1
    assert run.err.startswith("lecture: a.qmd:8: LaTeX")
    assert r"Undefined control sequence \nosuchcommand" in run.err
    assert not (root / "_book").exists()


class Links(HTMLParser):
    """Collects a page's links to files."""

    def __init__(self, text):
        super().__init__()
        self.found = []
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        self.found += [v for n, v in attributes if n in ("href", "src") and v and ":" not in v]


def test_archive_holds_the_whole_site_but_itself(root):
    book = snapshot(root / "_book")
    del book["deck.zip"], book[".lecture.json"]  # the renderer's own mark
    with zipfile.ZipFile(root / "_book" / "deck.zip") as archive:
        held = {name: archive.read(name) for name in archive.namelist()}
        assert archive.testzip() is None
    assert held.keys() == {f"deck/{name}" for name in book}
    for name, content in held.items():
        if name.endswith(".html"):
            page = PurePosixPath(name)
            for link in Links(content.decode()).found:
                target = page.parent.joinpath(link.partition("#")[0] or page.name)
                parts = []
                for part in target.parts:
                    parts = parts[:-1] if part == ".." else [*parts, part]
                assert "/".join(parts) in held, f"{name} leads to {link}"
        else:
            assert content == book[name.removeprefix("deck/")]


def test_archive_is_the_same_from_run_to_run_and_kept_by_the_book_alone(tmp_path):
    root = project(tmp_path / "lecture")
    render(root)
    archive = root / "_book" / "deck.zip"
    first, time = archive.read_bytes(), archive.stat().st_mtime_ns
    render(root)
    assert archive.stat().st_mtime_ns == time
    change(root, "index.qmd", "Text.", "Other text.")
    render(root, "--to", "html")
    assert archive.read_bytes() == first
    render(root)
    assert archive.read_bytes() != first
    change(root, "index.qmd", "Other text.", "Text.")
    render(root)
    assert archive.read_bytes() == first


def test_book_without_deck_has_an_archive(tmp_path):
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n"})
    render(root)
    with zipfile.ZipFile(root / "_book" / "book.zip") as archive:
        assert "book/a.html" in archive.namelist()


def test_notes_are_set_again_only_where_they_changed(tmp_path):
    root = project(tmp_path / "lecture")
    render(root)
    handout = root / "_book/slides/deck-handout.pdf"
    change(root, "parts/first.qmd", "Text of one.", "Changed text.")
    assert "cards" not in render(root).out
    assert "Changed text." in " ".join(read_pdf(handout))
    change(root, "parts/first.qmd", "Note of one.", "Changed note.")
    assert "cards" in render(root).out
    assert "Changed note." in " ".join(read_pdf(handout))
    shutil.rmtree(root / "_book")
    assert "deck" not in render(root).out.split("in all")[0].split()
    assert handout.is_file()
