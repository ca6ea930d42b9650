"""A page with exercises gives notebooks, and no student's notebook holds a line of a solution."""

import base64
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from exercises import ROOT, derive, exercises, names
from projects import lecture, make, read_page, render, text, write

from lecturebuild.checking.book import both_outputs
from lecturebuild.reading.source import read_document
from lecturebuild.reading.yamltext import Settings
from lecturebuild.steps.store import Store
from lecturebuild.writing.notebooks.archive import archive_step, extras_of

PAGE = """\
# Exercise {#sec-exercise}

{{< include _task.qmd >}}

::: {.downloads}
* [`numbers.csv`](numbers.csv): the data
:::

```{python}
#| tags: [book]
print("for the book")
```

```{python}
%matplotlib inline
import matplotlib.pyplot as plt
given = 3
```

Given text with @eq-line, [@key] and @fig-secret.

$$ y = a x $$ {#eq-line}

```{python}
#| eval: false
connect_to_a_cluster()
```

::: {.book}
For the book alone.
:::

::: {.callout-tip collapse="true"}
A hint.
:::

::: {.answer}
SECRET text with a footnote.[^1]

[^1]: SECRET note.

### SECRET heading

```{python}
#| label: fig-secret
#| fig-cap: "A SECRET caption."
#| fig-alt: "Its SECRET alternative text."
#| tags: [solution]
plt.plot([given, 1], label="SECRET");
```

* a SECRET item

| SECRET |
|--------|
| SECRET |

: SECRET {#tbl-secret}

::: {.callout-note}
SECRET callout
:::

```python
SECRET = "shown code"
```

```{python}
#| tags: [solution]
from IPython.display import HTML, Markdown, display
print("SECRET output")
display(Markdown("*SECRET*"), HTML("<b>SECRET</b>"))
from PIL import Image
display(Image.new("L", (2, 2)))
"SECRET result"
```
:::

The end.

::: {.notebook name="second"}
## The second notebook {#sec-second}

```{python}
other = 4
```

::: {.answer}
```{python}
#| tags: [solution]
SECRET = other
```
:::
:::
"""
TASK = "## The task {#sec-task}\n\n* What to do\n"
BIBLIOGRAPHY = "@book{key, author = {Knuth, Donald}, title = {A book}, year = {1968}}\n"
PROJECT = """\
[project]
name = "whole"
version = "1.2"
requires-python = ">=3.11"
dependencies = ["numpy>=2; sys_platform != 'none'", "rich"]

[tool.lecture.archive]
package = "code/helper"
dependencies = "numpy"
extras = { pretty = ["rich"], other = ["numpy"] }
files = { fonts = "fonts/*.txt" }
"""


@pytest.fixture(scope="module")
def rendered(tmp_path_factory):
    """A small book with one exercise."""
    root = make(
        tmp_path_factory.mktemp("book"),
        {"index.qmd": "# Start\n", "exercises/one.qmd": PAGE, "exercises/_task.qmd": TASK},
    )
    settings = (root / "_quarto.yml").read_text().replace("    - exercises/_task.qmd\n", "")
    write(
        root,
        {
            "_quarto.yml": settings.replace(
                "type: book", "type: book\n  resources: exercises/*.csv"
            )
            + "bibliography: references.bib\nfilters: folds.lua\n",
            "folds.lua": (ROOT / "code" / "filters" / "folds.lua").read_text(),
            "references.bib": BIBLIOGRAPHY,
            "exercises/numbers.csv": "1\n",
            "pyproject.toml": PROJECT,
            "code/helper/__init__.py": "",
            "code/helper/tools.py": "def seven():\n    return 7\n",
            "fonts/a.txt": "a font",
        },
    )
    render(root)
    return root


def notebook(root, name):
    return nbformat.read(root / "_book" / "notebooks" / f"{name}.ipynb", 4)


def code(notebook):
    """Return the cells with code, but the first, which installs what the notebook needs."""
    return [cell for cell in notebook.cells if cell.cell_type == "code" and cell.id != "install"]


