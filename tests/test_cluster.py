"""On a Dask cluster, whose workers have no project of their own, all is as it is here."""

import os
import signal
import threading
import time

import pytest
from projects import make, render, snapshot, write

distributed = pytest.importorskip("distributed")

FIGURE = """
from pathlib import Path
from matplotlib.figure import Figure
import helper

def draw():
    fig = Figure(figsize=(2, 1))
    values = [float(x) for x in Path("data/values.csv").read_text().split(",")]
    fig.add_subplot().plot([helper.FACTOR * value for value in values])
    return fig
"""
CELLS = """\
# {name} {{#sec-{name}}}

```{{python}}
#| label: fig-{name}
#| fig-cap: A curve.
#| fig-alt: It rises.
from lecturebuild import figure

figure("{name}")
```

```{{python}}
from pathlib import Path

Path("written-{name}.txt").write_text("by a cell")
print(Path("../data/values.csv").read_text())
```

```{{python}}
import matplotlib.pyplot as plt

plt.plot([1, 2]);
```

See @fig-{name}.
"""


def project(folder):
    names = ["one", "two"]
    root = make(folder, {f"chapters/{name}.qmd": CELLS.format(name=name) for name in names})
    files = {f"figures/{name}.py": FIGURE for name in names}
    files |= {"figures/helper.py": "FACTOR = 2\n", "data/values.csv": "1,2,4"}
    return write(root, files)


@pytest.fixture
def cluster(tmp_path, monkeypatch):
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        dashboard_address=None,
        local_directory=str(tmp_path / "workers"),
    ) as cluster:
        monkeypatch.setenv("DASK_SCHEDULER_ADDRESS", cluster.scheduler_address)
        yield cluster


def test_book_from_a_cluster_is_the_same(tmp_path, cluster, monkeypatch):
    there = project(tmp_path / "there" / "lecture")
    run = render(there)
    assert "cells  chapters/one.qmd cell 'fig-one'" in run.out
    assert (there / "chapters" / "written-one.txt").read_text() == "by a cell"
    assert len(list((tmp_path / "workers").rglob("lecture-*/figures/helper.py"))) == 2
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS")
    assert "nothing changed" in render(there).out
    here = project(tmp_path / "here" / "lecture")
    render(here)
    assert snapshot(here / "_book") == snapshot(there / "_book")


def test_lost_worker_is_survived(tmp_path, cluster):
    root = project(tmp_path / "lecture")
    slow = (root / "chapters/one.qmd").read_text().replace("plt.plot", "plt.pause(4)\nplt.plot")
    write(root, {"chapters/one.qmd": slow})

    lost = []

    def kill_one():
        time.sleep(3)
        lost.append(next(iter(cluster.workers.values())).pid)
        os.kill(lost[0], signal.SIGKILL)

    killer = threading.Thread(target=kill_one)
    killer.start()
    render(root)
    killer.join()
    assert lost
    assert (root / "_book" / "chapters" / "one.html").is_file()
