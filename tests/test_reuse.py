"""Cells are executed once for both outputs, and only what changed is done again."""

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from projects import lecture, make, read_page, read_pdf, render, snapshot, text, write

from lecturebuild.running import imports
from lecturebuild.steps.store import Store, value
from lecturebuild.writing import crossref

FIRST = """\
# First {{#sec-first}}

```{{python}}
#| label: fig-values
#| fig-cap: "Values."
#| fig-alt: "A line."
#| echo: false
from pathlib import Path

import matplotlib.pyplot as plt

import helper

with open({log!r}, "a") as log:
    log.write("first\\n")
plt.figure(figsize=(2, 1))
plt.plot([float(v) * helper.FACTOR for v in Path("../data/values.csv").read_text().split(",")]);
```

$$ x $$ {{#eq-x}}

## A frame {{#sec-frame}}

![](../data/photo.png){{width=10%}}
"""

SECOND = """\
# Second {{#sec-second}}

```{{python}}
with open({log!r}, "a") as log:
    log.write("second\\n")
print("done")
```

## Another frame

As @eq-x shows [@knuth].
"""

THIRD = "# Third {#sec-third}\n\nNothing is referred to here.\n"

BIBLIOGRAPHY = "@book{knuth, author={Knuth, Donald}, title={The TeXbook}, year={1984}}\n"


def picture(colour):
    """Return a PNG file of one pixel."""
    import io

    from matplotlib.figure import Figure

    file = io.BytesIO()
    Figure((0.1, 0.1), facecolor=colour).savefig(file)
    return file.getvalue()


class Lecture:
    """A lecture of three chapters, whose cells note in a file that they were executed."""

    def __init__(self, base):
        self.log = base / "log.txt"
        chapters = {
            "chapters/first.qmd": FIRST.format(log=str(self.log)),
            "chapters/second.qmd": SECOND.format(log=str(self.log)),
            "chapters/third.qmd": THIRD,
        }
        others = {
            "chapters/helper.py": "import deeper\nFACTOR = 2\n",
            "chapters/deeper.py": "",
            "chapters/unrelated.py": "",
            "data/values.csv": "1,2,3",
            "data/unrelated.csv": "",
            "references.bib": BIBLIOGRAPHY,
            "slides/extra.tex": "% nothing",
        }
        self.root = make(base / "lecture", chapters | others, deck="*")
        (self.root / "data" / "photo.png").write_bytes(picture("red"))
        self.change("_quarto.yml", "book:", "bibliography: references.bib\nbook:")
        self.change(
            "slides/deck.qmd",
            "    slide-level: 2",
            "    slide-level: 2\n    include-in-header: extra.tex\nbibliography: ../references.bib",
        )

    def change(self, name, old, new):
        content = (self.root / name).read_text()
        assert old in content
        write(self.root, {name: content.replace(old, new)})

    @property
    def executed(self):
        """The chapters that were executed since this was asked last."""
        names = self.log.read_text().split() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return sorted(names)


def done(run):
    """Return the steps that a run reports, without cells and times."""
    lines = [line.split() for line in run.out.splitlines()]
    return sorted(line[1] for line in lines if line and line[0] in ("pages", "deck"))


DECK = "slides/deck.qmd"
FIRST_PAGE, SECOND_PAGE, THIRD_PAGE = (f"chapters/{n}.qmd" for n in ("first", "second", "third"))
PAGES = [FIRST_PAGE, SECOND_PAGE, THIRD_PAGE]


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """Return a lecture that was rendered once, and the run."""
    project = Lecture(tmp_path_factory.mktemp("rendered"))
    return project, render(project.root)


@pytest.fixture
def project(rendered, tmp_path):
    """Return a copy of the rendered lecture."""
    original, _ = rendered
    copy = Lecture(tmp_path)
    shutil.rmtree(copy.root)
    # The log's name is in the cells, so the copy keeps it.
    copy.log = original.log
    shutil.copytree(original.root, copy.root)
    assert copy.executed is not None
    return copy


def test_cells_are_executed_once_for_both_outputs(rendered):
    project, run = rendered
    assert project.executed == ["first", "second"]
    assert done(run) == [*PAGES, DECK]
    assert read_page(project.root, "chapters/first.html").id("fig-values") is not None
    assert "Figure 1.1: Values." in " ".join(read_pdf(project.root / "_book/slides/deck.pdf"))


def test_one_output_after_the_other_executes_once(tmp_path):
    project = Lecture(tmp_path)
    render(project.root, "--to=html")
    assert not (project.root / "_book" / "slides").exists()
    page = (project.root / "_book" / "chapters" / "first.html").read_bytes()
    render(project.root, "--to=beamer")
    assert project.executed == ["first", "second"]
    assert (project.root / "_book" / "chapters" / "first.html").read_bytes() == page
    deck = (project.root / "_book" / "slides" / "deck.pdf").read_bytes()
    project.change(THIRD_PAGE, "Nothing", "Still nothing")
    render(project.root, "--to=html")
    assert (project.root / "_book" / "slides" / "deck.pdf").read_bytes() == deck