def markdown(notebook):
    texts = [cell.source for cell in notebook.cells if cell.cell_type == "markdown"]
    return "\n".join(texts).replace("\N{NO-BREAK SPACE}", " ")


def test_each_notebook_is_valid(rendered):
    for name in ("one", "one-solution", "second", "second-solution"):
        nbformat.validate(notebook(rendered, name))


@pytest.mark.parametrize("name", ["one", "second"])
def test_nothing_of_an_answer_is_in_a_student_notebook(rendered, name):
    file = rendered / "_book" / "notebooks" / f"{name}.ipynb"
    assert "SECRET" not in file.read_text(encoding="utf-8")


def test_a_stub_is_in_place_of_each_cell_of_the_solution(rendered):
    sources = [cell.source for cell in code(notebook(rendered, "one"))]
    assert [source.partition("\n")[0] for source in sources] == [
        "%matplotlib inline",
        "# your code here",
        "# your code here",
    ]
    assert [cell.outputs for cell in code(notebook(rendered, "one"))] == [[], [], []]


def test_text_of_an_answer_is_a_cell_that_nbgrader_takes_out(rendered):
    solved = notebook(rendered, "one-solution")
    for cell in solved.cells:
        if cell.cell_type == "markdown":
            grading = cell.metadata.get("nbgrader", {})
            assert grading.get("solution", False) == grading.get("grade", False)
            # With its notes, captions, headings, tables and callouts.
            assert ("SECRET" in cell.source) == grading.get("solution", False), cell.source
    identifiers = [c.metadata.nbgrader.grade_id for c in solved.cells if "nbgrader" in c.metadata]
    assert len(set(identifiers)) == len(identifiers)
    assert not any("answer -->" in cell.source for cell in solved.cells)
    assert not any("nbgrader" in c.metadata for c in notebook(rendered, "one").cells
                   if c.cell_type == "markdown")  # fmt: skip


def test_text_is_plain_markdown_without_what_is_for_the_book(rendered):
    student = markdown(notebook(rendered, "one"))
    assert "Given text with Equation (2.1), (Knuth 1968) and Figure 2.1." in student
    assert r"$$ y = a x \tag{2.1}$$" in student
    assert "``` python\nconnect_to_a_cluster()\n```" in student
    assert "- What to do" in student
    assert "- `numbers.csv`: the data\n- `helper-1.2.zip`" in student
    assert "<details><summary>Tip</summary>\n\nA hint.\n\n</details>" in student
    assert "for the book" not in student.lower()
    assert ":::" not in student


def test_solution_notebook_keeps_the_outputs_of_the_page(rendered):
    _, figure, printed = code(notebook(rendered, "one-solution"))
    [picture] = figure.outputs
    assert picture.data["image/svg+xml"].rstrip().endswith("</svg>")
    assert "Figure 2.1: A SECRET caption." in markdown(notebook(rendered, "one-solution"))
    stream, first, second, image, result = printed.outputs
    assert base64.b64decode(image.data["image/png"]).startswith(b"\x89PNG")
    assert stream.text == "SECRET output\n"
    assert first.data["text/markdown"] == "*SECRET*"
    assert second.data["text/html"] == "<b>SECRET</b>"
    assert result.output_type == "execute_result"
    assert result.data["text/plain"] == "'SECRET result'"
    assert [c.execution_count for c in code(notebook(rendered, "one-solution"))] == [1, 2, 3]


def test_second_notebook_has_what_stands_in_its_div(rendered):
    assert [cell.source for cell in code(notebook(rendered, "second"))] == [
        "other = 4",
        "# your code here",
    ]
    assert "The second notebook" not in markdown(notebook(rendered, "one"))
    assert "numbers.csv" in markdown(notebook(rendered, "second"))


