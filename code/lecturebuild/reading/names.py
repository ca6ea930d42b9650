"""Every name that a document may use, and what becomes of one that nobody knows.

`labels.lua` lists the classes, attributes and labels of a document as Pandoc read it, so that it
does not matter how they were written, and the marks that it took for text. What the tables below
do not have is an error: a misspelt `.answer` would otherwise publish a solution. `lecture names`
prints the tables.
"""

import re
import subprocess
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

from lecturebuild.reading.source import FENCE, Cell, Document, Line, odd_dollars, without_code
from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.programs import executable

BLOCKS = "Div"
TEXT = "Span"
CODE = "CodeBlock Code"

CALLOUTS = {"note": "nte", "tip": "tip", "warning": "wrn", "important": "imp", "caution": "cau"}
"""Kinds of callouts and what their labels begin with."""

# Name: the elements of Pandoc's that may have it, and what it does.
CLASSES: dict[str, tuple[str, str]] = {
    "answer": (BLOCKS, "a solution: a fold in the book, absent from deck and student's notebook"),
    "book": (BLOCKS, "stays out of the notebooks"),
    "notebook": (BLOCKS, "what belongs to a second pair of notebooks, called name="),
    "downloads": (BLOCKS, "a list of links to files that the page offers"),
    "notes": (BLOCKS, "speaker's notes: only in the deck's notes and the handout"),
    "content-visible": (f"{BLOCKS} {TEXT} {CODE}", "shown where when-format, unless-format say"),
    "content-hidden": (f"{BLOCKS} {TEXT} {CODE}", "hidden where when-format, unless-format say"),
    "columns": (BLOCKS, "holds columns side by side"),
    "column": (BLOCKS, "one of them, width= wide"),
    "incremental": (BLOCKS, "its lists appear item by item in the deck"),
    "nonincremental": (BLOCKS, "its lists appear at once"),
    "onlytextwidth": (BLOCKS, "columns as wide as the text"),
    **{
        f"callout-{kind}": (BLOCKS, "a box with a title; only in the book")
        for kind in CALLOUTS
    },
    "wide": (BLOCKS, "as wide as a figure, in the book"),
    "gallery": (BLOCKS, "pictures of cells with their text beside them, in the book"),
    "cover": (BLOCKS, "the picture of the first page, in the book"),
    "cards": (BLOCKS, "cards side by side, in the book"),
    "card": (BLOCKS, "one of them: a picture, a link and a sentence"),
    "muted": (TEXT, "grey"),
    "term": (TEXT, "a term where it is explained: the index of terms links to it"),
    "smallcaps": (TEXT, "small capitals"),
    "underline": (TEXT, "underlined"),
    "ul": (TEXT, "underlined"),
    "mark": (TEXT, "marked"),
    "math": (TEXT, "a formula that Pandoc read"),
    "nocase": (TEXT, "keeps its capitals in a bibliography"),
    "unnumbered": ("Header", "has no number"),
    "unlisted": ("Header", "is not in the contents"),
    **dict.fromkeys(
        """allowdisplaybreaks allowframebreaks b c environment example fragile
        noframenumbering plain s shrink squeeze standout t""".split(),
        ("Header", "an option of the frame"),
    ),
    "alert": ("Header", "a block of Beamer's that alerts"),
    "numberLines": ("CodeBlock", "numbers the lines of code, from startFrom="),
    "number-lines": ("CodeBlock", "the same"),
    "uri": ("Link", "an address that stands for itself"),
    "email": ("Link", "an address of mail that stands for itself"),
    "citation": (TEXT, "what Pandoc makes of a citation"),
    "emoji": (TEXT, "what Pandoc makes of :smile:"),
    "task-list": (BLOCKS, "a list of boxes to tick"),
    "crossref": ("Link", "a reference"),
}  # fmt: skip
WOVEN = set("cell cell-code cell-output code-fold cell-picture html-output".split())
"""Classes that the renderer writes itself, besides those that begin with cell-output."""

