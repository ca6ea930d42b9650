"""Settings of all tests, and the lecture itself, rendered."""

from pathlib import Path

import pytest
from hypothesis import settings
from projects import render

# Machines are shared: a slow moment is no failure.
settings.register_profile("lecture", deadline=None)
settings.load_profile("lecture")


@pytest.fixture(scope="session")
def lecture_site() -> Path:
    """Render this repository's lecture; return the folder of the book.

    Processes that want it at the same time wait for the first; the others find nothing to do.
    """
    root = Path(__file__).parents[1]
    render(root)
    return root / "_book"
