"""Find the script of a figure."""

import re
from pathlib import Path

from lecturebuild.steps.errors import LectureError, guess


def script_of(name: str, root: Path) -> Path:
    """Return a figure's script; an error names the closest."""
    script = root / "figures" / f"{name}.py"
    if not re.fullmatch(r"[\w-]+", name) or not script.is_file():
        names = [file.stem for file in sorted(script.parent.glob("*.py"))]
        raise LectureError(f"no figure script figures/{name}.py{guess(name, names)}")
    return script
