"""Whole documents through the whole pipeline, both outputs read back."""

from pathlib import Path

import pytest
from projects import make, read_page, read_pdf, render, text, write

INDEX = """\
# Welcome {.unnumbered}

See @sec-first and [-@fig-curve].
"""

FIRST = r"""
# First *chapter* {#sec-first}

```{python}
#| include: false
import sys
import warnings

import matplotlib.pyplot as plt
import pandas as pd
from IPython.display import HTML, Latex, Markdown
```

## Cells {#sec-cells}

1. An item

    ```{python}
    #| label: in-a-list
    for number in range(2):
        print("number", number)
    ```

2. Another item

## Failing {#sec-failing}

```{python}
#| error: true
#| echo: false
raise ValueError("on purpose")
```

```{python}
#| eval: false
never_called()
```

```{python}
#| output: false
print("NOT" + "SHOWN")
```

```{python}
#| warning: false
warnings.warn("QUIET" + "WARNING")
print("LOUD" + "PRINT")
```

## Warnings {#sec-warnings}

```{python}
warnings.warn("LOUD" + "WARNING")
```

```{python}
#| code-fold: true
folded = "FOLDED" + "OUTPUT"
print(folded)
```

```{python}
#| code-fold: show
#| output: false
unfolded = 1
```

## Output {#sec-output}

```{python}
#| echo: false
pd.DataFrame({"x": [1, 2], "a<b": ["p & q", "$5"]})
```

## Markup {#sec-markup}

```{python}
#| echo: false
Markdown("A **bold** word and\n\n| head |\n|------|\n| body |\n")
```

```{python}
#| echo: false
Latex(r"$$ \alpha_{latex} $$")
```

```{python}
#| echo: false
HTML("<b id='raw'>bold</b>")
```

```{python}
#| echo: false
HTML("<pre style='of: rich'></pre>")
```

```{python}
#| echo: false
print("````\ninside\n````", flush=True)
print("::: {.x}\n</div>")
```
"""

SECOND = r"""
# Second {#sec-second}

```{python}
#| label: fig-curve
#| fig-cap: 'A "quoted" caption, $x_1 \in [0, 1)$ or [0, 1), see @eq-system and [@knuth].'
#| fig-alt: 'A "curve" with <peaks> & a \ backslash } brace'
#| echo: false
import matplotlib.pyplot as plt
plt.figure(figsize=(2, 1))
plt.plot([1, 2]);
```

## Formulas and @fig-curve {#sec-formulas}

$$
\begin{aligned}
a &= b \\
c &= d
\end{aligned}
$$ {#eq-system}

Before $$ e = f $$ {#eq-line} and after.

Bare [-@fig-curve], prefixed [Fig. @fig-curve], several [@fig-curve; @eq-line], plain @tbl-values,
elsewhere @sec-cells, here @sec-formulas.^[A note with @eq-line.]

@eq-line. A paragraph may begin with a reference.

## Ünïcode “quotes”

Größe 10 × 10, as @knuth says.[^long]

[^long]: A long note.

| a | b |
|---|---|
| 1 | 2 |

: Values of @fig-curve {#tbl-values}

::: {.content-visible when-format="html"}
Only the **book**, `<i class="mine">raw</i>`{=html}`\textbf{latex}`{=latex}.

::: {.callout-tip collapse="true" title="A $y$ title"}
Inside.
:::

::: {.callout-note}
## A heading as title

Inside.
:::
:::

::: {.content-hidden when-format="html"}
Only the deck, `\textbf{latexbold}`{=latex}.
:::

## After the callout {#sec-after}

@sec-after

::: {.columns}
::: {.column width="40%"}
Left.
:::
::: {.column width="60%"}
Right.
:::
:::
"""

