"""The words that the renderer itself writes, in the language of the lecture.

The theme and the filters have them in English; a table gives another language's in their place.
"""

import re
from pathlib import Path

from lecturebuild.reading.yamltext import Settings

GERMAN = {
    # In the text.
    "Figure": "Abbildung",
    "Table": "Tabelle",
    "Equation": "Gleichung",
    "Listing": "Listing",
    "Section": "Abschnitt",
    "Chapter": "Kapitel",
    "Note": "Hinweis",
    "Tip": "Tipp",
    "Warning": "Warnung",
    "Important": "Wichtig",
    "Caution": "Vorsicht",
    "Solution": "Lösung",
    "Code": "Code",
    "References": "Literatur",
    "Downloads": "Zum Herunterladen",
    "How this figure is drawn": "Wie diese Abbildung entsteht",
    "(Shown in the book.)": "(Im Buch gezeigt.)",
    "Back to the text, note": "Zurück zum Text, Anmerkung",
    "the tasks, for you to work on": "die Aufgaben, zum Bearbeiten",
    "solved and executed": "gelöst und ausgeführt",
    "what the notebooks import of this lecture; install it with pip": (
        "was die Notebooks von dieser Vorlesung importieren; mit pip zu installieren"
    ),
    # In the frame of a page.
    "Skip to the text": "Zum Text",
    "Chapters": "Kapitel",
    "Other forms of this book": "Andere Formen dieses Buchs",
    "Search": "Suche",
    "Search this book": "Dieses Buch durchsuchen",
    "Dark colours": "Dunkle Farben",
    "Breadcrumbs": "Brotkrumen",
    "On this page": "Auf dieser Seite",
    "This chapter’s slides (PDF)": "Die Folien dieses Kapitels (PDF)",
    "Previous and next chapter": "Voriges und nächstes Kapitel",
    "Previous": "Zurück",
    "Next": "Weiter",
    "Slides (PDF)": "Folien (PDF)",
    "Handout (PDF)": "Handzettel (PDF)",
    "Offline copy (zip)": "Kopie zum Mitnehmen (zip)",
    "Source": "Quelltext",
    "Source (zip)": "Quelltext (zip)",
    "The source of this page": "Der Quelltext dieser Seite",
    "Fit": "Einpassen",
    "Smaller": "Kleiner",
    "Larger": "Größer",
    "Close": "Schließen",
    "Copy": "Kopieren",
    "Copy this code": "Diesen Code kopieren",
    "Copied": "Kopiert",
    "Not copied": "Nicht kopiert",
    "Enlarge": "Vergrößern",
    "Picture": "Bild",
    "Formula": "Formel",
    "Link to this section": "Link auf diesen Abschnitt",
    "this picture": "dieses Bild",
    "The picture; arrow keys move it": "Das Bild; die Pfeiltasten bewegen es",
    "wider than the page": "breiter als die Seite",
    "best places": "beste Stellen",
    "place found": "Stelle gefunden",
    "places found": "Stellen gefunden",
    "In this book:": "In diesem Buch:",
    "Nothing found for": "Nichts gefunden für",
    "The nearest word:": "Das ähnlichste Wort:",
    "The search index cannot be loaded.": "Der Suchindex lässt sich nicht laden.",
}
WORDS = {"en": {}, "de": GERMAN}


def words(settings: Settings) -> dict[str, str]:
    """Return the words of a project's language for the English ones.

    Raises
    ------
    LectureError
        There is no table of that language.
    """
    language = settings.text("lang") or "en"
    found = WORDS.get(re.split("[-_]", language)[0])
    if found is None:
        known = ", ".join(WORDS)
        message = f"no words in the language '{language}'; {Path(__file__).name} has {known}"
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
