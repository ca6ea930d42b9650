"""Sizes of pictures on a page, and the files that the book shows in place of them."""

import io
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import digest, remembered

ENLARGED = 1.3
"""Drawings are shown so much larger than they are on paper."""

LATEX = {".png": ".png", ".jpg": ".jpg", ".jpeg": ".jpg", ".pdf": ".pdf"}
"""Kinds of pictures that LaTeX reads; of the others it gets a PNG."""
SHARP = 2400
"""So many pixels wide is an SVG for the deck."""

UNITS = {"px": 1.0, "pt": 4 / 3, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54}
"""So many pixels has a unit of length."""
_LENGTH = re.compile(r"([\d.]+)(px|pt|in|cm|mm)?")
_SVG = re.compile(rb"<svg\b[^>]*>")


def size(file: Path) -> tuple[int, int] | None:
    """Return a picture's width and height on a page in CSS pixels, None if it does not say."""
    return remembered(file, _size)


def _size(file: Path) -> tuple[int, int] | None:
    if file.suffix == ".svg":
        return _svg_size(file)
    from PIL import Image

    try:
        with Image.open(file) as image:
            return image.size
    except OSError:
        return None


def _svg_size(file: Path) -> tuple[int, int] | None:
    found = _SVG.search(file.read_bytes())
    if not found:
        return None
    written = re.findall(
        r"""(?<![\w-])(width|height|viewBox)\s*=\s*(?:"([^"]*)"|'([^']*)')""", found[0].decode()
    )
    attributes = {name: (double or single).strip() for name, double, single in written}
    lengths = [_LENGTH.fullmatch(attributes.get(name, "")) for name in ("width", "height")]
    if all(lengths):
        width, height = (float(one[1]) * UNITS[one[2] or "px"] for one in lengths if one)
    elif len(box := attributes.get("viewBox", "").replace(",", " ").split()) == 4:
        width, height = float(box[2]), float(box[3])
    else:
        return None
    return round(ENLARGED * width), round(ENLARGED * height)


def damage(file: Path) -> str:
    """Return what is wrong with a picture's file, "" if it can be shown."""
    return remembered(file, _damage) or ""


def _damage(file: Path) -> str:
    kind = file.suffix.lower()
    if kind in (".svg", ".pdf"):
        start = file.read_bytes()
        if kind == ".pdf":
            return "" if start.startswith(b"%PDF") and b"%%EOF" in start[-2000:] else "not a PDF"
        try:
            ElementTree.fromstring(start)
        except ElementTree.ParseError as error:
            return str(error)
        return ""
    from PIL import Image

    try:
        with Image.open(file) as image:
            image.load()
    except Exception as error:  # Pillow's readers raise all sorts
        return str(error).partition(" '")[0] or "it cannot be read"
    return ""


def for_latex(file: Path, folder: Path) -> Path:
    """Return a copy of a picture in `folder` that LaTeX can read, under a name that it can."""
    stem = re.sub(r"[^A-Za-z0-9-]", "-", file.stem)[:60]
    kind = LATEX.get(file.suffix.lower(), ".png")
    target = folder / f"{stem}-{digest(file)[:12]}{kind}"
    if file.suffix.lower() in LATEX:
        shutil.copyfile(file, target)
    elif file.suffix.lower() == ".svg":
        _rasterise(file, target)
    else:
        from PIL import Image

        with Image.open(file) as image:
            image.convert("RGBA").save(target)  # of an animation its first picture
    return target


def _rasterise(file: Path, target: Path) -> None:
    """Write an SVG as a PNG that is sharp on a projector and as large on paper as the SVG."""
    import resvg_py
    from PIL import Image

    width, height = (max(length / ENLARGED, 1) for length in _svg_size(file) or (800, 600))

    def in_pixels(root: re.Match[str]) -> str:
        """Return the first tag with a size that resvg understands: it knows no pt and no mm."""
        rest = re.sub(r"""\s(?:width|height)\s*=\s*(?:"[^"]*"|'[^']*')""", "", root[0])
        return rest.replace("<svg", f'<svg width="{width:g}" height="{height:g}"', 1)

    text = re.sub(r"<svg\b[^>]*>", in_pixels, file.read_text(encoding="utf-8"), count=1)
    zoom = min(max(SHARP / width, 1), 20)
    try:
        drawn = resvg_py.svg_to_bytes(svg_string=text, zoom=zoom, resources_dir=str(file.parent))
    except ValueError as error:
        raise LectureError(f"the picture cannot be drawn for the deck: {error}", file) from None
    made = bytes(drawn)
    with Image.open(io.BytesIO(made)) as image:
        image.save(target, dpi=(96 * zoom, 96 * zoom))
