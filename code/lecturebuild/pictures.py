"""Sizes of pictures, and SVG files made smaller for the web."""

import re
from functools import lru_cache
from pathlib import Path

from lecturebuild.files import digest

ENLARGED = 1.3
"""Drawings are shown so much larger than they are on paper."""
DIGITS = 2
"""Places after the point that a coordinate keeps: a hundredth of a point cannot be seen."""

_UNITS = {"": 1.0, "px": 1.0, "pt": 4 / 3, "in": 96.0, "cm": 96 / 2.54, "mm": 9.6 / 2.54}
_LENGTH = re.compile(r"([\d.]+)(px|pt|in|cm|mm)?")
_SVG = re.compile(rb"<svg\b[^>]*>")
_NUMBER = re.compile(r"-?(?:\d+\.?\d*|\.\d+)(?:e-?\d+)?")
_PATH = re.compile(r'( d=")([^"]*)(")')
_POSITION = re.compile(r'( (?:x|y|x1|x2|y1|y2|cx|cy|transform)=")([^"]*)(")')
_STYLE = re.compile(r'<(path|use|g) ([^>]*?) ?style="([^"]*)"')


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
    target = build / f"{file.stem}-{digest(Path(__file__))[:8]}.svg"
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(".new")
        temporary.write_text(lean(file.read_text(encoding="utf-8")), encoding="utf-8")
        temporary.replace(target)
    return target


def lean(svg: str) -> str:
    """Return an SVG of Matplotlib's that looks the same and is smaller.

    Comments, metadata and spaces between elements go, coordinates are rounded, lines are written
    relative to the point before, and a style that several elements share becomes a class.
    """
    svg = re.sub(
        r"<metadata>.*?</metadata>|<!--.*?-->|<!DOCTYPE.*?>\s*(?=<svg)", "", svg, flags=re.S
    )
    svg = re.sub(r">\s+<", "><", svg)
    svg = _PATH.sub(lambda found: found[1] + _path(found[2]) + found[3], svg)
    svg = _POSITION.sub(lambda found: found[1] + _rounded(found[2]) + found[3], svg)
    return _shared_styles(svg)


def _rounded(text: str) -> str:
    # Scales are small numbers that multiply large ones: they keep all their digits.
    parts = re.split(r"(scale\([^)]*\)|matrix\([^)]*\))", text)
    return "".join(
        part
        if part.startswith(("scale", "matrix"))
        else _NUMBER.sub(lambda n: _short(float(n[0])), part)
        for part in parts
    )


def _short(number: float) -> str:
    text = f"{number:.{DIGITS}f}".rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else re.sub(r"^(-?)0\.", r"\1.", text)


def _path(data: str) -> str:
    """Return a path with rounded, relative coordinates; one with unusual commands as it is."""
    tokens = re.findall(r"[A-Za-z]|" + _NUMBER.pattern, data)
    if not set(re.findall(r"[A-Za-z]", data)) <= set("MLCQz"):
        return data
    unit = 10**DIGITS
    out: list[str] = []
    x = y = start_x = start_y = 0
    last, position = "", 0
    while position < len(tokens):
        command = tokens[position]
        position += 1
        if command == "z":
            out.append("z")
            x, y, last = start_x, start_y, "z"
            continue
        count = {"M": 2, "L": 2, "Q": 4, "C": 6}[command]
        values = [round(float(token) * unit) for token in tokens[position : position + count]]
        position += count
        if command == "L" and values == [x, y] and last == "l":
            continue
        relative = [value - (x, y)[place % 2] for place, value in enumerate(values)]
        x, y = values[-2:]
        if command == "M":
            start_x, start_y = x, y
            out.append("M" + _joined(values, unit))
        else:
            letter = command.lower()
            numbers = _joined(relative, unit)
            implied = letter == last
            out.append(
                ("" if numbers.startswith("-") else " ") + numbers if implied else letter + numbers
            )
        last = command.lower() if command != "M" else "M"
    return "".join(out)


def _joined(values: list[int], unit: int) -> str:
    text = ""
    for value in values:
        number = _short(value / unit)
        text += number if not text or number.startswith("-") else f" {number}"
    return text


def _shared_styles(svg: str) -> str:
    """Turn styles that three or more elements share into classes."""
    counts: dict[str, int] = {}
    for found in _STYLE.finditer(svg):
        counts[found[3]] = counts.get(found[3], 0) + 1
    shared = {style: f"s{n}" for n, style in enumerate(s for s, c in counts.items() if c > 2)}
    if not shared or "<style" not in svg or 'class="' in svg:
        return svg

    def with_class(found: re.Match[str]) -> str:
        if found[3] not in shared:
            return found[0]
        return f'<{found[1]} {found[2]} class="{shared[found[3]]}"'.replace("  ", " ")

    rules = "".join(f".{name}{{{style}}}" for style, name in shared.items())
    rules = re.sub(r"([:;]) ", r"\1", rules)
    return _STYLE.sub(with_class, svg).replace("</style>", rules + "</style>", 1)