ATTRIBUTES: dict[str, tuple[str, str]] = {
    "when-format": (f"{BLOCKS} {TEXT} {CODE}", "of .content-visible and .content-hidden"),
    "unless-format": (f"{BLOCKS} {TEXT} {CODE}", "of .content-visible and .content-hidden"),
    "title": (f"{BLOCKS} Link Image", "of a callout"),
    "collapse": (BLOCKS, "true or false: a callout that can be closed"),
    "name": (BLOCKS, "of a .notebook"),
    "width": (f"{BLOCKS} Image", "of a column or a picture, as 50%, 3cm or 200px"),
    "height": ("Image", "of a picture"),
    "fig-alt": ("Image Figure", "the picture in words, for who does not see it"),
    "alt": ("Image", "the same"),
    "filename": ("CodeBlock", "the file's name, over the code"),
    "lst-cap": ("CodeBlock", "the caption of a listing, labelled #lst-name"),
    "startFrom": ("CodeBlock", "the number of the first line"),
    "frameoptions": ("Header", "options of the frame"),
    "align": (BLOCKS, "of .columns: top, center, bottom"),
    "lang": (f"{BLOCKS} {TEXT}", "the language of the text"),
    "role": (BLOCKS, "what a screen reader takes it for"),
}
FORMATS = ("html", "beamer", "latex", "pdf")
"""What `when-format` and `unless-format` may name."""
LENGTH = r"\d+|\d*\.?\d+(px|cm|mm|in|pt|em"
VALUES = {
    ("Div", "width"): (r"\d*\.?\d+%", "a part of the line, as 50%"),
    ("Image", "width"): (LENGTH + "|%)", "a number of pixels, or as 50%, 3cm, 2in or 10em"),
    ("Image", "height"): (LENGTH + ")", "a number of pixels, or as 3cm, 2in or 10em"),
    ("Div", "collapse"): ("true|false", "true or false"),
    ("Div", "align"): ("top|center|bottom", "top, center or bottom"),
    ("CodeBlock", "startFrom"): (r"\d+", "a number"),
}
"""Element and attribute: what a value must look like, as an expression and in words."""
RAW_FORMATS = ("html", "tex", "latex", "beamer", "source")
"""Formats of raw text that an output shows; `source` is the renderer's own."""
OWN_ATTRIBUTES = ("data-", "aria-")
"""What begins so is the page's scripts' and style sheets' own."""

LABELS = {
    "fig": "a figure", "tbl": "a table", "eq": "an equation", "sec": "a section",
    "lst": "a listing", **{short: f"a callout ({kind})" for kind, short in CALLOUTS.items()},
}  # fmt: skip

ELEMENTS = """BlockQuote BulletList Cite Code CodeBlock DefinitionList Div Emph Figure Header
HorizontalRule Image LineBlock LineBreak Link Math Note OrderedList Para Plain Quoted RawBlock
RawInline SmallCaps SoftBreak Space Span Str Strikeout Strong Subscript Superscript Table
Underline""".split()

LANGUAGES = {"text", "txt", "plain", "plaintext", "output", "console", "default", "none", "stdout",
             "shell", "terminal", "pycon", "ipython", "qmd", "quarto"}  # fmt: skip
"""Languages of code beyond those that Pandoc highlights."""

# What stock Quarto knows and the built-in renderer does not.
QUARTO_CLASSES = set(
    """absolute aside border callout-appearance callout-none card column-body
    column-body-outset column-margin column-page column-page-inset column-page-left
    column-page-right column-screen column-screen-inset column-screen-left column-screen-right
    dropdown figure-caption fragment fit-text glightbox grid g-col-1 g-col-2 g-col-3 g-col-4
    g-col-6 g-col-8 g-col-12 hidden hero-banner kbd landscape lead lightbox light-content
    dark-content list-group output panel-center panel-fill panel-input panel-sidebar
    panel-tabset preview-image proof quarto-figure quarto-layout-panel r-fit-text r-stack
    r-stretch remark scrollable smaller solution striped hover bordered borderless
    toc toolbar value-box tbl-colwidths incremental-code code-with-filename""".split()
)
QUARTO_ATTRIBUTES = set(
    """appearance apa-note bootstrap-class code-fold code-line-numbers code-summary
    code-overflow colwidths content-mode custom-style data-qmd fig-align fig-cap fig-env
    fig-link fig-pos fig-scap group icon kind layout layout-align layout-ncol layout-nrow
    layout-valign lightbox lst-label meta nolightbox order scrollable style tbl-cap
    tbl-colwidths tbl-subcap unless-meta unless-profile when-meta when-profile valign desc
    loading rel target download""".split()
)
THEOREMS = "thm lem cor prp cnj def exm exr sol rem alg".split()

