"""A lecturer hands the solved notebook to nbgrader: `pip install .[nbgrader]` to run this test."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from projects import make, render

PROGRAM = shutil.which("nbgrader") or shutil.which("nbgrader", path=Path(sys.executable).parent)
PAGE = """\
# Sums {#sec-sums}

## Given {#sec-given}

```{python}
numbers = [1, 2, 3]
```

What is their sum, and why?

::: {.answer}
The sum is the SECRET six.[^1]

[^1]: A SECRET note.

```{python}
#| tags: [solution]
total = sum(numbers)  # SECRET
print(total)
```

Since 1 + 2 + 3 = 6, another SECRET.
:::

## The end {#sec-end}

Text after the answer.
"""


def nbgrader(course, *arguments):
    command = [PROGRAM, *arguments, f"--CourseDirectory.root={course}"]
    # It calls alembic, which is installed beside it.
    env = os.environ | {"PATH": f"{Path(PROGRAM).parent}{os.pathsep}{os.environ['PATH']}"}
    run = subprocess.run(command, cwd=course, env=env, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


@pytest.mark.skipif(PROGRAM is None, reason="nbgrader is not installed")
def test_solved_notebook_is_the_source_of_an_assignment(tmp_path):
    root = make(tmp_path / "book", {"index.qmd": "# Start\n", "sums.qmd": PAGE})
    render(root)
    course = tmp_path / "course"
    source = course / "source" / "ps1"
    source.mkdir(parents=True)
    shutil.copyfile(root / "_book/notebooks/sums-solution.ipynb", source / "sums.ipynb")
    nbgrader(course, "generate_assignment", "ps1")

    released = course / "release" / "ps1" / "sums.ipynb"
    assert "SECRET" not in released.read_text()
    cells = nbformat.read(released, 4).cells
    texts = [cell.source for cell in cells]
    assert texts.count("YOUR ANSWER HERE") == 2
    assert "What is their sum, and why?" in "\n".join(texts)
    assert "Text after the answer." in texts[-1]
    assert "numbers = [1, 2, 3]" in texts

    # A student answers, and the cells come to a person for grading.
    handed_in = course / "submitted" / "ada" / "ps1" / "sums.ipynb"
    handed_in.parent.mkdir(parents=True)
    notebook = nbformat.read(released, 4)
    for cell in notebook.cells:
        if "YOUR" in cell.source:
            cell.source = "6" if cell.cell_type == "markdown" else "print(sum(numbers))"
    nbformat.write(notebook, handed_in)
    nbgrader(course, "autograde", "ps1")
    with sqlite3.connect(course / "gradebook.db") as gradebook:
        rows = gradebook.execute("select auto_score, needs_manual_grade from grade").fetchall()
    assert [bool(manual) for _, manual in rows] == [True] * 3