def test_cells_can_be_graded(rendered):
    student, solved = (code(notebook(rendered, name)) for name in ("one", "one-solution"))
    assert [cell.metadata.nbgrader for cell in student] == [c.metadata.nbgrader for c in solved]
    given, stub, _ = (cell.metadata.nbgrader for cell in student)
    assert given == {
        "cell_type": "code",
        "grade": False,
        "grade_id": "one-2",
        "locked": True,
        "schema_version": 3,
        "solution": False,
        "task": False,
    }
    assert (stub["grade"], stub["solution"], stub["locked"], stub["points"]) == (
        True,
        True,
        False,
        1,
    )


def test_page_shows_answers_folded_and_offers_its_files(rendered):
    page = read_page(rendered, "exercises/one.html")
    assert [text(fold.find("summary")) for fold in page.all("details", "answer")] == [
        "Solution",
        "Solution",
    ]
    assert not any("open" in fold.attrib for fold in page.all("details", "answer"))
    [downloads] = page.all("div", "downloads")
    targets = [link.get("href") for link in downloads.iter("a")]
    assert targets == [
        *("../notebooks/one.ipynb", "../notebooks/one-solution.ipynb"),
        *("../notebooks/second.ipynb", "../notebooks/second-solution.ipynb"),
        "../notebooks/helper-1.2.zip",
        "numbers.csv",
    ]
    folder = rendered / "_book" / "exercises"
    assert all((folder / target).is_file() for target in targets)


def test_a_page_without_answers_gives_no_notebook(rendered):
    assert not (rendered / "_book" / "notebooks" / "index.ipynb").exists()
    assert read_page(rendered, "index.html").all("div", "downloads") == []


def test_unchanged_pages_keep_their_notebooks(rendered):
    files = sorted((rendered / "_book" / "notebooks").glob("*.ipynb"))
    before = [(file, file.stat().st_mtime_ns) for file in files]
    assert "nothing changed" in render(rendered).out
    file = rendered / "exercises" / "_task.qmd"
    file.write_text(TASK + "* More\n")
    run = render(rendered)
    assert "notebooks/one.ipynb" in run.out
    assert "notebooks/second.ipynb" not in run.out
    file.write_text(TASK)
    render(rendered)
    assert [(file, file.stat().st_mtime_ns) for file in files] == before


BAD = {
    "solution outside": (
        "```{python}\n#| tags: [solution]\n1\n```\n",
        "one.qmd:3: cell 1 has the tag 'solution': put it into a '::: {.answer}' div",
    ),
    "untagged inside": (
        "::: {.answer}\n```{python}\n1\n```\n:::\n",
        "one.qmd:4: cell 1 stands in an answer: give it '#| tags: [solution]'",
    ),
    "nameless": (
        "::: {.notebook}\n:::\n",
        "one.qmd:3: a notebook div needs a name",
    ),
    "nested": (
        '::: {.answer}\n::: {.notebook name="x"}\n:::\n:::\n',
        "one.qmd:4: a notebook div must not stand inside another div",
    ),
    "list": (
        "::: {.answer}\n:::\n\n* item\n\n  ```{python}\n  1\n  ```\n",
        "one.qmd:8: cell 1 stands in a list",
    ),
}


@pytest.mark.parametrize("body, message", BAD.values(), ids=list(BAD))
def test_a_misplaced_cell_is_an_error(tmp_path, body, message):
    make(tmp_path, {"index.qmd": "# Start\n", "one.qmd": f"# One\n\n{body}"})
    run = lecture("render", tmp_path)
    assert run.code == 1
    assert message in run.err


def test_two_pages_cannot_give_the_same_notebook(tmp_path):
    answer = "# One\n\n::: {.answer}\n:::\n"
    make(tmp_path, {"index.qmd": "# Start\n", "a/one.qmd": answer, "b/one.qmd": answer})
    run = lecture("render", tmp_path)
    assert "b/one.qmd: its notebook 'one' is also that of a/one.qmd" in run.err


