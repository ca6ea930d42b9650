"""Make a handout of the deck.

It shows four frames a page, each beside its speaker's notes. LaTeX sets each note on a
small page of its own, a card, in the fonts of the deck; it runs only if a note has changed. Then
frames and cards are put together on sheets of A4. LaTeX's pdfpages would take one more run of
LaTeX; pypdf's own merging takes four times as long and makes a file half as large again.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from operator import attrgetter
from pathlib import Path
from typing import TYPE_CHECKING

from lecturebuild.steps.store import Result, Step

if TYPE_CHECKING:  # it takes long to import, and is needed only where a handout is made
    from pypdf import PageObject, PdfReader, PdfWriter

SHEET = (595.0, 842.0)  # points: A4
MARGIN, GAP = 36.0, 14.0
ROWS = 4
ROW = (SHEET[1] - 2 * MARGIN + GAP) / ROWS
FRAME = (290.0, ROW - GAP)
"""Frames are as large as fits into this."""

CARDS_FILE = "cards.tex"
FRAMES = re.compile(r"^\\begin\{frame\}.*?^\\end\{frame\}", re.M | re.S)
SOURCE = re.compile(r"^% source (?P<file>.+):(?P<line>\d+)$", re.M)
"""What `weave` writes into every frame."""
PAGES = re.compile(r"\\beamer@framepages \{(\d+)\}\{(\d+)\}")
CARD = r"""
\begin{frame}[plain,t,fragile]
\begin{lrbox}{\lecturenote}
\begin{minipage}{\textwidth}
\raggedright\fontsize{9}{11.5}\selectfont
%(source)s
%(note)s
\end{minipage}
\end{lrbox}
\lecturecard
\end{frame}
"""
ONE_PAGE = "\\PassOptionsToClass{handout}{beamer}\n"
CARDS = r"""
\lecturecards{%.1fbp}{%.1fbp}
\begin{document}
%s
\end{document}
"""


@dataclass(frozen=True)
class Note:
    """A speaker's note in LaTeX and the number, in its file, of the frame it belongs to."""

    frame: int
    text: str
    source: str


def notes(tex: str) -> list[Note]:
    """Return the notes of a deck, in its order."""
    found = []
    for number, frame in enumerate(FRAMES.findall(tex), start=1):
        source = SOURCE.search(frame)
        texts = list(arguments(frame, r"\note{"))
        if texts:
            found.append(Note(number, "\n\n".join(texts), source[0] if source else ""))
    return found


def arguments(tex: str, command: str) -> Iterator[str]:
    """Yield the arguments of a command, which may have braces inside."""
    start = tex.find(command)
    while start >= 0:
        start += len(command)
        depth, end = 1, start
        while depth and end < len(tex):
            depth += {"{": 1, "}": -1}.get(tex[end], 0)
            end += 2 if tex[end] == "\\" else 1
        yield tex[start : end - 1]
        start = tex.find(command, end)


def cards(tex: str, aspect: float) -> str:
    """Return LaTeX that sets each note of a deck on a page of its own."""
    preamble, _, _ = tex.partition(r"\begin{document}")
    width, height = _frame_size(aspect)
    pages = [CARD % {"source": n.source, "note": n.text}
             for n in notes(tex)]  # fmt: skip
    beside = SHEET[0] - 2 * MARGIN - width - GAP
    # Without its steps a note with a list, say, is one page.
    return ONE_PAGE + preamble + CARDS % (beside, height, "".join(pages))


def _frame_size(aspect: float) -> tuple[float, float]:
    """Return width and height of a frame on the sheet, given the ratio of the two."""
    width = min(FRAME[0], FRAME[1] * aspect)
    return width, width / aspect


def aspect_of(deck: "PdfReader") -> float:
    """Return the ratio of a deck's width to its height."""
    box = deck.pages[0].mediabox
    return float(box.width / box.height)


def write_cards(tex: Path) -> None:
    """Write the LaTeX of a deck's cards beside the deck, unless there are no notes."""
    from pypdf import PdfReader

    text = tex.read_text(encoding="utf-8")
    if notes(text):
        aspect = aspect_of(PdfReader(tex.with_suffix(".pdf")))
        tex.with_name(CARDS_FILE).write_text(cards(text, aspect), encoding="utf-8")


def cards_of(deck: Result) -> str:
    """Return the LaTeX of a deck's cards, empty without notes."""
    file = deck.files.get(CARDS_FILE)
    return file.path.read_text(encoding="utf-8") if file else ""