LAYOUT = set(
    """addtolength backmatter bgroup bigskip bigbreak bigg boldmath center centering clearpage
    cleardoublepage colorlet definecolor displaystyle egroup em endgroup begingroup
    fontsize footnotesize framebreak frontmatter hfill hphantom hrule hrulefill hskip hspace
    huge Huge indent itemsep kern large Large LARGE leavevmode linebreak mainmatter medskip
    medbreak newline newpage nobreak noindent nolinebreak nopagebreak normalsize null
    pagebreak par parskip parindent pause phantom protect quad qquad raggedbottom raggedleft
    raggedright relax rule scriptsize selectfont setbeamercovered setbeamercolor setbeamerfont
    setbeamertemplate setcounter setlength small smallskip smallbreak strut textstyle thispagestyle
    tiny unboldmath vfill vphantom vskip vspace usebeamerfont usebeamercolor
    transdissolve transfade""".split()
)
"""Commands of LaTeX that only arrange: nothing is lost where the book leaves them out."""
MACROS = re.compile(
    r"\s*\\(?:(?:re|provide)?(?:new)?command|DeclareMathOperator|def|let|newenvironment|"
    r"renewenvironment|DeclareRobustCommand|newtheorem)\b"
)
FORMULAS = re.compile(
    r"\s*\\begin\{(?:align|alignat|aligned|alignedat|cases|eqnarray|equation|gather|gathered|"
    r"multline|split)\*?\}"
)
TABLES = re.compile(r"\\begin\{(?:tabular|longtable|table|tabularx)\*?\}")
LOST_IN_FORMULAS = (
    (r"\\color\b", "the book shows no colours in formulas; for the deck alone, put the formula "
     "into '::: {.content-visible when-format=\"beamer\"}'"),
    (r"\\[hc]line\b|\\begin\{array\}\s*\{[^}]*\|", "the book shows no lines in an array"),
    (r"(?<!\\)%(?=[^\n]*$)", "it begins a comment of LaTeX's; write \\% for the sign"),
)  # fmt: skip
"""Parts of formulas that are lost without a word of Pandoc's."""
HTML_CONTENT = re.compile(
    r"<(img|video|audio|iframe|svg|table|canvas|object|embed|picture|input|select|button|form)\b",
    re.I,
)
"""Elements of HTML that are something themselves; the text in others is in the deck as well."""

