"""Make the book's typefaces from Fontsource's, and the rules of book.css that name them.

Run by `make typefaces`, for another version or another choice of characters. Each face is cut into
what nearly every page needs and what few do. A browser asks for a file when the page has one of its
characters (`unicode-range`), so a page is light and no character is lost.
"""

import subprocess
import tempfile
from pathlib import Path

from fontTools.subset import Options, Subsetter, load_font, save_font

THEME = Path(__file__).parents[1] / "code" / "lecturebuild" / "writing" / "book" / "theme"
VERSIONS = {
    "source-serif-4": "5.3.1",
    "source-sans-3": "5.3.1",
    "source-code-pro": "5.3.1",
    "stix-two-math": "5.3.0",
}
NAMES = {
    "source-serif-4": "Source Serif 4",
    "source-sans-3": "Source Sans 3",
    "source-code-pro": "Source Code Pro",
    "stix-two-math": "STIX Two Math",
}
FACES = [
    ("source-serif-4", "latin", 400, "normal"),
    ("source-serif-4", "latin", 400, "italic"),
    ("source-serif-4", "latin", 600, "normal"),
    ("source-serif-4", "greek", 400, "normal"),
    ("source-sans-3", "latin", 400, "normal"),
    ("source-sans-3", "latin", 400, "italic"),
    ("source-sans-3", "latin", 600, "normal"),
    ("source-sans-3", "greek", 400, "normal"),
    ("source-code-pro", "latin", 400, "normal"),
    ("stix-two-math", "latin", 400, "normal"),
]
FOLDER = "/* Typefaces of a book read from a folder, where they always come late: see theme.js. */"
LATE = "source-serif-4", "latin"
"""The text keeps the letters with which it was first seen; see book.css."""


def characters(text: str) -> set[int]:
    """Return the code points of ranges as CSS writes them, without "U+": "20-7E, A0"."""
    ends = [part.strip().partition("-") for part in text.split(",")]
    return {
        code
        for first, _, last in ends
        for code in range(int(first, 16), int(last or first, 16) + 1)
    }


# ASCII, the signs of a text with numbers, the letters of German and of its neighbours' names.
LATIN = characters(
    "20-7E, A0, A7, A9, AD, B0-B3, B7, B9, C4, D6, D7, DC, DF, E4, E9, F6, FC, "
    "200B, 2013, 2014, 2018-201A, 201C-201E, 2026, 2212"
)
GREEK = characters("391-3A9, 3B1-3C9, 3D1, 3D5, 3F1, 3F5")
# What formulas are made of. Brackets, roots, sums and arrows, which grow, must be in the first
# file: browsers look for their larger forms nowhere else. Of italic Greek letters they ask for the
# upright ones too.
FORMULAS = characters(
    "20-7E, A0, A8, AC, AF-B1, B7, D7, F7, 131, 237, 2C6, 2DC, 300-308, 30C, 391-3A9, 3B1-3C9, "
    "3D1, 3D5-3D6, 3F0-3F1, 3F5, 2013-2014, 2016, 2018-2019, 201C-201D, 2020, 2022, 2026, "
    "2032-2034, 203E, 2044, 2061-2063, 20D7, 210E-210F, 2112-2113, 211D, 2190-2195, 21A6, 21CC, "
    "21D0, 21D2, 21D4, 2200, 2202-2209, 220B-220C, 220F-2213, 2215-221A, 221D-221E, 2220, 2223, "
    "2225, 2227-222C, 222E, 223C-223D, 2243, 2245, 2248, 2254-2255, 2260-2261, 2264-2265, "
    "226A-226B, 2282-2283, 2286-2287, 2295, 2297, 2299, 22A4-22A5, 22C0-22C3, 22C5, 22EE-22F1, "
    "2308-230B, 23DE-23DF, 27E8-27E9, 27F5-27F6, 27F9-27FA, 27FC, 2A00-2A02, 2A7D-2A7E, "
    "1D434-1D467, 1D5B3, 1D6FB-1D71B"
)
ALPHABETS = characters(
    "2102, 210B, 2110-2111, 2115, 2118-211C, 2124, 212C, 212F-2135, 1D400-1D433, 1D468-1D49B, "
    "1D538-1D551, 1D6A4-1D6FA, 1D7CE-1D7E1"
)
# Of what tall brackets can be put together: Firefox measures it wherever a bracket grows, and then
# draws the larger form.
PIECES = characters("239B-23AF")
SCRIPTS = {
    "latin": characters("0-10FFFF"),
    "greek": characters("370-3FF"),
    "math": FORMULAS | characters("300-3F5, 2010-2BFF, 1D400-1D7FF"),
}
"""What is taken from a file: STIX has the letters of many scripts, Greek has Latin ones."""
CUTS: dict[str, dict[str, set[int]]] = {
    "latin": {"": LATIN},
    "greek": {"": GREEK},
    "math": {"": FORMULAS, "alphabets": ALPHABETS, "pieces": PIECES},
}
"""The characters of a face's files, by what is added to the file's name; "rest" has all others."""


