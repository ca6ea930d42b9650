"""Find what the built-in renderer does not understand, before anything is executed."""

import ast
import re
from collections.abc import Collection, Iterator
from functools import lru_cache
from pathlib import Path

from lecturebuild.reading import names
from lecturebuild.reading.scripts import script_of
from lecturebuild.reading.source import DEEPEST, Cell, Document, Line, odd_dollars, without_code
from lecturebuild.steps.errors import LectureError

OPEN = re.compile(r"^\s*:{3,}\s*(?P<attributes>\S.*?)\s*:*\s*$")
CLOSE = re.compile(r"^\s*:{3,}\s*$")
DEEP = re.compile(r"#{7,}\s")
RULE = re.compile(r"^\s*\|?(?:\s*:?-+:?\s*\|)+(?:\s*:?-+:?\s*)?$")
"""The line below the head of a table."""
GRID = re.compile(r"\+(?:[-=:]+\+)+$")
"""The line around a grid table."""
BRACKETS = re.compile(
    r"\\{1,2}\((.{1,200}?)\\{1,2}\)|\\{1,2}\[(?P<display>[^]]{1,200}?)\\{1,2}\]|^\s*\\{1,2}[\[\]]\s*$"
)
"""What LaTeX takes for a formula; in escaped square brackets there may also be text."""
SLIP = re.compile(
    r"\{\s+#eq-[\w-]+\s*\}|\{(?:sec|fig|tbl|eq|lst)-[\w-]+\}|(?<!\])\(#(?:sec|fig|tbl|eq|lst)-[\w-]+\)"
)
"""A label without its sign, or in the brackets that other tools use."""
BEGIN_FORMULA = re.compile(r"\\begin\{(\w+\*?)\}")
ATTRIBUTES = re.compile(r"\{([^{}]*)\}")
CONDITION = re.compile(r"((?:when|unless)-format)=(?:\"([^\"]*)\"|'([^']*)'|([^\s}]*))")


def check_document(document: Document, own: Collection[str] = ()) -> None:
    """Raise an error at the first use of Quarto that is not supported.

    `own` are the project's own classes. All names are judged again in what Pandoc has read of the
    document; this comes before anything is executed.
    """
    for line, attributes in list(divs(document)):
        _check_attributes(attributes, line, own)
        if label := re.search(r"#(fig|tbl)-[\w-]+", attributes):
            message = f"a div with the label '{label[0]}' is not supported; label the picture, the "
            raise line.error(f"{message}table's caption or the cell itself")
    _check_tables(document)
    _check_brackets(document)
    for line in document.text:
        if not any(sign in line.text for sign in ("{", "(#", "#######")):
            continue  # most lines: what follows takes its time
        bare = _without_math(line.text)
        if DEEP.match(line.text):
            raise line.error("a heading has at most six '#'")
        if slip := SLIP.search(bare):
            raise line.error(f"'{slip[0]}' is text here: a label is written {{#sec-name}}")
        for attributes in [] if OPEN.match(line.text) else ATTRIBUTES.findall(bare):
            if re.match(r"\s*[.#]", attributes):
                _check_attributes(attributes, line, own)


def nested(document: Document) -> Iterator[tuple[Line | Cell, tuple[str, ...]]]:
    """Yield each block with the attributes of the divs around it, the outermost first.

    The lines that open and close a div are not inside it.
    """
    stack: list[tuple[Line, str]] = []
    for block in document.blocks:
        if isinstance(block, Cell) or ":::" not in block.text:
            yield block, tuple(outer for _, outer in stack)
            continue
        if not block.verbatim and CLOSE.match(block.text):
            if not stack:
                raise block.error("this ':::' closes no div")
            stack.pop()
        yield block, tuple(outer for _, outer in stack)
        if attributes := opened(block):
            stack.append((block, attributes))
            if len(stack) > DEEPEST:
                raise block.error(f"divs are nested more than {DEEPEST} deep")
    if stack:
        raise stack[-1][0].error("the div that begins here has no closing ':::'")


