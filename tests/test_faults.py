"""Builds that are killed, folders that are not ours, LaTeX that fails: nothing is lost or stays.

Faults of the store itself are in test_store.py, those of processes in test_running.py.
"""

import errno
import os
import shutil
import signal
import subprocess
import sys
import time

import pytest
from projects import deck_tex, lecture, make, read_page, read_pdf, render, snapshot, text, write

from lecturebuild import publishing
from lecturebuild.reading.project import read_project

COMMAND = [sys.executable, "-c", "import sys; from lecturebuild.cli import main; sys.exit(main())"]
PAGE = "# A {#sec-a}\n\n## Frame {#sec-frame}\n\nText.\n\n::: {.notes}\nA note.\n:::\n"


@pytest.mark.parametrize("name", ["docs", "figures", "data"])
def test_folder_of_the_author_is_never_replaced(tmp_path, name):
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n"})
    settings = (root / "_quarto.yml").read_text()
    write(root, {"_quarto.yml": settings.replace("book\n", f"book\n  output-dir: {name}\n", 1)})
    write(root, {f"{name}/mine.txt": "mine"})
    run = lecture("render", root)
    assert run.code == 1
    assert f"lecture: {name}: this folder is not empty" in run.err
    assert snapshot(root / name) == {"mine.txt": b"mine"}
    (root / name / "mine.txt").unlink()
    render(root)
    assert (root / name / "a.html").is_file()


@pytest.mark.parametrize("name", ["_book", "_book.new", "_book.old"])
def test_folder_of_the_author_with_a_name_of_ours_is_never_deleted(tmp_path, name):
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n"})
    write(root, {f"{name}/mine.txt": "mine"})
    run = lecture("render", root)
    assert (run.code, run.err.startswith(f"lecture: {name}: ")) == (1, True), run.err
    assert "move its files away" in run.err or "move it away" in run.err
    assert snapshot(root / name) == {"mine.txt": b"mine"}


def test_backup_beside_the_book_is_never_deleted(tmp_path):
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n"})
    settings = (root / "_quarto.yml").read_text()
    write(root, {"_quarto.yml": settings.replace("book\n", "book\n  output-dir: docs\n", 1)})
    render(root)
    write(root, {"docs.old/mine.txt": "mine", "a.qmd": "# B {#sec-a}\n"})
    assert "docs.old: is where a new book is put" in lecture("render", root).err
    assert (root / "docs.old" / "mine.txt").read_text() == "mine"


def test_deletion_of_a_book_that_is_killed_is_done_by_the_next_run(tmp_path, monkeypatch):
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n"})
    render(root)
    for name in ("_book.new", "_book.old"):
        shutil.copytree(root / "_book", root / name)

    def killed(path):
        raise KeyboardInterrupt

    monkeypatch.setattr(publishing, "discard", killed)
    with pytest.raises(KeyboardInterrupt):
        publishing.recover(root / "_book")
    monkeypatch.undo()
    render(root)
    assert {each.name for each in root.iterdir()} == {"_book", "_build", "_quarto.yml", "a.qmd"}


@pytest.mark.parametrize("name", ["_build", "_build/book", ".git/x", "~/docs"])
def test_folder_that_is_no_place_for_a_book(tmp_path, name):
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n"})
    settings = (root / "_quarto.yml").read_text()
    write(root, {"_quarto.yml": settings.replace("book\n", f"book\n  output-dir: {name}\n", 1)})
    message = "_quarto.yml:3: 'output-dir' must be a folder inside the project"
    assert message in lecture("render", root).err


def test_file_put_into_the_book_by_hand_is_not_lost(tmp_path):
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n"})
    render(root)
    write(root, {"_book/CNAME": "example.org", "a.qmd": "# B {#sec-a}\n"})
    run = lecture("render", root)
    assert "_book/CNAME: was put into the book by hand" in run.err
    assert (root / "_book" / "CNAME").read_text() == "example.org"


def test_book_of_quarto_is_replaced(tmp_path):
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n"})
    write(root, {"_book/site_libs/quarto.js": "", "_book/a.html": ""})
    render(root)
    assert not (root / "_book" / "site_libs").exists()


def test_kill_between_the_two_renames_is_made_good(tmp_path):
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n"})
    render(root)
    write(root, {"_book/slides/deck.pdf": "deck"})
    before = snapshot(root / "_book")
    (root / "_book").rename(root / "_book.old")
    write(root, {"_book.new/.lecture.json": "{}", "_book.new/a.html": "half"})
    publishing.recover(read_project(root).output)
    assert snapshot(root / "_book") == before
    assert not (root / "_book.old").exists()
    assert not (root / "_book.new").exists()


