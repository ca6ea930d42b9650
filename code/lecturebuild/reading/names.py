"""Every name that a document may use, and what becomes of one that nobody knows.

`labels.lua` lists the classes, attributes and labels of a document as Pandoc read it, so that it
does not matter how they were written, and the marks that it took for text. What the tables of
`known.yml` do not have is an error: a misspelt `.answer` would otherwise publish a solution.
"""

import re
import subprocess
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from lecturebuild.reading import known
from lecturebuild.reading.source import (
    FENCE,
    Cell,
    Document,
    Line,
    odd_dollars,
    unplaced,
    without_code,
)
from lecturebuild.steps.errors import LectureError, guess
from lecturebuild.steps.programs import executable


@dataclass(frozen=True)
class Complaint:
    """Something that the gate does not let pass: a message, and texts to find its line by."""

    message: str
    where: tuple[str, ...]
    mark: str = ""


def check(
    document: Document, found: dict[str, Any], own: Collection[str], *, in_deck: bool
) -> None:
    """Raise an error at the first thing in a document that the gate does not let pass.

    `found` is what `labels.lua` lists under `gate`; `own` are the project's own classes. The deck
    is not shown as a page.
    """
    for complaint in complaints(found, own, in_deck=in_deck):
        if place := _place(document, complaint):
            raise LectureError(complaint.message, *place)


def complaints(
    found: dict[str, Any], own: Collection[str], *, in_deck: bool
) -> Iterator[Complaint]:
    """Yield what is wrong with the names, marks and raw text of a document."""
    for element, kind, name in found["names"]:
        if kind == "class":
            yield from _class(element, name, own)
        elif kind == "attribute":
            yield from _attribute(element, name)
        elif kind == "label":
            yield from _label(name)
        else:
            yield from _use(element, kind, name)
    for mark, text in (*found["leftovers"], *found["annotations"]):
        if message := known.LEFTOVERS[mark]:
            may_be_meant = "" if mark in ("annotation", "annotated", "heading-note") else mark
            where = (text, text.split(" ")[0])
            yield Complaint(message.format(text, text), where, may_be_meant)
    if in_deck:
        for text in found["deck_html"]:
            if lost := known.HTML_CONTENT.search(text):
                mark = '::: {.content-visible when-format="html"}'
                message = f"the HTML <{lost[1]}> is not in the deck: mark it by '{mark}'"
                yield Complaint(message, (_first_line(text),))
    else:
        for text in found["book_latex"]:
            yield from _latex(text)
        for text in found["book_formulas"]:
            yield from _formula(text)


def judge(word: str, own: Collection[str]) -> str | None:
    """Return what is wrong with a word of attributes, `.class`, `#label` or `name=`, if anything.

    Here it is not known to what element the attributes belong.
    """
    found: Iterable[Complaint] = ()  # of a language, or a value
    if word.startswith("#"):
        found = _label(word[1:])
    elif word.startswith("."):
        elements, _ = known.CLASSES.get(word[1:], ("", ""))
        if elements or word[1:].lower() not in known.LANGUAGES:  # of code: the document will tell
            found = _class(elements.partition(" ")[0], word[1:], own)
    elif word.endswith("="):
        elements, _ = known.ATTRIBUTES.get(word[:-1], ("Div", ""))
        found = _attribute(elements.partition(" ")[0], word[:-1])
    return next((complaint.message for complaint in found), None)


