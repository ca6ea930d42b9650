"""Sizes of pictures on a page, and the files that the book shows in place of them."""

import re
from functools import lru_cache
from pathlib import Path

from lecturebuild.steps.files import digest
from lecturebuild.writing.book import svg

ENLARGED = 1.3
"""Drawings are shown so much larger than they are on paper."""

_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54}
_LENGTH = re.compile(r"([\d.]+)(px|pt|in|cm|mm)?")
_SVG = re.compile(rb"<svg\b[^>]*>")


@lru_cache(maxsize=1000)
def _size(file: Path, _state: int) -> tuple[int, int] | None:
    if file.suffix == ".svg":
        return _svg_size(file)
    from PIL import Image

    try:
        with Image.open(file) as image:
            return image.size
    except OSError:
        return None


def size(file: Path) -> tuple[int, int] | None:
    """Return a picture's width and height on a page in CSS pixels, None if it does not say."""
    return _size(file, file.stat().st_mtime_ns) if file.is_file() else None


def _svg_size(file: Path) -> tuple[int, int] | None:
    found = _SVG.search(file.read_bytes())
    if not found:
        return None
    attributes = dict(re.findall(r'\b(width|height|viewBox)="([^"]*)"', found[0].decode()))
    lengths = [_LENGTH.fullmatch(attributes.get(name, "")) for name in ("width", "height")]
    if all(lengths):
        width, height = (float(length[1]) * _UNITS[length[2] or ""] for length in lengths if length)
    elif len(box := attributes.get("viewBox", "").replace(",", " ").split()) == 4:
        width, height = float(box[2]), float(box[3])
    else:
        return None
    return round(ENLARGED * width), round(ENLARGED * height)


def published(file: Path, build: Path) -> Path:
    """Return the file that the book shows in place of a picture: of an SVG, a smaller one."""
    if file.suffix != ".svg":
        return file
    target = build / f"{file.stem}-{digest(Path(svg.__file__))[:8]}.svg"
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(".new")
        temporary.write_text(svg.lean(file.read_text(encoding="utf-8")), encoding="utf-8")
        temporary.replace(target)
    return target
