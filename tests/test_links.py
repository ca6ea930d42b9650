"""Links to other documents, `other.qmd#sec-x`, lead to the page in the book, or to the frame."""

import re

import pytest
from projects import BOOK_AND_DECK, DECK, NESTED, deck_tex, lecture, read_page, render, write

ONE = """\
# One {#sec-one}

## First {#sec-first}

[Two](parts/two.qmd), [a part](parts/two.qmd#sec-part), [no label](parts/two.qmd#by-its-title),
[an equation](parts/two.qmd#eq-sum), [a span](parts/two.qmd#here), [itself](one.qmd#sec-first),
[raw](parts/two.qmd#raw), [from the project](/parts/two.qmd#sec-part), [three](three.qmd),
[with a number](parts/two.html#sec-part).
"""
TWO = """\
# Two {#sec-two}

## Part {#sec-part}

[Back](../one.qmd#sec-first), [three](../three.qmd).

$$ 1 + 1 $$ {#eq-sum}

## By its title

[Here]{#here}

::: {.content-hidden when-format="beamer"}
<div id="raw">Raw.</div>
:::
"""
THREE = "# Three {#sec-three .unnumbered}\n\n[Part](parts/two.qmd#sec-part)\n"
FILES = {
    "_quarto.yml": BOOK_AND_DECK.format(
        chapters="    - index.qmd\n    - one.qmd\n    - parts/two.qmd\n    - three.qmd"
    ),
    "index.qmd": "# Welcome {.unnumbered}\n\n[Part](parts/two.qmd#sec-part)\n",
    "one.qmd": ONE,
    "parts/two.qmd": TWO,
    "three.qmd": THREE,
    "slides/_quarto.yml": NESTED,
    "slides/deck.qmd": DECK.format(
        includes="{{< include ../one.qmd >}}\n\n{{< include ../parts/two.qmd >}}"
    ),
}


def links(root, name):
    article = read_page(root, name).all("article")[0]
    return {"".join(a.itertext()): a.get("href") for a in article.iter("a") if a.get("href")}


def read_tex(root):
    return " ".join(deck_tex(root).split())


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = write(tmp_path_factory.mktemp("links"), FILES)
    render(root)
    return root


def test_links_lead_to_pages_of_the_book_from_any_folder(project):
    assert links(project, "index.html")["Part"] == "parts/two.html#sec-part"
    one = links(project, "one.html")
    assert one["Two"] == "parts/two.html"
    assert one["a part"] == one["from the project"] == "parts/two.html#sec-part"
    assert one["no label"] == "parts/two.html#by-its-title"
    assert one["an equation"] == "parts/two.html#eq-sum"
    assert one["itself"] == "one.html#sec-first"
    assert one["three"] == "three.html"
    two = links(project, "parts/two.html")
    assert two["Back"] == "../one.html#sec-first"
    assert two["three"] == "../three.html"


def test_links_of_the_deck_lead_to_its_frames_or_to_pages_beside_it(project):
    tex = read_tex(project)
    assert r"\hyperlink{sec-part}{a part}" in tex
    assert r"\hyperlink{sec-first}{Back}" in tex
    assert r"\href{../parts/two.html}{Two}" in tex
    assert r"\href{../parts/two.html\#raw}{raw}" in tex  # not in the deck
    assert r"\href{../three.html}{three}" in tex
    assert ".qmd}" not in tex


def test_links_of_the_deck_lead_to_the_site_if_it_has_an_address(project):
    settings = FILES["_quarto.yml"].replace(
        "book:\n", "book:\n  site-url: https://example.org/b/\n"
    )
    (project / "_quarto.yml").write_text(settings)
    render(project, "--to", "beamer")
    tex = read_tex(project)
    assert r"\href{https://example.org/b/three.html}{three}" in tex
    assert r"\href{https://example.org/b/parts/two.html\#raw}{raw}" in tex
    assert r"\hyperlink{sec-part}{a part}" in tex


WRONG = [
    ("one.qmd", "three.qmd)", "thre.qmd)", "one.qmd:7: thre.qmd is no page of the book"),
    ("one.qmd", "two.qmd#sec-part", "two.qmd#sec-prat", "one.qmd:5: there is no 'sec-prat'"),
    ("one.qmd", "two.qmd#sec-part", "two.qmd#sec-prat", "did you mean #sec-part?"),
    ("one.qmd", "two.html#sec-part", "two.html#sec-p", "one.qmd:8: there is no 'sec-p' in parts"),
    ("one.qmd", "one.qmd#sec-first", "one.qmd#sec-fist", "one.qmd:6: there is no 'sec-fist'"),
    ("one.qmd", "three.qmd)", "../three.qmd)", "one.qmd:7: the file ../three.qmd lies outside"),
    ("parts/two.qmd", "../three.qmd", "three.qmd", "parts/two.qmd:5: three.qmd is no page"),
    ("three.qmd", "#sec-part", "#eq-part", "three.qmd:3: there is no 'eq-part' in parts/two.qmd"),
    ("parts/two.qmd", "## Part", '[[x](x.qmd)]{.content-visible when-format="beamer"}\n\n## Part',
     "parts/two.qmd:3: x.qmd is no page of the book"),
]  # fmt: skip


@pytest.mark.parametrize("name, old, new, message", WRONG, ids=[case[3] for case in WRONG])
def test_a_link_to_what_is_not_there_is_an_error(tmp_path, name, old, new, message):
    assert old in FILES[name]
    root = write(tmp_path, FILES | {name: FILES[name].replace(old, new)})
    run = lecture("render", root)
    assert run.code == 1
    assert message in re.sub(r"\s+", " ", run.err)
