"""Pack a package of the project alone, so that students can install what notebooks import.

`pyproject.toml` names it under `tool.lecture.archive`: the folder of the `package`, the names of
its `dependencies` among those of the project, what only some notebooks need as `extras`, and
`files` that come to lie inside the package.
"""

import json
import re
import tomllib
from collections.abc import Iterable
from operator import attrgetter
from pathlib import Path
from typing import Any

from lecturebuild.steps.errors import LectureError
from lecturebuild.steps.files import pack
from lecturebuild.steps.store import Step

FILE = "pyproject.toml"


def archive_step(root: Path) -> Step | None:
    """Return the step that packs the archive, `NAME-VERSION.zip`, if one is asked for."""
    if not (root / FILE).is_file():
        return None
    settings = tomllib.loads((root / FILE).read_text(encoding="utf-8"))
    wanted = settings.get("tool", {}).get("lecture", {}).get("archive")
    if wanted is None:
        return None
    package = root / wanted["package"]
    if not (package / "__init__.py").is_file():
        raise LectureError(f"{wanted['package']} is no package of Python", FILE)
    files = {f"{package.name}/{file.name}": file for file in sorted(package.glob("*.py"))}
    for place, pattern in wanted.get("files", {}).items():
        for file in sorted(root.glob(pattern)):
            files[f"{package.name}/{place}/{file.name}"] = file
    stem = f"{package.name}-{settings['project']['version']}"
    project = _pyproject(settings["project"], package.name, wanted)
    inputs = {"stem": stem, "project": project, "files": files}
    return Step("archives", stem, _write_archive, inputs, read=attrgetter("only"))


def _write_archive(folder: Path, stem: str, project: str, files: dict[str, Path]) -> None:
    contents: dict[str, Path | bytes] = {FILE: project.encode(), **files}
    pack(folder / f"{stem}.zip", {f"{stem}/{name}": file for name, file in contents.items()})


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
