"""The workflows of GitHub and GitLab do what the README says, and Quarto's theme is in place."""

import re
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
TARGETS = re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.M)
COMMANDS = ["make", "make test", "make check"]


@pytest.fixture(scope="module")
def github():
    return yaml.safe_load((ROOT / ".github/workflows/ci.yml").read_text())


@pytest.fixture(scope="module")
def gitlab():
    return yaml.safe_load((ROOT / ".gitlab-ci.yml").read_text())


def test_both_render_test_and_check(github, gitlab):
    steps = [step["run"] for step in github["jobs"]["build"]["steps"] if "run" in step]
    for commands in (steps, gitlab["build"]["script"]):
        assert [command for command in commands if command.startswith("make")] == COMMANDS
    assert {"lecture", "test", "check"} <= set(TARGETS)


def test_actions_are_pinned_and_may_only_publish(github):
    jobs = github["jobs"].values()
    actions = [step["uses"] for job in jobs for step in job["steps"] if "uses" in step]
    assert all(re.fullmatch(r"actions/[\w-]+@v\d+\.\d+\.\d+", action) for action in actions)
    assert github["permissions"] == {"contents": "read"}
    assert github["jobs"]["publish"]["permissions"] == {"pages": "write", "id-token": "write"}


def test_github_publishes_the_book_and_keeps_what_tests_left(github):
    build = github["jobs"]["build"]
    uploads = {s["uses"].split("@")[0]: s for s in build["steps"] if "upload" in s.get("uses", "")}
    assert uploads["actions/upload-pages-artifact"]["with"]["path"] == "_book/"
    assert uploads["actions/upload-artifact"]["with"]["path"] == "_test_results/"
    assert uploads["actions/upload-artifact"]["if"] == "always()"
    assert github["jobs"]["publish"]["needs"] == "build"
    assert "default_branch" in github["jobs"]["publish"]["if"]


def test_gitlab_publishes_the_book_and_keeps_what_tests_left(gitlab):
    assert set(gitlab["build"]["artifacts"]["paths"]) == {"_book/", "_test_results/"}
    assert gitlab["build"]["artifacts"]["when"] == "always"
    pages = gitlab["pages"]
    assert pages["needs"] == ["build"]
    assert pages["script"] == ["mv _book public"]
    assert pages["artifacts"]["paths"] == ["public"]
    assert "$CI_DEFAULT_BRANCH" in pages["rules"][0]["if"]
    assert all(":" in gitlab[job]["image"] for job in gitlab)


def test_quarto_has_the_house_style_and_asks_no_other_host():
    settings = yaml.safe_load((ROOT / "_quarto.yml").read_text())
    base, own = settings["format"]["html"]["theme"]
    assert base == "cosmo"
    style = (ROOT / own).read_text()
    assert (
        style.index("scss:defaults")
        < style.index("$web-font-path: false")
        < style.index("scss:rules")
    )
    assert "url(" not in style
    assert style.count("{") == style.count("}")
