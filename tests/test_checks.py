"""What the renderer or a frame cannot show is found before anything is executed."""

from pathlib import Path

import pytest
from projects import write

from lecturebuild.reading.gate import check_document, divs, figure_names
from lecturebuild.reading.source import read_document
from lecturebuild.reading.yamltext import Settings


def read(root, text):
    write(root, {"a.qmd": text})
    return read_document(root, Path("a.qmd"), (Path("a.qmd"),), Settings())


def test_each_div_is_listed(tmp_path):
    text = "::: {.columns}\n:::: {.column}\n\n::: note\n:::\n::::\n:::\n\n```\n::: {.shown}\n```\n"
    found = [(line.line, attributes) for line, attributes in divs(read(tmp_path, text))]
    assert found == [(1, "{.columns}"), (2, "{.column}"), (4, ".note")]


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
    check_document(read(tmp_path, text))


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
