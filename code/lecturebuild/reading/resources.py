"""Find the files that a book publishes as they are, by the patterns of `project: resources`.

The patterns are Quarto's. One with a leading slash counts from the project's folder, one without
matches at any depth; a folder stands for all that is in it; `!` takes files out again. `*` and `?`
stop at a slash, `**` does not; `[ab]` and `{a,b}` are choices. Unlike in Quarto, no pattern reaches
into the output folder, an environment, or a folder whose name begins with a dot or an underscore.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from lecturebuild.reading.yamltext import KeyPath, Settings
from lecturebuild.steps.files import is_dir, is_file, own_files

KEY = ("project", "resources")
TOKEN = re.compile(r"\*\*/|\*+|\?|\[!?\]?[^]/]*\]|\{[^{}]*\}|/|[^*?[{/]+|.", re.S)


@dataclass(frozen=True)
class _Pattern:
    """A pattern, if it takes files in or out, and what their names must match."""

    text: str
    wanted: bool
    names: re.Pattern[str]
    key: KeyPath


def resource_files(root: Path, settings: Settings, output: Path) -> list[Path]:
    """Return the files that the settings' patterns match, sorted."""
    texts = settings.texts(*KEY)
    patterns = [_pattern(text, number, root, settings) for number, text in enumerate(texts)]
    names = []
    if patterns:
        files = own_files(root, lambda folder: folder.name[0] == "_" or folder == output)
        names = sorted(file.relative_to(root).as_posix() for file in files)
    for pattern in patterns:
        literal = pattern.wanted and not re.search(r"[*?[{]", pattern.text)
        if literal and not any(map(pattern.names.fullmatch, names)):
            raise settings.error(f"no such resource: {pattern.text}", *pattern.key)
        folder = re.split(r"[*?[{]", pattern.text)[0].rpartition("/")[0]
        if pattern.wanted and folder.startswith("/") and not is_dir(root / folder[1:]):
            message = f"no such folder: {folder} of the resource {pattern.text}"
            raise settings.error(message, *pattern.key)
    found = []
    for name in names:
        matching = [each.wanted for each in patterns if each.names.fullmatch(name)]
        if matching and all(matching):
            if not is_file(root / name):  # a pipe, of which reading never ends
                raise settings.error(f"the resource {name} is no file", *KEY)
            found.append(root / name)
    return found


def _pattern(text: str, number: int, root: Path, settings: Settings) -> _Pattern:
    key = (*KEY, str(number)) if (*KEY, str(number)) in settings.lines else KEY
    path = text.removeprefix("!").removeprefix("\\")
    parts = [part for part in path.split("/") if part not in ("", ".")]
    if ".." in parts:
        raise settings.error(f"the resource '{text}' leads out of the project", *key)
    if set(parts) <= {"*", "**"}:
        message = f"the resource '{text}' is the whole project; name files or folders"
        raise settings.error(message, *key)
    name = "/".join(parts)
    if path.endswith("/") or is_dir(root / name):
        name += "/**"
    anywhere = "" if path.startswith("/") else "(?:[^/]+/)*"
    try:
        names = re.compile(anywhere + _regex(name))
    except re.error:
        raise settings.error(f"the resource '{text}' is no pattern", *key) from None
    return _Pattern(text, not text.startswith("!"), names, key)


def _regex(pattern: str) -> str:
    """Return the regular expression for a pattern; a hidden file is meant only where it says so."""
    out = ""
    for token in TOKEN.findall(pattern):
        begins = out == "" or out.endswith("/")
        if token == "**/":
            out += "(?:[^/]+/)*"
        elif token == "**" and begins:
            out += r"(?:[^/]+/)*(?!\.)[^/]+"
        elif token.startswith("*"):
            out += r"(?!\.)[^/]*" if begins else "[^/]*"
        elif token == "?":
            out += "[^/.]" if begins else "[^/]"
        elif token.startswith("{") and len(token) > 1:
            out += "(?:" + "|".join(map(_regex, token[1:-1].split(","))) + ")"
        elif token.startswith("[") and len(token) > 1:
            letters = re.sub(r"[][\\^&~|]", r"\\\g<0>", token[1:-1].removeprefix("!"))
            out += ("[^" if token[1] == "!" else "[") + letters + "]"
        else:
            out += re.escape(token)
    return out