def _class(element: str, name: str, own: Collection[str]) -> Iterator[Complaint]:
    if name in known.WOVEN or name.startswith("cell-output") or name in own:
        return
    elements, _ = known.CLASSES.get(name, ("", ""))
    if element in elements.split():
        return
    is_code = element in ("CodeBlock", "Code")
    if is_code and (name.lower() in known.LANGUAGES or name.lower() in languages()):
        return
    where = (f".{name}", f"::: {name}", f":::{name}", f"```{name}", f"``` {name}", name)
    if elements:
        yield Complaint(_misplaced(f".{name}", element, elements), where)
    elif name in known.QUARTO_CLASSES or re.match(r"(column|panel|g-col|g-start)-", name):
        yield Complaint(_quarto(f".{name}"), where)
    else:
        kind = "language or class" if is_code and not re.search("-", name) else "class"
        others = [each for each, (on, _) in known.CLASSES.items() if element in ("", *on.split())]
        others += [*own, *(languages() if is_code else ())]
        hint = guess(name, others, ": did you mean '.{}'?") or (
            "; 'lecture names' lists all, 'lecture: classes: [...]' in _quarto.yml adds your own"
        )
        yield Complaint(f"unknown {kind} '.{name}'{hint}", where)


@cache
def languages() -> frozenset[str]:
    """Return the names of the languages that Pandoc can highlight."""
    command = [executable(), "--list-highlight-languages"]
    listed = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return frozenset(listed.split())


def _attribute(element: str, name: str) -> Iterator[Complaint]:
    woven = name == "open" or (name == "pdf" and element == "Image")
    if woven or name.startswith(known.OWN_ATTRIBUTES):
        return
    elements, _ = known.ATTRIBUTES.get(name, ("", ""))
    if element in elements.split():
        return
    where = (f"{name}=", f"{name} =", name)
    if elements:
        yield Complaint(_misplaced(f"{name}=", element, elements), where)
    elif name in known.QUARTO_ATTRIBUTES or name.startswith(("fig-", "tbl-", "layout-")):
        yield Complaint(_quarto(name), where)
    else:
        hint = guess(name, known.ATTRIBUTES, ": did you mean '{}'?")
        yield Complaint(f"unknown attribute '{name}='{hint}", where)


def value_problem(element: str, name: str, value: str) -> str | None:
    """Return what is wrong with the value of an attribute, if anything."""
    if name in ("when-format", "unless-format") and value not in known.FORMATS:
        return f"the format '{value}' is not known; there are {', '.join(known.FORMATS)}"
    pattern, words = known.VALUES.get(f"{element} {name}", (".*", ""))
    return None if re.fullmatch(pattern, value, re.S) else f"'{name}={value}': it must be {words}"


def _use(element: str, kind: str, name: str) -> Iterator[Complaint]:
    """Yield a complaint about how something known is used."""
    message = known.MISUSED.get(name if (kind, name) == ("alone", "lst-cap") else kind, "")
    message = message.format(name)
    where: tuple[str, ...] = (f"{name}=", f".{name}", name)
    if kind == "value":
        name, _, value = name.partition("=")
        message = value_problem(element, name, value) or ""
        where = (f'{name}="{value}"', f"{name}='{value}'", f"{name}={value}", value, name)
    elif kind == "raw":
        message = "" if name in known.RAW_FORMATS else message
        where = (f"{{={name}}}", f"={name}")
    if message:
        yield Complaint(message, where)


def _label(name: str) -> Iterator[Complaint]:
    kind, _, rest = name.partition("-")
    if rest and kind in known.THEOREMS:
        yield Complaint(_quarto(f"#{name}"), (f"#{name}",))


def _latex(text: str) -> Iterator[Complaint]:
    """Yield a complaint about LaTeX in the text that the book cannot show."""
    if known.MACROS.match(text) or known.FORMULAS.match(text) or known.TABLES.search(text):
        return
    words = re.findall(r"\\([A-Za-z]+)", text)
    lost = next((word for word in words if word not in known.LAYOUT), None)
    if lost is None:
        return
    if lost in ("ref", "eqref", "autoref", "cref", "Cref", "pageref"):
        advice = "label the formula by '$$ … $$ {#eq-name}' and write @eq-name"
    elif lost in ("cite", "citep", "citet"):
        advice = "write [@key]"
    elif lost == "begin":
        advice = "mark it as LaTeX for the deck alone, by ```{=latex} around it"
    else:
        shown = _first_line(text)
        advice = f"a formula stands in dollars; for the deck alone, mark it: `{shown}`{{=latex}}"
    yield Complaint(f"'{_first_line(text)}' is LaTeX that the book cannot show: {advice}",
                    (_first_line(text),))  # fmt: skip


