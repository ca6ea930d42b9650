"""Make Pandoc's HTML fit for a page that allows no inline style and no inline script.

The page's Content-Security-Policy forbids both, so styles that Pandoc writes become classes of the
theme's style sheet. The rest is for the reader: pictures get their size, so that nothing moves when
they arrive, headings a link to themselves, and tags that raw HTML left open are closed.

Parsers that give a tree mend what is wrong in silence, where an author is to be told; besides,
lxml spells `viewBox` in small letters, and html5lib takes four times as long.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from html.parser import HTMLParser

from lecturebuild.writing.book.pictures import UNITS

VOID = set("area base br col embed hr img input link meta source track wbr".split())
FOREIGN = {"svg", "math"}
HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
# A start tag that ends an element which stands open right before it, as HTML has it.
ENDS_PARAGRAPH = HEADINGS | set(
    "address article aside blockquote details div dl fieldset figcaption figure footer form header "
    "hr main menu nav ol p pre section table ul".split()
)
ENDS = {
    "li": {"li"},
    "dt": {"dt", "dd"},
    "dd": {"dt", "dd"},
    "tr": {"td", "th", "tr"},
    "td": {"td", "th"},
    "th": {"td", "th"},
    "option": {"option"},
}
# Presentation that HTML has given up and that a style sheet says better.
OBSOLETE = {"align", "bgcolor", "border", "cellpadding", "cellspacing", "scoped", "valign"}
PIXELS = UNITS | {"em": 18.0}
# What Pandoc puts around each line of code: nothing refers to it, and a page has hundreds.
CODE_LINE = re.compile(r'<span id="cb\d+-\d+"><a href="#[^>]*></a>(.*?)</span>(?=\n|</code>)')
NUMBERED = re.compile(r'<pre\s+class="[^"]*\bnumberSource\b.*?</pre>', re.S)
NUMBERED_LINE = re.compile(r'<span id="cb\d+-(\d+)"><a href="#[^>]*></a>(.*?)</span>(?=\n|</code>)')
# Kinds of words in code that the style sheet shows like any other.
PLAIN_CODE = re.compile(r'<span class="(?:bu|ex|op|pp)">([^<]*)</span>')
# Fonts draw a prime small and raised: as a superscript it would be so twice.
PRIME = re.compile(r"<msup>(<mi[^>]*>[^<]*</mi>)<mo[^>]*>([′″‴])</mo></msup>")
# What browsers no longer know of MathML: a frame around a formula, and a formula struck out.
ENCLOSED = re.compile(r'<(/?)menclose(?: notation="([a-z ]+)")?>')
ENCLOSURES = {"box": "boxed", "updiagonalstrike": "struck-up", "downdiagonalstrike": "struck-down"}
# Combining marks stand beside the letter that an accent of MathML is put over.
ACCENT = re.compile('<mo accent="true">([\u0300-\u030c])</mo>')
SPACING = {"\u0300": "`", "\u0301": "´", "\u0302": "^", "\u0303": "~", "\u0306": "˘",
           "\u0307": "˙", "\u0308": "¨", "\u030c": "ˇ"}  # fmt: skip
# WebKit leaves an arrow over a letter the space that one between letters has on both sides.
ARROW = re.compile('<mo accent="true">([←→↔])</mo>')
# WebKit puts the overline of Unicode far above its letter, or nowhere.
OVERLINE = '<mo accent="true">‾</mo>'
# The height of brackets that an author chose. Of the small bracket it is a part for Chromium, of a
# letter for WebKit; as a length it is the same for all.
HEIGHTS = {"120%": "1.18em", "180%": "1.9em", "240%": "2.38em", "300%": "2.86em"}
# Between two letters too, Firefox makes these signs as large as a sum's.
CIRCLED = re.compile("<mo>([⊕⊗⊙])</mo>")
# Browsers lower the subscript of a letter that reaches below the line, and lift scripts over an
# accent; in print they all stand on one line, as if each letter were an x.
SCRIPTED = re.compile(
    r"<(msub|msup|msubsup)>(<mi[^>]*>[fgjpqyJQβγζημξρςφϕχψ]</mi>"
    r'|<mover><mi[^>]*>[^<]*</mi><mo accent="true"[^>]*>[^<]*</mo></mover>)'
)
# In print a thin space parts the name of a function from what stands beside it, but no parenthesis.
NAMED = '<mrow><mi mathvariant="normal">[A-Za-z]+</mi><mo>&#8289;</mo></mrow>'
AFTER_NAME = re.compile(rf"({NAMED})(?=<m(?:i|n|sub|sup|subsup|frac|row)[ >])")
BEFORE_NAME = re.compile(
    rf'((?<!−)</mi>|</m(?:n|sub|sup|subsup|frac)>|form="postfix">[^<]*</mo>)(?={NAMED})'
)
THIN = '<mspace width="0.167em"></mspace>'
# Words and names are upright anyway.
UPRIGHT = re.compile('<(mtext|mi(?=[^>]*>[A-Za-z]{2})) mathvariant="normal">')
# A bracket of a given size that has a script sinks in Chromium: let it be a larger letter instead.
SCRIPTED_BRACKET = re.compile(
    r'(<(?:msub|msup|msubsup)><mo )minsize="([\d.]+%)" maxsize="\2" stretchy="true"'
)
# An item that begins with a letter of its own needs no bullet before it.
LETTERED = re.compile(r"<li>(?=(?:<p>)?<strong>[a-z]\)</strong>)")
# Libraries write a bare & into their tables: R&D.
BARE = re.compile(r"&(?!#\d+;|#[xX][0-9a-fA-F]+;|[A-Za-z]\w*;)")
# A heading that says nothing is announced as one; an empty cell is not.
EMPTY_HEADING = re.compile(r"<th([^>]*)>\s*</th>")
# Browsers would break a line between a formula and the comma behind it.
PUNCTUATED = re.compile(r'(\(?)(<math display="inline".*?</math>)([,.;:!?)\]’”]*)', re.S)
LONG_FORMULA = 25
"""A formula in the text with more letters and signs may be wider than a phone."""

NARROW = 608
"""Pixels: a figure that is not wider than the text leaves the margin free for its caption."""
FIGURE = re.compile(r'<figure((?: id="[^"]*")?)>(\s*<img [^>]*\bwidth="(\d+)")')

LINK = "Link to this section"

Attributes = dict[str, str | None]
ImageSize = Callable[[str], tuple[int, int] | None]
"""Returns a picture's width and height in CSS pixels, None if they are unknown."""