def fetch(package: str, folder: Path) -> Path:
    """Return the folder with the files of a package of Fontsource, as npm has it."""
    name = f"@fontsource/{package}@{VERSIONS[package]}"
    packed = subprocess.run(
        ["npm", "pack", "--silent", name], cwd=folder, check=True, capture_output=True, text=True
    )
    target = folder / package
    target.mkdir()
    subprocess.run(["tar", "xzf", packed.stdout.strip(), "-C", target], cwd=folder, check=True)
    return target / "package" / "files"


def cut(source: Path, target: Path, codes: set[int], math: bool) -> None:
    """Write some characters of a face, with their pairs and ligatures, or larger forms."""
    options = Options(
        flavor="woff2",
        hinting=not math,  # the others' is a few bytes
        layout_features=[] if math else ["kern", "liga", "locl", "ccmp", "mark", "mkmk", "tnum"],
        drop_tables=["GPOS", "VDMX", "DSIG", "meta"] if math else [],
    )
    font = load_font(str(source), options)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=codes)
    subsetter.subset(font)
    save_font(font, str(target), options)


def ranges(codes: set[int], known: set[int]) -> str:
    """Return code points as CSS writes them, together with those of other files between them."""
    parts: list[list[int]] = []
    for code in sorted(codes):
        if parts and known.issuperset(range(parts[-1][1], code)):
            parts[-1][1] = code
        else:
            parts.append([code, code])
    return ", ".join(f"U+{a:X}" if a == b else f"U+{a:X}-{b:X}" for a, b in parts)


def rule(face: tuple[str, str, int, str], file: str, codes: str, late: bool) -> str:
    """Return the rule by which the style sheet names a file."""
    family, _, weight, style = face
    parts = [f'font-family: "{NAMES[family]}"', f"src: url(fonts/{file})"]
    parts += [f"font-style: {style}"] if style != "normal" else []
    parts += [f"font-weight: {weight}"] if weight != 400 else []
    parts += [f"unicode-range: {codes}", f"font-display: {'optional' if late else 'swap'}"]
    return f"@font-face {{ {'; '.join(parts)}; }}"


def make(face: tuple[str, str, int, str], sources: Path) -> list[str]:
    """Write the files of a face; return their rules.

    The file that is needed most comes last: browsers ask the last of several rules first.
    """
    family, script, weight, style = face
    source = sources / f"{family}-{script}-{weight}-{style}.woff2"
    known = set(load_font(str(source), Options()).getBestCmap())
    kind = "math" if family == "stix-two-math" else script
    between = SCRIPTS[kind] if kind == "math" else known
    left, rules = known & SCRIPTS[kind], []
    for part, wanted in [*CUTS[kind].items(), ("rest", known)]:
        codes = left & wanted
        left = left - codes
        words = [family] if kind == "math" else [family, script, str(weight), style]
        file = "-".join([*words, part] if part else words) + ".woff2"
        cut(source, THEME / "fonts" / file, codes, kind == "math")
        exact = ranges(codes, between if part else codes)
        rules.append(rule(face, file, exact, late=not part and (family, script) == LATE))
        print(f"{(THEME / 'fonts' / file).stat().st_size:8d} {file}")
    return rules[::-1]


def main() -> None:
    """Write all files, and their rules into book.css and folder.css."""
    for old in (THEME / "fonts").glob("*.woff2"):
        old.unlink()
    with tempfile.TemporaryDirectory() as temporary:
        sources = {family: fetch(family, Path(temporary)) for family in VERSIONS}
        rules = [line for face in FACES for line in make(face, sources[face[0]])]
    sheet = THEME / "book.css"
    lines = sheet.read_text(encoding="utf-8").splitlines()
    named = [n for n, line in enumerate(lines) if line.startswith("@font-face") and "url(" in line]
    lines[named[0] : named[-1] + 1] = rules
    sheet.write_text("\n".join(lines) + "\n", encoding="utf-8")
    late = [line.replace("optional", "swap") for line in rules if "optional" in line]
    (THEME / "folder.css").write_text("\n".join([FOLDER, "", *late, ""]), encoding="utf-8")


if __name__ == "__main__":
    main()
