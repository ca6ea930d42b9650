"""Pack a package of the project alone, so that students can install what notebooks import.

`pyproject.toml` names it under `tool.lecture.archive`: the folder of the `package`, the names of
its `dependencies` among those of the project, what only some notebooks need as `extras`, and
`files` that come to lie inside the package.
"""

import hashlib
import json
import re
import tomllib
import zipfile
from collections.abc import Iterable
from io import BytesIO
from pathlib import Path
from typing import Any

from lecturebuild.steps.errors import LectureError

FILE = "pyproject.toml"
DATE = (1980, 1, 1, 0, 0, 0)
"""The oldest date that a zip file knows: the archive's bytes depend on its contents alone."""


def write_archive(root: Path, folder: Path) -> Path | None:
    """Write the archive into a folder unless it is there; None where the project asks for none.

    Returns
    -------
    Path
        A file named for package and version, `NAME-VERSION.zip`, in a folder named for its bytes.
    """
    if not (root / FILE).is_file():
        return None
    settings = tomllib.loads((root / FILE).read_text(encoding="utf-8"))
    wanted = settings.get("tool", {}).get("lecture", {}).get("archive")
    if wanted is None:
        return None
    package = root / wanted["package"]
    if not (package / "__init__.py").is_file():
        raise LectureError(f"{wanted['package']} is no package of Python", FILE)
    stem = f"{package.name}-{settings['project']['version']}"
    contents = {FILE: _pyproject(settings["project"], package.name, wanted).encode()}
    for file in sorted(package.glob("*.py")):
        contents[f"{package.name}/{file.name}"] = file.read_bytes()
    for place, pattern in wanted.get("files", {}).items():
        for file in sorted(root.glob(pattern)):
            contents[f"{package.name}/{place}/{file.name}"] = file.read_bytes()
    content = _zip({f"{stem}/{name}": text for name, text in contents.items()})
    target = folder / hashlib.sha256(content).hexdigest()[:16] / f"{stem}.zip"
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        temporary = target.with_suffix(".new")
        temporary.write_bytes(content)
        temporary.replace(target)
    return target


def extras_of(root: Path, libraries: Iterable[str]) -> dict[str, list[str]]:
    """Return the extras that hold one of these libraries, with the names of what they ask for."""
    settings = tomllib.loads((root / FILE).read_text(encoding="utf-8"))
    offered = settings["tool"]["lecture"]["archive"].get("extras", {})
    # Packages for processors alone have names of their own.
    wanted = {name.removesuffix("-cpu") for name in libraries}
    names = {extra: [_name(line) for line in lines] for extra, lines in offered.items()}
    return {
        extra: asked
        for extra, asked in names.items()
        if wanted & {name.removesuffix("-cpu") for name in asked}
    }


def _name(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement, maxsplit=1)[0]


def _pyproject(project: dict[str, Any], package: str, wanted: dict[str, Any]) -> str:
    known: dict[str, list[str]] = {}
    for line in project["dependencies"]:
        known.setdefault(_name(line), []).append(line)
    names = wanted["dependencies"].split()
    extras = wanted.get("extras", {})
    asked = {_name(line) for lines in extras.values() for line in lines}
    if unknown := sorted({*names, *asked} - known.keys()):
        raise LectureError(f"{unknown[0]} is no dependency of the project", FILE)
    dependencies = "".join(f'    "{line}",\n' for name in names for line in known[name])
    optional = "".join(f"{extra} = {json.dumps(lines)}\n" for extra, lines in extras.items())
    data = "".join(f'    "{place}/*",\n' for place in wanted.get("files", {}))
    return f"""\
[build-system]
requires = ["setuptools"]
build-backend = "setuptools.build_meta"

[project]
name = "{package}"
version = "{project["version"]}"
requires-python = "{project["requires-python"]}"
dependencies = [
{dependencies}]

[project.optional-dependencies]
{optional}
[tool.setuptools]
packages = ["{package}"]

[tool.setuptools.package-data]
{package} = [
{data}]
"""


def _zip(contents: dict[str, bytes]) -> bytes:
    memory = BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, DATE)
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return memory.getvalue()
