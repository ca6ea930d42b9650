"""What `quarto render` calls of this project: the step after it, and the installation."""

import subprocess
import sys
import zipfile
from pathlib import Path

import nbformat
import pytest
from projects import BOOK, DECK, NESTED, deck_tex, lecture, make, render, write

ROOT = Path(__file__).parents[1]
EXERCISE = """\
# Task {#sec-task}

See @sec-first and @fig-sine.

::: {.answer}
```{python}
#| tags: [solution]
print(6 * 7)
```
:::
"""
FIRST = """\
# First {#sec-first}

```{python}
#| label: fig-sine
#| fig-cap: "A sine."
#| fig-alt: "A wave."
raise RuntimeError("a page without exercises is not executed again")
```
"""
# As if Quarto had made it.
PAGE = """<html><body>
<a href="notebooks/task.ipynb">a</a> <a href="notebooks/task-solution.ipynb">b</a>
<a href="./">home</a> <a href="book.zip">c</a> <a href="data/made.csv">d</a>
<a href="missing.html">e</a>
</body></html>"""


@pytest.fixture
def book(tmp_path, monkeypatch):
    root = make(tmp_path, {"index.qmd": FIRST, "task.qmd": EXERCISE})
    settings = (root / "_quarto.yml").read_text()
    settings = settings.replace("type: book", "type: book\n  resources: [/data/*.csv]")
    write(root, {"_quarto.yml": settings, "data/made.csv": "1", "_book/index.html": PAGE})
    write(root, {"_book/search.json": ""})
    monkeypatch.chdir(root)
    return root / "_book"


def test_everything_that_pages_link_to_is_made_and_what_is_missing_is_said(book):
    run = lecture("complete")
    assert run.code == 0, run.err
    task, solved = (
        nbformat.read(book / "notebooks" / f"{name}.ipynb", nbformat.NO_CONVERT)
        for name in ("task", "task-solution")
    )
    assert "Chapter\u00a01 (First)" in task.cells[0].source  # numbers of the whole book
    assert "Figure\u00a01.1" in task.cells[0].source
    assert [cell.outputs[0].text for cell in solved.cells if cell.cell_type == "code"] == ["42\n"]
    assert (book / "data" / "made.csv").read_text() == "1"
    with zipfile.ZipFile(book / "book.zip") as site:
        assert "book/notebooks/task.ipynb" in site.namelist()
        assert b"book.zip" not in site.read("book/index.html")
    assert run.err.splitlines() == ["warning: _book/index.html: dead link to missing.html"]
    assert (book / "index.html").read_text() == PAGE


def test_handout_is_made_where_it_is_linked_and_the_deck_left_alone(tmp_path, monkeypatch):
    root = make(tmp_path, {"index.qmd": FRAME}, deck="*")
    link = '<a href="slides/deck-handout.pdf">handout</a>'
    write(root, {"_book/index.html": link, "_book/search.json": ""})
    write(root, {"_book/slides/deck.pdf": "Quarto's"})
    monkeypatch.chdir(root)
    run = lecture("complete")
    assert run.code == 0, run.err
    assert run.err == ""
    assert (root / "_book/slides/deck-handout.pdf").read_bytes().startswith(b"%PDF")
    assert (root / "_book/slides/deck.pdf").read_text() == "Quarto's"


def test_either_renderer_may_follow_the_other(tmp_path, monkeypatch):
    root = make(tmp_path, {"index.qmd": "# A\n", "task.qmd": EXERCISE.replace("@fig-sine", "it")
                .replace("@sec-first", "@sec-task")})  # fmt: skip
    monkeypatch.chdir(root)
    render(root)
    write(
        root, {"_book/index.html": PAGE, "_book/site_libs/quarto.js": "", "_book/search.json": ""}
    )
    render(root)  # Quarto stopped half-way: its files are no author's
    assert not (root / "_book" / "search.json").exists()
    write(root, {"_book/index.html": PAGE, "_book/search.json": ""})
    assert lecture("complete").code == 0
    render(root)
    assert not (root / "_book" / "search.json").exists()


def test_kept_results_are_used_again(book):
    lecture("complete")
    before = {file: file.stat().st_mtime_ns for file in (book.parent / "_build").rglob("*.json")}
    assert lecture("complete").code == 0
    assert (
        before.items()
        <= {
            file: file.stat().st_mtime_ns for file in (book.parent / "_build").rglob("*.json")
        }.items()
    )


