"""Put the outputs of cells back into Markdown that Pandoc reads.

The woven Markdown is the same for both outputs; what is meant for one of them stands in
`content-visible` divs, which a filter keeps or drops.
"""

import base64
import hashlib
import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lecturebuild.reading.source import Cell, Document, Line, name
from lecturebuild.running.execute import Executed
from lecturebuild.running.outputs import Output
from lecturebuild.steps.errors import LectureError
from lecturebuild.writing import pandoc
from lecturebuild.writing.book import pictures
from lecturebuild.writing.pandoc import Woven

FRAME = re.compile(r"^##\s")
EMPTY = re.compile(r"\s*<pre\b[^>]*>\s*</pre>\s*")
"""What rich, and so Keras's summary, leaves in a notebook of an output that was captured."""

VISIBLE = re.compile(r"[^\s<>]|<(?:img|svg|video|audio|table|hr|canvas|picture)\b", re.I)
NOTHING = re.compile(
    r"<(script|style)\b.*?</\1\s*>|<!--.*?-->|<[^>]*\bsrc=[\"']?(?:https?:)?//[^>]*>|<(?!img|svg|video|audio|table|hr|canvas|picture)[^>]*>|&nbsp;",
    re.I | re.S,
)
"""What nobody sees of HTML: scripts, styles, comments, what lies on another host, tags of elements
that may be empty."""
DIAGRAM = 'class="sk-top-container'
"""In the HTML of scikit-learn's models."""
REPR = re.compile(r"<[\w.]+( object)?>")
"""What Python says of an object that has no text of its own."""
BRACKETS = re.compile(r"\\\[(.*)\\\]|\\\((.*)\\\)", re.S)
FORMULA = re.compile(
    r"\\begin\{(align|equation|gather|multline|eqnarray|displaymath|math|flalign)\*?\}"
)
EMBEDDED = re.compile(
    r"(?P<start>\bsrc=[\"']?)data:(?:video|audio)/(?P<kind>[\w.+-]+);base64,(?P<content>[\w+/=\s]+)"
)
FigureFiles = Callable[[str], dict[str, Path]]
"""Returns, for the name of a figure of the store, its files by suffix."""


def weave(
    document: Document,
    results: Mapping[Path, Executed],
    figure_files: FigureFiles,
    *,
    deck: bool = False,
) -> Woven:
    """Return a document with the outputs of its cells.

    Parameters
    ----------
    results : dict
        What the cells gave, by page; one may be missing where only labels matter.
    deck : bool
        Write a LaTeX comment with the source's file and line into every frame, by which a
        message of LaTeX's is traced to its frame.
    """
    lines: list[str] = []
    origins: list[tuple[Path, int]] = []
    weaver = _Weaver(figure_files, deck)
    file: Path | None = None
    for block in document.blocks:
        new: list[str] = []
        if block.file != file and not (isinstance(block, Line) and block.verbatim and file):
            # Paths count from the file that names them: filters/paths.lua.
            file = block.file
            new += ["", "```{=source}", file.as_posix(), "```", ""]
        if isinstance(block, Line):
            new.append(block.text)
            if deck and not block.verbatim and FRAME.match(block.text):
                new += ["", "```{=latex}", f"% source {block.file}:{block.line}", "```", ""]
        else:
            woven = weaver.cell(block, results.get(block.page) if block.executed else None)
            new += [block.indent + line if line else "" for line in woven]
        lines += new
        origins += [block.place] * len(new)
    return Woven("\n".join(lines) + "\n", tuple(origins), weaver.media)


