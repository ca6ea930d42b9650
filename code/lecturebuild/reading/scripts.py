"""Find the script of a figure."""

import difflib
import re
from pathlib import Path

from lecturebuild.steps.errors import LectureError


def script_of(name: str, root: Path) -> Path:
    """Return a figure's script; an error names the closest."""
    script = root / "figures" / f"{name}.py"
    if not re.fullmatch(r"[\w-]+", name) or not script.is_file():
        names = [file.stem for file in sorted(script.parent.glob("*.py"))]
        close = difflib.get_close_matches(name, names, 1)
        hint = f" (did you mean {close[0]}?)" if close else ""
        raise LectureError(f"no figure script figures/{name}.py{hint}")
    return script
