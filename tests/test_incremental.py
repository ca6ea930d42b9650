"""Whatever was edited and built before, a build gives what a build from nothing gives.

LECTURE_EXAMPLES sets how many random histories are tried.
"""

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from projects import book, lecture, make, snapshot, write

EXAMPLES = int(os.environ.get("LECTURE_EXAMPLES", "3"))
PAGES = ["index.qmd", "parts/one.qmd", "parts/two.qmd"]
PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="{1}"><path d="M0 0"/></svg>'
FIGURE = """
from matplotlib.figure import Figure
import helper

def draw():
    fig = Figure(figsize=(2, 1))
    fig.add_subplot().plot([0, helper.FACTOR, {0}])
    return fig
"""
PAGE = """\
# {title} {{#sec-{name}}}

{words}, see @sec-{other}.

```{{python}}
#| echo: {echo}
import helper
from pathlib import Path

print(helper.FACTOR, Path("{up}data.txt").read_text())
```

```{{python}}
#| label: fig-{name}
#| fig-cap: "Of {title}"
#| fig-alt: A line.
from lecturebuild import figure

figure("line")
```

![]({up}picture.svg){{fig-alt="A dot."}}
"""

word = st.sampled_from(["one", "two", "three", "four"])
edits = st.one_of(
    st.tuples(st.just("title"), st.sampled_from(PAGES), word),
    st.tuples(st.just("words"), st.sampled_from(PAGES), word),
    st.tuples(st.just("other"), st.sampled_from(PAGES), st.sampled_from(["index", "one", "two"])),
    st.tuples(st.just("echo"), st.sampled_from(PAGES), st.sampled_from(["true", "false"])),
    st.tuples(st.just("helper"), st.just(""), st.integers(1, 3)),
    st.tuples(st.just("data"), st.just(""), word),
    st.tuples(st.just("figure"), st.just(""), st.integers(1, 3)),
    st.tuples(st.just("picture"), st.just(""), st.integers(10, 12)),
    st.tuples(st.just("pages"), st.just(""), st.permutations(PAGES[1:])),
    st.tuples(st.just("damage"), st.just(""), st.integers(0, 1000)),
)


class Project:
    """A small project whose files follow from a few values."""

    def __init__(self, root):
        self.root = make(root, dict.fromkeys(PAGES, "# x"))
        self.values = {page: {"title": Path(page).stem, "words": "Words", "other": "index",
                              "echo": "true"} for page in PAGES}  # fmt: skip
        self.shared = {"helper": 1, "data": "a", "figure": 1, "picture": 10, "pages": PAGES[1:]}
        self.write()

    def write(self):
        files = {
            page: PAGE.format(name=Path(page).stem, up="../" * page.count("/"), **values)
            for page, values in self.values.items()
        }
        helper = f"FACTOR = {self.shared['helper']}\n"
        files |= {"helper.py": helper, "parts/helper.py": helper, "figures/helper.py": helper}
        files |= {
            "data.txt": self.shared["data"],
            "_quarto.yml": book("index.qmd", *self.shared["pages"]),
        }
        files["figures/line.py"] = FIGURE.format(self.shared["figure"])
        files["picture.svg"] = PICTURE.format(self.shared["picture"], 10)
        write(self.root, files)

    def edit(self, kind, page, value):
        if kind == "damage":
            files = sorted(f for f in (self.root / "_build/store").rglob("*") if f.is_file())
            files[value % len(files)].write_bytes(b"damaged")
        elif page:
            self.values[page][kind] = value
        else:
            self.shared[kind] = value
        self.write()


@settings(
    max_examples=EXAMPLES,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    derandomize=EXAMPLES < 10,
)
@given(st.lists(st.lists(edits, min_size=1, max_size=3), min_size=1, max_size=3))
def test_incremental_build_equals_build_from_nothing(history):
    with tempfile.TemporaryDirectory() as temporary:
        project = Project(Path(temporary) / "lecture")
        assert lecture("render", project.root).code == 0
        for batch in history:
            for edit in batch:
                project.edit(*edit)
            run = lecture("render", project.root)
            assert run.code == 0, run.err
        other = Path(temporary) / "from nothing"
        shutil.copytree(project.root, other, ignore=shutil.ignore_patterns("_build", "_book"))
        run = lecture("render", other)
        assert run.code == 0, run.err
        assert snapshot(project.root / "_book") == snapshot(other / "_book")