def forbid(monkeypatch, *names):
    for name in names:
        monkeypatch.setattr(f"lecturebuild.{name}", None)


def test_nothing_is_done_when_nothing_changed(rendered, monkeypatch):
    project, _ = rendered
    times = {file: file.stat().st_mtime_ns for file in (project.root / "_book").rglob("*")}
    os.utime(project.root / THIRD_PAGE)
    forbid(
        monkeypatch,
        "running.execute.execute",
        "writing.pandoc.run",
        "writing.deck.latex._run_latex",
    )
    run = render(project.root)
    assert "nothing changed" in run.out
    assert {file: file.stat().st_mtime_ns for file in times} == times


# What is changed, from what to what; what is executed, and what is written, anew.
CHANGES = [
    ("chapters/helper.py", "2", "3", ["first"], [FIRST_PAGE]),
    ("chapters/deeper.py", "", "X = 1", ["first"], []),
    ("data/values.csv", "3", "4", ["first"], [FIRST_PAGE]),
    (SECOND_PAGE, 'print("done")', 'print("again")', ["second"], [SECOND_PAGE]),
    (FIRST_PAGE, '"Values."', '"All values."', [], [FIRST_PAGE]),
    (FIRST_PAGE, "fig-values", "fig-all", ["first"], [FIRST_PAGE]),
    (THIRD_PAGE, "Nothing", "No thing", [], [THIRD_PAGE]),
    (THIRD_PAGE, "# Third", "# 3rd", [], PAGES),  # the menu has every title
    (FIRST_PAGE, "$$ x $$", "$$ y $$ {#eq-y}\n\n$$ x $$", [], [FIRST_PAGE, SECOND_PAGE]),
    ("references.bib", "1984", "1985", [], PAGES),
    ("chapters/unrelated.py", "", "X = 1", [], []),
    ("data/unrelated.csv", "", "1", [], []),
    (DECK, "## Own", "## Mine", [], []),
]


@pytest.mark.parametrize(
    "name, old, new, executed, written", CHANGES, ids=[f"{c[0]}-{c[2][:8]}" for c in CHANGES]
)
def test_change_is_followed_exactly(project, name, old, new, executed, written):
    if name == DECK:
        write(project.root, {name: (project.root / name).read_text() + "\n## Mine\n"})
    else:
        project.change(name, old, new)
    run = render(project.root, "--to=html")
    assert project.executed == executed
    assert done(run) == written


def test_reference_follows_its_target_to_another_number(project):
    project.change("_quarto.yml", "    - chapters/first.qmd\n", "")
    project.change("_quarto.yml", "second.qmd\n", "second.qmd\n    - chapters/first.qmd\n")
    render(project.root, "--to=html")
    assert "As Equation (2.1) shows" in text(read_page(project.root, "chapters/second.html").tree)


def test_other_library_version_executes_again(project, monkeypatch):
    version = imports.version
    monkeypatch.setattr(
        imports, "version", lambda name: "0" if name == "matplotlib" else version(name)
    )
    render(project.root, "--to=html")
    assert project.executed == ["first"]


SCRIPT = """
from matplotlib.figure import Figure

def draw():
    fig = Figure(figsize=(1, 1))
    fig.text(0.1, 0.5, "one")
    return fig
"""


def test_redrawn_figure_needs_no_execution(tmp_path):
    log = tmp_path / "log.txt"
    code = f'from lecturebuild import figure\nopen({str(log)!r}, "a").write("x")\nfigure("line")'
    cell = f'```{{python}}\n#| label: fig-line\n#| fig-cap: "A line."\n{code}\n```\n'
    root = make(tmp_path / "lecture", {"a.qmd": f"# A\n\n{cell}"})
    write(root, {"figures/line.py": SCRIPT})
    render(root)
    before = read_page(root, "a.html").all("img")[0].get("src")
    write(root, {"figures/line.py": SCRIPT.replace("one", "two")})
    run = render(root)
    after = read_page(root, "a.html").all("img")[0].get("src")
    assert done(run) == ["a.qmd"]
    assert "figures  line" in run.out
    assert log.read_text() == "x"
    assert after != before
    assert [file.name for file in (root / "_book" / "media").iterdir()] == [after.split("/")[-1]]


def test_permission_to_fail_is_not_remembered(tmp_path):
    root = make(tmp_path, {"a.qmd": "# A\n\n```{python}\n#| error: true\n1 / 0\n```\n"})
    render(root)
    page = (root / "a.qmd").read_text()
    write(root, {"a.qmd": page.replace("error: true", "error: false")})
    assert "a.qmd:5: cell 1 failed: ZeroDivisionError" in lecture("render", root).err


def test_other_result_on_repair_keeps_what_was_finished(project):
    project.change(FIRST_PAGE, "plt.figure(", "plt.figur(")
    project.change(SECOND_PAGE, 'print("done")', 'print("again")')
    assert lecture("render", project.root, "--to=html").code == 1
    project.change(FIRST_PAGE, "plt.figur(", "plt.figure(")
    render(project.root, "--to=html")
    assert "again" in text(read_page(project.root, "chapters/second.html").tree)


