"""Whatever stands in a setting, it is right or an error with file and line, never a traceback."""

import os
import re
import subprocess
import sys
import time

import pytest
from PIL import Image
from projects import lecture, make, read_page, read_pdf, render, text, write

from lecturebuild import cli
from lecturebuild.steps.progress import Progress

BOOK = "project:\n  type: book\nbook:\n  title: T\n  chapters:\n    - index.qmd\n"
TEXT = "# A\n\ntext\n"


def settings(line):
    return BOOK + line + "\n"


def instead(old, new):
    assert old in BOOK
    return BOOK.replace(old, new)


def project(line):
    return instead("type: book", f"type: book\n  {line}")


PROJECTS = {
    "date": (settings("date: 2024-02-30"), "_quarto.yml:7: bad YAML: '2024-02-30' is no timestamp"),
    "bool": (settings("lang: !!bool maybe"), "_quarto.yml:7: bad YAML: 'maybe' is no bool"),
    "number": (settings("  subtitle: 0x_"), "_quarto.yml:7: bad YAML: '0x_' is no int"),
    "tag": (settings("lang: !!timestamp x"), "_quarto.yml:7: bad YAML: 'x' is no timestamp"),
    "object": (settings("lang: !!python/object:os.x y"), "_quarto.yml:7: bad YAML: could not det"),
    "itself": (settings("lang: &a [*a]"), "_quarto.yml:7: bad YAML: what begins here refers to"),
    "itself-2": (settings("format: &a {html: *a}"), "_quarto.yml:7: bad YAML: what begins here re"),
    "deep": (settings(f"lang: {'[' * 900}{']' * 900}"), "_quarto.yml:7: bad YAML: what begins"),
    "key-number": (settings("5: x"), "_quarto.yml:7: bad YAML: a key must be a text"),
    "key-null": (settings("~: x"), "_quarto.yml:7: bad YAML: a key must be a text"),
    "key-list": (settings("? [a]\n: x"), "_quarto.yml:7: bad YAML: found unhashable key"),
    "execute": (settings("execute: true"), "_quarto.yml:7: 'execute' must hold lines such as"),
    "execute-list": (settings("execute: [echo]"), "_quarto.yml:7: 'execute' must hold lines"),
    "timeout": (settings("execute:\n  timeout: .inf"), "_quarto.yml:8: bad YAML: '.inf' is no n"),
    "memory": (settings("execute:\n  memory: .nan"), "_quarto.yml:8: bad YAML: '.nan' is no nu"),
    "title-inf": (instead("title: T", "title: -.inf"), "_quarto.yml:4: bad YAML: '-.inf' is"),
    "style": (settings("csl: index.qmd"), "_quarto.yml:7: index.qmd is no style of citations"),
    "long-file": (settings("bibliography: " + "a" * 300), "_quarto.yml:7: no such file: aaa"),
    "long-output": (project("output-dir: " + "a" * 250), "_quarto.yml:3: 'output-dir' is too long"),
    "long-resource": (project("resources: " + "a" * 3000), "_quarto.yml:3: no such resource: aaa"),
    "long-folder": (project(f"resources: /{'a' * 300}/x"), "_quarto.yml:3: no such resource"),
    "book": ("project:\n  type: book\nbook: x\n", "_quarto.yml:3: 'book' must hold lines such as"),
    "repository": (settings("  repo-url: 'javascript:alert(1)'"), "_quarto.yml:7: 'repo-url' must"),
    "site": (settings("  site-url: 'javascript:alert(1)'"), "_quarto.yml:7: 'site-url' must begin"),
    "part": (instead("- index.qmd", "- {part: P, chapters: null}"), "_quarto.yml:6: 'chapters' of"),
    "part-text": (instead("- index.qmd", "- {part: P, chapters: x}"), "_quarto.yml:6: 'chapters'"),
    "title": (settings("title: X"), "_quarto.yml:7: give 'title' under 'book'"),
    "format": (settings("format: pdf"), "_quarto.yml:7: 'pdf' under 'format' is not supported"),
    "beamer": (settings("format: {beamer: {toc: true}}"), "_quarto.yml:7: 'beamer' under 'format'"),
    "depth": (settings("format: {html: {toc-depth: 9}}"), "_quarto.yml:7: 'toc-depth' must be"),
    "toc": (settings("format: {html: {toc: maybe}}"), "_quarto.yml:7: 'toc' must be true or false"),
    "fold": (settings("format: {html: {code-fold: x}}"), "_quarto.yml:7: 'code-fold' must be true"),
    "marked": (settings("  subtitle: On *x*"), "_quarto.yml:7: 'subtitle' is plain text, in which"),
    "marked-footer": (settings("  page-footer: {left: '[a](b)'}"), "_quarto.yml:7: 'page-foo"),
    "part-page": (instead("- index.qmd", "- {part: a.qmd, chapters: []}"), "_quarto.yml:6: a part"),
    "part-math": (instead("- index.qmd", "- {part: $x$, chapters: []}"), "_quarto.yml:6: 'part'"),
    "cover": (settings("  cover-image: p.png"), "_quarto.yml:7: 'cover-image' under 'book' is not"),
    "date-today": (settings("  date: today"), "_quarto.yml:7: the date 'today' is not supported"),
    "footer": (settings("  page-footer: [x]"), "_quarto.yml:7: 'page-footer' is a text, or holds"),
    "author": (settings("  author: {name: A, email: x}"), "_quarto.yml:7: an author is a text, or"),
    "resource-folder": (project("resources: [/dta/*.csv]"), "_quarto.yml:3: no such folder: /dta"),
    "nul": (instead("- index.qmd", '- "a\\0b.qmd"'), "_quarto.yml:6: bad YAML: a text with a NUL"),
    "long": (instead("index.qmd", "a" * 300 + ".qmd"), "_quarto.yml:6: no such document: aaa"),
    "folder": (instead("index.qmd", "."), "_quarto.yml:6: . is no Markdown"),
    "output": (project("output-dir: ."), "_quarto.yml:3: 'output-dir' must be a folder inside"),
    "resource": (project("resources: ['']"), "_quarto.yml:3: the resource '' is the whole"),
    "resource-all": (project("resources: ['**']"), "_quarto.yml:3: the resource '**' is the whole"),
    "resource-here": (project("resources: ['.']"), "_quarto.yml:3: the resource '.' is the whole"),
    "resource-out": (project("resources: [../x]"), "_quarto.yml:3: the resource '../x' leads out"),
    "resource-root": (project("resources: [/etc/hostname]"), "_quarto.yml:3: no such resource"),
}  # fmt: skip


