"""`lecture check` finds each thing that a reader would stumble over, at its file and line."""

import http.server
import re
import threading
from pathlib import Path

import pytest
from projects import lecture, make, write
from test_reuse import picture

from lecturebuild.checking import book as checker
from lecturebuild.reading.source import read_document
from lecturebuild.reading.yamltext import Settings

FIGURE = """\
```{{python}}
#| label: {label}
#| fig-cap: "{caption}"
#| fig-alt: "{alt}"
#| echo: false
import matplotlib.pyplot as plt

plt.figure(figsize=(1, 1))
plt.plot([0, 1]);
```
"""


def figure(label, caption="A caption.", alt="A line from left to right."):
    return FIGURE.format(label=label, caption=caption, alt=alt)


PAGES = {
    "index.qmd": "# Welcome {#sec-welcome .unnumbered}\n",
    "chapters/a.qmd": f"""\
# First {{#sec-first}}

## Wide

`{"wide" * 60}`{{=latex}}

## High

{"".join(f"* line {n}{chr(10)}" for n in range(40))}

## With code

```python
code = "{"long" * 40}"
```

## Beyond

`\\hspace*{{-14mm}}OUTSIDE`{{=latex}}

## Foreign

Words in Thai: ไทย.

## Unused

$$ x $$ {{#eq-unused}}

{figure("fig-unused")}

## Alternative

{figure("fig-repeats", "Just a line.", "Just a line")}

```{{python}}
#| label: fig-without
#| fig-cap: "A caption."
plt.plot([0, 1]);
```

![](../data/photo.png)

![A photo [with
brackets]](../data/photo.png){{width=10% fig-alt="a photo with brackets"}}

`![](no-picture.png)`

See @fig-repeats and @fig-without, @fig-alone, @eq-alone, @fig-marked and [@used].

## Links {{#sec-links}}

To nowhere.

A mispelled word.

<https://>, http:/one.example/x, <https://two.example:port/>, https://good.example/path_(x).
""",
    "chapters/b.qmd": f"""\
# Book alone {{#sec-alone}}

{figure("fig-alone")}

$$ x $$ {{#eq-alone}}

::: {{.content-hidden when-format="beamer"}}

{figure("fig-marked")}

:::
""",
}
DECK = """\
{{< include "../chapters/a.qmd" >}}

# Deck alone

## Deck alone {#sec-deck-alone}

$$ x $$ {#eq-deck-alone}

::: {.content-visible when-format="beamer"}

$$ y $$ {#eq-deck-marked}

:::

As @eq-deck-alone and @eq-deck-marked say.
"""
BIBLIOGRAPHY = """\
@book{used, author={Used, A.}, title={A book}, year={2000}}

@book{unused, author={Unused, B.}, title={B book}, year={2000}}
"""


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """Return the folder of a lecture in which all is wrong."""
    root = make(tmp_path_factory.mktemp("check") / "lecture", PAGES, deck=DECK)
    write(root, {"r.bib": BIBLIOGRAPHY, "figures/forgotten.py": "", "data/x": ""})
    (root / "data" / "photo.png").write_bytes(picture("red"))
    for name, old, new in [
        ("_quarto.yml", "book:", "bibliography: r.bib\nbook:"),
        ("slides/deck.qmd", "jupyter:", "bibliography: ../r.bib\njupyter:"),
    ]:
        write(root, {name: (root / name).read_text().replace(old, new)})
    return root


