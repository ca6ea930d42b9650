"""Inputs that went wrong in silence: cases/shown/NAME.qmd is shown as NAME.html, and
cases/refused/NAME.qmd is an error with the text of NAME.txt.

All that is shown is one book and one deck, rendered once. After a change that is meant,
`python tests/test_cases.py` writes the pages anew, to be read before they are kept.
"""

import re
import sys
import tempfile
from pathlib import Path

import pytest
from PIL import Image
from projects import NESTED, lecture, make, read_page, read_pdf, render, text, write

CASES = Path(__file__).parent / "cases"
SHOWN = sorted(file.stem for file in (CASES / "shown").glob("*.qmd"))
REFUSED = sorted(file.stem for file in (CASES / "refused").glob("*.qmd"))
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="10" height="6"><path d="M0 0h5v5"/></svg>'
KNUTH = "@book{knuth1984, author={Knuth, Donald}, title={The TeXbook}, publisher={AW}, year=1984}\n"


def add_files(root, folder):
    """Write the files that the cases show or link to."""
    write(root, {
        f"{folder}nb.ipynb": "{}", "some data/x y.csv": "1", "pics/c.svg": SVG,
        f"{folder}p.py": "a = [1]\n", f"{folder}_part.qmd": "Included text.\n",
        f"{folder}points.svg": SVG.replace('"10"', '"10pt"').replace('"6"', '"6pt"'),
        f"{folder}broken.svg": "<svg", f"{folder}a.pdf": "%PDF-1.4\n%%EOF", "references.bib": KNUTH,
    })  # fmt: skip
    picture = Image.new("RGB", (100, 60), "red")
    for name in ("p.png", "p q.png"):
        picture.save(root / f"{folder}{name}")
    picture.save(root / f"{folder}g.gif")
    (root / f"{folder}broken.png").write_bytes((root / f"{folder}p.png").read_bytes()[:150])


def build(root):
    """Render the book of all cases that are shown, and a deck of some of them."""
    texts = {
        f"chapters/{name}.qmd": (CASES / "shown" / f"{name}.qmd").read_text("utf-8")
        for name in SHOWN
    }
    deck = (CASES / "deck.qmd").read_text("utf-8")
    make(root, texts, deck)
    for file in ("_quarto.yml", "slides/_quarto.yml"):
        up = "../" * file.count("/")
        (root / file).write_text(
            (root / file).read_text() + f"bibliography: {up}references.bib\n", "utf-8"
        )
    add_files(root, "chapters/")
    return root


def article(root, name):
    """Return the text of a page in HTML, a page's number replaced by N."""
    page = (root / "_book" / "chapters" / f"{name}.html").read_text("utf-8")
    body = page.split("<article>\n")[1].split("\n</article>")[0]
    number = SHOWN.index(name) + 1
    body = re.sub(rf'(data-number="|section-number">){number}\b', r"\1N", body)
    return re.sub(rf"\b{number}(?=\.\d)", "N", body) + "\n"


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    root = build(tmp_path_factory.mktemp("cases") / "lecture")
    run = render(root)
    return root, run


@pytest.mark.parametrize("name", SHOWN)
def test_is_shown_as_it_is_meant(book, name):
    expected = (CASES / "shown" / f"{name}.html").read_text("utf-8")
    assert article(book[0], name) == expected


def test_files_that_pages_show_or_link_to_are_published(book):
    published = book[0] / "_book"
    for name in ("chapters/nb.ipynb", "some data/x y.csv", "chapters/p q.png", "pics/c.svg"):
        assert (published / name).is_file(), name


def test_the_deck_shows_the_same(book):
    pages = "\n".join(read_pdf(book[0] / "_book" / "slides" / "deck.pdf"))
    for line in (CASES / "deck.txt").read_text("utf-8").splitlines():
        kind, words = line[0], line[2:]
        assert (words in pages) == (kind == "+"), line


