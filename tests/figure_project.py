"""A small lecture in a temporary folder, for tests of figures."""

from lecturebuild.running.figures import draw_figures, figure_step
from lecturebuild.steps.progress import Silent
from lecturebuild.steps.store import Store

SCRIPT = """
from pathlib import Path
import numpy as np
from matplotlib.figure import Figure
import helper

LOG = Path({log!r})

def draw():
    with LOG.open("a") as log:
        log.write("{name}\\n")
    print("printed")
    values = np.loadtxt("data/values.csv", delimiter=",")
    fig = Figure(figsize=(2, 1))
    fig.add_subplot().plot(values * helper.FACTOR + np.random.rand())
    return fig
"""

FILES = {
    "_quarto.yml": "",
    "slides/_quarto.yml": "",
    "code/helper.py": "import deeper\nFACTOR = 2 * deeper.BASE",
    "code/deeper.py": "BASE = 1",
    "code/unrelated.py": "",
    "data/values.csv": "1,2,3",
    "data/unrelated.csv": "1,2,3",
}


def lookup(name, root):
    """Return a figure from the store, None if it is to be drawn."""
    store, step = Store(root), figure_step(name, root)
    found = store.lookup(step, store.key(step, {}))
    return found and step.read(found)


class Done(Silent):
    """Collects the names of the figures that have been drawn."""

    def __init__(self):
        self.names = []

    def end(self, kind, step, seconds=None):
        self.names.append(step)


class Project:
    """A small lecture with one figure, `line`, whose script notes that it was run."""

    def __init__(self, base):
        self.root = base / "lecture"
        self.log = base / "log.txt"
        for name, text in FILES.items():
            self.write(name, text)
        self.script("line")

    def write(self, name, text):
        (self.root / name).parent.mkdir(parents=True, exist_ok=True)
        (self.root / name).write_text(text)

    def script(self, name):
        self.write(f"figures/{name}.py", SCRIPT.format(log=str(self.log), name=name))

    def draw(self, *names, **options):
        return draw_figures(names or ["line"], self.root, **options)

    @property
    def runs(self):
        return self.log.read_text().split() if self.log.exists() else []

    @property
    def store(self):
        """The files of results in the store but for locks."""
        files = (self.root / "_build" / "store").rglob("*")
        return sorted(file.name for file in files if file.is_file() and file.name != ".lock")


def make_project(tmp_path, monkeypatch):
    """Make a lecture with one figure and work in its folder slides/."""
    monkeypatch.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    monkeypatch.delenv("QUARTO_EXECUTE_INFO", raising=False)
    monkeypatch.syspath_prepend(tmp_path / "lecture" / "code")
    project = Project(tmp_path)
    monkeypatch.chdir(project.root / "slides")
    return project