def test_new_book_shares_with_the_old_one_only_what_is_the_same(tmp_path):
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n", "b.qmd": "# B {#sec-b}\n"})
    render(root)
    pages = {name: root / "_book" / f"{name}.html" for name in "ab"}
    script = root / "_book" / "assets" / "theme.js"
    whole = {file: file.read_bytes() for file in (*pages.values(), script)}
    inodes = {name: page.stat().st_ino for name, page in pages.items()}
    write(root, {"a.qmd": "# A {#sec-a}\n\nA word.\n"})
    script.write_bytes(whole[script].replace(b"e", b"f"))  # by hand, and with the same size
    render(root)
    assert pages["b"].stat().st_ino == inodes["b"]
    assert pages["a"].read_bytes() != whole[pages["a"]]
    assert pages["b"].read_bytes() == whole[pages["b"]]
    assert script.read_bytes() == whole[script]


def test_there_is_a_book_at_any_moment(tmp_path, monkeypatch):
    """Where the system can exchange two folders, `_book` is never away."""
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n"})
    render(root)
    monkeypatch.setattr(type(root), "rename", None)
    monkeypatch.setattr(publishing, "_exchange", exchange := Counted(publishing._exchange))
    project = read_project(root)
    (root / "x.txt").write_text("x")
    publishing.publish(project, {"x.txt": publishing.file_of(root / "x.txt")})
    assert exchange.count == 1
    assert set(snapshot(root / "_book")) == {"x.txt", publishing.MARK}


class Counted:
    def __init__(self, function):
        self.function, self.count = function, 0

    def __call__(self, *arguments):
        self.count += 1
        return self.function(*arguments)


def test_size_of_a_picture_is_followed(tmp_path):
    svg = '<svg xmlns="http://www.w3.org/2000/svg" width="{0}" height="10"><path d="M0 0"/></svg>'
    page = '# A {#sec-a}\n\n![](b.svg){fig-alt="x"}\n'
    root = make(tmp_path / "lecture", {"a.qmd": page, "b.svg": svg.format(20)})
    render(root)
    widths = []
    for width in (20, 40):
        write(root, {"b.svg": svg.format(width)})
        render(root)
        [image] = [i for i in read_page(root, "a.html").all("img") if "b.svg" in i.get("src")]
        widths.append(int(image.get("width")))
    assert widths[1] == 2 * widths[0]


def test_pages_whose_names_look_alike(tmp_path):
    names = ["a/b.qmd", "a+b.qmd", "a-b.qmd"]
    root = make(tmp_path / "lecture", {name: f"# Of {name}\n" for name in names})
    render(root)
    for name in names:
        page = read_page(root, name.replace(".qmd", ".html"))
        assert f"Of {name}" in text(page.tree)
    assert "nothing changed" in render(root).out


def test_file_that_a_filter_loads_is_followed(tmp_path):
    root = make(tmp_path / "lecture", {"parts/a.qmd": "# A {#sec-a}\n\nWORD\n"})
    settings = (root / "_quarto.yml").read_text()
    lua = """package.path = pandoc.path.directory(PANDOC_SCRIPT_FILE) .. '/?.lua;' .. package.path
local words = require('words')
local file = io.open('data.txt', 'r')
local data = file:read('a')
file:close()
function Str(str) if str.text == 'WORD' then return pandoc.Str(words.word .. data) end end
"""
    files = {"f/own.lua": lua, "_quarto.yml": f"{settings}filters:\n  - f/own.lua\n"}
    write(root, files | {"f/words.lua": "return {word = 'one'}", "parts/data.txt": "alpha"})
    render(root)
    assert "onealpha" in text(read_page(root, "parts/a.html").tree)
    write(root, {"f/words.lua": "return {word = 'two'}"})
    render(root)
    assert "twoalpha" in text(read_page(root, "parts/a.html").tree)
    write(root, {"parts/data.txt": "beta"})
    render(root)
    assert "twobeta" in text(read_page(root, "parts/a.html").tree)


def test_no_pickle_and_no_path_of_this_machine_in_what_is_published(tmp_path):
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n\n```{python}\n1 + 1\n```\n"})
    render(root)
    for name, content in snapshot(root / "_book").items():
        assert str(tmp_path).encode() not in content, name
    assert not [file for file in (root / "_build").rglob("*") if file.suffix in (".pkl", ".pickle")]


@pytest.fixture(scope="module")
def deck(tmp_path_factory):
    root = make(tmp_path_factory.mktemp("faults") / "lecture", {"a.qmd": PAGE}, deck="*")
    write(root, {"slides/own.sty": r"\newcommand{\own}{OWNONE}"})
    settings = (root / "slides/deck.qmd").read_text()
    header = settings.replace("    slide-level", "    include-in-header: own.tex\n    slide-level")
    write(root, {"slides/deck.qmd": header, "slides/own.tex": "\\usepackage{own}\n"})
    write(root, {"a.qmd": PAGE.replace("A note.", "A note `\\own`{=latex}.")})
    render(root)
    return root


