"""Kill the renderer at random moments: `make kills`.

Each time a word of a small lecture, with a cell, a figure and a deck, is changed, the renderer is
started, now and then from nothing or for the book alone, and after a random time ended by a signal.
Then nothing of it runs any more, what was published is whole, from before or after, and every tenth
time the next run is right.
"""

import argparse
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from typing import Any

import psutil
from projects import make, write

COMMAND = "import sys; from lecturebuild.cli import main; sys.exit(main())"
PAGE = """# A

```{python}
#| label: fig-line
#| fig-cap: A line.
#| fig-alt: A line.
from lecturebuild import figure
figure("line")
```

```{python}
print("CELL", WORD)
```

## A frame

TEXT WORD
"""
FIGURE = """from matplotlib.figure import Figure

def draw():
    fig = Figure(figsize=(1, 1))
    fig.text(0, 0, "WORD")
    return fig
"""
MARK = "LECTURE_KILLS"
"""The variable of the environment by which the processes are known."""
SITUATIONS = {"incremental": [], "book alone": ["--to", "html"], "from nothing": []}
"""What the renderer is told."""
SIGNALS = [signal.SIGKILL, signal.SIGTERM, signal.SIGINT]


def edit(root: Path, number: int) -> None:
    """Change a word of the text, and now and then of a cell and of the figure."""
    text = PAGE.replace('CELL", WORD', f'CELL", {number // 3}').replace("TEXT WORD", f"W{number}")
    write(root, {"a.qmd": text, "figures/line.py": FIGURE.replace("WORD", str(number // 5))})


def start(root: Path, situation: str = "incremental") -> subprocess.Popen[bytes]:
    """Start the renderer in a session of its own."""
    if situation == "from nothing":
        shutil.rmtree(root / "_build", ignore_errors=True)
    null = subprocess.DEVNULL
    command = [sys.executable, "-c", COMMAND, "render", str(root), *SITUATIONS[situation]]
    options: dict[str, Any] = {"stdout": null, "stderr": null, "start_new_session": True}
    return subprocess.Popen(command, env=os.environ | {MARK: str(root)}, **options)


def ours(root: Path) -> list[psutil.Process]:
    """Return all processes that go back to a renderer of this project."""
    found = []
    for each in psutil.process_iter():
        with suppress(psutil.Error):
            if each.environ().get(MARK) == str(root) and each.status() != psutil.STATUS_ZOMBIE:
                found.append(each)
    return found


def left(root: Path) -> list[psutil.Process]:
    """Return what still runs after a moment."""
    psutil.wait_procs(ours(root), timeout=20)
    return ours(root)


def word(root: Path) -> str:
    """Return the word that the published page has; the book is whole."""
    page = (root / "_book" / "a.html").read_text(encoding="utf-8")
    assert page.rstrip().endswith("</html>")
    for name in re.findall(r'<img src="([^"]+)"', page):
        assert (root / "_book" / name).stat().st_size, name
    assert (root / "_book" / "slides" / "deck.pdf").read_bytes().rstrip().endswith(b"%%EOF")
    [found] = set(re.findall(r"\bW-?\d+\b", page))
    return found


def main() -> None:
    """Kill as often as told; print how often which signal met a renderer at work."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--kills", type=int, default=200, help="default: 200")
    parser.add_argument("--seed", type=int, default=0, help="of the moments and signals")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    met: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="lecture-kills-") as folder:
        root = make(Path(folder), {"a.qmd": ""}, deck="*")
        longest = {}
        for number, situation in enumerate(reversed(SITUATIONS)):
            edit(root, number - len(SITUATIONS))
            begin = time.monotonic()
            assert start(root, situation).wait() == 0
            longest[situation] = time.monotonic() - begin
        published = word(root)
        for number in range(1, options.kills + 1):
            edit(root, number)
            situation = chance.choice([*SITUATIONS])
            running = start(root, situation)
            time.sleep(chance.uniform(0, longest[situation]))
            sign = chance.choice(SIGNALS)
            met[f"{situation}, {sign.name}" if running.poll() is None else "too late"] += 1
            running.send_signal(sign)
            running.wait()
            assert not left(root), f"kill {number}: {left(root)} still runs"
            now = word(root)
            assert now in (published, f"W{number}"), f"kill {number}: {now} is published"
            published = now
            if number % 10 == 0:
                assert start(root).wait() == 0, f"kill {number}: the next run fails"
                published = word(root)
                assert published == f"W{number}"
                print(f"{number} kills: {dict(met)}", flush=True)


if __name__ == "__main__":
    main()
