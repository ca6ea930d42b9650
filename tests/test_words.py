"""What the theme says to readers can be said in another language."""

import re

import pytest

from lecturebuild.writing.book.page import THEME
from lecturebuild.writing.words import WORDS, translated

GERMAN = WORDS["de"]
SAID = re.compile(
    r"""(?:aria-label=|placeholder=|title=)"([^"$]+)"|>([A-Z][^<>$=(){}]*[a-z.)])<"""
    r"""|['`]([A-Z][a-z]+(?:[ ][a-z]+)*:?)(?=['`]|[ ]“\$)|'((?!article)[a-z]+(?:[ ][a-z]+){1,2})'"""
)
"""Texts in the templates, and those strings of the scripts that look like words for readers."""
NOT_SAID = {
    "Apple",
    "Escape",
    "Enter",
    "References",
    "Search this book",
    "use strict",
    "table tab tabelle",
}
"""Names of keys and of a browser's maker; words that are translated elsewhere."""
FILES = sorted([*THEME.glob("*.html"), *THEME.glob("[!m]*.js"), THEME / "menu.js"])


def said(text):
    found = {next(filter(None, match)) for match in SAID.findall(text)}
    return {one.strip() for one in found} - NOT_SAID


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)
def test_every_text_of_the_theme_is_translated(file):
    text = file.read_text(encoding="utf-8")
    assert said(text) <= set(GERMAN), said(text) - set(GERMAN)
    same = {english for english, german in GERMAN.items() if english == german}
    left = said(translated(text, GERMAN)) & said(text)
    assert left <= same, left


def test_texts_are_found():
    everything = set().union(*(said(file.read_text(encoding="utf-8")) for file in FILES))
    assert {"Search", "Copied", "places found", "Nothing found for", "On this page"} <= everything
