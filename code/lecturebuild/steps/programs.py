"""Where the programs are that come from PyPI."""

import os
from functools import cache
from importlib.util import find_spec
from pathlib import Path


@cache
def executable() -> str:
    """Return the path of the Pandoc that comes from PyPI with pypandoc.

    pypandoc itself takes whichever of all that are installed has the highest version.
    """
    package = find_spec("pypandoc")
    assert package is not None
    assert package.origin is not None
    return str(
        Path(package.origin).parent / "files" / ("pandoc.exe" if os.name == "nt" else "pandoc")
    )
