"""Put the outputs of cells back into Markdown that Pandoc reads.

The woven Markdown is the same for both outputs; what is meant for one of them stands in
`content-visible` divs, which a filter keeps or drops.
"""

import base64
import hashlib
import html
import re
from collections.abc import Callable, Mapping
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
    media: dict[str, Path] = {}
    file: Path | None = None
    for block in document.blocks:
        if block.file != file and not (isinstance(block, Line) and block.verbatim and file):
            # Paths count from the file that names them: filters/paths.lua.
            file = block.file
            mark = ["", "```{=source}", file.as_posix(), "```", ""]
            lines += mark
            origins += [(file, block.number if isinstance(block, Line) else block.line)] * len(mark)
        if isinstance(block, Line):
            new = [block.text]
            if deck and not block.verbatim and FRAME.match(block.text):
                new += ["", "```{=latex}", f"% source {block.file}:{block.number}", "```", ""]
            lines += new
            origins += [(block.file, block.number)] * len(new)
            continue
        executed = block.page in results and block.options.get("eval", True)
        found = results[block.page] if executed else Executed()
        outputs = found.outputs[block.index] if executed else ()
        new = _cell(block, outputs, figure_files, found.media, media, executed, deck)
        lines += [block.indent + line if line else "" for line in new]
        origins += [(block.file, block.line)] * len(new)
    return Woven("\n".join(lines) + "\n", tuple(origins), media)


def _cell(
    cell: Cell,
    outputs: tuple[Output, ...],
    figure_files: FigureFiles,
    media_folder: Path,
    media: dict[str, Path],
    executed: bool,
    deck: bool,
) -> list[str]:
    if cell.options.get("include", True) is False:
        return []
    body: list[str] = []
    if cell.options.get("echo", True) and cell.code.strip():
        body += _code(cell, deck)
    if cell.options.get("output", True) is not False:
        pictures = [output for output in outputs if output.kind in ("image", "figure")]
        is_figure = cell.label is not None and cell.label.startswith("fig-")
        if is_figure and executed and len(pictures) != 1:
            raise LectureError(
                f"{name(cell)} makes {len(pictures) or 'no'} pictures; with such a label it makes "
                "one",
                cell.file,
                cell.line,
            )
        if executed and not pictures and cell.options.get("fig-cap"):
            message = f"{name(cell)} has a fig-cap, but shows no picture"
            raise LectureError(message, cell.file, cell.line)
        for output in outputs:
            if output.kind in ("image", "figure"):
                body += _picture(cell, output, figure_files, media_folder, media)
            elif not (output.kind == "stderr" and cell.options.get("warning") is False):
                body += _text(cell, output, media_folder, media)
    if not body:
        return []
    identifier = f' id="cell-{cell.label}"' if cell.label else ""
    return ["", *_div(f'class="cell"{identifier}', body)]


def _div(attributes: str, body: list[str]) -> list[str]:
    """Return a div in HTML's notation: unlike ':::', it may stand indented, as in a list."""
    return [f"<div {attributes}>", "", *body, "", "</div>", ""]


def _code(cell: Cell, deck: bool) -> list[str]:
    fence = _fence(cell.code)
    attributes = ".python .cell-code"
    if not deck:  # for filters/cell-source.lua
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


def _picture(
    cell: Cell,
    output: Output,
    figure_files: FigureFiles,
    media_folder: Path,
    media: dict[str, Path],
) -> list[str]:
    if output.figure:
        files = figure_files(output.figure)
    else:
        files = {suffix: media_folder / file for suffix, file in output.files.items()}
    for file in files.values():
        if not output.figure and (problem := pictures.damage(file)):
            message = f"{name(cell)} shows a picture that is damaged: {problem}"
            raise LectureError(message, cell.file, cell.line)
    kinds = ("svg", "png", "jpg", "gif", "webp")
    for_html = next((files[kind] for kind in kinds if kind in files), None)
    readable = next((files[kind] for kind in ("pdf", *kinds[1:]) if kind in files), None)
    readable = readable or for_html
    if for_html is None or readable is None:
        raise LectureError(f"{name(cell)}: no picture that browsers show", cell.file, cell.line)
    for_latex = readable
    if readable.suffix not in pictures.LATEX:
        for_latex = pictures.for_latex(readable, media_folder)
    media[for_html.name] = for_html
    media[for_latex.name] = for_latex
    attributes = f'.cell-picture pdf="{for_latex.name}"'
    if output.width:
        attributes += f" width={output.width}px"
    if alt := cell.options.get("fig-alt"):
        attributes += f' fig-alt="{_quoted(alt)}"'
    caption = _balanced(" ".join((cell.options.get("fig-cap") or "").split()))
    if cell.label and cell.label.startswith("fig-"):
        if not caption:
            raise LectureError(f"{name(cell)} needs a fig-cap", cell.file, cell.line)
        attributes = f"#{cell.label} {attributes}"
    return [f"![{caption}]({for_html.name}){{{attributes}}}", ""]


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


def _text(cell: Cell, output: Output, media_folder: Path, media: dict[str, Path]) -> list[str]:
    """Return text output; markup with something in place of it where an output cannot show it."""
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
        markup = _extracted(output.markup, media_folder, media)
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


def _unshown(cell: Cell, kind: str) -> LectureError:
    """Return the error for an output that neither book nor deck can show."""
    advice = "show a picture in its place, or set '#| output: false'"
    if "widget" in kind:
        advice = "a widget needs a running program: show its value; of tqdm import 'tqdm' alone"
    elif "plotly" in kind:
        advice = "show it as a picture, as by fig.show('svg') with the package kaleido"
    message = f"{name(cell)} shows an output of the kind {kind}, which is in neither book nor deck"
    return LectureError(f"{message}; {advice}", cell.file, cell.line)


def _latex(markup: str) -> str:
    """Return LaTeX as Markdown: formulas in dollars, all else as raw LaTeX."""
    if found := BRACKETS.fullmatch(markup):
        return f"$${found[1] or found[2]}$$"
    if markup.startswith("$") or FORMULA.match(markup):
        return markup
    fence = _fence(markup)
    return f"{fence}{{=tex}}\n{markup}\n{fence}"


def _extracted(markup: str, media_folder: Path, media: dict[str, Path]) -> str:
    """Put films and sounds that stand in the HTML itself into files, which pages may show."""

    def extract(found: re.Match[str]) -> str:
        content = base64.b64decode(found["content"])
        suffix = found["kind"].removeprefix("x-").partition("+")[0]
        file = media_folder / f"film-{hashlib.sha256(content).hexdigest()[:12]}.{suffix}"
        if not file.is_file():
            file.write_bytes(content)
        media[file.name] = file
        return f"{found['start']}{pandoc.MEDIA}{file.name}"

    return EMBEDDED.sub(extract, markup) if ";base64," in markup else markup


def _verbatim(text: str, classes: str) -> list[str]:
    if not text.strip():
        return []
    fence = _fence(text)
    return _div(f'class="{classes}"', [fence, *text.strip("\n").split("\n"), fence])


def _fence(text: str) -> str:
    """Return a fence longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    return "`" * (longest + 1)
