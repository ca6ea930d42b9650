"""That nothing has changed is seen at once, and only if it is so."""

import os
import shutil
import subprocess
import time

import pytest
from projects import lecture, make, write
from projects import render as render_now

from lecturebuild import unchanged
from lecturebuild.cli import FORMATS

PAGE = """\
# One

```{python}
import os
print(open("data.txt").read(), open("../../outside.txt").read(), os.path.exists(".lab/x.txt"))
```
"""


def render(root, *options):
    """Render once the disk's clock has gone on since the last change."""
    time.sleep(0.05)
    return render_now(root, *options)


@pytest.fixture
def root(tmp_path, monkeypatch):
    """Return the folder of a rendered project."""
    monkeypatch.setattr(unchanged, "_SHELL", {*unchanged._SHELL, "PYTEST_CURRENT_TEST"})
    files = {"index.qmd": "# Start\n\nText\n", "chapters/one.qmd": PAGE, "chapters/data.txt": "1"}
    root = make(tmp_path / "project", files)
    (tmp_path / "outside.txt").write_text("2")
    (root / "chapters" / ".lab").mkdir()
    render(root)
    return root


def seen(root, formats=FORMATS):
    return unchanged.last(root, formats) is not None


def rewritten(file):
    """Write another text of the same length, and give the file its old times."""
    times = file.stat().st_atime_ns, file.stat().st_mtime_ns
    text = file.read_text(encoding="utf-8")
    file.write_text(text.swapcase().replace("1", "3").replace("2", "4"), encoding="utf-8")
    os.utime(file, ns=times)


def book(root, name="index.html"):
    return (root / "_book" / name).read_text(encoding="utf-8")


CHANGES = {
    "text": lambda root: rewritten(root / "index.qmd"),
    "settings": lambda root: rewritten(root / "_quarto.yml"),
    "what a cell read": lambda root: rewritten(root / "chapters" / "data.txt"),
    "what it read outside": lambda root: rewritten(root.parent / "outside.txt"),
    "what it looked for": lambda root: write(root, {"chapters/.lab/x.txt": ""}),
    "a new file": lambda root: write(root, {"new.txt": ""}),
    "a new folder": lambda root: (root / "new").mkdir(),
    "a file gone": lambda root: (root / "chapters" / "data.txt").unlink(),
    "a file renamed": lambda root: (root / "chapters/data.txt").rename(root / "chapters/d.txt"),
    "the book": lambda root: rewritten(root / "_book" / "index.html"),
    "a page gone": lambda root: (root / "_book" / "index.html").unlink(),
    "the whole book gone": lambda root: shutil.rmtree(root / "_book"),
    "the store": lambda root: rewritten(next((root / "_build/store/pages").rglob("*.html"))),
    "the note": lambda root: (root / unchanged.NOTE).write_text("{"),
    "the note's kind": lambda root: (root / unchanged.NOTE).write_text("[]"),
}


def test_what_was_rendered_is_as_it_was(root):
    assert seen(root)
    assert seen(root / "chapters" / "one.qmd")
    first = render(root)
    assert first.out.startswith("nothing changed")
    assert first.out.endswith(f"{root / '_book' / 'index.html'}\n")
    assert seen(root)


@pytest.mark.parametrize("change", CHANGES)
def test_a_change_is_seen(root, change):
    CHANGES[change](root)
    assert not seen(root)


def test_formats_environment_programs_and_libraries_count(root, tmp_path, monkeypatch):
    assert not seen(root, ("html",))
    with monkeypatch.context() as changed:
        changed.setenv("LECTURE_TEST", "1")
        assert not seen(root)
        changed.delenv("LECTURE_TEST")
        changed.setenv("SHLVL", "17")
        assert seen(root)
    for name in ("bin", "site-packages"):
        folder = tmp_path / name
        folder.mkdir()
        monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
        monkeypatch.syspath_prepend(folder)
        render(root)
        assert seen(root)
        (folder / "new").touch()
        assert not seen(root)


def test_a_commit_is_seen_since_the_book_names_its_day(root):
    def git(*words):
        person = ["-c", "user.name=A", "-c", "user.email=a@b.c"]
        subprocess.run(["git", *person, *words], cwd=root, check=True, capture_output=True)

    git("init")
    render(root)
    git("add", "index.qmd")
    assert not seen(root)
    render(root)
    assert seen(root)
    git("commit", "-m", "first")
    assert not seen(root)
    render(root)
    git("worktree", "add", "../other")
    other = root.parent / "other"
    write(other, {"_quarto.yml": (root / "_quarto.yml").read_text(), "chapters/one.qmd": "# One\n"})
    render(other)
    assert seen(other)
    subprocess.run(["git", "rm", "-q", "--cached", "index.qmd"], cwd=other, check=True)
    assert not seen(other)


def test_a_file_outside_that_the_renderer_reads_counts(tmp_path):
    key = "@misc{a, title={Before}, author={Anna Berg}, year={2020}}"
    write(tmp_path, {"refs.bib": key})
    root = make(tmp_path / "project", {"index.qmd": "# Start\n\n[@a]\n"})
    with (root / "_quarto.yml").open("a") as file:
        file.write("bibliography: ../refs.bib\n")
    render(root)
    assert seen(root)
    write(tmp_path, {"refs.bib": key.replace("Before", "Behind")})
    assert not seen(root)
    render(root)
    assert "Behind" in book(root)


@pytest.mark.parametrize(
    "code", ["import os\nos.system('true')", "open('made.txt', 'w').write('x')"]
)
def test_doubt_leaves_no_note(tmp_path, code):
    root = make(tmp_path / "project", {"index.qmd": f"# Start\n\n```{{python}}\n{code}\n```\n"})
    render(root)
    assert not seen(root)  # it is executed every time, or its file may be changed by another
    render(root)
    assert seen(root) == ("system" not in code)


def test_a_change_during_the_rendering_leaves_no_note(root):
    before = unchanged.begin(root)
    write(root, {"index.qmd": "# Start\n\nNew\n"})
    unchanged.keep(before, root / "_book", FORMATS, [], files=[], wrong="")
    assert not seen(root)
    render(root)
    assert "New" in book(root)


def test_a_process_that_has_loaded_older_code_leaves_no_note(root, monkeypatch):
    monkeypatch.setattr(unchanged, "_STARTED", 0)
    assert unchanged.begin(root) is None


def test_a_folder_that_is_a_link_leaves_no_note(root, tmp_path):
    (tmp_path / "elsewhere").mkdir()
    (root / "link").symlink_to(tmp_path / "elsewhere")
    render(root)
    assert not seen(root)


def test_an_error_is_told_again(root):
    text = (root / "index.qmd").read_text()
    write(root, {"index.qmd": f"{text}\n\n@fig-none\n"})
    for _ in range(2):
        assert lecture("render", root).code == 1
    write(root, {"index.qmd": text})
    assert not seen(root)


def test_what_is_wrong_is_told_again(root):
    write(root, {"index.qmd": "# Start\n\n[none](none.html)\n"})
    runs = [lecture("render", root) for _ in range(2)]
    assert runs[0].err == runs[1].err
    assert [run.code for run in runs] == [runs[0].code] * 2