def handout_step(name: str, deck: Step, cards: Step) -> Step:
    """Return the step that makes the handout of a deck."""
    inputs = {"deck": deck, "cards": cards}
    return Step("handout", name, _make_handout, inputs, read=attrgetter("only"))


def _make_handout(folder: Path, deck: Result, cards: Result) -> None:
    """Put the frames of a deck and their notes on sheets."""
    from pypdf import PdfReader, PdfWriter

    [tex] = (each.path for name, each in deck.files.items()
             if name.endswith(".tex") and name != CARDS_FILE)  # fmt: skip
    slides = PdfReader(tex.with_suffix(".pdf"))
    # Beamer notes each frame's first and last page; of several the last is shown.
    nav = tex.with_suffix(".nav").read_text(encoding="utf-8")
    frames = [(int(first), int(last)) for first, last in PAGES.findall(nav)]
    places = {
        name: (slides.get_destination_page_number(destination) or 0) + 1
        for name, destination in slides.named_destinations.items()
    }
    noted = notes(tex.read_text(encoding="utf-8"))
    on_card = dict(zip((places.get(f"lecture-frame-{n.frame}") for n in noted),
                       PdfReader(cards.folder / "cards.pdf").pages if noted else (),
                       strict=True))  # fmt: skip
    width, height = _frame_size(aspect_of(slides))
    scale = width / float(slides.pages[0].mediabox.width)
    writer = PdfWriter()
    for start in range(0, len(frames), ROWS):
        shown = []
        for row, (first, last) in enumerate(frames[start : start + ROWS]):
            y = _bottom(row, height)
            shown.append((slides.pages[last - 1], scale, MARGIN, y))
            for card in (on_card[page] for page in range(first, last + 1) if page in on_card):
                shown.append((card, 1.0, MARGIN + width + GAP, y))
        boxes = _outlines(len(frames[start : start + ROWS]), width, height)
        _add_sheet(writer, boxes, shown)
    _copy_properties(slides, writer)
    writer.compress_identical_objects()
    writer.write(folder / f"{tex.stem}-handout.pdf")


def _copy_properties(deck: "PdfReader", writer: "PdfWriter") -> None:
    from pypdf.generic import NameObject, TextStringObject

    if deck.metadata is not None:
        title = f"{deck.metadata.title} (handout)"
        writer.add_metadata({"/Title": title, "/Author": deck.metadata.author or ""})
    root = deck.root_object
    if "/Lang" in root:
        writer.root_object[NameObject("/Lang")] = TextStringObject(root["/Lang"])


def _bottom(row: int, height: float) -> float:
    """Return where a row's frame begins on the sheet, in points from below."""
    return SHEET[1] - MARGIN - row * ROW - height


def _outlines(rows: int, width: float, height: float) -> str:
    """Return the PDF operators that draw thin lines around a sheet's frames to be."""
    # A little outside, where a frame's own white background does not cover them.
    boxes = [
        f"{MARGIN - 0.5} {_bottom(row, height) - 0.5} {width + 1} {height + 1} re S"
        for row in range(rows)
    ]
    return "\n".join(["q 0.6 G 0.5 w", *boxes, "Q"])


def _add_sheet(
    writer: "PdfWriter", below: str, shown: "list[tuple[PageObject, float, float, float]]"
) -> None:
    """Add a sheet that shows pages, each with its scale and its place, above what is drawn below.

    Every page becomes a form, PDF's word for a drawing that others show: its contents need not be
    read, which merging them would.
    """
    from pypdf.generic import DictionaryObject, NameObject, StreamObject

    sheet = writer.add_blank_page(*SHEET)
    drawn, forms = [below], DictionaryObject()
    for number, (page, scale, x, y) in enumerate(shown):
        form = StreamObject()
        contents = page.get_contents()
        form.set_data(b"" if contents is None else contents.get_data())
        form[NameObject("/Type")] = NameObject("/XObject")
        form[NameObject("/Subtype")] = NameObject("/Form")
        form[NameObject("/BBox")] = page.mediabox
        form[NameObject("/Resources")] = page[NameObject("/Resources")].clone(writer)
        name = f"/Page{number}"
        forms[NameObject(name)] = writer._add_object(form.flate_encode())
        drawn.append(f"q {scale:.5f} 0 0 {scale:.5f} {x:.2f} {y:.2f} cm {name} Do Q")
    content = StreamObject()
    content.set_data("\n".join(drawn).encode())
    sheet[NameObject("/Contents")] = writer._add_object(content)
    sheet[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): forms})
