"""What the renderer or a frame cannot show is found before anything is executed."""

from pathlib import Path

import pytest
from projects import write

from lecturebuild.reading.gate import check_document, divs, figure_names
from lecturebuild.reading.source import read_document
from lecturebuild.reading.yamltext import Settings
from lecturebuild.steps.errors import LectureError


def read(root, text):
    write(root, {"a.qmd": text})
    return read_document(root, Path("a.qmd"), (Path("a.qmd"),), Settings())


def test_each_div_is_listed_with_those_around_it(tmp_path):
    text = "::: {.columns}\n:::: {.column}\n\n::: note\n:::\n::::\n:::\n\n```\n::: {.shown}\n```\n"
    found = [
        (line.number, attributes, around) for line, attributes, around in divs(read(tmp_path, text))
    ]
    assert found == [
        (1, "{.columns}", ()),
        (2, "{.column}", ("{.columns}",)),
        (4, ".note", ("{.columns}", "{.column}")),
    ]


CALLOUT = '::: {.callout-note title="T"}\ntext\n:::\n'
BOOK_ONLY = [
    '::: {.content-hidden when-format="beamer"}\n\n{}\n:::\n',
    '::: {.content-hidden when-format="pdf"}\n\n{}\n:::\n',
    '::: {.content-visible when-format="html"}\n\n::: {.columns}\n{}\n:::\n:::\n',
    '::: {.content-visible unless-format="beamer"}\n\n{}\n:::\n',
    '::: {.content-hidden unless-format="html"}\n\n{}\n:::\n',
]


@pytest.mark.parametrize("around", BOOK_ONLY)
def test_callout_for_the_book_alone_is_accepted(tmp_path, around):
    check_document(read(tmp_path, around.replace("{}", CALLOUT)), in_deck=True)


@pytest.mark.parametrize(
    "around",
    ["{}", '::: {.content-visible when-format="beamer"}\n\n{}\n:::\n', "::: {.notes}\n{}\n:::\n"],
)
def test_callout_in_a_frame_is_refused(tmp_path, around):
    document = read(tmp_path, around.replace("{}", CALLOUT))
    check_document(document, in_deck=False)
    with pytest.raises(LectureError, match="a callout inside a frame"):
        check_document(document, in_deck=True)


ACCEPTED = [
    "`{.column-margin}` as code\n",
    "$x_{.solution}$ as mathematics\n",
    "```\n::: {.panel-tabset}\n```\n",
    "::: {.answer}\nan answer\n:::\n",
    "# Title {#sec-solution .unnumbered}\n",
    "Braces {not attributes} in a text\n",
    "![](x.png){width=50%}\n",
]


@pytest.mark.parametrize("text", ACCEPTED)
def test_what_only_looks_unsupported_is_accepted(tmp_path, text):
    check_document(read(tmp_path, text), in_deck=True)


def test_figures_are_found_in_cells_that_are_executed(tmp_path):
    scripts = {f"figures/{name}.py": "" for name in ("one", "two", "three")}
    write(tmp_path, scripts)
    text = """\
```{python}
#| label: fig-one
figure("one")
```

```{python}
if True:
    show(figure("two"), figure("one"))
```

```{python}
#| eval: false
figure("three")
```

```{python}
%matplotlib inline
name = "three"; figure(name)
```
"""
    assert figure_names(read(tmp_path, text), tmp_path) == ["one", "two"]