def check(root, message):
    run = lecture("render", root, "--to=html")
    assert (run.code, run.err.count("\n")) == (1, 1), run.err
    assert run.err.startswith(f"lecture: {message}")


@pytest.mark.parametrize("text, message", PROJECTS.values(), ids=PROJECTS)
def test_odd_project_file_is_an_error_with_its_line(tmp_path, text, message):
    check(write(tmp_path, {"_quarto.yml": text, "index.qmd": TEXT}), message)


def option(line):
    return f"{TEXT}\n```{{python}}\n#| {line}\n1\n```\n"


DOCUMENTS = {
    "tags": (option("tags: 5"), "index.qmd:6: 'tags' must be a word or a list of words"),
    "tags-number": (option("tags: [5]"), "index.qmd:6: 'tags' must be a word"),
    "date": (option("echo: 2024-02-30"), "index.qmd:6: bad YAML: '2024-02-30' is no timestamp"),
    "cache": (option("cache: x"), "index.qmd:6: 'cache' must be true or false"),
    "execute": ("---\nexecute: [a]\n---\n" + TEXT, "index.qmd:2: 'execute' must hold lines"),
    "seven": (TEXT + "\n####### Seven\n", "index.qmd:5: a heading has at most six '#'"),
    "include": (TEXT + "\n{{< include " + "a" * 3000 + " >}}\n", "index.qmd:5: no such file to in"),
    "picture": (TEXT + "\n![x](" + "a" * 3000 + ".png)\n", "index.qmd:5: no such picture"),
    "picture-nul": (TEXT + "\n![x](a%00b.png)\n", "index.qmd:5: no such picture"),
}


BEAMER = {
    "incremental": "incremental: maybe", "aspectratio": "aspectratio: 17",
    "fontsize": "fontsize: big",
    "highlight-style": "highlight-style: githb",
    "header-includes": "header-includes: [5]",
    "theme": "theme: {name: Madrid}", "classoption": "classoption: [[t]]",
    "navigation": "navigation: side", "toc-depth": "toc-depth: all", "keep-tex": "keep-tex: true",
}  # fmt: skip