def _formula(text: str) -> Iterator[Complaint]:
    """Yield a complaint about what Pandoc passes over in a formula of the book."""
    for pattern, message in known.LOST_IN_FORMULAS.items():
        if lost := re.search(pattern, text):
            where = next((line for line in text.split("\n") if lost[0] in line), lost[0])
            yield Complaint(f"'{lost[0].strip()}' in the formula {_first_line(text)}: {message}",
                            (where.strip(), lost[0]))  # fmt: skip


def _first_line(text: str) -> str:
    return text.strip().split("\n")[0]


def _quarto(name: str) -> str:
    return f"'{name}' is a feature of Quarto that the built-in renderer does not support"


def _misplaced(name: str, element: str, elements: str) -> str:
    return f"'{name}' has no effect on {known.CALLED[element]}; it is for {known.called(elements)}"


def _place(document: Document, complaint: Complaint) -> tuple[Path, int | None] | None:
    """Return file and line of what a complaint is about.

    None for a mark that the source does not have: it was escaped, so it is meant as text.
    """
    if complaint.mark == "display":
        return _unpaired(document)
    if complaint.mark == "dollar":
        return _lone_dollar(document)
    lines = document.lines
    if complaint.mark in ("list", "table", "heading", "quotation"):
        for before, line in pairwise(lines):
            glued = before.text.strip() and before.file == line.file and not line.verbatim
            if glued and line.text.lstrip().startswith(complaint.where[-1]):
                return line.place
        return None
    begin = re.match(r"\W*\w+", complaint.where[-1]) if complaint.mark else None
    # Quotation marks and dashes are others in what Pandoc has read.
    for text in (*complaint.where, *([begin[0]] if begin else [])):
        pattern = re.compile(
            (r"(?<!\\)" if complaint.mark else "")
            + (re.escape(text) + r"(?![\w-])" if text[-1:].isalnum() else re.escape(text))
        )
        for line in lines:
            shown = line.text if FENCE.match(line.text) else without_code(line.text)
            if (not line.verbatim or FENCE.match(line.text)) and pattern.search(shown):
                return line.place
        for cell in document.cells:
            if pattern.search(f"{cell.code} {cell.options}"):
                return cell.place
        for line in lines if not complaint.mark else ():
            if pattern.search(line.text):  # of raw text
                return line.place
    return None if complaint.mark else unplaced(document)


def _paragraphs(document: Document) -> Iterator[list[Line]]:
    paragraph: list[Line] = []
    for block in document.blocks:
        if isinstance(block, Cell) or block.verbatim or not block.text.strip():
            yield paragraph
            paragraph = []
        else:
            paragraph.append(block)
    yield paragraph


def _unpaired(document: Document) -> tuple[Path, int] | None:
    """Return the place of a '$$' that its paragraph does not close."""
    for paragraph in _paragraphs(document):
        odd = [line for line in paragraph if odd_dollars(line.text)]
        if len(odd) % 2:
            return odd[-1].place
    return None


def _lone_dollar(document: Document) -> tuple[Path, int] | None:
    """Return the place of a '$' with a space where a formula would begin or end."""
    formula = re.compile(r"(?<!\\)\$\$.*?\$\$|(?<!\\)\$(?=\S)(?:\\.|[^$\\])*?(?<=\S)\$(?!\d)", re.S)
    lone = re.compile(r"(?<!\\)\$(?=\s|$)")
    for paragraph in _paragraphs(document):
        text = "\n".join(without_code(line.text) for line in paragraph)
        # What is cut out leaves its line breaks, so that lines can be counted.
        text = formula.sub(lambda found: "x" + "\n" * found[0].count("\n"), text)
        if found := lone.search(text):
            return paragraph[text.count("\n", 0, found.start())].place
    return None