def test_deck_must_show_the_task_but_not_the_page(tmp_path):
    page = "# One\n\n{{< include _task.qmd >}}\n\n::: {.answer}\n\n$$ x $$ {#eq-x}\n:::\n"
    make(tmp_path, {"index.qmd": "# Start\n", "one.qmd": page, "_task.qmd": TASK})
    pages = (Path("index.qmd"), Path("one.qmd"))
    write(tmp_path, {"deck.qmd": "{{< include _task.qmd >}}\n", "other.qmd": "# Other\n"})
    start, one, deck, other = (
        read_document(tmp_path, path, pages, Settings())
        for path in (*pages, Path("deck.qmd"), Path("other.qmd"))
    )
    assert list(both_outputs([start, one], deck)) == []
    [problem] = both_outputs([start, one], other)
    assert str(problem) == "one.qmd: the deck does not include this exercise's task"


def test_archive_has_the_same_bytes_in_every_run(rendered, tmp_path):
    first, second = (packed(rendered, tmp_path / name) for name in "ab")
    assert first.read_bytes() == second.read_bytes()
    assert sorted(zipfile.ZipFile(first).namelist()) == [
        "helper-1.2/helper/__init__.py",
        "helper-1.2/helper/fonts/a.txt",
        "helper-1.2/helper/tools.py",
        "helper-1.2/pyproject.toml",
    ]
    assert (
        "sys_platform != 'none'"
        in zipfile.ZipFile(first).read("helper-1.2/pyproject.toml").decode()
    )


def test_first_cell_of_code_installs_what_the_notebook_needs(rendered):
    """And no more than that; what executes notebooks passes over it."""
    made = nbformat.read(rendered / "_book" / "notebooks" / "one.ipynb", 4)
    first = next(cell for cell in made.cells if cell.cell_type == "code")
    assert first.metadata.tags == ["skip-execution"]
    assert '%pip install --quiet "./helper-1.2.zip' in first.source
    imported = {name for cell in made.cells for name in ("rich", "numpy") if name in cell.source}
    assert ("pretty" in first.source) == ("rich" in imported - {"numpy"})
    assert sum("skip-execution" in cell.metadata.get("tags", []) for cell in made.cells) == 1


@pytest.mark.parametrize(
    "libraries, extras",
    [
        ({"numpy"}, {}),
        ({"tensorflow-cpu", "numpy"}, {"deep": ["keras", "tensorflow"]}),
        ({"xgboost"}, {"trees": ["xgboost-cpu"]}),
    ],
)
def test_extras_of_what_is_imported(tmp_path, libraries, extras):
    settings = '[tool.lecture.archive.extras]\ndeep = ["keras", "tensorflow>=2"]\n'
    write(
        tmp_path, {"pyproject.toml": settings + "trees = [\"xgboost-cpu; os_name == 'posix'\"]\n"}
    )
    assert extras_of(tmp_path, libraries) == extras


def test_archive_installs_what_it_holds(rendered, tmp_path):
    install(packed(rendered, tmp_path), tmp_path / "target")
    command = "import helper.tools as t, pathlib; print(t.seven(), pathlib.Path(t.__file__).parent)"
    run = subprocess.run(
        [sys.executable, "-c", command],
        env={"PYTHONPATH": str(tmp_path / "target")},
        capture_output=True,
        text=True,
        check=True,
    )
    seven, folder = run.stdout.split()
    assert seven == "7"
    assert folder == str(tmp_path / "target" / "helper")
    assert (tmp_path / "target" / "helper" / "fonts" / "a.txt").read_text() == "a font"


def packed(root, elsewhere):
    """Return the archive of a project, made in a store elsewhere."""
    return Store(elsewhere).get(archive_step(root)).only.path


def install(archive, target):
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation"]
    offline = ["--no-index", "--disable-pip-version-check", "--target", target]
    subprocess.run([*pip, *offline, archive], check=True)


# The lecture's own exercises


@pytest.fixture(scope="module")
def derived(tmp_path_factory):
    return derive(tmp_path_factory.mktemp("derived"))