@dataclass
class _Weaver:
    """Writes cells with their outputs; collects the files that these show."""

    figure_files: FigureFiles
    deck: bool
    folder: Path = Path()
    """That of the pictures which the cells of a page have made."""
    media: dict[str, Path] = field(default_factory=dict)

    def cell(self, cell: Cell, executed: Executed | None) -> list[str]:
        """Return a cell, with its outputs if it was executed."""
        options = cell.options
        if options.get("include", True) is False:
            return []
        body: list[str] = []
        if options.get("echo", True) and cell.code.strip():
            body += self.code(cell)
        if executed and options.get("output", True) is not False:
            outputs, self.folder = executed.outputs[cell.index], executed.media
            shown = sum(output.kind in ("image", "figure") for output in outputs)
            if (cell.label or "").startswith("fig-") and shown != 1:
                message = f"{name(cell)} makes {shown or 'no'} pictures; with such a label it makes"
                raise cell.error(f"{message} one")
            if not shown and options.get("fig-cap"):
                raise cell.error(f"{name(cell)} has a fig-cap, but shows no picture")
            for output in outputs:
                if output.kind in ("image", "figure"):
                    body += self.picture(cell, output)
                elif not (output.kind == "stderr" and options.get("warning") is False):
                    body += self.text(cell, output)
        identifier = f' id="cell-{cell.label}"' if cell.label else ""
        return ["", *_div(f'class="cell"{identifier}', body)] if body else []

    def code(self, cell: Cell) -> list[str]:
        """Return a cell's code."""
        fence = _fence(cell.code)
        attributes = ".python .cell-code"
        if not self.deck:  # for filters/cell-source.lua
            attributes += f' data-source="{_quoted(cell.file.as_posix())}#L{cell.line}"'
        if label := cell.options.get("lst-label"):
            attributes = f"#{label} {attributes}"
        for key in ("lst-cap", "filename"):
            if text := cell.options.get(key):
                attributes += f' {key}="{_quoted(text)}"'
        code = [f"{fence}{{{attributes}}}", *cell.code.strip("\n").split("\n"), fence, ""]
        fold = cell.options.get("code-fold", False)
        if not fold:
            return code
        return _div('class="code-fold"' + (' open="true"' if fold == "show" else ""), code)

    def picture(self, cell: Cell, output: Output) -> list[str]:
        """Return a picture, in the kinds that browsers and LaTeX show."""
        if output.figure:
            files = self.figure_files(output.figure)
        else:
            files = {suffix: self.folder / file for suffix, file in output.files.items()}
        for file in files.values():
            if not output.figure and (problem := pictures.damage(file)):
                raise cell.error(f"{name(cell)} shows a picture that is damaged: {problem}")
        kinds = ("svg", "png", "jpg", "gif", "webp")
        for_html = next((files[kind] for kind in kinds if kind in files), None)
        readable = next((files[kind] for kind in ("pdf", *kinds[1:]) if kind in files), None)
        readable = readable or for_html
        if for_html is None or readable is None:
            raise cell.error(f"{name(cell)}: no picture that browsers show")
        for_latex = readable
        if readable.suffix not in pictures.LATEX:
            for_latex = pictures.for_latex(readable, self.folder)
        self.media |= {file.name: file for file in (for_html, for_latex)}
        attributes = f'.cell-picture pdf="{for_latex.name}"'
        if output.width:
            attributes += f" width={output.width}px"
        if alt := cell.options.get("fig-alt"):
            attributes += f' fig-alt="{_quoted(alt)}"'
        caption = _balanced(" ".join((cell.options.get("fig-cap") or "").split()))
        if cell.label and cell.label.startswith("fig-"):
            if not caption:
                raise cell.error(f"{name(cell)} needs a fig-cap")
            attributes = f"#{cell.label} {attributes}"
        return [f"![{caption}]({for_html.name}){{{attributes}}}", ""]

    def text(self, cell: Cell, output: Output) -> list[str]:
        """Return text, or markup with something in its place where an output cannot show it."""
        if output.kind == "unshown":
            raise _unshown(cell, output.text)
        if output.kind == "markdown":
            return ["", *output.markup.split("\n"), ""]
        if output.kind == "latex":
            return ["", *_latex(output.markup.strip()).split("\n"), ""]
        if output.kind == "html":
            if EMPTY.fullmatch(output.markup):
                return []
            readable = output.text.strip() and not REPR.fullmatch(output.text.strip())
            arranged = "<style" in output.markup and "<table" not in output.markup
            if readable and (arranged or DIAGRAM in output.markup or not output.markup.strip()):
                # Pages allow no style sheet of an output's own, without which such HTML is a heap.
                return _verbatim(output.text, "cell-output")
            if not VISIBLE.search(NOTHING.sub("", output.markup)):
                raise _unshown(cell, "text/html with nothing but scripts or what other hosts have")
            markup = self.extracted(output.markup)
            fence = _fence(markup)
            raw = [f"{fence}{{=html}}", *markup.split("\n"), fence]
            in_book = _div('class="cell-output"', raw)
            in_deck = _verbatim(output.text, "cell-output")
            if not readable:
                # Nothing to read in the plain text: filters/shapes.lua reads the HTML instead.
                in_deck = [f"{fence}{{.html-output}}", *markup.split("\n"), fence]
            return [
                *_div('class="content-visible" when-format="html"', in_book),
                *_div('class="content-visible" when-format="latex"', in_deck),
            ]
        return _verbatim(output.text, f"cell-output cell-output-{output.kind}")

    def extracted(self, markup: str) -> str:
        """Put films and sounds that stand in the HTML itself into files, which pages may show."""

        def extract(found: re.Match[str]) -> str:
            content = base64.b64decode(found["content"])
            suffix = found["kind"].removeprefix("x-").partition("+")[0]
            file = self.folder / f"film-{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
            if not file.is_file():
                file.write_bytes(content)
            self.media[file.name] = file
            return f"{found['start']}{pandoc.MEDIA}{file.name}"

        return EMBEDDED.sub(extract, markup) if ";base64," in markup else markup