def test_a_frame_that_overflows_is_counted(book):
    assert "1 overfull frame" in book[1].err or "overfull frames" in book[1].err
    assert "'lecture check' says where" in book[1].err


@pytest.mark.parametrize("name", REFUSED)
def test_is_refused_with_file_and_line(tmp_path, name):
    root = make(tmp_path, {"a.qmd": (CASES / "refused" / f"{name}.qmd").read_text("utf-8")})
    add_files(root, "")
    run = lecture("render", root)
    assert run.code == 1
    assert (CASES / "refused" / f"{name}.txt").read_text("utf-8").strip() in run.err
    assert "Traceback" not in run.err


def test_own_classes_and_those_that_quarto_alone_knows(tmp_path):
    root = make(tmp_path, {"a.qmd": "# A\n\n::: {.mine}\nText.\n:::\n"})
    assert "unknown class '.mine'" in lecture("render", root).err
    settings = root / "_quarto.yml"
    settings.write_text(settings.read_text() + "lecture:\n  classes: [mine]\n")
    render(root)


def test_names_are_listed():
    run = lecture("names")
    for name in (".answer", "when-format=", "#fig-name", "#| fig-cap:", "format.html.code-fold"):
        assert f"  {name} " in run.out or f"  {name}\n" in run.out, name
    known, alone = run.out.split("Known to Quarto alone")
    assert ".panel-tabset" in alone and ".panel-tabset" not in known
    assert lecture("names", "anwser").out == ""


GERMAN = """\
# T

![Ein Bild](p.png){#fig-p}

$$ a $$ {#eq-a}

Siehe @fig-p, @eq-a, @sec-b und [@knuth1984].

## B {#sec-b}

::: callout-tip
Hallo.
:::
"""


def test_another_language(tmp_path):
    root = make(tmp_path, {"a.qmd": GERMAN}, "*")
    add_files(root, "")
    settings = root / "_quarto.yml"
    plain = settings.read_text()
    settings.write_text(f"{plain}lang: de\nbibliography: references.bib\n")
    (root / "slides/_quarto.yml").write_text(NESTED + "bibliography: ../references.bib\n")
    render(root)
    slides = " ".join(read_pdf(root / "_book" / "slides" / "deck.pdf"))
    assert "Abbildung 1.1" in slides and "Gleichung (1.1)" in slides and "Tipp" in slides
    page = (root / "_book" / "a.html").read_text("utf-8")
    for words in ("Abbildung 1.1", "Gleichung (1.1)", "Abschnitt 1.1", ">Tipp<", "Literatur",
                  "Auf dieser Seite", 'aria-label="Suche"'):  # fmt: skip
        assert words in page.replace("\N{NO-BREAK SPACE}", " "), words
    for words in ("Figure", "Search", "On this page", "References", "Link to", "figures: CC"):
        assert words not in re.sub(r'(id|href)="[^"]*"', "", page), words
    settings.write_text(f"{plain}lang: fr\n")
    assert "no words in the language 'fr'" in lecture("render", root).err


def test_page_of_references_lists_what_all_pages_cite(tmp_path):
    pages = {"a.qmd": "# A\n\nSee [@knuth1984].\n", "r.qmd": "# References\n\n::: {#refs}\n:::\n"}
    root = make(tmp_path, pages)
    add_files(root, "")
    other = KNUTH.replace("knuth1984", "other").replace("TeXbook", "Other book")
    (root / "references.bib").write_text(KNUTH + other)
    settings = root / "_quarto.yml"
    plain = settings.read_text() + "bibliography: references.bib\n"
    settings.write_text(plain)
    render(root)
    assert "The TeXbook" in text(read_page(root, "r.html").id("refs"))
    assert "The Other Book" not in text(read_page(root, "r.html").id("refs"))
    settings.write_text(plain + "nocite: '@*'\n")
    render(root)
    assert "The Other Book" in text(read_page(root, "r.html").id("refs"))
    (root / "r.qmd").write_text("# R\n")
    assert "'nocite' has no effect" in lecture("render", root).err