@dataclass(frozen=True)
class Markup:
    """A page's text in HTML, its first words, and what had to be left out of it or mended."""

    text: str
    summary: str
    complaints: tuple[str, ...]


def tidy(body: str, image_size: ImageSize, link: str = LINK) -> Markup:
    """Return a page's text, as Pandoc wrote it, ready for the page.

    `link` is what a screen reader says of the links that headings get.
    """
    body = NUMBERED.sub(_numbered, BARE.sub("&amp;", body))
    body = PLAIN_CODE.sub(r"\1", CODE_LINE.sub(r"\1", body))
    body = PRIME.sub(r'<mrow>\1<mo lspace="0" rspace="0">\2</mo></mrow>', body)
    body = ACCENT.sub(_accent, body)
    body = ENCLOSED.sub(_enclosed, body)
    body = AFTER_NAME.sub(rf"\1{THIN}", BEFORE_NAME.sub(rf"\1{THIN}", body))
    body = UPRIGHT.sub(r"<\1>", body).replace("></mspace>", "/>")
    body = SCRIPTED.sub(r'<\1><mpadded height="0.5em" depth="0">\2</mpadded>', body)
    body = SCRIPTED_BRACKET.sub(r'\1mathsize="\2" stretchy="false"', body)
    for part, height in HEIGHTS.items():
        old, new = (f'minsize="{size}" maxsize="{size}"' for size in (part, height))
        body = body.replace(old, new)
    body = ARROW.sub(r'<mo lspace="0" rspace="0">\1</mo>', body)
    body = body.replace(OVERLINE, '<mo accent="true">_</mo>')
    body = CIRCLED.sub(r'<mo largeop="false">\1</mo>', body)
    body = LETTERED.sub('<li class="lettered">', body)
    body = EMPTY_HEADING.sub(r"<td\1></td>", body)
    body = PUNCTUATED.sub(_unbroken, body)
    tidier = _Tidier(image_size, link)
    tidier.feed(body)
    tidier.finish()
    text = FIGURE.sub(_small, "".join(tidier.out))
    return Markup(text, tidier.summary(), tuple(dict.fromkeys(tidier.complaints)))


