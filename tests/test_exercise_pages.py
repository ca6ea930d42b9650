"""The pages of the exercises: numbered in order, with a time, a difficulty, values to compare."""

import re
from pathlib import Path

import pytest

from lecturebuild.reading.project import read_project

ROOT = Path(__file__).parents[1]
PAGES = [page for page in read_project(ROOT).pages if page.parent.name == "exercises"]
TEXTS = {page.stem: (ROOT / page).read_text(encoding="utf-8") for page in PAGES}


def test_exercises_are_numbered_in_the_order_of_the_book():
    numbers = [int(re.match(r"# Exercise (\d+): ", text)[1]) for text in TEXTS.values()]
    assert numbers == list(range(1, len(PAGES) + 1))


def test_deck_and_first_chapter_have_them_in_the_same_order():
    deck = (ROOT / "slides" / "neural-networks.qmd").read_text(encoding="utf-8")
    assert re.findall(r"exercises/_([\w-]+)-task\.qmd", deck) == list(TEXTS)
    chapter = (ROOT / "chapters" / "perceptron.qmd").read_text(encoding="utf-8")
    listed = re.findall(r"^(\d+)\. .*?exercises/([\w-]+)\.(?:html|qmd)", chapter, re.M)
    once = [(str(number), name) for number, name in enumerate(TEXTS, start=1)]
    assert listed == once * (len(listed) // len(once)) != []


@pytest.mark.parametrize("name", TEXTS)
def test_page_says_how_long_and_how_hard_and_what_to_compare_with(name):
    assert re.search(
        r"^\*\*Time:\*\* about .* \*\*Difficulty:\*\* (easy|medium|hard)", TEXTS[name], re.M
    )
    assert "**To compare:**" in TEXTS[name]