LEFTOVERS = {
    "div": "",  # has a message of its own, crossref.check_strays
    "label": "",
    "display": "the '$$' here is text: a formula ends with '$$' before the next blank line",
    "dollar": "the '$' here is text: inside a formula's dollars there is no space at its ends, "
    "as in $x$; write \\$ for a dollar",
    "footnote": "there is no footnote '{}': no line begins with '{}:'",
    "reference": "'{}' leads nowhere: no line begins with the second pair of brackets and a colon",
    "attributes": "'{}' is text here: attributes stand right behind what they belong to, without a "
    "space, as in [text]{{.name}} or ![](picture.png){{width=50%}}",
    "picture": "'{}' is text here, no picture or link: an address with spaces stands in <…>",
    "list": "the list that begins here ('{}') is read as text: leave a blank line before it",
    "table": "the table that begins here is read as text: leave a blank line before it, and put "
    "a head above its line of dashes",
    "heading": "the heading '{}' is read as text: leave a blank line before it",
    "quotation": "the quotation that begins here ('{}') is read as text: leave a blank line before "
    "it",
    "shortcode": "'{}' is text here: a shortcode begins with {{{{< and ends with >}}}}",
    "no-heading": "'{}' is text here: a heading has a space behind its '#'",
    "bold": "the '**' in '{}' is text here: what is bold ends with '**' in the same paragraph",
    "code": "the '`' in '{}' is text here: code ends with '`' in the same paragraph",
    "comment": "the comment that begins here has no closing '-->'",
    "emphasis": "the '*' in '{}' is text here: what is emphasised ends with '*' in the same "
    "paragraph; write \\* for a star",
    "struck": "the '{}' here is nothing: what is struck out ends with '~~' in the same paragraph",
    "alert": "'{}' is text here: a callout is written '::: {{.callout-note}}'",
    "bullet": "'{}' begins no item of a list here: an item begins with '-' and a space, and a list "
    "with a blank line before it",
    "link": "'{}' is text here: the address of a link stands right behind the brackets, without a "
    "space",
    "heading-note": "a footnote in a heading: the contents could not show it; put it into the text",
    "annotation": "the mark '{}' in the code has no explanation in the list behind it",
    "annotated": "'{}' of the list behind the code explains a mark that the code does not have",
    "cites": "'{}' stands inside a citation: between two in the same brackets a semicolon stands",
    "group": "the brace in '{}' is text here: for the deck alone, mark the LaTeX: `…`{{=latex}}",
}
"""What Pandoc took for text though it was meant as more."""


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

    Parameters
    ----------
    found : dict
        What `labels.lua` lists under `gate`.
    own : collection of str
        The project's own classes.
    in_deck : bool
        The document is the deck, so it is not shown as a page.
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
        if message := LEFTOVERS[mark]:
            may_be_meant = "" if mark in ("annotation", "annotated", "heading-note") else mark
            where = (text, text.split(" ")[0])
            yield Complaint(message.format(text, text), where, may_be_meant)
    if in_deck:
        for text in found["deck_html"]:
            if lost := HTML_CONTENT.search(text):
                message = (
                    f"the HTML <{lost[1]}> is not in the deck: mark it by '::: {{.content-visible "
                    'when-format="html"}\''
                )
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
    if word.startswith("#"):
        found = list(_label(word[1:]))
    elif word.startswith("."):
        elements = CLASSES.get(word[1:], ("Div", ""))[0]
        found = list(_class(elements.split()[0], word[1:], own))
    elif word.endswith("="):
        elements = ATTRIBUTES.get(word[:-1], ("Div", ""))[0]
        found = list(_attribute(elements.split()[0], word[:-1]))
    else:
        found = []  # a language, or a value
    return found[0].message if found else None