def test_style_of_the_deck_counts_in_the_handout(deck):
    handout = deck / "_book" / "slides" / "deck-handout.pdf"
    assert "OWNONE" in " ".join(read_pdf(handout))
    write(deck, {"slides/own.sty": r"\newcommand{\own}{OWNTWO}"})
    render(deck)
    assert "OWNTWO" in " ".join(read_pdf(handout))


def test_package_that_is_installed_later_is_found(deck):
    before = snapshot(deck / "_book")
    write(deck, {"slides/own.tex": "\\usepackage{own}\n\\usepackage{later}\n"})
    run = lecture("render", deck)
    assert run.code == 1
    assert "later.sty" in run.err
    assert snapshot(deck / "_book") == before
    write(deck, {"slides/later.sty": ""})
    render(deck)


def test_damaged_notes_of_latex_do_not_stay(deck):
    for file in (deck / "_build" / "store" / "deck").rglob("deck.aux"):
        file.write_text(file.read_text()[:40])
    change = (deck / "a.qmd").read_text().replace("Text.", "Other text.")
    write(deck, {"a.qmd": change})
    render(deck)
    assert "Other text." in deck_tex(deck)


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (OSError(errno.EBUSY, "busy", "_book"), "_book: cannot be replaced as a whole: it is the"),
        (OSError(errno.ENOSPC, "No space left", "/theme/a.js", None, "/_book.new/a.js"),
         "/_book.new/a.js: No space left"),
    ],
)  # fmt: skip
def test_book_that_cannot_be_put_in_place(tmp_path, monkeypatch, problem, message):
    """It is left as it was, and nothing of the new one stays, to take a full disk's place."""
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n"})
    render(root)
    before = snapshot(root / "_book")

    def fail(*_):
        raise problem

    monkeypatch.setattr(publishing, "_put_in_place", fail)
    write(root, {"a.qmd": "# B {#sec-a}\n"})
    run = lecture("render", root)
    assert (run.code, run.err.startswith(f"lecture: {message}")) == (1, True), run.err
    assert snapshot(root / "_book") == before
    assert not (root / "_book.new").exists()


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT])
def test_kill_while_latex_runs_does_not_stay(deck, number):
    before = snapshot(deck / "_book")
    change = f"{PAGE}\n## Frame {number}\n\nx\n"
    write(deck, {"a.qmd": change})
    process = subprocess.Popen(
        [*COMMAND, "render", deck], start_new_session=True, stderr=subprocess.DEVNULL
    )
    new = deck / "_build" / "latex" / "deck-1" / "deck.log"
    while not new.is_file() and process.poll() is None:
        time.sleep(0.01)
    os.killpg(process.pid, number)
    process.wait()
    assert snapshot(deck / "_book") == before
    render(deck)
    assert f"Frame {number}" in deck_tex(deck)


def test_two_builds_from_nothing_are_the_same(deck):
    # In other folders, environments, locales and time zones: checking/twice.py.
    shutil.rmtree(deck / "_book")
    run = lecture("render", deck, "--verify")
    assert (run.code, run.out) == (0, "both builds are the same\n")


def test_library_that_another_library_imports_is_followed(tmp_path, monkeypatch):
    """A cell imports `outer`, which imports `inner`; only the latter gets a new version."""
    libraries = tmp_path / "libraries"

    def install(name, version, code):
        info = libraries / f"{name}-{version}.dist-info"
        for old in libraries.glob(f"{name}-*"):
            shutil.rmtree(old)
        write(libraries, {
            f"{name}.py": code, f"{info.name}/RECORD": f"{name}.py,,\n",
            f"{info.name}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n",
        })  # fmt: skip

    install("inner_library", "1.0", "VALUE = 'one'\n")
    install("outer_library", "1.0", "from inner_library import VALUE\n")
    cell = "```{python}\nimport outer_library\nprint('value', outer_library.VALUE)\n```\n"
    root = make(tmp_path / "lecture", {"a.qmd": f"# A\n\n{cell}"})
    environment = os.environ | {"PYTHONPATH": str(libraries)}
    for version, value in (("1.0", "one"), ("2.0", "two")):
        install("inner_library", version, f"VALUE = '{value}'\n")
        run = subprocess.run(
            [*COMMAND, "render"], cwd=root, env=environment, capture_output=True, text=True
        )
        assert run.returncode == 0, run.stderr
        assert f"value {value}" in text(read_page(root, "a.html").all("article")[0])
