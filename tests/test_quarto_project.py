"""The tree is a plain Quarto project: it keeps to what stock Quarto renders well.

Read here without the built-in renderer, as a second opinion. What Quarto 1.9 and 1.11 were found to
do with each of these is in the messages. Where it depends on what Pandoc makes of a text, Pandoc is
asked, with the filters that Quarto would run first.
"""

import ast
import fnmatch
import json
import os
import re
import subprocess
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pypandoc
import pytest
import yaml
from projects import read_pdf, write

from lecturebuild.reading.project import read_project
from lecturebuild.reading.source import read_document
from lecturebuild.running.execute import executed
from lecturebuild.steps.store import Store

ROOT = Path(__file__).parents[1]
DECK = "slides/neural-networks.qmd"

INCLUDE = re.compile(r"\{\{<\s*include\s+(\S+)\s*>\}\}")
CELL = re.compile(r"^[ \t]*```\{python\}\n(.*?)^[ \t]*```$", re.M | re.S)
LABEL = re.compile(r"\{[^}\n]*#((?:fig|eq|sec|tbl)-[\w-]+)|^[ \t]*#\| label: *(\S+)", re.M)
UNNUMBERED = re.compile(r"^(#+) .*\{[^}\n]*(?:\.unnumbered|(?<=[{ ])-(?=[ }]))[^}\n]*\}", re.M)
REFERENCE = re.compile(r"(?<![\w.])@(sec-[\w-]*\w)")
HTML = {
    "DataFrame",
    "HTML",
    "IFrame",
    "YouTubeVideo",
    "Styler",
    "style",
    "head",
    "tail",
    "describe",
}
WIDGETS = re.compile(r"requirejs|require\.js|jquery", re.I)
THEOREM = re.compile(r"\{[^}\n]*#(?:thm|lem|cor|prp|cnj|def|exm|exr|sol|rem|alg)-|\.solution\b")
FIGURE = re.compile(r"^[ \t]*figure\(|label: *fig-", re.M)
BOOK_ONLY = re.compile(r'content-hidden when-format="beamer"|content-visible when-format="html"')


def header(text):
    """Return the YAML header of a document."""
    found = re.match(r"---\n(.*?)\n---\n", text, re.S)
    return yaml.safe_load(found[1]) or {} if found else {}


def without_code(text):
    """Return a document without its code; lines keep their numbers."""
    blank = lambda block: "\n" * block[0].count("\n")  # noqa: E731
    return re.sub(r"^[ \t]*(```+|~~~+).*?\n[ \t]*\1$", blank, text, flags=re.M | re.S)


def documents(root):
    """Return the texts of all documents by name, with the lines' ends of Unix."""
    names = [root / "index.qmd", *root.glob("chapters/**/*.qmd"), *root.glob("slides/*.qmd")]
    return {name.relative_to(root).as_posix(): name.read_text(encoding="utf-8") for name in names}


def included(name, texts):
    """Return the documents that a document includes, directly or through others."""
    found = set()
    for target in INCLUDE.findall(without_code(texts.get(name, ""))):
        path = os.path.normpath(Path(name).parent / target)
        found |= {path, *included(path, texts)}
    return found


def project_problems(root):
    book = yaml.safe_load((root / "_quarto.yml").read_text())
    slides = yaml.safe_load((root / "slides" / "_quarto.yml").read_text())
    deck = header((root / DECK).read_text())
    if "quarto render slides" not in steps(book):
        yield "_quarto.yml: a book drops Beamer; post-render makes the deck"
    if "beamer" in book.get("format", {}):
        yield "_quarto.yml: Beamer is not supported by book projects"
    if slides["project"].get("type") != "default":
        yield "slides/_quarto.yml: the deck is a project of its own"
    if slides["project"].get("output-dir") != "../_book/slides":
        yield "slides/_quarto.yml: the deck belongs into the book"
    if deck.get("jupyter") != "python3":
        yield f"{DECK}: Quarto looks for cells in the deck alone, so it must name Jupyter"
    for name in ("_environment", "slides/_environment"):
        if not (root / name).is_file() or "QUARTO_PYTHON=" not in (root / name).read_text():
            yield f"{name}: names the Python that Quarto is to use"
    for folder, settings in (("", book), ("slides", slides), ("slides", deck)):
        for key in ("filters", "bibliography"):
            values = settings.get(key) or []
            values = [values] if isinstance(values, str) else values
            for file in [path for path, _ in stages(settings)] if key == "filters" else values:
                if not (root / folder / file).is_file():
                    yield f"{folder}: no such file: {file}"
        if (settings.get("execute") or {}).get("freeze"):
            yield f"{folder}: freeze does not see that a helper changed"
    for step in steps(book):
        if step.endswith(".py") and not (root / step).is_file():
            yield f"_quarto.yml: no such script: {step}"
    if not book.get("bibliography") or not deck.get("bibliography"):
        yield "the bibliography must be named in the book and in the deck"
    listed = set(re.findall(r"[\w/-]+\.qmd", yaml.safe_dump(book["book"]["chapters"])))
    texts = documents(root)
    reached = listed | {DECK} | {name for top in texts for name in included(top, texts)}
    for name in sorted(texts.keys() ^ reached):
        yield f"{name}: neither listed in _quarto.yml nor included, or not there"


