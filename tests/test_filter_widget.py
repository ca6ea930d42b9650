"""The filter of the chapter on convolutional networks, in a real browser."""

import re
import runpy
from pathlib import Path

import numpy as np
import pytest
import widget_pages
from browser import axe

from nnlecture.convolution import slide

ROOT = Path(__file__).parents[1]
CHAPTER = (ROOT / "chapters" / "convolutional-networks.qmd").read_text(encoding="utf-8")
FIGURE = runpy.run_path(str(ROOT / "figures" / "cnn_sliding_filter.py"))
PAGE = "chapters/page.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the widgets, and a page with what the chapter has around the filter."""
    [block] = [b for b in re.findall(r"```\{=html\}\n(.*?)```", CHAPTER, re.S) if "filter" in b]
    block = f"<main><h1>Filter</h1>{block}</main>"
    return widget_pages.write(tmp_path_factory.mktemp("site"), PAGE, block)


def numbers(page):
    texts = page.locator(".filter [data-at]").all_inner_texts()
    return np.array([float(text.replace("−", "-")) for text in texts]).reshape(5, 5)


def test_the_map_follows_the_weights(page):
    energies, weights = FIGURE["ENERGIES"], FIGURE["FILTER"].astype(float)
    assert page.locator(".filter table").first.inner_text().split()[3:] == [
        str(energy) for energy in energies.ravel()
    ]
    np.testing.assert_allclose(numbers(page), slide(energies, weights))
    page.get_by_label("weight, row 1, column 3").fill("-1,5")
    page.keyboard.press("Tab")
    weights[0, 2] = -1.5
    np.testing.assert_allclose(numbers(page), slide(energies, weights), atol=0.006)
    page.get_by_label("weight, row 1, column 3").fill("much")
    page.keyboard.press("Tab")
    np.testing.assert_allclose(numbers(page), slide(energies, weights), atol=0.006)
    page.get_by_label("Filter").select_option("mean")
    np.testing.assert_allclose(numbers(page), slide(energies, np.ones((3, 3))))
    page.locator("[data-at='3 3']").press("Enter")
    said = page.get_by_role("status").inner_text()
    assert said.startswith("Row 4, column 4: 1 · 1 + 1 · 3")
    assert said.endswith(f"= {slide(energies, np.ones((3, 3)))[3, 3]:.0f}")
    assert page.locator(".filter td.window").count() == 9
    assert axe(page) == []


@pytest.mark.parametrize("width", [320, 390, 1400])
def test_fits_the_width(open_page, address, width):
    page = open_page(address, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
