"""LaTeX macros of a project, in the formulas of both outputs and of the notebooks."""

import nbformat
import pytest
from projects import deck_tex, lecture, make, read_page, render, text, write

from lecturebuild.writing import pandoc

MACROS = r"""% Vectors
\newcommand{\w}{\mathbf{w}}
\newcommand{\norm}[1]{\lVert #1\rVert}
\DeclareMathOperator{\argmin}{arg\,min}
"""
PAGE = r"""# A {#sec-a}

## Frame {#sec-frame}

Inline $\norm{\w}$ and $\sum x$.

$$ \argmin_x \norm{\w} $$ {#eq-w}

::: {.content-hidden when-format="beamer"}
::: {.answer}
It is $\w$.

```{python}
#| tags: [solution]
1
```
:::
:::
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    root = make(tmp_path_factory.mktemp("macros"), {"index.qmd": "# S\n", "b/a.qmd": PAGE}, "*")
    settings = (root / "_quarto.yml").read_text() + "latex-macros: _macros.tex\n"
    # Listed for Quarto: here it runs once all the same.
    settings += "filters: [macros.lua]\n"
    own = (pandoc.FILTERS / "macros.lua").read_text()
    write(root, {"_quarto.yml": settings, "_macros.tex": MACROS, "macros.lua": own})
    render(root)
    return root


def test_formulas_of_the_page_are_those_without_macros(project):
    page = read_page(project, "b/a.html")
    sources = {text(each) for each in page.all("annotation")}
    assert r"\lVert \mathbf{w}\rVert" in sources
    assert r"\mathop{\mathrm{arg\,min}}_x \lVert \mathbf{w}\rVert" in sources
    assert r"\sum x" in sources


def test_formulas_of_the_deck_are_those_without_macros(project):
    tex = " ".join(deck_tex(project).split())
    assert r"\(\lVert \mathbf{w}\rVert\) and \(\sum x\)" in tex
    assert r"\mathop{\mathrm{arg\,min}}_x \lVert \mathbf{w}\rVert" in tex


def test_formulas_of_notebooks_are_those_without_macros(project):
    notebook = nbformat.read(project / "_book/notebooks/a-solution.ipynb", 4)
    written = "\n".join(cell.source for cell in notebook.cells)
    assert r"$\lVert \mathbf{w}\rVert$" in written
    assert r"It is $\mathbf{w}$." in written


def test_a_changed_macro_is_seen_and_an_unknown_one_is_an_error(project):
    write(project, {"_macros.tex": MACROS.replace("mathbf{w}", "mathbf{v}")})
    render(project, "--to", "html")
    sources = {text(each) for each in read_page(project, "b/a.html").all("annotation")}
    assert r"\lVert \mathbf{v}\rVert" in sources
    write(project, {"_macros.tex": MACROS.replace(r"\norm", r"\length")})
    run = lecture("render", project, "--to", "html")
    assert run.code == 1
    assert "b/a.qmd:5: the formula" in run.err


def test_missing_file_of_macros_is_an_error(tmp_path):
    root = make(tmp_path, {"index.qmd": "# S\n"})
    settings = (root / "_quarto.yml").read_text() + "latex-macros: _macros.tex\n"
    write(root, {"_quarto.yml": settings})
    run = lecture("render", root)
    assert "_quarto.yml:7: no such file: _macros.tex" in run.err