def include_problems(name, text):
    lines = without_code(text).split("\n")
    for number, line in enumerate(lines):
        found = INCLUDE.search(line)
        if not found:
            continue
        place = f"{name}:{number + 1}"
        if found[1].startswith("/"):
            yield f"{place}: a leading slash means another folder in the deck than in the book"
        around = lines[max(number - 1, 0) : number] + lines[number + 1 : number + 2]
        if found[0] != line or any(other.strip() for other in around):
            yield f"{place}: an include stands alone with blank lines around"


def cell_problems(name, text):
    for cell in CELL.finditer(text):
        place = f"{name}:{text[: cell.start()].count(chr(10)) + 1}"
        options = "\n".join(re.findall(r"^[ \t]*#\| ?(.*)$", cell[1], re.M))
        options = yaml.safe_load(options) or {}
        for option in ("fig-width", "fig-height"):
            if option in options:
                yield f"{place}: {option} has no effect with Jupyter"
        if FIGURE.search(cell[1]) and options.get("eval") is not False:
            # Without both label and caption it is a picture that nobody refers to.
            named = options.get("label") or options.get("fig-cap")
            for option in ("label", "fig-cap", "fig-alt") if named else ("fig-alt",):
                if not options.get(option):
                    yield f"{place}: a figure needs {option}"
            if options.get("fig-alt") == options.get("fig-cap"):
                yield f"{place}: the alternative text only repeats the caption"
            if named and not str(options.get("label")).startswith("fig-"):
                yield f"{place}: the label of a figure begins with fig-"


def frame_problems(name, text):
    for number, line in enumerate(without_code(text).split("\n"), start=1):
        if THEOREM.search(re.sub(r"`[^`]*`", "", line)):
            yield f"{name}:{number}: theorems clash with Beamer"


SPY = """
local classes, links = pandoc.List{}, pandoc.List{}
return {{
  Div = function(div) classes:extend(div.classes) end,
  Link = function(link) links:insert(link.target) end,
}, {
  Pandoc = function()
    local file = io.open(PANDOC_SCRIPT_FILE .. '.found', 'w')
    file:write(pandoc.json.encode{classes, links})
    file:close()
  end,
}}
"""


def read_by_pandoc(text, filters, output, folder):
    """Return the classes of divs and the targets of links that a text has after these filters."""
    spy = folder / "spy.lua"
    spy.write_text(SPY)
    arguments = [f"--lua-filter={filter}" for filter in (*filters, spy)]
    command = [pypandoc.get_pandoc_path(), f"--to={output}", *arguments]
    subprocess.run(command, input=text, capture_output=True, text=True, check=True)
    classes, links = json.loads(spy.with_suffix(".lua.found").read_text())
    return list(classes), list(links)


def as_quarto_reads(name, texts):
    """Return a document with its includes put in, without its header and its cells."""
    text = re.sub(r"\A---\n.*?\n---\n", "", texts.get(name, ""), count=1, flags=re.S)

    def included(found):
        return as_quarto_reads(os.path.normpath(Path(name).parent / found[1]), texts)

    lines = (INCLUDE.sub(included, line) for line in CELL.sub("", text).split("\n"))
    return "\n".join(lines)


def stages(settings):
    """Return path and stage of each filter."""
    entries = settings.get("filters") or []
    return [(e["path"], e.get("at", "")) if isinstance(e, dict) else (e, "") for e in entries]


