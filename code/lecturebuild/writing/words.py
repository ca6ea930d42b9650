"""The words that the renderer itself writes, in the language of the lecture.

The theme and the filters have them in English; `words.yml` gives another language's in their place.
"""

import re
from pathlib import Path

import yaml

from lecturebuild.reading.yamltext import Settings

WORDS_FILE = Path(__file__).with_suffix(".yml")
WORDS: dict[str, dict[str, str]] = yaml.load(WORDS_FILE.read_bytes(), Loader=yaml.CSafeLoader)


def words(settings: Settings) -> dict[str, str]:
    """Return the words of a project's language for the English ones."""
    language = settings.text("lang") or "en"
    found = WORDS.get(re.split("[-_]", language)[0])
    if found is None:
        known = ", ".join(WORDS)
        message = f"no words in the language '{language}'; {WORDS_FILE.name} has {known}"
        raise settings.error(message, "lang")
    return found


def translated(text: str, table: dict[str, str]) -> str:
    """Return a template or script of the theme with its words in another language.

    A word to translate stands alone, in quotes or between two tags, or before what is filled in.
    """
    if not table:
        return text
    longest = sorted(table, key=len, reverse=True)
    found = re.compile(rf"(?<=[>\"'`])({'|'.join(map(re.escape, longest))})(?=[<\"'` ]|\$\{{)")
    return found.sub(lambda word: table[word[1]], text)