def opened(line: Line) -> str | None:
    """Return the attributes of the div that a line opens, None if it opens none.

    Raises
    ------
    LectureError
        More than a div's attributes stands on the line, which Pandoc then takes for text.
    """
    opening = OPEN.match(line.text) if ":::" in line.text else None
    if line.verbatim or CLOSE.match(line.text) or not opening:
        return None
    attributes = opening["attributes"]
    if not re.fullmatch(r"\{.*\}|\S+", attributes):
        message = "after ':::' one word or {...} may follow; begin the text on the next line"
        raise line.error(message)
    return attributes if attributes.startswith("{") else f".{attributes}"


def divs(document: Document) -> Iterator[tuple[Line, str]]:
    """Yield each fenced div: its line and its attributes."""
    for block, _ in nested(document):
        if isinstance(block, Line) and (attributes := opened(block)):
            yield block, attributes


def _check_attributes(attributes: str, line: Line, own: Collection[str]) -> None:
    for found in CONDITION.finditer(attributes):
        value = next(filter(None, found.groups()[1:]), "")
        if wrong := names.value_problem("", found[1], value):
            raise line.error(wrong)
    words = re.sub(r"\"[^\"]*\"|'[^']*'", "", attributes)
    for word in re.findall(r"[.#]?[A-Za-z][\w-]*=?", words):
        if wrong := names.judge(word, own):
            raise line.error(wrong)


def _check_tables(document: Document) -> None:
    """Raise an error at a row of a table with more cells than columns: Pandoc drops the others."""
    columns = width = 0
    for block in document.blocks:
        width = 0 if isinstance(block, Cell) or block.verbatim else _check_grid(block, width)
        if isinstance(block, Cell) or block.verbatim or not block.text.strip():
            columns = 0
        elif RULE.match(block.text):
            columns = _cells(block.text)
        elif columns and "|" in block.text and (found := _cells(block.text)) > columns:
            message = f"the row has {found} cells, but the table {columns} columns, so the last "
            raise block.error(f"{message}would be lost; write \\| for a line in a cell")


def _check_grid(line: Line, width: int) -> int:
    """Return the width of the frame of a grid table that goes on here; 0 outside of one.

    Raises
    ------
    LectureError
        The row is not as wide as the frame: Pandoc would take the table for something else.
    """
    text = line.text.strip()
    if not text.startswith(("+", "|")) or not (width or GRID.match(text)):
        return 0
    from rich.cells import cell_len  # few documents have such a table

    if width and cell_len(text) != width:
        message = "the row is not as wide as the first line of its table: align the table's frame"
        raise line.error(message)
    return cell_len(text)


def _check_brackets(document: Document) -> None:
    r"""Raise an error at a formula in '\\(…\\)' or '\\[…\\]': Pandoc shows it as text."""
    for text, file, line in _outside_formulas(document):
        if "\\" not in text:
            continue
        for found in BRACKETS.finditer(_without_math(text)):
            if found["display"] and not re.search(r"[\\^_=+<>]", found["display"]):
                continue
            message = f"the formula '{found[0]}' is read as text: a formula stands in $…$ or $$…$$"
            raise LectureError(message, file, line)


def _outside_formulas(document: Document) -> Iterator[tuple[str, Path, int]]:
    """Yield the lines of text, and captions of cells, that are not inside a larger formula."""
    end = ""
    for block in document.blocks:
        if isinstance(block, Cell):
            for key in ("fig-cap", "lst-cap"):
                yield str(block.options.get(key) or ""), *block.place
        elif not block.verbatim:
            bare = without_code(block.text)
            begin = BEGIN_FORMULA.search(bare)
            if end or not bare.strip():
                end = "" if end in bare or not bare.strip() else end
            elif begin:
                end = f"\\end{{{begin[1]}}}"
                end = "" if end in bare else end
            elif odd_dollars(bare):
                end = "$$"
            else:
                yield bare, *block.place


def _cells(row: str) -> int:
    """Return the number of cells of a table's row."""
    bare = _without_math(row.replace("\\\\", "").replace("\\|", "")).strip()
    return bare.removeprefix("|").removesuffix("|").count("|") + 1


def _without_math(text: str) -> str:
    return re.sub(r"\$\$[^$]*\$\$|\$[^$]*\$", "", without_code(text))


def figure_names(document: Document, root: Path) -> list[str]:
    """Return the names of the figures that a document's cells show with `figure("name")`.

    Raises
    ------
    LectureError
        At the cell that names a script that is not there.
    """
    names: list[str] = []
    for cell in document.cells:
        for name, line in _calls(cell.code) if cell.executed else ():
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