def deck_problems(root, texts, folder):
    """Find what Quarto sees, after the filters at `pre-ast`, before its own make LaTeX of it."""
    first = [root / "slides" / path for path, at in stages(header(texts[DECK])) if at == "pre-ast"]
    text = as_quarto_reads(DECK, texts)
    classes, _ = read_by_pandoc(text, first, "beamer", folder)
    if callouts := sorted({name for name in classes if name.startswith("callout-")}):
        yield f"{DECK}: Quarto sees a {callouts[0]} and loads fontawesome5, which few have"
    if {"content-visible", "content-hidden"} & {*classes}:
        yield f"{DECK}: a filter at pre-ast drops what is hidden, before Quarto looks for callouts"


def labels_without_number(texts):
    """Return the labels of headings that have no number, and of all in documents without one."""
    found = set()
    for text in texts.values():
        shown = without_code(text)
        headings = list(UNNUMBERED.finditer(shown))
        lines = [heading[0] for heading in headings]
        if headings and len(headings[0][1]) == 1:
            lines = re.findall(r"^#+ .*$", shown, re.M)
        found |= {label for line in lines for label in re.findall(r"#(sec-[\w-]+)", line)}
    return found


def reference_problems(name, text, unnumbered):
    for number, line in enumerate(without_code(text).split("\n"), start=1):
        for label in REFERENCE.findall(re.sub(r"`[^`]*`", "", line)):
            if label in unnumbered:
                yield f"{name}:{number}: @{label} has no number, so that Quarto prints ?{label}"


def value_problems(name, text):
    """Find cells whose value is shown as HTML, with which Quarto loads scripts of another host."""
    for cell in CELL.finditer(text):
        place = f"{name}:{text[: cell.start()].count(chr(10)) + 1}"
        code = re.sub(r"^[ \t]*[%!].*$", "pass", cell[1], flags=re.M)
        try:
            body = ast.parse(code).body
        except SyntaxError:
            continue
        silent = not body or not isinstance(body[-1], ast.Expr) or code.rstrip().endswith(";")
        if silent or re.search(r"^#\| *output: *false", cell[1], re.M):
            continue
        call = body[-1].value
        outer = call.func if isinstance(call, ast.Call) else call
        kind = getattr(outer, "attr", getattr(outer, "id", ""))
        made = {
            target.id
            for node in body
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Call)
            if getattr(node.value.func, "attr", "") in HTML
            for target in node.targets
            if isinstance(target, ast.Name)
        }
        if kind in HTML or (isinstance(outer, ast.Name) and kind in made):
            yield f"{place}: {kind} is shown as HTML, with scripts of another host; use Markdown"


def notebook_names(name, text):
    """Return the notebooks that after-quarto.py derives from a page, as its README says."""
    if not re.search(r"^:::+ *\{[^}\n]*\.answer\b", text, re.M):
        return []
    others = re.findall(r'^:::+ *\{[^}\n]*\.notebook[^}\n]*name="([^"]+)"', text, re.M)
    names = [Path(name).stem, *others]
    return [f"notebooks/{each}{end}.ipynb" for each in names for end in ("", "-solution")]


def link_problems(root, book, texts, listed, folder):
    """Find links to files that neither Quarto nor a step after it makes."""
    resources = [str(each).lstrip("/") for each in book["project"].get("resources") or []]
    after = any("after-quarto" in step for step in steps(book))
    made = {DECK.replace(".qmd", ".pdf"), *(re.sub("qmd$", "html", page) for page in listed)}
    for page in listed if after else ():
        made |= set(notebook_names(page, texts[page]))
    hidden = [Path(__file__).parents[1] / "code/filters/visibility.lua"]

    def missing(target, place, page):
        path = unquote(re.split(r"[#?]", target)[0])
        if re.match(r"\w+:|//", target) or not path:
            return False
        file = path.lstrip("/") if path.startswith("/") else os.path.normpath(Path(place) / path)
        if page and file in listed:
            return False
        return file not in made and not any(fnmatch.fnmatch(file, each) for each in resources)

    for page in sorted(listed):
        _, links = read_by_pandoc(as_quarto_reads(page, texts), hidden, "html", folder)
        for link in links:
            if missing(link, Path(page).parent, page=True):
                yield f"{page}: nobody makes {link}"
    _, links = read_by_pandoc(as_quarto_reads(DECK, texts), hidden, "beamer", folder)
    for link in links:
        if missing(link, "slides", page=False):
            yield f"{DECK}: nobody makes {link}, seen from the deck's PDF"


def steps(book):
    """Return the commands that Quarto runs after rendering."""
    found = book["project"].get("post-render") or []
    return [found] if isinstance(found, str) else found


