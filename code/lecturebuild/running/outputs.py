"""What a cell puts out: Jupyter's outputs turned into ours, with nothing left unsaid.

Each output is text, markup, a picture or a figure of the store. One that neither the book nor the
deck can show has the kind `unshown`; it is an error where it would stand (see weave.py).
"""

import base64
import binascii
import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

PICTURES = {
    "image/svg+xml": "svg", "application/pdf": "pdf", "image/png": "png", "image/jpeg": "jpg",
    "image/gif": "gif", "image/webp": "webp",
}  # fmt: skip
MARKUP = {"text/markdown": "markdown", "text/latex": "latex", "text/html": "html"}
SCRIPTED = ("application/vnd.", "application/javascript", "audio/", "video/")
"""Kinds of output that only a program in the page could show; a widget has no program then."""

# The codes with which a terminal is told of colours, links and titles.
CODES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)?|[PX^_][^\x1b]*(?:\x1b\\)?|[ -/]*.)?"
)
NOT_SHOWN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")
CELL_FILE = re.compile(r"\S*ipykernel_\d+\S\d+\.py")
# By this name, another one in every run, a warning calls the cell it comes from.
ADDRESS = re.compile(r"(<[^<>\n]{1,300}?) at 0x[0-9A-Fa-f]+")
"""Where an object lies in memory: another place in every run."""
INSTALLED = re.compile(r"[^\s'\"(]*/lib/python3\.\d+/(?:(?:site|dist)-packages/)?")
"""Where Python's modules lie: in another place on every machine."""
OF_A_PICTURE = re.compile(r"<(Axes|Figure|Subplot|matplotlib|seaborn|mpl_toolkits)|^Text\(| at 0x")
"""What the last line of a cell that draws returns, beside the picture."""


@dataclass(frozen=True)
class Output:
    """One output of a cell.

    `kind` is stdout, stderr, error, text, markdown, latex, html, image, figure or unshown; `text`
    is plain text, `markup` the same in the kind's markup, `files` maps a suffix to an image's name
    in the media folder, `figure` names a figure of the store, `width` is how wide a picture is to
    be, in CSS pixels; 0 is its own width.
    """

    kind: str
    text: str = ""
    markup: str = ""
    files: dict[str, str] = field(default_factory=dict)
    figure: str = ""
    width: int = 0


def convert(raw: Iterable[dict[str, Any]], stem: str, media: Path) -> tuple[Output, ...]:
    """Return the outputs of a cell; pictures become files of `media`, named for `stem`."""
    found = [(output, _one(output, stem, media)) for output in raw]
    drawn = any(made.kind in ("image", "figure") for _, made in found)
    return tuple(
        made
        for output, made in found
        if not (drawn and made.kind == "text" and OF_A_PICTURE.search(_text(output)))
    )


def plain(text: str) -> str:
    """Return text as a terminal would leave it: codes obeyed or left out, no addresses."""
    text = CODES.sub("", text) if "\x1b" in text else text
    if NOT_SHOWN.search(text):
        lines = text.replace("\r\n", "\n").split("\n")
        text = NOT_SHOWN.sub("", "\n".join(map(_overwritten, lines)))
    text = INSTALLED.sub("", text) if "/lib/python3." in text else text
    return ADDRESS.sub(r"\1", text) if " at 0x" in text else text


def _overwritten(line: str) -> str:
    """Return what is left of a line in which a carriage return or a backspace goes back."""
    line = next((part for part in reversed(line.split("\r")) if part), "")
    if "\b" not in line:
        return line
    kept: list[str] = []
    for letter in line:
        if letter != "\b":
            kept.append(letter)
        elif kept:
            kept.pop()
    return "".join(kept)


def _text(output: dict[str, Any]) -> str:
    return str(output.get("data", {}).get("text/plain", ""))


def _one(output: dict[str, Any], stem: str, media: Path) -> Output:
    if output["output_type"] == "stream":
        text = plain(output["text"])
        # Only where there is one: the search takes long in a long text without spaces.
        text = CELL_FILE.sub("cell", text) if "ipykernel_" in text else text
        return Output(output["name"], text=text)
    if output["output_type"] == "error":
        return Output("error", text=plain("\n".join(output["traceback"])))
    data, metadata = output["data"], output.get("metadata", {})
    if figure := metadata.get("lecturebuild", {}).get("figure"):
        return Output("figure", figure=figure)
    text = plain(_text(output))
    kinds = [kind for kind in PICTURES if kind in data]
    if kinds:
        files = {PICTURES[kind]: _write(data[kind], kind, stem, media) for kind in kinds}
        given = metadata.get(kinds[-1], metadata)
        width = given.get("width", 0) if isinstance(given, dict) else 0
        width = int(width) if str(width).isdigit() else 0
        return Output("image", text=text, files=files, width=width)
    if scripted := [kind for kind in data if kind.startswith(SCRIPTED)]:
        return Output("unshown", text=scripted[0])
    for kind, short in MARKUP.items():
        if kind in data and not data[kind].startswith("\\begin{Verbatim}"):  # coloured code
            return Output(short, text=text, markup=data[kind])
    if "application/json" in data:
        shown = json.dumps(data["application/json"], indent=2, ensure_ascii=False)
        return Output("text", text=plain(shown))
    if "text/plain" not in data and data:
        return Output("unshown", text=next(iter(data)))
    return Output("text", text=text)


def _write(content: Any, kind: str, stem: str, media: Path) -> str:
    suffix = PICTURES[kind]
    try:
        binary = content.encode() if suffix == "svg" else base64.b64decode(content)
    except (binascii.Error, ValueError, AttributeError):
        binary = b""
    file = f"{stem}-{hashlib.sha256(binary).hexdigest()[:12]}.{suffix}"
    (media / file).write_bytes(binary)
    return file
