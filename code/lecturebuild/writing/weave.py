"""Put the outputs of cells back into Markdown that Pandoc reads.

The woven Markdown is the same for both outputs; what is meant for one of them stands in
`content-visible` divs, which a filter keeps or drops.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from lecturebuild.reading.source import Cell, Document, Line, name
from lecturebuild.running.execute import Output, Outputs
from lecturebuild.steps.errors import LectureError

FRAME = re.compile(r"^##\s")
EMPTY = re.compile(r"\s*<pre\b[^>]*>\s*</pre>\s*")
"""What rich, and so Keras's summary, leaves in a notebook of an output that was captured."""

FigureFiles = Callable[[str], dict[str, Path]]
"""Returns, for the name of a figure of the store, its files by suffix."""


@dataclass(frozen=True)
class Woven:
    """A document as Markdown, the origin of each line, and the pictures it shows by file name."""

    text: str
    origins: tuple[tuple[Path, int], ...]
    media: dict[str, Path]


def weave(
    document: Document,
    results: dict[Path, Outputs],
    figure_files: FigureFiles,
    media_folder: Path,
    *,
    deck: bool = False,
) -> Woven:
    """Return a document with the outputs of its cells.

    Parameters
    ----------
    results : dict
        Outputs of the cells by page and index; a page may be missing where only labels matter.
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
        outputs = results[block.page][block.index] if executed else ()
        new = _cell(block, outputs, figure_files, media_folder, media, executed)
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
) -> list[str]:
    if cell.options.get("include", True) is False:
        return []
    body: list[str] = []
    if cell.options.get("echo", True) and cell.code.strip():
        body += _code(cell)
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
        for output in outputs:
            if output.kind in ("image", "figure"):
                body += _picture(cell, output, figure_files, media_folder, media)
            elif not (output.kind == "stderr" and cell.options.get("warning") is False):
                body += _text(output)
    if not body:
        return []
    identifier = f' id="cell-{cell.label}"' if cell.label else ""
    return ["", *_div(f'class="cell"{identifier}', body)]


def _div(attributes: str, body: list[str]) -> list[str]:
    """Return a div in HTML's notation: unlike ':::', it may stand indented, as in a list."""
    return [f"<div {attributes}>", "", *body, "", "</div>", ""]


def _code(cell: Cell) -> list[str]:
    fence = _fence(cell.code)
    code = [f"{fence}{{.python .cell-code}}", *cell.code.strip("\n").split("\n"), fence, ""]
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
    for_html = files.get("svg") or files.get("png") or files.get("jpg") or files.get("pdf")
    for_latex = files.get("pdf") or files.get("png") or files.get("jpg")
    if for_html is None or for_latex is None:
        raise LectureError(f"{name(cell)}: no picture that LaTeX can show", cell.file, cell.line)
    media[for_html.name] = for_html
    media[for_latex.name] = for_latex
    attributes = f'.cell-picture pdf="{for_latex.name}"'
    if alt := cell.options.get("fig-alt"):
        escaped = html.escape(" ".join(alt.split())).replace("\\", "\\\\")
        attributes += f' fig-alt="{escaped}"'
    caption = _balanced(" ".join((cell.options.get("fig-cap") or "").split()))
    if cell.label and cell.label.startswith("fig-"):
        if not caption:
            raise LectureError(f"{name(cell)} needs a fig-cap", cell.file, cell.line)
        attributes = f"#{cell.label} {attributes}"
    return [f"![{caption}]({for_html.name}){{{attributes}}}", ""]


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


def _text(output: Output) -> list[str]:
    """Return text output; markup with its plain text in place of it where LaTeX cannot show it."""
    if output.kind == "markdown":
        return ["", *output.markup.split("\n"), ""]
    if output.kind == "latex":
        return ["", *output.markup.strip().split("\n"), ""]
    if output.kind == "html":
        if EMPTY.fullmatch(output.markup):
            return []
        fence = _fence(output.markup)
        return [
            *_div('class="cell-output"', [f"{fence}{{=html}}", *output.markup.split("\n"), fence]),
            *_div(
                'class="content-visible" when-format="latex"',
                _verbatim(output.text, "cell-output"),
            ),
        ]
    return _verbatim(output.text, f"cell-output cell-output-{output.kind}")


def _verbatim(text: str, classes: str) -> list[str]:
    if not text.strip():
        return []
    fence = _fence(text)
    return _div(f'class="{classes}"', [fence, *text.strip("\n").split("\n"), fence])


def _fence(text: str) -> str:
    """Return a fence longer than any in the text."""
    longest = max((len(run) for run in re.findall(r"`{3,}", text)), default=2)
    return "`" * (longest + 1)