def _small(found: re.Match[str]) -> str:
    small = int(found[3]) <= NARROW
    return f'<figure{found[1]} class="small">{found[2]}' if small else found[0]


def _accent(found: re.Match[str]) -> str:
    accent = SPACING.get(found[1])
    return f'<mo accent="true" stretchy="false">{accent}</mo>' if accent else found[0]


def _numbered(found: re.Match[str]) -> str:
    code = re.sub(r' style="counter-reset: source-line \d+;"', "", found[0])
    return NUMBERED_LINE.sub(r'<span class="numbered" data-line="\1">\2</span>', code)


def _enclosed(found: re.Match[str]) -> str:
    if found[1]:
        return "</mrow>"
    classes = (ENCLOSURES.get(kind, "boxed") for kind in found[2].split())
    return f'<mrow class="{" ".join(classes)}">'


def _unbroken(found: re.Match[str]) -> str:
    whole = found[0]
    return f'<span class="unbroken">{whole}</span>' if found[1] or found[3] else whole


class _Tidier(HTMLParser):
    """Copies HTML from its input to `out`, and changes what has to be changed."""

    def __init__(self, image_size: ImageSize, link: str):
        super().__init__(convert_charrefs=False)
        self.image_size = image_size
        self.link = html.escape(link)
        self.out: list[str] = []
        self.open: list[str] = []
        self.dropping = ""
        self.heading_id = ""
        self.in_formula = False
        self.formula_start = 0
        self.pushed: list[bool] = []
        """Of each open cell of a formula, whether it is set to the right."""
        self.pictures = 0
        self.first_words: list[str] = []
        self.in_first = False
        self.complaints: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._close_implied(tag)
        attributes = dict(attrs)
        if self._forbidden(tag, attributes):
            self.dropping = "" if tag in VOID else tag
            return
        raw = self.get_starttag_text() or ""
        if tag == "math" and attributes.get("display") == "block":
            self.out.append('<span class="formula">')  # scrolls by itself if it is too wide
            self.in_formula = True
        if tag == "math":
            self.formula_start = len(self.out)
        self.out.append(self._rewritten(tag, attributes, raw))
        if tag == "mtd":
            self.pushed.append("align-right" in (attributes.get("class") or ""))
            # The style sheet writes the cell from right to left: one piece keeps its order.
            self.out.append("<mrow>" if self.pushed[-1] else "")
        if tag in HEADINGS:
            self.heading_id = attributes.get("id") or ""
        if tag not in VOID:
            self.open.append(tag)
        if tag == "p" and not self.first_words:
            self.in_first = True

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in VOID:
            self.handle_starttag(tag, attrs)
        elif FOREIGN & {tag, *self.open}:
            self.out.append(self.get_starttag_text() or "")
        else:
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.dropping:
            self.dropping = "" if tag == self.dropping else self.dropping
            return
        if tag not in self.open:
            if tag not in VOID:
                self.complaints.append(f"</{tag}> closes nothing and was left out")
            return
        while self.open[-1] != tag:
            self._close(complain=self.open[-1] not in {"li", "p", "td", "th", "tr", "dt", "dd"})
        self._close()

    def handle_data(self, data: str) -> None:
        # A tag that is never closed comes as data.
        self._text(data.replace("<", "&lt;"))

    def handle_entityref(self, name: str) -> None:
        self._text(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._text(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        """Leave out comments: they are the author's, not the reader's."""

    def finish(self) -> None:
        """Take in what is left and close all that is open."""
        self.close()
        while self.open:
            self._close(complain=self.open[-1] not in {"p", "li"})

    def summary(self) -> str:
        """Return the first paragraph's first words, as for a search engine."""
        words = " ".join(html.unescape("".join(self.first_words)).split())
        return words if len(words) <= 160 else words[:157].rsplit(" ", 1)[0] + " …"

    def _text(self, text: str) -> None:
        if self.dropping:
            return
        self.out.append(text)
        if self.in_first and "annotation" not in self.open:
            self.first_words.append(text)

    def _close(self, *, complain: bool = False) -> None:
        tag = self.open.pop()
        if complain:
            self.complaints.append(f"<{tag}> is never closed, or closed too late")
        if tag in HEADINGS and self.heading_id:
            target = html.escape(self.heading_id)
            self.out.append(f'<a class="anchor" href="#{target}" aria-label="{self.link}"></a>')
            self.heading_id = ""
        self.in_first = self.in_first and tag != "p"
        if tag == "mtd" and self.pushed.pop():
            self.out.append("</mrow>")
        self.out.append(f"</{tag}>")
        if tag == "math" and self.in_formula:
            self.out.append("</span>")
            self.in_formula = False
        elif tag == "math":
            letters = sum(not piece.startswith("<") for piece in self.out[self.formula_start :])
            if letters > LONG_FORMULA:
                start = self.out[self.formula_start]
                self.out[self.formula_start] = start.replace("<math", '<math class="long"', 1)

    def _close_implied(self, tag: str) -> None:
        while self.open and self.open[-1] in ENDS.get(tag, set()):
            self._close()
        if tag in ENDS_PARAGRAPH and self.open and self.open[-1] == "p":
            self._close()

    def _forbidden(self, tag: str, attributes: Attributes) -> bool:
        """Say whether the page's policy forbids an element; complain about it."""
        if self.dropping:
            return True
        if tag == "style" or (tag == "script" and not attributes.get("src")):
            if attributes.get("scoped", "") is not None:  # pandas' own for its tables
                self.complaints.append(f"an inline <{tag}> was left out: put it into a file")
            return True
        source = attributes.get("src") or ""
        if re.match(r"(https?:)?//", source):
            self.complaints.append(f"<{tag}> asks another host for {source} and was left out")
            return True
        return False

    def _rewritten(self, tag: str, attributes: Attributes, raw: str) -> str:
        """Return a start tag, as it was if nothing about it has to change."""
        before = dict(attributes)
        for name in [name for name in attributes if name.startswith("on")]:
            del attributes[name]
            self.complaints.append(f"{name}= at <{tag}> was left out: put the script into a file")
        for name in OBSOLETE & set(attributes):
            del attributes[name]
        if tag == "math":
            attributes.pop("xmlns", None)  # HTML needs none
        attributes.pop("columnalign", None)  # browsers look at the style beside it
        if style := attributes.pop("style", None):
            self._style(tag, attributes, style)
        if tag == "img":
            self._picture(attributes)
        if attributes == before:
            return raw
        return f"<{tag}{''.join(_attribute(*item) for item in attributes.items())}>"

    def _style(self, tag: str, attributes: Attributes, style: str) -> None:
        """Turn a style into classes, or into an attribute."""
        classes = (attributes.get("class") or "").split()
        for declaration in filter(str.strip, style.split(";")):
            name, _, value = (part.strip() for part in declaration.partition(":"))
            length = re.fullmatch(r"([\d.]+)(%|[a-z]+)", value)
            if name == "text-align":
                classes.append(f"align-{value}")
            elif name.startswith("padding-") and value == "0":
                classes.append(f"flush-{name.removeprefix('padding-')}")
            elif name == "width" and length and length[2] == "%":
                # The style sheet has a class for each per cent.
                classes.append(f"width-{min(max(round(float(length[1])), 1), 100)}")
            elif name in ("width", "height") and tag == "img" and length and length[2] in PIXELS:
                attributes[name] = str(round(float(length[1]) * PIXELS[length[2]]))
            elif not (tag == "img" and name == "height" and value == "auto"):
                self.complaints.append(f"the style '{declaration.strip()}' at <{tag}> was left out")
        if classes:
            attributes["class"] = " ".join(classes)

    def _picture(self, attributes: Attributes) -> None:
        """Give a picture its size; let all but the first wait until they are near the window."""
        self.pictures += 1
        if self.pictures > 1:
            attributes["loading"] = "lazy"
        size = self.image_size(attributes.get("src") or "")
        height = attributes.get("height") or ""
        if size and height.isdigit() and "width" not in attributes:
            attributes["width"] = str(max(1, round(int(height) * size[0] / size[1])))
        if size and "height" not in attributes:
            given = attributes.get("width") or ""
            width = int(given) if given.isdigit() else size[0]
            attributes["width"] = str(width)
            attributes["height"] = str(max(1, round(width * size[1] / size[0])))


def _attribute(name: str, value: str | None) -> str:
    return f" {name}" if value is None else f' {name}="{html.escape(value)}"'