def tidy_problems(root, book):
    """Find what would change the tree, publish other files, or leave out a page's."""
    for folder in (".", "slides"):
        file = root / folder / ".gitignore"
        lines = file.read_text().split("\n") if file.is_file() else []
        for line in ("/.quarto/", "**/*.quarto_ipynb"):
            if line not in lines:
                yield f"{file.relative_to(root)}: Quarto adds the line {line}"
    for pattern in book["project"].get("resources") or []:
        if not pattern.removeprefix("!").startswith("/"):
            yield f"_quarto.yml: {pattern} matches at any depth, also in .venv: begin with a slash"
    pythons = set()
    for folder in (".", "slides"):
        found = re.search(
            r"^QUARTO_PYTHON=(.*)$", (root / folder / "_environment").read_text(), re.M
        )
        # Quarto resolves it against the folder that it was called in: this one or the project's.
        pythons |= (
            {os.path.realpath(root / place / found[1]) for place in {".", folder}}
            if found
            else set()
        )
    if len(pythons) > 1:
        yield "slides/_environment: names another Python when called in the project's folder"
    if (book.get("format", {}).get("html") or {}).get("code-overflow") != "wrap":
        yield "_quarto.yml: long lines of code are cut off without code-overflow: wrap"


def problems(root, folder):
    """Return everything in a tree that Quarto would render wrongly or not at all.

    `folder` is one to put a file into.
    """
    book = yaml.safe_load((root / "_quarto.yml").read_text())
    found = [*project_problems(root), *tidy_problems(root, book)]
    labels = Counter()
    texts = documents(root)
    unnumbered = labels_without_number(texts)
    for name, text in texts.items():
        found += [*include_problems(name, text), *cell_problems(name, text)]
        found += [*reference_problems(name, text, unnumbered), *value_problems(name, text)]
        if name in included(DECK, texts):
            found += frame_problems(name, text)
            if text.startswith("---"):
                found.append(f"{name}:1: an included document must have no YAML header")
        if (header(text).get("execute") or {}).get("freeze"):
            found.append(f"{name}: freeze does not see that a helper changed")
        shown = without_code(CELL.sub(lambda cell: cell[0].replace("```", ""), text))
        labels.update(one or other for one, other in LABEL.findall(shown))
    found += [f"the label {label} stands twice" for label, n in labels.items() if n > 1]
    if not found:  # or else Pandoc may be asked about what is not there
        listed = set(re.findall(r"[\w/-]+\.qmd", yaml.safe_dump(book["book"]["chapters"])))
        found += deck_problems(root, texts, folder)
        found += link_problems(root, book, texts, listed, folder)
    return found


def test_our_tree_is_a_project_that_quarto_renders(tmp_path):
    assert problems(ROOT, tmp_path) == []


def test_no_cell_of_the_lecture_offers_html(lecture_site):
    """With an output of HTML, Quarto loads jQuery and RequireJS from another host into the page."""
    project = read_project(ROOT)
    for page in project.pages:
        document = read_document(ROOT, page, project.pages, project.settings)
        kept = Store(ROOT).newest("cells", page.as_posix()) if document.own_cells else None
        outputs = executed(kept).outputs if kept else ()
        for cell, shown in zip(document.own_cells, outputs, strict=True):
            assert "html" not in {output.kind for output in shown}, (page, cell.code)
        html = (lecture_site / page.with_suffix(".html")).read_text(encoding="utf-8")
        assert not WIDGETS.search(html), page


