"""Which files the patterns of `project: resources` publish."""

import pytest
from projects import lecture, make, render, write

from lecturebuild.reading.resources import resource_files
from lecturebuild.reading.yamltext import parse
from lecturebuild.steps.errors import LectureError

FILES = """a.csv data/a.csv data/b.png data/.hidden data/deep/a.csv tests/data/a.csv other/logo.svg
    data/x[1].txt .nojekyll .hidden/a.csv _drafts/a.csv _book/data/a.csv env/pyvenv.cfg
    env/lib/python3.11/site-packages/data/a.csv""".split()

MATCHES = [
    ("/data/*.csv", "data/a.csv"),
    ("/a.csv", "a.csv"),
    ("./data/a.csv", "data/a.csv tests/data/a.csv"),
    ("data/*.csv", "data/a.csv tests/data/a.csv"),
    ("'*.csv'", "a.csv data/a.csv data/deep/a.csv tests/data/a.csv"),
    ("a.csv", "a.csv data/a.csv data/deep/a.csv tests/data/a.csv"),
    ("/data/**/*.csv", "data/a.csv data/deep/a.csv"),
    ("/data/*/a.csv", "data/deep/a.csv"),
    ("/*/a.csv", "data/a.csv"),
    ("/**/data/*.csv", "data/a.csv tests/data/a.csv"),
    ("/data/?.{csv,png}", "data/a.csv data/b.png"),
    ("/data/[ab].*", "data/a.csv data/b.png"),
    ("/data/[!a].*", "data/b.png"),
    ("/data/deep", "data/deep/a.csv"),
    ("/data/deep/", "data/deep/a.csv"),
    ("/data/**", "data/a.csv data/b.png data/deep/a.csv data/x[1].txt"),
    ("/data", "data/a.csv data/b.png data/deep/a.csv data/x[1].txt"),
    ("/data/x[[]1].txt", "data/x[1].txt"),
    ("logo.svg", "other/logo.svg"),
    ("/.nojekyll", ".nojekyll"),
    ("/*.none", ""),
    ("/.hidden/*", ""),
    ("/_drafts/*", ""),
    ("/_book/data/*", ""),
    ("[/data/*, '!*.png', '!/data/x*']", "data/a.csv"),
    ("['!/.venv/', /a.csv]", "a.csv"),
]  # fmt: skip

REFUSED = [
    ("/../other.csv", "leads out of the project"),
    ("../*.csv", "leads out of the project"),
    ("data/../../x", "leads out of the project"),
    ("''", "is the whole project"),
    ("/", "is the whole project"),
    (".", "is the whole project"),
    ("'**'", "is the whole project"),
    ("/**/*", "is the whole project"),
    ("'*'", "is the whole project"),
    ("/etc/passwd", "no such resource: /etc/passwd"),
    ("/data/a.cvs", "no such resource: /data/a.cvs"),
    ("logo.png", "no such resource: logo.png"),
    ("[/data/*, /dota]", "no such resource: /dota"),
    ("{a: b}", "must be a text or a list of texts"),
    ("/data/[z-a]", "is no pattern"),
    ("[1]", "must be a text or a list of texts"),
]  # fmt: skip


def files(root, resources):
    write(root, dict.fromkeys(FILES, ""))
    settings = parse(f"project:\n  resources: {resources}\n", root / "_quarto.yml")
    found = resource_files(root, settings, root / "_book")
    return [file.relative_to(root).as_posix() for file in found]


@pytest.mark.parametrize("pattern, expected", MATCHES, ids=[case[0] for case in MATCHES])
def test_what_a_pattern_matches(tmp_path, pattern, expected):
    assert files(tmp_path, pattern) == sorted(expected.split())


@pytest.mark.parametrize("pattern, message", REFUSED, ids=[case[0] for case in REFUSED])
def test_what_is_refused(tmp_path, pattern, message):
    with pytest.raises(LectureError, match=message) as caught:
        files(tmp_path, pattern)
    assert caught.value.line == 2


def test_resources_are_published_and_a_mistake_names_its_line(tmp_path):
    root = make(tmp_path, {"index.qmd": "# A\n", "data/a.csv": "1", "tests/data/b.csv": "2"})
    settings = (root / "_quarto.yml").read_text()
    with_resources = settings.replace("book\n", "book\n  resources:\n    - /data/*.csv\n", 1)
    (root / "_quarto.yml").write_text(with_resources)
    render(root)
    assert [file.name for file in (root / "_book").rglob("*.csv")] == ["a.csv"]
    (root / "_quarto.yml").write_text(with_resources.replace("*.csv", "b.csv"))
    run = lecture("render", root)
    assert run.code == 1
    assert "_quarto.yml:4: no such resource: /data/b.csv" in run.err
