"""The preview, in a real browser: reload in place, errors shown, nothing else served, clean end."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from http.client import HTTPConnection
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from projects import lecture, make, render, write

from lecturebuild.previewing.watch import folders

MAIN = "import sys; from lecturebuild.cli import main; sys.exit(main())"
CELLS = "# Cells {#sec-cells}\n\n```{python}\nimport helper\nprint(helper.WORD)\n```\n"
LIMIT = 90_000  # milliseconds a build may take on a machine that does much else


def text(word):
    """Return a page of many screens that has a word in each of its paragraphs."""
    parts = [f"Paragraph {n}, {word}.\n\n## Heading {n} {{#h{n}}}\n" for n in range(60)]
    return "\n".join(["# Long {#sec-long}\n", *parts])


class Preview:
    """A preview of a small project, run as a person would from a terminal."""

    def __init__(self, root):
        self.root = root
        command = [sys.executable, "-c", MAIN, "preview", str(root), "--port", "0"]
        self.process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=root.parent
        )
        self.printed = ""
        self.address = self.read_until(r"preview at (http://127\.0\.0\.1:\d+/)")[1]
        self.read_until("ready after")

    def read_until(self, pattern):
        """Read the terminal until a line with a pattern comes; return the match."""
        for line in self.process.stdout:
            self.printed += line
            if found := re.search(pattern, line):
                return found
        raise AssertionError(f"no {pattern} in:\n{self.printed}")

    def status(self, path, **headers):
        """Return the status of the answer to a request with a path as it is."""
        connection = HTTPConnection(self.address.split("/")[2])
        connection.request("GET", path, headers=headers)
        return connection.getresponse().status

    def interrupt(self):
        """Press Ctrl-C; return the exit code."""
        self.process.send_signal(signal.SIGINT)
        self.printed += self.process.communicate(timeout=60)[0]
        return self.process.returncode


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    files = {"long.qmd": text("first"), "cells.qmd": CELLS, "helper.py": "WORD = 'old'\n"}
    root = make(tmp_path_factory.mktemp("preview") / "lecture", files)
    running = Preview(root)
    yield running
    if running.process.poll() is None:
        running.interrupt()


@pytest.fixture(scope="module")
def browser():
    with sync_playwright() as playwright:
        path = shutil.which("chromium") or shutil.which("google-chrome")
        chromium = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser):
    page = browser.new_page()
    page.set_default_timeout(LIMIT)
    yield page
    page.close()


def test_change_of_text_reloads_the_page_where_the_reader_was(running, page):
    page.goto(f"{running.address}long.html")
    page.evaluate("scrollTo({top: 3000, behavior: 'instant'})")
    heading = page.locator("h2", has_text="Heading 30")
    before = heading.bounding_box()["y"]
    # What the reader sees stays, although there is now more above it.
    more = "One more paragraph above.\n\n"
    changed = text("second").replace("Paragraph 1,", f"{more * 5}Paragraph 1,")
    write(running.root, {"long.qmd": changed})
    expect(page.locator("p", has_text="Paragraph 0, second")).to_have_count(1, timeout=LIMIT)
    for _ in range(100):  # the page's policy forbids to wait inside it
        if page.evaluate("scrollY") > 3000 and abs(heading.bounding_box()["y"] - before) < 3:
            break
        page.wait_for_timeout(100)
    assert page.evaluate("scrollY") > 3000
    assert abs(heading.bounding_box()["y"] - before) < 3


def test_error_is_shown_over_the_page_and_goes_with_its_cause(running, page):
    page.goto(f"{running.address}cells.html")
    write(running.root, {"cells.qmd": CELLS + "\nSee @sec-nowhere.\n"})
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("cells.qmd:8: unknown cross-reference @sec-nowhere")
    running.read_until(r"cells\.qmd:8: unknown cross-reference @sec-nowhere")
    expect(page.locator("h1")).to_contain_text("Cells")
    page.reload()
    expect(alert).to_be_visible()
    alert.get_by_role("button", name="Hide").click()
    expect(alert).to_have_count(0)
    page.reload()
    write(running.root, {"cells.qmd": CELLS})
    expect(alert).to_have_count(0, timeout=LIMIT)
    expect(page.locator("h1")).to_contain_text("Cells")


def test_mistake_in_a_helper_is_survived(running, page):
    page.goto(f"{running.address}cells.html")
    write(running.root, {"helper.py": "WORD = (\n"})
    expect(page.get_by_role("alert")).to_contain_text("SyntaxError", timeout=LIMIT)
    write(running.root, {"helper.py": "WORD = 'new'\n"})
    expect(page.locator(".cell-output")).to_contain_text("new", timeout=LIMIT)
    expect(page.get_by_role("alert")).to_have_count(0)


def test_file_in_a_new_folder_is_watched(running, page):
    page.goto(f"{running.address}long.html")
    write(running.root, {"more/included.qmd": "Words.\n"})
    included = text("third") + '\n{{< include "more/included.qmd" >}}\n'
    write(running.root, {"long.qmd": included})
    expect(page.get_by_text("Words.")).to_have_count(1, timeout=LIMIT)
    write(running.root, {"more/included.qmd": "Other words.\n"})
    expect(page.get_by_text("Other words.")).to_have_count(1, timeout=LIMIT)


def test_page_is_the_one_of_the_book_but_for_the_script(running):
    with urllib.request.urlopen(f"{running.address}cells.html") as answer:
        served = answer.read().decode()
        assert answer.headers["Cache-Control"] == "no-store"
    script = re.search(r'<link [^>]*/_lecture/preview.css"><script [^>]*></script>', served)[0]
    kept = (running.root / "_book" / "cells.html").read_text()
    assert served.replace(script, "") == kept
    assert "_lecture" not in kept


PATHS = [
    "/../_quarto.yml",
    "/%2e%2e/_quarto.yml",
    "/assets/../../_quarto.yml",
    "/..%2f_quarto.yml",
    "//etc/passwd",
    "/link",
    "/folder-link/_quarto.yml",
    "/linked/",
    "/loop",
    "/%00",
    f"/{'a' * 5000}",
    "/_lecture/../preview.py",
    "/_lecture/preview.py",
]


@pytest.mark.parametrize("path", PATHS)
def test_nothing_outside_the_book_is_served(running, path):
    book = running.root / "_book"
    for link, target in {
        "link": "../_quarto.yml",
        "folder-link": "..",
        "linked/index.html": "../../_quarto.yml",
        "loop": "loop",
    }.items():
        (book / link).parent.mkdir(exist_ok=True)
        (book / link).unlink(missing_ok=True)
        (book / link).symlink_to(target)
    assert running.status("/long.html") == 200
    assert running.status(path) in (403, 404)


def test_only_this_machine_is_answered(running):
    assert running.status("/long.html", Host="somewhere.example") == 403
    assert running.status("/_lecture/events", Host="somewhere.example:8000") == 403
    port = int(running.address.rstrip("/").rpartition(":")[2])
    with socket.socket() as other:
        # All of 127/8 is this machine; a server on all addresses would answer here.
        assert other.connect_ex(("127.0.0.2", port)) != 0


def test_folders_without_sources_are_not_watched(tmp_path):
    names = ["chapters/deep", "_build/x", "_book/y", "_book.new", "_figures", ".git/z", "figures"]
    for name in names:
        (tmp_path / name).mkdir(parents=True)
    (tmp_path / "linked").symlink_to(tmp_path / "_build")
    found = {str(folder.relative_to(tmp_path)) for folder in folders(tmp_path, tmp_path / "_book")}
    assert found == {".", "chapters", "chapters/deep", "figures"}


def test_port_in_use_is_an_error_with_advice(tmp_path):
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n"})
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        command = [sys.executable, "-c", MAIN, "preview", str(root), "--port", str(port)]
        run = subprocess.run(command, capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.startswith(f"lecture: port {port} is in use; choose another one with --port")
    assert not (root / "_book").exists()


def test_preview_of_nothing_is_an_error(tmp_path):
    assert lecture("preview", tmp_path / "nowhere").err.startswith("lecture: ")


def children(process):
    """Return the commands of all descendants of a process, by their ids."""
    found = subprocess.run(["ps", "-eo", "pid,ppid,args"], capture_output=True, text=True).stdout
    rows = [line.split(None, 2) for line in found.splitlines()[1:]]
    pids, grown = {str(process)}, True
    while grown:
        new = {pid for pid, parent, _ in rows if parent in pids}
        grown = not new <= pids
        pids |= new
    return {pid: args for pid, _, args in rows if pid in pids - {str(process)}}


def is_running(pid):
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return False
    return True


def start_slow_build(tmp_path):
    """Return a preview in which a cell is being executed that takes ten minutes."""
    started = tmp_path / "started"
    cell = f"from pathlib import Path\nimport time\nPath({str(started)!r}).touch()\n"
    root = make(tmp_path / "lecture", {"a.qmd": "# A {#sec-a}\n"})
    running = Preview(root)
    write(root, {"a.qmd": f"# A {{#sec-a}}\n\n```{{python}}\n{cell}time.sleep(600)\n```\n"})
    while not started.exists():
        assert running.process.poll() is None
        time.sleep(0.1)
    return running


def test_interrupt_ends_all_processes_even_during_a_build(tmp_path):
    running = start_slow_build(tmp_path)
    below = children(running.process.pid)
    # The warm process and the kernel that it forked, or a kernel of its own where none forks.
    assert any("lecturebuild.running" in command for command in below.values())
    assert running.interrupt() == 0
    assert "Traceback" not in running.printed
    # The process that guards the others may end a moment after them.
    deadline = time.monotonic() + 30
    while left := [pid for pid in below if is_running(pid)]:
        assert time.monotonic() < deadline, [below[pid] for pid in left]
        time.sleep(0.1)


def test_newer_change_ends_the_build_of_the_older(tmp_path):
    running = start_slow_build(tmp_path)
    write(running.root, {"a.qmd": "# A {#sec-a}\n\nNewer.\n"})
    running.read_until("ready after")
    assert "Newer." in (running.root / "_book" / "a.html").read_text()
    assert running.interrupt() == 0
    assert "interrupted" not in running.printed


def test_preview_and_render_share_all_they_made(tmp_path):
    root = make(tmp_path / "lecture", {"cells.qmd": CELLS, "helper.py": "WORD = 'word'\n"})
    running = Preview(root)
    assert running.interrupt() == 0
    assert "nothing changed" in render(root).out
    assert Path(root / "_book" / "cells.html").is_file()