FILTERS = ROOT / "code" / "filters"
GOOD = {
    "_quarto.yml": """\
project:
  type: book
  post-render:
    - quarto render slides
    - after-quarto.py
  resources:
    - /data/*.csv
    - "!/.venv/"
format:
  html:
    code-overflow: wrap
book:
  chapters:
    - index.qmd
    - chapters/a.qmd
bibliography: references.bib
filters:
  - frames.lua
""",
    "slides/_quarto.yml": "project:\n  type: default\n  output-dir: ../_book/slides\n",
    DECK: """\
---
jupyter: python3
bibliography: ../references.bib
filters:
  - path: ../visibility.lua
    at: pre-ast
  - {path: ../callouts.lua, at: pre-ast}
  - ../frames.lua
---

{{< include ../chapters/a.qmd >}}
""",
    "_environment": "QUARTO_PYTHON=.venv/bin/python",
    "slides/_environment": "QUARTO_PYTHON=.venv/bin/python",
    ".gitignore": "_book/\n/.quarto/\n**/*.quarto_ipynb\n",
    "slides/.gitignore": "/.quarto/\n**/*.quarto_ipynb\n",
    "references.bib": "",
    "frames.lua": "",
    "after-quarto.py": "",
    "visibility.lua": (FILTERS / "visibility.lua").read_text(),
    "callouts.lua": (FILTERS / "callouts.lua").read_text(),
    "index.qmd": """\
# Welcome {#sec-welcome .unnumbered}

[The chapter](chapters/a.qmd#sec-a), @sec-a, [slides](slides/neural-networks.pdf),
[data](data/x.csv), [notebook](notebooks/a.ipynb), [elsewhere](https://example.org),
[here](#sec-read), [with a choice](?a=1#sec-read).

## How to read it {#sec-read}
""",
    "chapters/a.qmd": """\
# A {#sec-a}

{{< include b/c.qmd >}}

```{python}
#| label: fig-a
#| fig-cap: "A caption."
#| fig-alt: "What one sees."
figure("a")
```

::: {.content-hidden when-format="beamer"}
::: {.callout-note}
In the book: [the first page](../index.qmd).
:::
:::

:::: {.content-visible when-format="html"}
::: {.callout-tip}
### Head
In the book.
:::
::::

:::: {.content-visible unless-format="beamer"}
::: {.content-visible when-format="html"}
::: {.callout-important}
In the book.
:::
:::
::::

::: {.callout-warning title="In both"}
A block in a frame: [notebook](../notebooks/a-solution.ipynb).
:::

::: {.answer}
::: {.callout-caution}
Gone.
:::
:::

```{python}
pd.DataFrame(x);
```

```{python}
table = pd.DataFrame(x)
Markdown(table.to_markdown())
```

```
{{< include shown.qmd >}} {#sec-a}
::: {.callout-note}
```
""",
    "chapters/b/c.qmd": "text\n",
}