def test_settings_of_a_folder_and_sections_without_numbers(tmp_path):
    page = "# A\n\n## B {#sec-b}\n\nSee @sec-b.\n\n```{python}\nprint(1 + 1)\n```\n"
    root = make(tmp_path, {"chapters/a.qmd": page})
    write(root, {"chapters/_metadata.yml": "execute:\n  echo: false\n"})
    settings = root / "_quarto.yml"
    settings.write_text(settings.read_text() + "format:\n  html:\n    number-sections: false\n")
    render(root)
    shown = text(read_page(root, "chapters/a.html").all("article")[0])
    assert shown == "A B See B. 2"
    write(root, {"chapters/_metadata.yml": "theme: x\n"})
    assert "_metadata.yml:1: 'theme' is not supported" in lecture("render", root).err


def test_a_key_without_effect_is_named(tmp_path):
    root = make(tmp_path, {"a.qmd": "# A\n"})
    settings = root / "_quarto.yml"
    more = "format:\n  html:\n    toc: true\n    css: x.css\nexecute:\n  freeze: auto\n"
    settings.write_text(settings.read_text() + more)
    assert render(root).err == (
        "_quarto.yml:10: warning: 'css' changes only what Quarto itself does\n"
        "_quarto.yml:12: warning: 'freeze' changes only what Quarto itself does\n"
    )


def test_what_the_book_says_of_itself(tmp_path):
    root = make(tmp_path, {"a.qmd": "# A\n\nSee [@knuth1984].\n", "b.qmd": "# B\n\n## C\n"})
    add_files(root, "")
    settings = root / "_quarto.yml"
    plain = settings.read_text() + "bibliography: references.bib\n"
    settings.write_text(plain)
    render(root)
    page = (root / "_book" / "a.html").read_text("utf-8")
    assert 'href="#ref-knuth1984"' in page and "CC BY" not in page
    said = "book:\n  author: [{name: Ada}]\n  date: May 2026\n  description: In short & good"
    said += "\n  page-footer: {left: Free, right: to copy}"
    more = "link-citations: false\nformat: {html: {toc: false}}\n"
    settings.write_text(plain.replace("book:", said) + more)
    render(root)
    page = (root / "_book" / "a.html").read_text("utf-8")
    for words in ('name="author" content="Ada"', 'class="edition">May 2026<',
                  'content="In short &amp; good"', "Free. to copy."):  # fmt: skip
        assert words in page, words
    assert 'href="#ref-knuth1984"' not in page
    assert "On this page" not in (root / "_book" / "b.html").read_text("utf-8")


def test_output_of_a_cell_without_its_own_style_sheet(tmp_path):
    code = """\
class Model:
    def _repr_html_(self): return self.html
    def __repr__(self): return "Model(3)"
model = Model()
model.html = "<style>b {color: red}</style><b>diagram</b>"
display(model)
model.html = ""
display(model)
len?"""
    root = make(tmp_path, {"a.qmd": f"# A\n\n```{{python}}\n#| echo: false\n{code}\n```\n"})
    render(root)
    shown = text(read_page(root, "a.html").all("article")[0])
    assert shown.count("Model(3)") == 2 and "diagram" not in shown
    assert "Return the number of items in a container." in shown


def test_a_notebook_is_no_chapter(tmp_path):
    root = make(tmp_path, {"a.qmd": "# A\n"})
    settings = root / "_quarto.yml"
    settings.write_text(settings.read_text() + "    - nb.ipynb\n")
    write(root, {"nb.ipynb": "{}"})
    assert "nb.ipynb is a notebook: a chapter is a .qmd or .md file" in lecture("render", root).err


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        root = build(Path(folder) / "lecture")
        sys.exit(run.err) if (run := lecture("render", root, "--to=html")).code else None
        for name in SHOWN:
            (CASES / "shown" / f"{name}.html").write_text(article(root, name), "utf-8")