BIBLIOGRAPHY = "@book{knuth, author={Knuth, Donald}, title={The TeXbook}, year={1984}}\n"


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    files = {
        "index.qmd": INDEX,
        "chapters/first one.qmd": FIRST,
        "chapters/second.qmd": SECOND,
        "references.bib": BIBLIOGRAPHY,
    }
    root = make(tmp_path_factory.mktemp("lecture"), files, deck="*")
    project = (root / "_quarto.yml").read_text()
    deck = (root / "slides" / "deck.qmd").read_text()
    write(root, {
        "_quarto.yml": f"{project}bibliography: references.bib\n",
        "slides/deck.qmd": deck.replace("jup", "bibliography: ../references.bib\njup"),
    })  # fmt: skip
    render(root)
    return root


@pytest.fixture(scope="module")
def first(root):
    return read_page(root, "chapters/first one.html")


@pytest.fixture(scope="module")
def second(root):
    return read_page(root, "chapters/second.html")


@pytest.fixture(scope="module")
def frames(root):
    return read_pdf(root / "_book" / "slides" / "deck.pdf")


@pytest.fixture(scope="module")
def deck(frames):
    return " ".join(frames)


def body(page):
    return text(page.all("main")[0])


def test_chapters_are_numbered_but_for_the_unnumbered(root, first, second):
    headings = [text(page.all("h1")[0]) for page in (read_page(root, "index.html"), first, second)]
    assert headings == ["Welcome", "1 First chapter", "2 Second"]


def test_pages_of_the_book_are_linked_with_one_another(root):
    links = [a.get("href") for a in read_page(root, "index.html").all("a", "crossref")]
    assert links == ["chapters/first one.html#sec-first", "chapters/second.html#fig-curve"]


def test_cell_stands_in_a_list(first, frames):
    cell = first.id("cell-in-a-list")
    assert [item for item in first.all("li") if cell in list(item)]
    assert "number 0\nnumber 1" in "".join(cell.itertext())
    [frame] = [frame for frame in frames if "An item" in frame]
    assert "number 0 number 1" in frame
    assert ":::" not in frame


OUTPUT = [
    # text, whether the book shows it, whether the deck does
    ("on purpose", True, True),
    ("never_called()", True, True),
    ("NOTSHOWN", False, False),
    ("QUIETWARNING", False, False),
    ("LOUDPRINT", True, True),
    ("cell:1: UserWarning: LOUDWARNING", True, True),
    ("FOLDEDOUTPUT", True, True),
    ("import pandas", False, False),
    ("Only the book", True, False),
    ("Only the deck", False, True),
    ("latexbold", False, True),
    ("{#eq-line}", False, False),
    ("@", False, False),
    (":::", True, True),  # printed by a cell
    ("Knuth, Donald. 1984.", True, True),
    ("A long note.", True, True),
    ("Größe 10 × 10", True, True),
]


@pytest.mark.parametrize("needle, in_book, in_deck", OUTPUT)
def test_text_is_where_it_belongs(first, second, deck, needle, in_book, in_deck):
    assert (needle in body(first) + body(second)) == in_book
    assert (needle in deck) == in_deck


def test_code_folds(first):
    closed, opened = first.all("details", "code-fold")
    assert "FOLDED" in text(closed) and closed.get("open") is None
    assert "unfolded" in text(opened) and opened.get("open") is not None


def test_table_of_pandas_is_shown_in_both(first, deck):
    [table] = first.all("table", "dataframe")
    cells = [text(cell) for cell in table.iter("td")]
    assert list(filter(None, cells)) == ["1", "p & q", "2", "$5"]  # besides an empty corner
    assert "a<b" in text(table)
    assert "a<b p & q $5" in deck
    assert "p & q" not in [text(pre) for pre in first.all("pre")]


def test_markdown_latex_and_html_of_a_cell(first, deck):
    assert "bold" in [text(strong) for strong in first.all("strong")]
    assert "body" in [text(cell) for cell in first.all("td")]
    assert r"\alpha_{latex}" in body(first)
    assert text(first.id("raw")) == "bold"
    assert "A bold word" in deck and "𝛼" in deck


