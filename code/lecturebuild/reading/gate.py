"""Find what the built-in renderer does not understand, before anything is executed."""

import ast
import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path

from lecturebuild.reading import names
from lecturebuild.reading.scripts import script_of
from lecturebuild.reading.source import DEEPEST, Cell, Document, Line, without_code
from lecturebuild.steps.errors import LectureError

OPEN = re.compile(r"^\s*:{3,}\s*(?P<attributes>\S.*?)\s*:*\s*$")
CLOSE = re.compile(r"^\s*:{3,}\s*$")
DEEP = re.compile(r"#{7,}\s")
RULE = re.compile(r"^\s*\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?$")
"""The line below the head of a table."""
ATTRIBUTES = re.compile(r"\{([^{}]*)\}")

FORMATS = ("html", "beamer", "latex", "pdf")


def check_document(document: Document, own: Collection[str] = (), *, in_deck: bool) -> None:
    """Raise an error at the first use of Quarto that is not supported, or not in a frame.

    `own` are the project's own classes. All names are judged again in what Pandoc has read of the
    document; this comes before anything is executed.
    """
    for line, attributes, around in list(divs(document)):
        _check_attributes(attributes, line, own)
        if label := re.search(r"#(fig|tbl)-[\w-]+", attributes):
            raise LectureError(
                f"a div with the label '{label[0]}' is not supported; label the picture, the "
                "table's caption or the cell itself",
                line.file,
                line.number,
            )
        if (
            in_deck
            and ".callout-" in attributes
            and not any(map(_book_only, (*around, attributes)))
        ):
            raise LectureError(
                "a callout inside a frame: put it into '::: {.content-hidden "
                'when-format="beamer"}\', the deck cannot show it',
                line.file,
                line.number,
            )
    _check_tables(document)
    for block in document.blocks:
        if isinstance(block, Line) and not block.verbatim and DEEP.match(block.text):
            raise LectureError("a heading has at most six '#'", block.file, block.number)
        if isinstance(block, Line) and not block.verbatim and not OPEN.match(block.text):
            for attributes in ATTRIBUTES.findall(_without_math(block.text)):
                if re.match(r"\s*[.#]", attributes):
                    _check_attributes(attributes, block, own)


def nested(document: Document) -> Iterator[tuple[Line | Cell, tuple[str, ...]]]:
    """Yield each block with the attributes of the divs around it, the outermost first.

    The lines that open and close a div are not inside it.
    """
    stack: list[tuple[Line, str]] = []
    for block in document.blocks:
        if isinstance(block, Line) and not block.verbatim and CLOSE.match(block.text):
            if not stack:
                raise LectureError("this ':::' closes no div", block.file, block.number)
            stack.pop()
        yield block, tuple(outer for _, outer in stack)
        if isinstance(block, Line) and (attributes := opened(block)):
            stack.append((block, attributes))
            if len(stack) > DEEPEST:
                message = f"divs are nested more than {DEEPEST} deep"
                raise LectureError(message, block.file, block.number)
    if stack:
        line = stack[-1][0]
        raise LectureError("the div that begins here has no closing ':::'", line.file, line.number)


def opened(line: Line) -> str | None:
    """Return the attributes of the div that a line opens, None if it opens none.

    Raises
    ------
    LectureError
        More than a div's attributes stands on the line, which Pandoc then takes for text.
    """
    opening = OPEN.match(line.text)
    if line.verbatim or CLOSE.match(line.text) or not opening:
        return None
    attributes = opening["attributes"]
    if not re.fullmatch(r"\{.*\}|\S+", attributes):
        message = "after ':::' one word or {...} may follow; begin the text on the next line"
        raise LectureError(message, line.file, line.number)
    return attributes if attributes.startswith("{") else f".{attributes}"


def divs(document: Document) -> Iterator[tuple[Line, str, tuple[str, ...]]]:
    """Yield each fenced div: its line, its attributes and those of the divs around it."""
    for block, around in nested(document):
        if isinstance(block, Line) and (attributes := opened(block)):
            yield block, attributes, around


def _book_only(attributes: str) -> bool:
    condition = re.search(r"(when|unless)-format=[\"']?(html|beamer|latex|pdf)", attributes)
    if condition is None:
        return False
    names_book = (condition[2] == "html") == (condition[1] == "when")
    return (".content-visible" if names_book else ".content-hidden") in attributes


def _check_attributes(attributes: str, line: Line, own: Collection[str]) -> None:
    for name in re.findall(r"(?:when|unless)-format=[\"']?([\w-]+)", attributes):
        if name not in FORMATS:
            message = f"the format '{name}' is not known; there are {', '.join(FORMATS)}"
            raise LectureError(message, line.file, line.number)
    words = re.sub(r"\"[^\"]*\"|'[^']*'", "", attributes)
    for word in re.findall(r"[.#]?[A-Za-z][\w-]*=?", words):
        if wrong := names.judge(word, own):
            raise LectureError(wrong, line.file, line.number)


def _check_tables(document: Document) -> None:
    """Raise an error at a row of a table with more cells than columns: Pandoc drops the others."""
    columns = 0
    for block in document.blocks:
        if isinstance(block, Cell) or block.verbatim or not block.text.strip():
            columns = 0
        elif RULE.match(block.text):
            columns = _cells(block.text)
        elif columns and "|" in block.text and (found := _cells(block.text)) > columns:
            message = (
                f"the row has {found} cells, but the table {columns} columns, so the last would be "
                "lost; write \\| for a line in a cell"
            )
            raise LectureError(message, block.file, block.number)


def _cells(row: str) -> int:
    """Return the number of cells of a table's row."""
    bare = _without_math(row.replace("\\\\", "").replace("\\|", "")).strip()
    return bare.removeprefix("|").removesuffix("|").count("|") + 1


def _without_math(text: str) -> str:
    return re.sub(r"\$[^$]*\$", "", without_code(text))


def figure_names(document: Document, root: Path) -> list[str]:
    """Return the names of the figures that a document's cells show with `figure("name")`.

    Raises
    ------
    LectureError
        At the cell that names a script that is not there.
    """
    names: list[str] = []
    for cell in document.cells:
        if cell.options.get("eval", True) is False:
            continue
        for name, line in _calls(cell.code):
            try:
                script_of(name, root)
            except LectureError as error:
                place = cell.file, cell.code_line + line - 1
                raise LectureError(error.message, *place) from None
            names.append(name)
    return list(dict.fromkeys(names))


def figure_calls(cell: Cell) -> list[str]:
    """Return the names of the figures that one cell shows."""
    return [name for name, _ in _calls(cell.code)]


@lru_cache(maxsize=1000)
def _calls(code: str) -> tuple[tuple[str, int], ...]:
    """Return the names of the figures that code shows, each with its line."""
    found: list[tuple[str, int]] = []
    if "figure" not in code:
        return ()
    try:
        tree = ast.parse(code)
    except SyntaxError:
        return ()  # magics and mistakes are the kernel's business
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id="figure"), args=[ast.Constant(value=str(name))]):
                found.append((name, node.lineno))
    return tuple(found)
