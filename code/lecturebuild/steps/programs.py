"""Where the programs are that come from PyPI."""

from functools import cache


@cache
def executable() -> str:
    """Return the path of the Pandoc that comes from PyPI with pypandoc."""
    import pypandoc

    return str(pypandoc.get_pandoc_path())