def test_html_that_shows_nothing_is_left_out(first):
    assert "of: rich" not in [pre.get("style") for pre in first.all("pre")]
    assert all(len(output) or text(output) for output in first.all("div", "cell-output"))


def test_what_a_cell_prints_stays_text_and_in_one_piece(first, deck):
    [pre] = [pre for pre in first.all("pre") if "inside" in text(pre)]
    assert text(pre) == "```` inside ```` ::: {.x} </div>"
    assert "```` inside ````" in deck


def test_picture_has_alternative_text_and_caption(root, second, deck):
    [image] = [e for e in second.id("fig-curve").iter("img")]
    assert image.get("alt") == 'A "curve" with <peaks> & a \\ backslash } brace'
    assert (root / "_book" / "chapters" / image.get("src")).is_file()
    assert image.get("src").endswith(".svg")
    caption = text(second.all("figcaption")[0])
    assert caption.startswith("Figure 2.1: A “quoted” caption, ")
    assert "or [0, 1), see Equation (2.1) and (Knuth 1984)." in caption
    assert "Figure 2.1: A “quoted” caption, 𝑥1 ∈ [0, 1) or [0, 1), see Equation (2.1)" in deck


def test_pictures_for_the_deck_are_not_in_the_book(root):
    assert {file.suffix for file in (root / "_book" / "media").iterdir()} == {".svg"}


def test_equations_are_numbered(second, frames):
    assert text(second.id("eq-system")).endswith("(2.1)")
    assert text(second.id("eq-line")).endswith("(2.2)")
    [frame] = [frame for frame in frames if frame.startswith("Formulas")]
    assert "(2.1)" in frame and "(2.2)" in frame
    assert "𝑎=𝑏" in frame.replace(" ", "")


def test_references_in_text_headings_and_notes(second, deck):
    page = body(second)
    assert "Formulas and Figure 2.1" in page
    assert (
        "Bare 2.1, prefixed Fig. 2.1, several Figure 2.1, Equation (2.2), plain Table 2.1" in page
    )
    assert "elsewhere Section 1.1, here Section 2.1." in page
    assert "A note with Equation (2.2)." in page
    assert "Equation (2.2). A paragraph may begin" in page
    assert "Table 2.1: Values of Figure 2.1" in page
    assert (
        "Bare 2.1, prefixed Fig. 2.1, several Figure 2.1, Equation (2.2), plain Table 2.1" in deck
    )
    assert "elsewhere Cells," in deck
    assert "Table 2.1: Values of Figure 2.1" in deck


def test_every_reference_leads_somewhere(root):
    for name in ("index.html", "chapters/first one.html", "chapters/second.html"):
        for link in read_page(root, name).all("a", "crossref"):
            file, _, target = link.get("href").partition("#")
            page = read_page(root, str(Path(name).parent / file) if file else name)
            assert page.id(target) is not None


def test_title_of_a_callout_is_no_section(second):
    folded, plain = second.all("details", "callout")[0], second.all("div", "callout")[0]
    assert text(folded).endswith("title Inside.")
    assert text(plain) == "A heading as title Inside."
    assert text(second.id("sec-after")) == "2.3 After the callout"


def test_raw_markup_is_for_its_own_output(second):
    assert [text(element) for element in second.all("i", "mine")] == ["raw"]
    assert "textbf" not in body(second)


def test_columns_stand_side_by_side(second):
    widths = [div.get("class") for div in second.all("div", "column")]
    assert widths == ["column width-40", "column width-60"]


def test_ids_of_a_page_are_unique(first, second):
    for page in (first, second):
        ids = [element.get("id") for element in page.tree.iter() if element.get("id")]
        assert len(ids) == len(set(ids))


def test_deck_has_a_title_page_a_page_a_section_and_frames(frames):
    assert frames[0].startswith("A small lecture")
    assert "First chapter" in frames
    assert [frame.split(" ")[0] for frame in frames].count("Formulas") == 1
