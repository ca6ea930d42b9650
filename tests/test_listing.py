"""The index leads to the marked terms; `lecture times` lists the figures and the slowest cells."""

import re

import pytest
from projects import make, read_page, render, text, write

from lecturebuild import listing

SLOW = """\
# Slow {#sec-slow}

A [*hidden
layer*]{.term} and its [bias]{.term}. `[not this]{.term}` and once more the [bias]{.term}.

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
# Index {#sec-index}

```{python}
#| echo: false
from lecturebuild.listing import index_of_terms

index_of_terms()
```
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    files = {"chapters/terms.qmd": TERMS, "chapters/slow.qmd": SLOW}
    root = make(tmp_path_factory.mktemp("index") / "lecture", files)
    write(root, {"figures/none.txt": ""})
    render(root)
    return root


def index(root):
    """Return term, address and title of each row of the index."""
    found = []
    for row in read_page(root, "chapters/terms.html").all("tr")[1:]:
        term, title = row.iter("td")
        [link] = term.iter("a")
        found.append((text(term), link.get("href"), text(title)))
    return found


def test_index_leads_to_each_marked_term_though_its_page_comes_later(root):
    assert index(root) == [
        ("bias", "slow.html#term-bias", "Slow"),
        ("hidden layer", "slow.html#term-hidden-layer", "Slow"),
    ]
    marked = [span for span in read_page(root, "chapters/slow.html").all("span") if span.get("id")]
    places = [span.get("id") for span in marked if span.get("id").startswith("term-")]
    assert places == ["term-hidden-layer", "term-bias"]


def test_slowest_cells_are_listed(root, monkeypatch):
    monkeypatch.chdir(root)
    first, second = listing.times()
    assert re.fullmatch(r" +\d+\.\d s  chapters/slow\.qmd cell 3", first)
    assert re.fullmatch(r" +\d+\.\d s  chapters/slow\.qmd cell 'training'", second)
    assert float(first.split()[0]) >= 1.6 > float(second.split()[0]) >= 0.8


def test_index_is_made_again_when_a_term_comes_and_only_then(root):
    write(root, {"chapters/slow.qmd": f"{SLOW}\nMore text.\n"})
    assert not re.search(r"pages +chapters/terms\.qmd", render(root).out)
    write(root, {"chapters/slow.qmd": f"{SLOW}\nAn [epoch]{{.term}}.\n"})
    assert re.search(r"pages +chapters/terms\.qmd", render(root).out)
    assert [term for term, *_ in index(root)] == ["bias", "epoch", "hidden layer"]