def test_deleted_output_comes_back_without_execution(project, monkeypatch):
    render(project.root)  # the deck's ingredients have absolute paths
    before = snapshot(project.root / "_book")
    forbid(
        monkeypatch,
        "running.execute.execute",
        "writing.pandoc.run",
        "writing.deck.latex._run_latex",
    )
    (project.root / "_book" / "chapters" / "second.html").unlink()
    render(project.root)
    assert snapshot(project.root / "_book") == before
    shutil.rmtree(project.root / "_book")
    render(project.root)
    assert snapshot(project.root / "_book") == before


@pytest.mark.parametrize("broken", ["", "{"])
def test_records_that_a_killed_run_left_broken_are_made_anew(project, broken):
    records = list((project.root / "_build").rglob("*.json"))
    assert len(records) > 3
    before = snapshot(project.root / "_book")
    for record in records:
        record.write_text(broken)
    render(project.root)
    assert snapshot(project.root / "_book").keys() == before.keys()


def test_page_that_left_the_book_leaves_the_output(project):
    project.change("_quarto.yml", "    - chapters/third.qmd\n", "")
    render(project.root, "--to=html")
    assert not (project.root / "_book" / "chapters" / "third.html").exists()


DECK_CHANGES = ["photo", "header", "bibliography", "word"]


@pytest.mark.parametrize("change", DECK_CHANGES)
def test_deck_follows_what_latex_reads(project, change):
    if change == "photo":
        (project.root / "data" / "photo.png").write_bytes(picture("green"))
    elif change == "header":
        project.change("slides/extra.tex", "% nothing", r"\date{2001}")
    elif change == "bibliography":
        project.change("references.bib", "1984", "1985")
    else:
        project.change(THIRD_PAGE, "Nothing", "No thing")
    run = render(project.root, "--to=beamer")
    assert done(run) == [DECK]
    assert project.executed == []
    published = project.root / "_book" / "slides" / "deck.pdf"
    kept = Store(project.root).newest("deck", DECK).file("deck.pdf")
    assert published.read_bytes() == kept.path.read_bytes()


def test_changed_picture_is_published(project):
    new = picture("green")
    (project.root / "data" / "photo.png").write_bytes(new)
    render(project.root, "--to=html")
    assert (project.root / "_book" / "data" / "photo.png").read_bytes() == new


def test_incremental_build_equals_build_from_nothing(project, tmp_path):
    edits = [
        ("chapters/helper.py", "2", "3"),
        (FIRST_PAGE, "$$ x $$", "$$ y $$ {#eq-y}\n\n$$ x $$"),
        (SECOND_PAGE, "# Second", "# The *second*"),
        ("_quarto.yml", "    - chapters/third.qmd\n", ""),
        ("slides/deck.qmd", '{{< include "../chapters/third.qmd" >}}', "## Own\n\nMy own."),
        (FIRST_PAGE, "fig-values", "fig-all"),
    ]
    for edit in edits:
        project.change(*edit)
        render(project.root, "--to=html")
    render(project.root)
    other = tmp_path / "other"
    ignored = shutil.ignore_patterns("_book", "_build")
    shutil.copytree(project.root, other, ignore=ignored)
    render(other)
    pages, fresh = snapshot(project.root / "_book"), snapshot(other / "_book")
    # LaTeX writes the folder into its PDF, which is also in the handout and in the archive.
    for name in ("slides/deck.pdf", "slides/deck-handout.pdf", "deck.zip"):
        del pages[name], fresh[name]
    assert pages == fresh
    for name in ("deck.pdf", "deck-handout.pdf"):
        ours, theirs = (read_pdf(root / "_book/slides" / name) for root in (project.root, other))
        assert ours == theirs


def test_interrupted_run_publishes_nothing_and_leaves_no_kernel(tmp_path):
    started = tmp_path / "started"
    code = f"import os, pathlib, time\npathlib.Path({str(started)!r}).write_text(str(os.getpid()))"
    cell = f"```{{python}}\n{code}\ntime.sleep(60)\n```\n"
    root = make(tmp_path / "lecture", {"a.qmd": f"# A\n\n{cell}"})
    mark = '{"index.html": ""}'
    write(root, {"_book/index.html": "old", "_book/.lecture.json": mark})
    command = [
        sys.executable,
        "-c",
        "import sys; from lecturebuild.cli import main; sys.exit(main())",
    ]
    process = subprocess.Popen(
        [*command, "render", root], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while not (started.exists() and started.read_text()):
        assert process.poll() is None, process.communicate()
        time.sleep(0.05)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=20)
    assert process.returncode == 130
    assert error == "lecture: interrupted; nothing was published\n"
    assert snapshot(root / "_book") == {"index.html": b"old", ".lecture.json": mark.encode()}
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)


def test_all_filters_that_list_labels_count():
    step = crossref.labels_step(Path("a.qmd"), value(dict), Path())
    listing = {"labels.lua", "visibility.lua", "shapes.lua", "terms.lua", "paths.lua"}
    assert listing <= set(step.uses)