# File, what is replaced in it by what, and the problem that this makes.
BAD = [
    ("_quarto.yml", "    - quarto render slides\n", "", "post-render makes the deck"),
    ("_quarto.yml", "  html:", "  beamer: {}\n  html:", "not supported by book projects"),
    ("_quarto.yml", "frames.lua", "frame.lua", "no such file: frame.lua"),
    ("_quarto.yml", "bibliography: references.bib\n", "", "bibliography must be named"),
    ("_quarto.yml", "filters:", "execute:\n  freeze: auto\nfilters:", "freeze does not see"),
    ("_quarto.yml", "    - chapters/a.qmd\n", "    - chapters/x.qmd\n", "chapters/x.qmd: neither"),
    ("slides/_quarto.yml", "default", "book", "a project of its own"),
    ("slides/_quarto.yml", "../_book/slides", "out", "belongs into the book"),
    ("slides/_environment", "QUARTO_PYTHON", "PYTHON", "slides/_environment: names the Python"),
    ("slides/_environment", ".venv", "../.venv", "slides/_environment: names another Python"),
    ("_quarto.yml", "after-quarto.py", "after.py", "no such script: after.py"),
    ("_quarto.yml", "    - after-quarto.py\n", "", "index.qmd: nobody makes notebooks/a.ipynb"),
    ("_quarto.yml", "/data", "data", "data/*.csv matches at any depth"),
    ("_quarto.yml", "/data", "/dota", "index.qmd: nobody makes data/x.csv"),
    ("_quarto.yml", '"!/', '"!', "!.venv/ matches at any depth"),
    ("_quarto.yml", "code-overflow", "toc", "are cut off"),
    (".gitignore", "/.quarto/", ".quarto/", ".gitignore: Quarto adds the line /.quarto/"),
    ("slides/.gitignore", "**/", "", "slides/.gitignore: Quarto adds the line **/*"),
    ("index.qmd", "a.qmd#", "b.qmd#", "index.qmd: nobody makes chapters/b.qmd#sec-a"),
    ("index.qmd", "@sec-a", "@sec-welcome", "index.qmd:3: @sec-welcome has no number"),
    ("chapters/a.qmd", "In the book.", "@sec-read", "@sec-read has no number"),
    ("chapters/b/c.qmd", "text", "[x](x.qmd)", "chapters/a.qmd: nobody makes x.qmd"),
    ("chapters/a.qmd", "../notebooks", "notebooks", "nobody makes notebooks/a-solution.ipynb"),
    ("chapters/b/c.qmd", "text", "[x](../index.qmd)", "seen from the deck's PDF"),
    ("chapters/a.qmd", "DataFrame(x);", "DataFrame(x)", "DataFrame is shown as HTML"),
    ("chapters/a.qmd", "Markdown(table.to_markdown())", "table", "table is shown as HTML"),
    ("chapters/a.qmd", "Markdown(table.to", "HTML(table.to", "HTML is shown as HTML"),
    ("chapters/a.qmd", "Markdown(table.to_markdown())", "table.head()", "head is shown as HTML"),
    (DECK, "jupyter: python3\n", "", "must name Jupyter"),
    (DECK, "  - path: ../visibility.lua\n    at: pre-ast\n", "", "a filter at pre-ast drops"),
    (DECK, "lua\n    at: pre-ast", "lua\n    at: pre-quarto", "a filter at pre-ast drops"),
    (DECK, "  - {path: ../callouts.lua, at: pre-ast}\n", "", "Quarto sees a callout-"),
    (DECK, "callouts.lua, at: pre-ast}", "callouts.lua}", "Quarto sees a callout-"),
    (DECK, "../references.bib", "references.bib", "slides: no such file: references.bib"),
    (DECK, "../chapters", "/chapters", f"{DECK}:11: a leading slash"),
    ("chapters/a.qmd", "# A {#sec-a}\n", "---\ntitle: A\n---\n", "a.qmd:1: an included document"),
    ("chapters/a.qmd", "{#sec-a}\n\n{{", "{#sec-a}\n{{", "a.qmd:2: an include stands alone"),
    ("chapters/a.qmd", "c.qmd >}}\n", "c.qmd >}} x\n", "a.qmd:3: an include stands alone"),
    ("chapters/a.qmd", "b/c.qmd", "b/d.qmd", "chapters/b/c.qmd: neither listed"),
    ("chapters/a.qmd", '#| fig-cap: "A caption."\n', "", "a.qmd:5: a figure needs fig-cap"),
    ("chapters/a.qmd", '#| fig-alt: "What one sees."\n', "", "a.qmd:5: a figure needs fig-alt"),
    ("chapters/a.qmd", "#| label: fig-a\n", "", "a.qmd:5: a figure needs label"),
    ("chapters/a.qmd", "label: fig-a", "label: a", "label of a figure begins with fig-"),
    ("chapters/a.qmd", "What one sees.", "A caption.", "only repeats the caption"),
    ("chapters/a.qmd", "#| label", "#| fig-width: 3\n#| label", "fig-width has no effect"),
    ("chapters/b/c.qmd", "text", "# X {#exr-x}", "c.qmd:1: theorems clash with Beamer"),
    ("chapters/b/c.qmd", "text", "::: {.solution}\nx\n:::", "c.qmd:1: theorems clash"),
    ("chapters/b/c.qmd", "text", "## B {#sec-a}", "the label sec-a stands twice"),
    ("chapters/b/c.qmd", "text", "```{python}\n#| label: fig-a\n```", "fig-a stands twice"),
]  # fmt: skip


def tree(folder, files):
    """Write a project, with a link in slides/ to its environment."""
    root = write(folder / "project", files)
    (root / "slides" / ".venv").symlink_to("../.venv")
    return root


def test_good_example_has_no_problems(tmp_path):
    assert problems(tree(tmp_path, GOOD), tmp_path) == []


@pytest.mark.parametrize("name, old, new, message", BAD, ids=[case[3][-30:] for case in BAD])
def test_each_problem_is_found(tmp_path, name, old, new, message):
    assert old in GOOD[name]
    root = tree(tmp_path, GOOD | {name: GOOD[name].replace(old, new, 1)})
    found = problems(root, tmp_path)
    assert any(message in problem for problem in found), found


def test_title_page_of_the_deck_says_what_its_header_says(lecture_site):
    first = " ".join(read_pdf(lecture_site / "slides" / "neural-networks.pdf")[0].split())
    for words in ("Neural networks", "An executable lecture for physics students", "Jörg Marks"):
        assert words in first


def test_theme_and_renderer_define_no_command_of_the_same_name():
    defined = re.compile(r"\\(?:newcommand|newlength|newif|def|gdef|let)\{?(\\lecture@\w+)")
    theme, renderer = (
        set(defined.findall((ROOT / file).read_text()))
        for file in ("slides/beamerthemelecture.sty", "code/lecturebuild/writing/deck/frames.tex")
    )
    assert len(theme) > 5
    assert len(renderer) > 2
    assert not theme & renderer
