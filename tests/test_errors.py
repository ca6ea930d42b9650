"""Every mistake is one paragraph with file and line, exit code 1, and leaves the book as it was."""

import shutil
import subprocess

import pytest
from projects import lecture, make, read_pdf, render, snapshot, write

T = "# T {#sec-t}\n\n"
FIGURE = "```{{python}}\n#| label: {}\n#| fig-cap: A\nfigure('{}')\n```\n"
DIV = "::: {{{}}}\ntext\n:::\n"
PICTURE = "import matplotlib.pyplot as plt\nplt.plot([1]);"


def cell(code, *options):
    lines = [f"#| {option}" for option in options]
    return "\n".join(["```{python}", *lines, code, "```", ""])


# What is found before anything is executed: name, text of a.qmd below its title, message.
EARLY = [
    ("script", FIGURE.format("fig-relu", "rellu"), "a.qmd:6: no figure script figures/rellu.py"),
    ("close-script", FIGURE.format("fig-line", "lin"), "figures/lin.py (did you mean line?)"),
    ("label", "## A {#sec-x}\n\n## B {#sec-x}\n", "a.qmd:5: the label 'sec-x' is defined a second"),
    ("label-cell", cell("1", "label: x") * 2, "a.qmd:7: the label 'x' is defined a second time"),
    ("yaml", cell("1", "label: [x"), "a.qmd:4: bad YAML: did not find expected"),
    ("yaml-list", cell("1", "- x"), "a.qmd:4: bad YAML: expected lines of the form 'key: value'"),
    ("option-twice", cell("1", "echo: true", "echo: true"), "a.qmd:5: bad YAML: 'echo' stands twi"),
    ("include", "{{< include b.qmd >}}\n", "a.qmd:3: no such file to include: b.qmd"),
    ("include-self", "{{< include a.qmd >}}\n", "a.qmd:3: includes itself: a.qmd → a.qmd"),
    ("include-absolute", "{{< include /x.qmd >}}\n", "a.qmd:3: include /x.qmd by a path relative"),
    ("include-outside", "{{< include ../x.qmd >}}\n", "a.qmd:3: ../x.qmd lies outside the project"),
    ("include-header", "{{< include _h.qmd >}}\n", "_h.qmd:1: an included document must have no"),
    ("include-in-text", "x {{< include b.qmd >}}\n", "a.qmd:3: an include stands alone"),
    ("shortcode", "{{< video x.mp4 >}}\n", "a.qmd:3: the shortcode 'video' is not supported"),
    ("language", "```{r}\n1\n```\n", "a.qmd:3: a cell of kind '{r}' is not supported"),
    ("mermaid", "```{mermaid}\na\n```\n", "a.qmd:3: a cell of kind '{mermaid}' is not supported"),
    ("attributes", "```{python .x}\n1\n```\n", "a.qmd:3: a cell of kind '{python .x}' is not"),
    ("shown-cell", "```{{python}}\n1\n```\n", "a.qmd:3: to show a cell as text, put a longer"),
    ("inline", "is `{python} x` here\n", "a.qmd:3: code that is executed in a line is not"),
    ("option", cell("1", "echo: true", "fig-width: 3"), "a.qmd:5: 'fig-width' is not supported"),
    ("subcaption", cell("1", "fig-subcap: [a]"), "a.qmd:4: 'fig-subcap' is not supported"),
    ("flag", cell("1", "echo: fenced"), "a.qmd:4: 'echo' must be true or false"),
    ("asis", cell("1", "output: asis"), "a.qmd:4: 'output' must be true or false"),
    ("fold", cell("1", "code-fold: maybe"), "a.qmd:4: 'code-fold' must be true, false or show"),
    ("captions", cell("1", "fig-cap: [a, b]"), "a.qmd:4: 'fig-cap' must be a text"),
    ("odd-label", cell("1", "label: 'a b'"), "a.qmd:4: 'label' must be a word such as fig-relu"),
    ("table-cell", cell("1", "label: tbl-x"), "a.qmd:4: a cell cannot be a table that one refers"),
    ("fence", "```python\n1\n", "a.qmd:3: the code block that begins here has no closing ```"),
    ("open-div", "::: {.wide}\n\n::: {.book}\n:::\n", "a.qmd:3: the div that begins here has"),
    ("close-div", "text\n\n:::\n", "a.qmd:5: this ':::' closes no div"),
    ("text-in-div", "::: {.wide} text\n\n:::\n", "a.qmd:3: after ':::' one word or {...}"),
    ("words-in-div", "::: two words\n\n:::\n", "a.qmd:3: after ':::' one word or {...} may"),
    ("tabset", DIV.format(".panel-tabset"), "a.qmd:3: '.panel-tabset' is a feature of Quarto"),
    ("margin", DIV.format(".column-margin"), "a.qmd:3: '.column-margin' is a feature"),
    ("bare-class", "::: column-margin\nx\n:::\n", "a.qmd:3: '.column-margin' is a feature"),
    ("layout", DIV.format("layout-ncol=2"), "a.qmd:3: 'layout-ncol' is a feature"),
    ("theorem", DIV.format("#thm-x"), "a.qmd:3: '#thm-x' is a feature"),
    ("exercise", DIV.format("#exr-x .y"), "a.qmd:3: '#exr-x' is a feature"),
    ("solution", DIV.format(".solution"), "a.qmd:3: '.solution' is a feature"),
    ("aside", "text [note]{.aside}\n", "a.qmd:3: '.aside' is a feature"),
    ("profile", DIV.format('.content-visible when-profile="x"'), "a.qmd:3: 'when-profile' is a"),
    ("format", DIV.format('.content-visible when-format="hmtl"'), "a.qmd:3: the format 'hmtl'"),
    ("figure-div", DIV.format("#fig-x"), "a.qmd:3: a div with the label '#fig-x' is not supported"),
]  # fmt: skip


