"""A figure is the same wherever the project lies."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import matplotlib as mpl

ROOT = Path(__file__).parents[1]
DRAW = r"""
import sys
from lecturebuild.running import draw
from nnlecture import style
from matplotlib import __file__ as library
assert style.__file__.startswith(sys.argv[1]) and library.startswith(sys.argv[2])
fig = style.figure()
fig.text(0.1, 0.5, r"a root $\sqrt{x}$ and text")
open(sys.argv[3], "wb").write(draw._save(fig, "root")[1])
"""


def test_pdf_is_the_same_wherever_the_fonts_lie(tmp_path):
    """The text has the project's typeface, the root one of Matplotlib's own."""
    library = tmp_path / "m"
    shutil.copytree(Path(mpl.__file__).parent, library / "matplotlib")
    made = []
    for folder in (tmp_path / "a before the library", tmp_path / "z after it"):
        shutil.copytree(ROOT / "code" / "nnlecture", folder / "code" / "nnlecture")
        shutil.copytree(ROOT / "fonts", folder / "fonts")
        pdf = folder / "drawn.pdf"
        places = f"{folder / 'code'}{os.pathsep}{library}"
        subprocess.run(
            [sys.executable, "-c", DRAW, folder, library, pdf],
            env=os.environ | {"PYTHONPATH": places, "MPLCONFIGDIR": str(tmp_path)},
            check=True,
            timeout=300,
        )
        made.append(pdf.read_bytes())
    assert b"STIX" in made[0] and b"SourceSans3" in made[0]
    assert made[0] == made[1]