def expanded(page):
    """Return the lines of a page with its includes, read without the renderer."""
    for line in (ROOT / page).read_text(encoding="utf-8").split("\n"):
        if found := re.match(r"\{\{< include (\S+) >\}\}", line):
            yield from expanded(page.parent / found[1])
        else:
            yield line


def answers_and_rest(page):
    """Return the lines inside a page's answers and those outside."""
    divs, fence, answers, rest = [], None, [], []
    for line in expanded(page):
        if fence or re.match(r"```", line):
            fence = None if fence and line == "```" else "```"
        elif re.match(r":::+\s*$", line):
            divs.pop()
        elif line.startswith(":::"):
            divs.append(".answer" in line)
            continue
        (answers if any(divs) else rest).append(line.strip())
    return answers, rest


@pytest.mark.parametrize("page", exercises(), ids=lambda page: page.stem)
def test_no_line_of_a_solution_reaches_students(derived, page):
    answers, rest = answers_and_rest(page)
    secret = {line for line in answers if line} - set(rest) - {"```", ":::"}
    assert len(secret) > 5
    for name in dict.fromkeys(notebook.name for notebook in exercises()[page]):
        cells = json.loads(derived.files[name].read_text(encoding="utf-8"))["cells"]
        sources = ["".join(cell["source"]) for cell in cells]
        lines = {line.strip() for source in sources for line in source.split("\n")}
        assert not secret & lines
        # Pandoc joins the lines of a paragraph.
        running = " ".join(" ".join(sources).split())
        assert [line for line in secret if len(line) > 12 and line in running] == []


@pytest.mark.parametrize("name", names())
def test_stubs_stand_exactly_where_the_solution_is(derived, name):
    student, solved = (
        code(nbformat.read(derived.files[file], 4)) for file in (name, f"{name}-solution")
    )
    assert [cell.id for cell in student] == [cell.id for cell in solved]
    for ours, theirs in zip(student, solved, strict=True):
        if "solution" in theirs.metadata.get("tags", []):
            assert ours.source == "# your code here"
            assert theirs.source != ours.source
        else:
            assert ours.source == theirs.source


def test_every_cell_of_a_solution_has_a_stub(derived):
    for page, each in exercises().items():
        source = "\n".join(expanded(page))
        solutions = re.findall(r"^#\| tags: .*\bsolution\b(?!.*\bbook\b)", source, re.M)
        stubs = [
            cell
            for name in dict.fromkeys(notebook.name for notebook in each)
            for cell in code(nbformat.read(derived.files[name], 4))
            if cell.source == "# your code here"
        ]
        assert len(stubs) == len(solutions) > 0


@pytest.mark.parametrize("name", names())
def test_derived_notebooks_are_valid(derived, name):
    for file in (name, f"{name}-solution"):
        content = nbformat.read(derived.files[file], 4)
        nbformat.validate(content)
        ids = [cell.id for cell in content.cells]
        assert len(ids) == len(set(ids))
        assert re.match(r"# \S", content.cells[0].source) or name not in {
            page.stem for page in exercises()
        }
        assert "lecturebuild" not in "".join(cell.source for cell in code(content))


def test_notebooks_of_a_german_lecture_speak_german(tmp_path):
    page = (
        "# Aufgabe\n\nNach @eq-line [@key].\n\n$$ y = a x $$ {#eq-line}\n\n"
        "::: {.answer}\n```{python}\n#| tags: [solution]\n1 + 1\n```\n:::\n"
    )
    bibliography = "@article{key, author = {Doe, Jane}, title = {T}, journal = {J}, year = 1984}\n"
    root = make(tmp_path, {"exercises/a.qmd": page, "references.bib": bibliography})
    settings = root / "_quarto.yml"
    settings.write_text(f"{settings.read_text()}lang: de\nbibliography: references.bib\n")
    render(root)
    notebook = nbformat.read(root / "_book" / "notebooks" / "a.ipynb", as_version=4)
    said = "\n".join(cell.source for cell in notebook.cells)
    assert "Gleichung\N{NO-BREAK SPACE}(1.1)" in said
    assert "## Literatur" in said