def test_without_a_book_it_says_what_to_do(book):
    (book / "index.html").unlink()
    run = lecture("complete")
    assert run.code == 1
    assert "_book: holds no book yet; 'quarto render' makes it" in run.err


def test_script_says_what_to_do_where_the_environment_is_missing():
    # Without its site-packages this Python has no lecturebuild.
    command = [sys.executable, "-I", "-S", ROOT / "code" / "after-quarto.py"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 1
    assert "Call 'make' once" in run.stderr
    assert "Traceback" not in run.stderr


def test_script_completes_the_book_of_the_folder_it_runs_in(book):
    command = [sys.executable, ROOT / "code" / "after-quarto.py"]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    assert (book / "notebooks" / "task.ipynb").is_file()


@pytest.mark.parametrize("present", [True, False])
def test_built_in_renderer_leaves_the_script_to_quarto(tmp_path, present):
    settings = BOOK.format(chapters="    - index.qmd")
    settings = settings.replace("book\n", "book\n  post-render: [code/after-quarto.py]\n", 1)
    write(tmp_path, {"_quarto.yml": settings, "index.qmd": "# A\n"})
    if present:
        write(tmp_path, {"code/after-quarto.py": "raise SystemExit(1)"})
    run = lecture("render", tmp_path)
    assert run.code == (0 if present else 1)
    assert present or "_quarto.yml:3: 'code/after-quarto.py' is not supported" in run.err


FRAME = """\
# A {#sec-a}

## Frame {#sec-frame}

Inside.
"""


@pytest.mark.parametrize("entry, filters, message", [
    ("{path: ../shout.lua, at: pre-ast}", {"shout.lua"}, ""),
    ("../shout.lua", {"shout.lua"}, ""),
    ("{path: ../shout.lua}", {"shout.lua"}, ""),
    ("{path: ../shout.lua, at: post-render}", set(), "a filter at 'post-render' is not supported"),
    ("{path: ../none.lua, at: pre-ast}", set(), "deck.qmd:4: no such file: ../none.lua"),
    ("{at: pre-ast}", set(), "deck.qmd:5: a filter is a path, or a mapping"),
    ("{path: ../shout.lua, type: json}", set(), "'type' of a filter is not supported"),
])  # fmt: skip
def test_filters_may_name_the_stage_at_which_quarto_runs_them(tmp_path, entry, filters, message):
    root = make(tmp_path, {"index.qmd": FRAME}, deck="*")
    deck = DECK.replace("jupyter: python3\n", f"jupyter: python3\nfilters:\n  - {entry}\n")
    shout = "function Str(s) s.text = s.text:gsub('Inside', 'LOUD') return s end"
    deck = deck.replace("{includes}", '{{< include "../index.qmd" >}}')
    write(root, {"slides/deck.qmd": deck, "slides/_quarto.yml": NESTED, "shout.lua": shout})
    run = lecture("render", root, "--to", "beamer")
    assert message in run.err
    assert run.code == (1 if message else 0), run.err
    if filters:
        tex = deck_tex(root)
        assert "LOUD" in tex


@pytest.mark.skipif(Path("/usr/bin/quarto").exists(), reason="there is a Quarto")
def test_quarto_that_cannot_be_downloaded_is_one_sentence(tmp_path):
    python = write(tmp_path, {"env/bin/python": ""}) / "env" / "bin" / "python"
    python.write_text(f'#!/bin/sh\n[ "$1" = -m ] && exit 1\nexec {sys.executable} "$@"\n')
    python.chmod(0o755)
    run = subprocess.run(
        ["sh", "code/setup.sh", "quarto", tmp_path / "env"],
        cwd=ROOT,
        env={"PATH": "/bin:/usr/bin"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 1
    assert "Installing quarto-cli==" in run.stdout
    [sentence] = run.stderr.splitlines()
    assert "could not be downloaded" in sentence


def test_quarto_that_is_there_is_not_installed_again(tmp_path):
    python = write(tmp_path, {"env/bin/quarto": "#!/bin/sh\n"}) / "env" / "bin" / "quarto"
    python.chmod(0o755)
    run = subprocess.run(
        ["sh", "code/setup.sh", "quarto", tmp_path / "env"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    assert run.stdout == run.stderr == b""
