"""Settings of all tests, and the lecture itself, rendered."""

import os
from collections.abc import Iterator
from pathlib import Path

# One kind of instructions on every machine, before NumPy is loaded: where a learning rate is too
# large, the last digit decides what a network does, and pictures would differ.
if (processor := Path("/proc/cpuinfo")).is_file() and " avx2 " in processor.read_text():
    os.environ["OPENBLAS_CORETYPE"] = "Haswell"

import pytest
import widget_pages
from hypothesis import settings
from playwright.sync_api import Browser
from projects import render
from threadpoolctl import threadpool_limits

# Machines are shared: a slow moment is no failure.
settings.register_profile("lecture", deadline=None)
settings.load_profile("lecture")


# Several processes compute at a time: threads of each one's small products of matrices would only
# wait for each other. The renderer does the same for cells.
os.environ["OPENBLAS_NUM_THREADS"] = "1"
threadpool_limits(1, user_api="blas")  # what was loaded before, by plugins
ENVIRONMENT = set(os.environ)
# Before tests import TensorFlow, which sets more: cells that ask for those would be executed again.


DEAREST = "site notebook_runs convolutional_networks reuse playground deep_figures running".split()
"""The files that take longest. They come first: at the end all processes have something to do."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    places = {f"test_{name}": place for place, name in enumerate(DEAREST)}
    items.sort(key=lambda item: places.get(item.path.stem, len(DEAREST)))


@pytest.fixture(scope="session")
def lecture_site() -> Path:
    """Render this repository's lecture; return the folder of the book.

    Processes that want it at the same time wait for the first; the others find nothing to do.
    """
    root = Path(__file__).parents[1]
    with pytest.MonkeyPatch.context() as patch:
        for name in set(os.environ) - ENVIRONMENT:
            patch.delenv(name)
        render(root)
    return root / "_book"


# A page with a widget: the test's module writes it, its `site`, and names it, `PAGE`.


@pytest.fixture(scope="module")
def address(site, request) -> Iterator[str]:
    with widget_pages.served(site) as root:
        yield f"{root}/{request.module.PAGE}"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with widget_pages.chromium() as browser:
        yield browser


@pytest.fixture
def open_page(chromium):
    with widget_pages.opener(chromium) as open_page:
        yield open_page


@pytest.fixture
def page(open_page, address):
    return open_page(address)