@pytest.mark.parametrize("key, setting", BEAMER.items(), ids=BEAMER)
def test_odd_setting_of_the_deck_is_an_error_with_its_line(tmp_path, key, setting):
    root = make(tmp_path, {"a.qmd": "# A\n"}, "*")
    deck = root / "slides" / "deck.qmd"
    deck.write_text(deck.read_text().replace("slide-level: 2", f"slide-level: 2\n    {setting}"))
    check(root, f"slides/deck.qmd:8: '{key}' ")


def test_settings_of_the_deck_have_their_effect(tmp_path):
    root = make(
        tmp_path, {"a.qmd": "# A\n\n## B\n\n```python\nx\n```\n\n[c](https://d.org)\n"}, "*"
    )
    deck = root / "slides" / "deck.qmd"
    more = "logo: p.png\n    highlight-style: zenburn\n    colorlinks: true\n    urlcolor: red\n"
    deck.write_text(deck.read_text().replace("slide-level: 2\n", f"slide-level: 2\n    {more}"))
    Image.new("RGB", (10, 10), "blue").save(root / "slides" / "p.png")
    render(root)
    [tex] = (root / "_build" / "store" / "deck").rglob("deck.tex")
    for said in (
        "\\logo{\\includegraphics{p.png}}",
        "shadecolor}{RGB}{48,48,48}",
        "urlcolor={red}",
    ):
        assert said in tex.read_text(), said


@pytest.mark.parametrize("text, message", DOCUMENTS.values(), ids=DOCUMENTS)
def test_odd_document_is_an_error_with_its_line(tmp_path, text, message):
    check(write(tmp_path, {"_quarto.yml": BOOK, "index.qmd": text}), message)


def test_includes_may_be_nested_to_some_depth_and_no_deeper(tmp_path):
    files = {f"_{n}.qmd": f"{{{{< include _{n + 1}.qmd >}}}}\n" for n in range(1200)}
    root = write(tmp_path, {"_quarto.yml": BOOK, "index.qmd": TEXT + "\n{{< include _0.qmd >}}\n"})
    write(root, files | {"_1200.qmd": "deep\n"})
    check(root, "_99.qmd:1: includes are nested more than 100 deep")
    write(root, {"_40.qmd": "deep enough\n"})
    render(root)
    assert "deep enough" in text(read_page(root, "index.html").tree)


NAMES = ['a"b', "a%b", "a$b", "a~b", "a\\b", "a'b", "a b", "😀", "ä", "a&b", "a#b", "a{b"]


def test_project_may_lie_in_a_folder_with_any_name(tmp_path):
    folder = tmp_path.joinpath(*NAMES)
    page = "# A\n\n```{python}\nimport matplotlib.pyplot as plt\nplt.plot([1]);\n```\n"
    root = make(folder, {"a.qmd": page})
    render(root)
    assert len(read_page(root, "a.html").all("img")) == 1


