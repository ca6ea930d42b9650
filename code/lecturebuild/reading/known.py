"""The tables of all that a document may use, and of what only Quarto or LaTeX knows.

`names.py` holds a document against them; `lecture names` prints them.
"""

import re

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
        f"callout-{kind}": (BLOCKS, "a box with a title")
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
             "shell", "terminal", "pycon", "ipython", "qmd", "quarto", "python", "bash", "yaml",
             "markdown", "html", "css", "javascript", "json", "latex", "toml"}  # fmt: skip
"""Languages of code beyond those that Pandoc highlights, and the most common of these: to ask it
takes longer than a build in which nothing has changed."""

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