def build(tmp_path, body, deck=None):
    root = make(tmp_path / "lecture", {"a.qmd": f"{T}{body}"}, deck=deck)
    write(tmp_path, {"x.qmd": "outside"})
    files = {"_h.qmd": "---\ntitle: x\n---\n", "figures/line.py": "", "_book/index.html": "old"}
    return write(root, files)


def fails_with(root, message, *arguments):
    """Render; the message must be one paragraph that contains `message`."""
    before = snapshot(root / "_book")
    run = lecture("render", root, *arguments)
    assert run.code == 1
    assert message in run.err
    assert run.err.startswith("lecture: ")
    assert "\n\n" not in run.err
    assert "Traceback" not in run.err
    assert snapshot(root / "_book") == before


@pytest.mark.parametrize("body, message", [case[1:] for case in EARLY], ids=[c[0] for c in EARLY])
def test_mistake_found_before_anything_is_executed(tmp_path, body, message, monkeypatch):
    monkeypatch.setattr("lecturebuild.running.execute.execute", None)
    monkeypatch.setattr("lecturebuild.running.figures.draw_figures", None)
    fails_with(build(tmp_path, body), message)


HEADERS = [
    ("unclosed", "---\necho: 1\n\n# T\n", "a.qmd:1: the YAML header that begins here has no"),
    ("title", "---\ntitle: T\n---\n# T\n", "a.qmd:2: give a page's title as '# Title"),
    ("unknown", "---\nformat:\n  docx: x\n---\n# T\n", "a.qmd:3: 'docx' under 'format' is not"),
    ("filters", "---\nfilters: [x.lua]\n---\n# T\n", "a.qmd:2: 'filters' is not supported"),
    ("kernel", "---\njupyter: julia\n---\n# T\n", "a.qmd:2: the only kernel supported is python3"),
    ("flag", "---\nexecute:\n  echo: x\n---\n# T\n", "a.qmd:3: 'echo' must be true or false"),
    ("yaml", "---\nexecute: {\n---\n# T\n", "a.qmd:2: bad YAML"),
    ("no-title", "text\n", "a.qmd:1: has no title; begin with '# Title {#sec-name}'"),
    ("empty", "", "a.qmd:1: has no title"),
    ("binary", "# T\n\n\0\n", "a.qmd:3: a NUL character: this is not a text"),
]