def test_locale_without_letters_harms_nothing(tmp_path):
    root = make(tmp_path / "größe", {"ä.qmd": "# Ä\n\n```{python}\nprint('ü')\n```\n"})
    command = [
        sys.executable,
        "-c",
        "import sys; from lecturebuild.cli import main; sys.exit(main())",
    ]
    environment = os.environ | {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    run = subprocess.run([*command, "render", root], env=environment, capture_output=True)
    assert run.returncode == 0, run.stderr
    assert "ü" in text(read_page(root, "ä.html").tree)


def test_mistake_of_the_renderer_is_one_paragraph(tmp_path, monkeypatch):
    monkeypatch.setattr("lecturebuild.render.render", lambda *_: 1 / 0)
    run = lecture("render", make(tmp_path, {"a.qmd": TEXT}))
    assert (run.code, run.err.count("\n")) == (1, 1)
    assert "a mistake of the renderer's own, please report it: ZeroDivisionError" in run.err


@pytest.mark.parametrize("port", ["99999", "-1", "x"])
def test_port_that_is_none_is_refused(port, capsys):
    with pytest.raises(SystemExit):
        cli.main(["preview", f"--port={port}"])
    assert "is no port: one is a number from 0 to 65535" in capsys.readouterr().err


def test_log_shows_what_takes_long(monkeypatch, capsys):
    monkeypatch.setattr("lecturebuild.steps.progress.PATIENCE", 0.01)
    with Progress() as progress:
        progress.begin("a.qmd cell 1")
        time.sleep(0.2)
    assert "   still  a.qmd cell 1  0 s\n" in capsys.readouterr().out


def test_latex_works_in_any_folder_and_reads_nothing_outside(tmp_path):
    root = make(tmp_path.joinpath(*NAMES), {"a.qmd": "# A\n\n## F\n\ntext\n"}, deck="*")
    write(tmp_path, {"outside.txt": "secret"})
    render(root)
    page = f"# A\n\n## F\n\n`\\input{{{tmp_path / 'outside.txt'}}}`{{=latex}}\n"
    write(root, {"a.qmd": page})
    run = lecture("render", root)
    assert run.code == 1
    assert f"LaTeX reads {tmp_path / 'outside.txt'}, which lies outside the project" in run.err


DECK = "---\ntitle: D\n{}\n---\n\n## Frame\n\nWords.\n"
DECKS = {
    "default": ("format:\n  beamer: default", ""),
    "name": ("format: beamer", ""),
    "empty": ("format: {beamer: {toc-depth: , highlight-style: , slide-level: }}", ""),
    "include": ("format: {beamer: {include-in-header: no.tex}}", "deck.qmd:3: no such file: no.te"),
    "emoji": ("subtitle: 'Größe 😀 𝒙'", ""),
    "subtitle": ("subtitle: [a, b]", "deck.qmd:3: 'subtitle' must be a text"),
    "institute": ("institute: [[a]]", "deck.qmd:3: 'institute' must be a text or a list of texts"),
    "authors": ("author: [{name: Ada}, Bert]", ""),
    "affiliation": ("author: [{name: A, affiliation: B}]", "deck.qmd:3: an author is a text, or"),
    "today": ("date: today", "deck.qmd:3: the date 'today' is not supported"),
    "other": ("format: revealjs", "deck.qmd:3: 'revealjs' under 'format' is not supported"),
    "html": ("format: {html: {toc: true}}", "deck.qmd:3: 'html' under 'format' is not supported"),
}


@pytest.mark.parametrize("header, message", DECKS.values(), ids=DECKS)
def test_header_of_a_deck(tmp_path, header, message):
    root = make(tmp_path, {"a.qmd": TEXT}, TEXT)
    write(root, {"slides/deck.qmd": DECK.format(header)})
    run = lecture("render", root)
    assert message in run.err and bool(run.code) == bool(message), run.err
    if not message:
        first, *_, last = read_pdf(root / "_book" / "slides" / "deck.pdf")
        assert last == "Frame Words."
        shown = {"author": "D Ada Bert", "subtit": "D Größe"}.get(header[:6], "D")
        assert first.startswith(shown)


def test_settings_of_the_deck_s_folder(tmp_path):
    cell = "```{python}\nprint(6 * 7)\n```\n"
    root = make(tmp_path, {"a.qmd": TEXT}, f"## Frame\n\n{cell}")
    folder = root / "slides" / "_quarto.yml"
    plain = folder.read_text()
    folder.write_text(f"{plain}execute: {{echo: false}}\n")
    render(root)
    assert read_pdf(root / "_book" / "slides" / "deck.pdf")[-1] == "Frame 42"
    folder.write_text(f"{plain}format: {{beamer: {{theme: Madrid}}}}\n")
    assert "slides/_quarto.yml:4: what concerns Beamer stands" in lecture("render", root).err


def test_two_documents_of_one_page(tmp_path):
    root = make(tmp_path, {"a.qmd": TEXT, "a.md": TEXT})
    file = root / "_quarto.yml"
    file.write_text(f"{file.read_text()}    - a.md\n")
    assert "_quarto.yml:7: a.md and a.qmd would both be a.html" in lecture("render", root).err


def test_pipe_is_no_resource(tmp_path):
    root = make(tmp_path, {"a.qmd": TEXT})
    os.mkfifo(root / "data.csv")
    file = root / "_quarto.yml"
    file.write_text(file.read_text().replace("book\n", "book\n  resources: ['*.csv']\n", 1))
    assert "_quarto.yml:3: the resource data.csv is no file" in lecture("render", root).err


def test_pipe_is_no_picture(tmp_path):
    root = make(tmp_path, {"a.qmd": f"{TEXT}\n![A pipe.](pipe.png)\n"})
    os.mkfifo(root / "pipe.png")
    assert re.search(r"a.qmd:\d+: no such picture: pipe.png", lecture("render", root).err)
