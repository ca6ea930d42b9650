"""The page of times lists the slowest cells, and is made again only when they were executed."""

import re

import pytest
from projects import make, read_page, render, text, write

SLOW = """\
# Slow {#sec-slow}

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
TIMES = """\
# Times {#sec-times}

```{python}
#| echo: false
from lecturebuild.listing import cell_times

cell_times()
```
"""


@pytest.fixture
def root(tmp_path):
    files = {"chapters/times.qmd": TIMES, "chapters/slow.qmd": SLOW}
    root = make(tmp_path / "lecture", files)
    write(root, {"figures/none.txt": ""})
    render(root)
    return root


def rows(root):
    """Return name, address and seconds of each row of the table."""
    found = []
    for row in read_page(root, "chapters/times.html").all("tr")[1:]:
        cell, seconds = row.iter("td")
        [link] = cell.iter("a")
        found.append((text(cell), link.get("href"), float(text(seconds))))
    return found


def test_slowest_cells_are_listed_though_their_page_comes_later(root):
    (first, address, longest), (second, _, other) = rows(root)
    assert (first, second) == ("slow, 3", "slow, training")
    assert address == "slow.html"
    assert longest >= 1.6
    assert 0.8 <= other <= longest


def test_page_of_times_is_kept_until_a_cell_is_executed(root):
    before = rows(root)
    assert "nothing changed" in render(root).out
    write(root, {"chapters/slow.qmd": f"{SLOW}\nMore text.\n"})
    assert "times.qmd" not in render(root).out
    write(root, {"chapters/slow.qmd": SLOW.replace("sleep(0.8)", "sleep(2.4)")})
    assert re.search(r"pages +chapters/times\.qmd", render(root).out)
    assert [name for name, *_ in rows(root)] == ["slow, training", "slow, 3"]
    assert rows(root)[0][2] >= 2.4 > before[1][2]
