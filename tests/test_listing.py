"""Pages show lists made from other pages; `lecture times` tells what took long."""

import re
from pathlib import Path

import pytest
from projects import lecture, make, read_page, render, text, write

from lecturebuild.listing import marked_terms
from lecturebuild.reading.project import read_project
from lecturebuild.reading.source import read_document

SLOW = """\
# Slow {#sec-slow}

A [*slow
perceptron*]{.term} learns; `[a cat]{.term}` does not.

```{python}
quick = 1
```

```{python}
#| label: training
import time

time.sleep(0.8)
```

```{python}
time.sleep(1.6)
```
"""
TERMS = """\
# Terms {#sec-terms}

```{python}
#| echo: false
from lecturebuild.listing import index_of_terms

index_of_terms()
```
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    files = {"chapters/terms.qmd": TERMS, "chapters/slow.qmd": SLOW}
    root = make(tmp_path_factory.mktemp("listing") / "lecture", files)
    write(root, {"figures/none.txt": ""})
    render(root)
    return root


def rows(root):
    return [text(row) for row in read_page(root, "chapters/terms.html").all("tr")[1:]]


def test_slowest_cells_are_told(root, monkeypatch):
    monkeypatch.chdir(root)
    lines = [line.split(maxsplit=2) for line in lecture("times").out.splitlines()]
    told = {cell: float(seconds) for seconds, _, cell in lines}
    assert told["chapters/slow.qmd cell 3"] >= 1.6
    assert told["chapters/slow.qmd cell 'training'"] >= 0.8
    assert list(told.values()) == sorted(told.values(), reverse=True)


def test_list_is_made_again_exactly_when_it_changed(root):
    assert rows(root) == ["slow perceptron Slow"]
    assert "nothing changed" in render(root).out
    write(root, {"chapters/slow.qmd": f"{SLOW}\nMore text.\n"})
    assert "terms.qmd" not in render(root).out
    write(root, {"chapters/slow.qmd": f"{SLOW}\nA [neuron]{{.term}}.\n"})
    assert "pages  chapters/terms.qmd" in render(root).out
    assert rows(root) == ["neuron Slow", "slow perceptron Slow"]


def test_only_names_are_capital_in_the_index_of_terms():
    """No term of the lecture is listed as if it were a name."""
    project = read_project(Path(__file__).parents[1])
    settings = project.pages, project.settings
    terms = marked_terms(read_document(project.root, page, *settings) for page in project.pages)
    capital = {term.text.split()[0] for term in terms if re.match("[A-Z][a-z]", term.text)}
    assert capital <= {"Adam", "Keras", "TensorFlow", "ReLU", "SiLU"}


def test_a_term_that_begins_a_sentence_is_small_like_the_others(root):
    terms = "[Keras]{.term} is at keras.io. [Dropout]{.term} is a dropout, [ReLU]{.term} a relu.\n"
    write(root, {"chapters/slow.qmd": f"{SLOW}\n{terms}"})
    render(root)
    assert rows(root) == ["dropout Slow", "Keras Slow", "ReLU Slow", "slow perceptron Slow"]