def _class(element: str, name: str, own: Collection[str]) -> Iterator[Complaint]:
    if name in WOVEN or name.startswith("cell-output") or name in own:
        return
    elements, _ = CLASSES.get(name, ("", ""))
    if element in elements.split():
        return
    is_code = element in ("CodeBlock", "Code")
    if is_code and (name == "python" or name.lower() in LANGUAGES | languages()):
        return
    where = (f".{name}", f"::: {name}", f":::{name}", f"```{name}", f"``` {name}", name)
    if elements:
        yield Complaint(f"'.{name}' has no effect on {call(element)}; it is for "
                        f"{', '.join(map(call, elements.split()))}", where)  # fmt: skip
    elif name in QUARTO_CLASSES or re.match(r"(column|panel|g-col|g-start)-", name):
        yield Complaint(_quarto(f".{name}"), where)
    else:
        kind = "language or class" if is_code and not re.search("-", name) else "class"
        known = [*CLASSES, *own, *(languages() if is_code else ())]
        hint = _hint(name, known, ".") or (
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
    if name.startswith(OWN_ATTRIBUTES) or (name == "pdf" and element == "Image") or name == "open":
        return
    elements, _ = ATTRIBUTES.get(name, ("", ""))
    if element in elements.split():
        return
    where = (f"{name}=", f"{name} =", name)
    if elements:
        yield Complaint(f"'{name}=' has no effect on {call(element)}; it is for "
                        f"{', '.join(map(call, elements.split()))}", where)  # fmt: skip
    elif name in QUARTO_ATTRIBUTES or name.startswith(("fig-", "tbl-", "layout-")):
        yield Complaint(_quarto(name), where)
    else:
        yield Complaint(f"unknown attribute '{name}='{_hint(name, ATTRIBUTES)}", where)


def value_problem(element: str, name: str, value: str) -> str | None:
    """Return what is wrong with the value of an attribute, if anything."""
    if name in ("when-format", "unless-format") and value not in FORMATS:
        return f"the format '{value}' is not known; there are {', '.join(FORMATS)}"
    pattern, words = VALUES.get((element, name), (".*", ""))
    return None if re.fullmatch(pattern, value, re.S) else f"'{name}={value}': it must be {words}"


def _use(element: str, kind: str, name: str) -> Iterator[Complaint]:
    """Yield a complaint about how something known is used."""
    message = ""
    where: tuple[str, ...] = (f"{name}=", f".{name}", name)
    if kind == "value":
        name, _, value = name.partition("=")
        message = value_problem(element, name, value) or ""
        where = (f'{name}="{value}"', f"{name}='{value}'", f"{name}={value}", value, name)
    elif kind == "twice":
        message = f"'{name}=' stands twice here, and one of them would have no effect"
    elif kind == "pair":
        message = "'.content-visible' and '.content-hidden' together: choose one"
    elif name == "lst-cap":
        message = "a caption needs a label: {#lst-name … lst-cap=…}"
    elif kind == "alone":
        message = f"'{name}=' has no effect without '.content-visible' or '.content-hidden'"
    elif kind == "raw" and name not in RAW_FORMATS:
        message = f"raw text in the format '{name}' is in neither book nor deck; they know "
        message += "=html and =latex"
        where = (f"{{={name}}}", f"={name}")
    if message:
        yield Complaint(message, where)


def _label(name: str) -> Iterator[Complaint]:
    kind, _, rest = name.partition("-")
    if rest and kind in THEOREMS:
        yield Complaint(_quarto(f"#{name}"), (f"#{name}",))


def _latex(text: str) -> Iterator[Complaint]:
    """Yield a complaint about LaTeX in the text that the book cannot show."""
    if MACROS.match(text) or FORMULAS.match(text) or TABLES.search(text):
        return
    words = re.findall(r"\\([A-Za-z]+)", text)
    lost = next((word for word in words if word not in LAYOUT), None)
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
    for pattern, message in LOST_IN_FORMULAS:
        if lost := re.search(pattern, text):
            where = next((line for line in text.split("\n") if lost[0] in line), lost[0])
            yield Complaint(f"'{lost[0].strip()}' in the formula {_first_line(text)}: {message}",
                            (where.strip(), lost[0]))  # fmt: skip


def _first_line(text: str) -> str:
    return text.strip().split("\n")[0]


def _quarto(name: str) -> str:
    return f"'{name}' is a feature of Quarto that the built-in renderer does not support"


def _hint(name: str, known: Collection[str], sign: str = "") -> str:
    """Return the closest known name as a question, "" if none is close."""
    close = get_close_matches(name, known, n=1)
    return f": did you mean '{sign}{close[0]}'?" if close else ""


def call(element: str) -> str:
    """Return how a person calls an element of Pandoc's."""
    names = {
        "Div": "a div (:::)", "Span": "text in brackets", "Header": "a heading",
        "CodeBlock": "a code block", "Code": "code in a line", "Link": "a link",
        "Image": "a picture", "Figure": "a figure", "Table": "a table",
    }  # fmt: skip
    return names[element]


def _place(document: Document, complaint: Complaint) -> tuple[Path, int] | None:
    """Return file and line of what a complaint is about.

    None for a mark that the source does not have: it was escaped, so it is meant as text.
    """
    if complaint.mark == "display":
        return _unpaired(document)
    if complaint.mark == "dollar":
        return _lone_dollar(document)
    lines = [block for block in document.blocks if isinstance(block, Line)]
    if complaint.mark in ("list", "table", "heading", "quotation"):
        for before, line in pairwise(lines):
            glued = before.text.strip() and before.file == line.file and not line.verbatim
            if glued and line.text.lstrip().startswith(complaint.where[-1]):
                return line.file, line.number
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
                return line.file, line.number
        for cell in document.cells:
            if pattern.search(f"{cell.code} {cell.options}"):
                return cell.file, cell.line
        for line in lines if not complaint.mark else ():
            if pattern.search(line.text):  # of raw text
                return line.file, line.number
    return None if complaint.mark else (document.path, 1)


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
            return odd[-1].file, odd[-1].number
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
            line = paragraph[text.count("\n", 0, found.start())]
            return line.file, line.number
    return None