def _div(attributes: str, body: list[str]) -> list[str]:
    """Return a div in HTML's notation: unlike ':::', it may stand indented, as in a list."""
    return [f"<div {attributes}>", "", *body, "", "</div>", ""]


def _quoted(text: str) -> str:
    """Return a text as it stands in the quotes of an attribute."""
    return html.escape(" ".join(text.split())).replace("\\", "\\\\")


def _balanced(caption: str) -> str:
    """Escape the brackets of a caption that have no partner, as in [0, 1)."""
    open_, single = [], []
    for match in re.finditer(r"\\.|\$[^$]*\$|`[^`]*`|[\[\]]", caption):
        if match[0] == "[":
            open_.append(match.start())
        elif match[0] == "]":
            if open_:
                open_.pop()
            else:
                single.append(match.start())
    for position in sorted(open_ + single, reverse=True):
        caption = f"{caption[:position]}\\{caption[position:]}"
    return caption


def _unshown(cell: Cell, kind: str) -> LectureError:
    """Return the error for an output that neither book nor deck can show."""
    advice = "show a picture in its place, or set '#| output: false'"
    if "widget" in kind:
        advice = "a widget needs a running program: show its value; of tqdm import 'tqdm' alone"
    elif "plotly" in kind:
        advice = "show it as a picture, as by fig.show('svg') with the package kaleido"
    message = f"{name(cell)} shows an output of the kind {kind}, which is in neither book nor deck"
    return cell.error(f"{message}; {advice}")


def _latex(markup: str) -> str:
    """Return LaTeX as Markdown: formulas in dollars, all else as raw LaTeX."""
    if found := BRACKETS.fullmatch(markup):
        return f"$${found[1] or found[2]}$$"
    if markup.startswith("$") or FORMULA.match(markup):
        return markup
    fence = _fence(markup)
    return f"{fence}{{=tex}}\n{markup}\n{fence}"


def _verbatim(text: str, classes: str) -> list[str]:
    if not text.strip():
        return []
    fence = _fence(text)
    return _div(f'class="{classes}"', [fence, *text.strip("\n").split("\n"), fence])


def _fence(text: str) -> str:
    """Return a fence longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    return "`" * (longest + 1)