@pytest.mark.parametrize("text, message", [c[1:] for c in HEADERS], ids=[c[0] for c in HEADERS])
def test_mistake_in_a_header(tmp_path, text, message):
    root = build(tmp_path, "")
    write(root, {"a.qmd": text})
    fails_with(root, message)


# What Pandoc finds; nothing is executed, since there is no cell.
PANDOC = [
    ("fig", "## B {#sec-b}\n\nsee @fig-b\n", "a.qmd:5: unknown cross-reference @fig-b"),
    ("sec", "## B {#sec-beta}\n\n[see @sec-bta]\n", "@sec-bta (did you mean @sec-beta?)"),
    ("eq", "$$ x $$ {#eq-a}\n\n[@eq-a; @eq-b]\n", "a.qmd:5: unknown cross-reference @eq-b"),
    ("tbl", "x.^[A note on @tbl-b.]\n", "a.qmd:3: unknown cross-reference @tbl-b"),
    ("prefix", "## B {#sec-b}\n\n@sec-b\n\n@sec-b2\n", "a.qmd:7: unknown cross-reference @sec-b2"),
    ("citation", "as @knuth says\n", "a.qmd:3: unknown citation @knuth"),
    ("formula", "a\n\n$$ \\frac{a $$\n", "a.qmd:5: the formula \\frac{a cannot be shown"),
    ("command", "a\n\n$\\nosuch x$\n", "a.qmd:5: the formula \\nosuch x cannot be shown"),
    (
        "indented-div",
        "1. x\n\n    ::: {.wide}\n    z\n    :::\n",
        "a.qmd:5: the ':::' here is text",
    ),
    ("div-in-text", "text\n::: {.wide}\nz\n:::\n", "a.qmd:4: the ':::' here is text, not a div"),
    ("equation", "$$ x $$ {#eq-x .wide}\n", "a.qmd:3: '{#eq-x' labels nothing"),
    ("inline-equation", "Here $x$ {#eq-x}\n", "a.qmd:3: '{#eq-x}' labels nothing"),
    ("picture", "x\n\n![](no%20such.png)\n", "a.qmd:5: no such picture: no"),
    ("foreign-picture", "![](https://x.org/y.png)\n", "a.qmd:3: the picture https://x.org/y.png"),
    ("outer-picture", "![](../x.qmd)\n", "a.qmd:3: the picture ../x.qmd lies outside the project"),
    (
        "deck-only",
        '::: {.content-visible when-format="beamer"}\n## D {#sec-d}\n:::\n\n@sec-d\n',
        "a.qmd:7: @sec-d is in the deck only, not in the book",
    ),
]


@pytest.mark.parametrize("body, message", [c[1:] for c in PANDOC], ids=[c[0] for c in PANDOC])
def test_mistake_that_pandoc_finds(tmp_path, body, message):
    fails_with(build(tmp_path, body), message)


# What happens in a kernel.
CELLS = [
    ("value", cell("x = 1\n1 / 0", "label: x"), "a.qmd:6: cell 'x' failed: ZeroDivisionError: div"),
    ("syntax", cell("x = 1\ny = = 2"), "a.qmd:5: cell 1 failed: SyntaxError: invalid syntax\n"),
    ("in-function", cell("def f():\n    raise KeyError('k')\n\nf()"), "a.qmd:7: cell 1 failed: K"),
    ("exit", cell("import sys; sys.exit(3)"), "a.qmd:3: cell 1 failed: SystemExit: 3"),
    ("interrupt", cell("raise KeyboardInterrupt"), "a.qmd:4: cell 1 failed: KeyboardInterrupt"),
    ("death", cell("import os; os._exit(1)"), "a.qmd:3: cell 1: the kernel died"),
    ("long", cell("for i in range(10**5): print('a long line')"), "a.qmd:3: cell 1 printed 1,2"),
    ("caption", cell(PICTURE, "label: fig-x"), "a.qmd:3: cell 'fig-x' needs a fig-cap"),
    ("none", cell("1", "label: fig-x", "fig-cap: x"), "a.qmd:3: cell 'fig-x' makes no pictures"),
    ("in-caption", cell(PICTURE, "label: fig-x", "fig-cap: '@fig-y'"), "a.qmd:3: unknown cross-"),
]  # fmt: skip