@pytest.fixture(scope="module")
def printed(root):
    """Return the problems that `lecture check` prints."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(root)
        run = lecture("check")
    assert (run.code, run.err) == (1, "")
    return [line for line in run.out.splitlines() if ": " in line]


def place(root, name, text):
    """Return file and line of the first line with a text, as messages give them."""
    lines = (root / name).read_text().split("\n")
    number = next(n for n, line in enumerate(lines, start=1) if text in line)
    return f"{name}:{number - text.startswith('label:')}"  # a cell begins a line before its label


CASES = [
    ("chapters/a.qmd", "## Wide", "the frame 'Wide' is .* pt too wide"),
    ("chapters/a.qmd", "## High", "the frame 'High' is .* pt too high"),
    (
        "chapters/a.qmd",
        "## With code",
        "'.longlong.*' stands beyond the edge of the frame 'With code'",
    ),
    ("chapters/a.qmd", "## Beyond", "'.*SIDE' stands beyond the edge of the frame 'Beyond'"),
    ("chapters/a.qmd", "Thai", "has no character ไ, in the frame 'Foreign'"),
    ("chapters/a.qmd", "{#eq-unused}", "no text refers to @eq-unused"),
    ("chapters/a.qmd", "label: fig-unused", "no text refers to @fig-unused"),
    ("r.bib", "{unused,", "nothing cites @unused"),
    ("chapters/a.qmd", "label: fig-repeats", "the fig-alt of 'fig-repeats' repeats the caption"),
    ("chapters/a.qmd", "label: fig-without", "'fig-without' has no fig-alt"),
    ("chapters/a.qmd", "![](../data/photo.png)", "the picture ../data/photo.png has no fig-alt"),
    (
        "chapters/a.qmd",
        "![A photo",
        "the fig-alt of the picture ../data/photo.png repeats the caption",
    ),
    ("chapters/b.qmd", "label: fig-alone", "the deck does not include fig-alone"),
    ("chapters/b.qmd", "{#eq-alone}", "the deck does not include eq-alone"),
    ("slides/deck.qmd", "{#eq-deck-alone}", "the book does not include eq-deck-alone"),
    ("chapters/a.qmd", "A mispelled", "spelling: mispelled ==> misspelled"),
    ("chapters/a.qmd", "<https://>", "https:// is not a well-formed address"),
    ("chapters/a.qmd", "http:/one", "http:/one.example/x is not a well-formed address"),
    ("chapters/a.qmd", "two.example", "https://two.example:port/ is not a well-formed address"),
]


@pytest.mark.parametrize("name, text, message", CASES, ids=[case[2][:40] for case in CASES])
def test_problem_is_found_at_its_line(root, printed, name, text, message):
    pattern = re.compile(f"{re.escape(place(root, name, text))}: .*{message}")
    assert any(map(pattern.match, printed)), printed


def test_forgotten_figure_is_named(printed):
    assert "figures/forgotten.py: no chapter shows this figure" in printed


RIGHT = ["fig-marked", "eq-deck-marked", "good.example", "no-picture", "@used", "sec-links"]


@pytest.mark.parametrize("word", RIGHT)
def test_what_is_right_is_not_reported(printed, word):
    assert not any(word in line for line in printed), printed


def test_lecture_without_problems_passes(tmp_path, monkeypatch):
    page = f"# First {{#sec-first}}\n\n## A frame\n\n{figure('fig-a')}\n\nSee @fig-a.\n"
    monkeypatch.chdir(make(tmp_path / "lecture", {"index.qmd": page}, deck="*"))
    run = lecture("check")
    assert (run.code, run.out.splitlines()[-1]) == (0, "no problems"), run.out


class Answers(http.server.BaseHTTPRequestHandler):
    """Answers with the status that the path names."""

    def do_GET(self):
        self.send_response(int(self.path.strip("/")))
        self.end_headers()

    def log_message(self, *arguments):
        pass


def test_external_link_is_tried(monkeypatch):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    address = f"http://127.0.0.1:{server.server_port}"
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    assert checker._unreachable(f"{address}/200") is None
    assert checker._unreachable(f"{address}/403") is None
    assert "404" in checker._unreachable(f"{address}/404")
    server.shutdown()
    server.server_close()
    assert checker._unreachable(address)


@pytest.mark.parametrize(
    "options, length, found",
    [("", 88, []), ("", 89, [6]), ("#| echo: false\n", 200, []), ("#| include: false\n", 200, [])],
)
def test_code_wider_than_a_page_is_found(tmp_path, options, length, found):
    code = "x" * length
    write(tmp_path, {"index.qmd": f"# Wide\n\n```{{python}}\n{options}\ny = 1\n{code}\n```\n"})
    document = read_document(tmp_path, Path("index.qmd"), (), Settings())
    problems = list(checker.wide_code([document]))
    assert [problem.line for problem in problems] == found
    assert all(f"{length} characters of code" in problem.message for problem in problems)
