"""The filter of the chapter on convolutional networks, in a real browser."""

import re
import runpy
from pathlib import Path

import numpy as np
import pytest
import widget_pages
from browser import axe
from playwright.sync_api import expect

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


def test_everything_works_by_keyboard(page):
    for _ in range(6):  # the choice of a filter, and five weights
        page.keyboard.press("Tab")
    expect(page.get_by_label("weight, row 2, column 2")).to_be_focused()
    page.keyboard.type("2")
    for _ in range(5):  # four weights, and the first number of the map
        page.keyboard.press("Tab")
    weights = FIGURE["FILTER"].astype(float)
    weights[1, 1] = 2
    np.testing.assert_allclose(numbers(page), slide(FIGURE["ENERGIES"], weights))
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).to_contain_text("Row 1, column 1:")


@pytest.mark.parametrize("text", ["", "NaN", "1e999", "-Infinity", "100", "<b>", "1;2"])
def test_what_is_no_weight_changes_nothing(page, text):
    before = numbers(page)
    page.get_by_label("weight, row 1, column 3").fill(text)
    page.keyboard.press("Tab")
    np.testing.assert_allclose(numbers(page), before)
    assert page.get_by_label("weight, row 1, column 3").input_value() == "0"


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_the_window_is_marked_and_axe_finds_nothing(open_page, address, options):
    page = open_page(address, **options)
    inside, outside = page.evaluate(
        """() => ['td.window', 'td:not(.window)'].map((selector) => {
            const { backgroundColor, outlineStyle } =
                getComputedStyle(document.querySelector('.filter ' + selector));
            return backgroundColor + outlineStyle;
        })"""
    )
    assert inside != outside
    assert axe(page) == []


def test_print_has_the_numbers_and_a_sentence(page):
    page.emulate_media(media="print")
    expect(page.locator(".filter table").first).to_be_visible()
    expect(page.get_by_text("On the page this is a program")).to_be_visible()
    expect(page.get_by_label("Filter")).not_to_be_visible()


def test_works_from_a_file_share(open_page, site):
    assert numbers(open_page((site / PAGE).as_uri())).shape == (5, 5)


def test_without_scripts_a_sentence_stands_in_its_place(open_page, address):
    page = open_page(address, java_script_enabled=False)
    assert "JavaScript" in page.locator("#filter").inner_text()


@pytest.mark.parametrize("width", [320, 390, 1400])
def test_fits_the_width(open_page, address, width):
    page = open_page(address, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