@pytest.mark.parametrize("body, message", [c[1:] for c in CELLS], ids=[c[0] for c in CELLS])
def test_mistake_in_a_cell(tmp_path, body, message):
    fails_with(build(tmp_path, body), message)


FAILING = {
    "draw": ("def draw():\n    x = 1\n    return 1 / 0\n", "figures/line.py:3: "),
    "syntax": ("def draw(:\n", "figures/line.py:1: "),
}


@pytest.mark.parametrize("script, message", FAILING.values(), ids=FAILING)
def test_mistake_in_a_figure_script(tmp_path, script, message):
    root = build(tmp_path, FIGURE.format("fig-line", "line"))
    write(root, {"figures/line.py": script})
    fails_with(root, message)


# What is wrong in a frame: text of a.qmd, text of the deck ("*" includes a.qmd), message.
FRAMES = [
    ("twice", cell("1"), "{{< include ../a.qmd >}}\n\n" * 2, "deck.qmd:12: ../a.qmd is included"),
    ("reference", "", "## F\n\n@fig-x\n", "slides/deck.qmd:12: unknown cross-reference @fig-x"),
    ("citation", "", "## F\n\n@knuth\n", "slides/deck.qmd:12: unknown citation @knuth"),
]  # fmt: skip


@pytest.mark.parametrize("body, deck, message", [c[1:] for c in FRAMES], ids=[c[0] for c in FRAMES])
def test_mistake_in_a_frame(tmp_path, body, deck, message):
    fails_with(build(tmp_path, body, deck), message)


LATEX = [
    (
        "command",
        "## One\n\nfine\n\n## Two *2*\n\n```{=latex}\n\\nosuch{x}\n```\n",
        "a.qmd:10: LaTeX in the frame 'Two \\emph{2}': Undefined control sequence \\nosuch",
    ),
    ("picture", "## One\n\n![](pictures/x.png)\n", "a.qmd:5: no such picture: pictures/x.png"),
    (
        "group",
        "## One\n\nfine\n\n## Two\n\n`\\begin{center}`{=latex}\n",
        "a.qmd:7: LaTeX in the frame 'Two': \\begin{center} has no \\end{center}",
    ),
]


@pytest.mark.parametrize("body, message", [c[1:] for c in LATEX], ids=[c[0] for c in LATEX])
def test_mistake_in_latex_names_the_frame(tmp_path, body, message):
    root = build(tmp_path, body, "*")
    fails_with(root, message, "--to=beamer")
    assert len(lecture("render", root, "--to=beamer").err.splitlines()) == 1


def test_header_of_the_deck_is_checked(tmp_path):
    root = build(tmp_path, "", "*")
    text = (root / "slides" / "deck.qmd").read_text()
    write(root, {"slides/deck.qmd": text.replace("pdf-engine: xelatex", "pdf-engine: tectonic")})
    fails_with(root, "slides/deck.qmd:6: 'pdf-engine' must be xelatex, lualatex or pdflatex")
    write(root, {"slides/deck.qmd": text.replace("jupyter", "bibliography: no.bib\njupyter")})
    fails_with(root, "slides/deck.qmd:3: no such file: no.bib")


def test_without_latex_there_is_still_a_book(tmp_path, monkeypatch):
    root = build(tmp_path, "## F\n", "*")
    monkeypatch.setattr("shutil.which", lambda program: None)
    fails_with(
        root, "slides/deck.qmd: xelatex is not installed, so there is no deck", "--to=beamer"
    )
    run = lecture("render", root)
    assert run.code == 1
    assert "apt-get install texlive-xetex" in run.err
    assert (root / "_book" / "a.html").is_file()


def test_lualatex_without_its_fonts_says_what_to_install(tmp_path, monkeypatch):
    """Debian has LuaLaTeX and the loader of its fonts in packages of their own."""
    root = build(tmp_path, "## F\n", "*")
    text = (root / "slides" / "deck.qmd").read_text()
    write(root, {"slides/deck.qmd": text.replace("xelatex", "lualatex")})
    monkeypatch.setattr("shutil.which", str)
    monkeypatch.setattr("lecturebuild.writing.deck.latex._has", lambda file: False)
    fails_with(root, "luaotfload, by which lualatex loads fonts, is not installed", "--to=beamer")
    fails_with(root, "apt-get install texlive-luatex", "--to=beamer")


def test_deck_by_pdflatex(tmp_path):
    root = build(tmp_path, "## F {#sec-f}\n\nWörter $x^2$, @sec-f\n", "*")
    text = (root / "slides" / "deck.qmd").read_text()
    write(root, {"slides/deck.qmd": text.replace("xelatex", "pdflatex")})
    render(root)
    assert "Wörter x2 , F" in read_pdf(root / "_book" / "slides" / "deck.pdf")[-1]


@pytest.mark.skipif(
    not shutil.which("lualatex")
    or subprocess.run(["kpsewhich", "luaotfload-main.lua"], capture_output=True).returncode != 0,
    reason="texlive-luatex is not installed",
)
def test_deck_by_lualatex(tmp_path):
    root = build(tmp_path, "## F {#sec-f}\n\nWörter $x^2$, @sec-f\n", "*")
    text = (root / "slides" / "deck.qmd").read_text()
    write(root, {"slides/deck.qmd": text.replace("xelatex", "lualatex")})
    render(root)
    assert "Wörter" in read_pdf(root / "_book" / "slides" / "deck.pdf")[-1]


def test_path_that_is_not_there(tmp_path):
    run = lecture("render", tmp_path / "nothing")
    assert (run.code, run.err.count("\n")) == (1, 1)
    assert "no such file or folder" in run.err


def test_book_without_a_deck_has_no_beamer(tmp_path):
    fails_with(build(tmp_path, ""), "_quarto.yml:1: there is no deck", "--to=beamer")


def test_what_children_of_a_cell_print_stays_in_the_page(tmp_path, monkeypatch, capfd):
    monkeypatch.delenv("PYTEST_CURRENT_TEST")  # with it, ipykernel would not listen to them
    page = "# A\n\n" + cell("import os; os.system('echo CHILD; echo WORRY >&2')")
    root = make(tmp_path, {"index.qmd": page})
    render(root)
    printed = "".join(capfd.readouterr())
    assert "CHILD" not in printed and "WORRY" not in printed
    html = (root / "_book/index.html").read_text()
    assert "<code>CHILD" in html and "<code>WORRY" in html


PROJECTS = [
    ("  title:", "  title: [x] #", "'title' must be a text; put it into quotes"),
    ("  title:", "  subtitle: [x]\n  title:", "_quarto.yml:4: 'subtitle' must be a text"),
    ("- index.qmd", "- index.qmd\n    - ../b.qmd", "../b.qmd lies outside the project"),
]


@pytest.mark.parametrize("old, new, message", PROJECTS)
def test_mistake_in_the_project_file(tmp_path, old, new, message):
    write(tmp_path, {"b.qmd": "# B\n"})
    root = make(tmp_path / "project", {"index.qmd": "# A\n"})
    settings = (root / "_quarto.yml").read_text()
    assert old in settings
    write(root, {"_quarto.yml": settings.replace(old, new)})
    fails_with(root, message)
    assert not (tmp_path / "b.html").exists()


@pytest.mark.parametrize(
    "name, message", [("_book", "_book: is a file"), ("_build", "File exists")]
)
def test_file_where_a_folder_is_to_be(tmp_path, name, message):
    root = make(tmp_path, {"index.qmd": "# A\n"})
    write(root, {name: "precious"})
    fails_with(root, message)
    assert (root / name).read_text() == "precious"


def test_figure_script_in_another_encoding(tmp_path):
    page = "# A\n\n" + cell("from lecturebuild import figure\nfigure('x')")
    root = make(tmp_path, {"index.qmd": page})
    (root / "figures").mkdir()
    (root / "figures/x.py").write_bytes("# Größe\ndef draw():\n    return 1\n".encode("latin-1"))
    fails_with(root, "figures/x.py")
