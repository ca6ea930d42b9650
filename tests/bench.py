"""Time the renderer against Jupyter Book 1 on the same synthetic lecture; print medians and ratios.

Every chapter has plain cells with Matplotlib figures, prose, formulas, references, a table and a
block of code. The renderer makes book and deck of it, Jupyter Book the HTML alone. The two take
turns, so that a slow moment of the machine meets both. Nothing is asserted: the targets are
printed beside the times.
"""

import argparse
import os
import re
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
ENVIRONMENT = ROOT / "_build" / "bench-venv"
INSTALLED = ENVIRONMENT / "installed"
PACKAGES = ["jupyter-book<2", "ipykernel", "matplotlib", "numpy"]

# The `lecture` command, which tells at its end how much memory this process took: what a parent
# learns of a child includes the kernels that the child started.
LECTURE = """
import resource, sys
from lecturebuild.cli import main
code = main()
print("peak", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
sys.exit(code)
"""
PEAK_UNIT = 1 if sys.platform == "darwin" else 1024  # bytes
JUPYTER_BOOK_IN_TARGET = 27.0
"""Seconds that Jupyter Book took where the renderer was to take the first target's 15."""

CELL = """\
import matplotlib.pyplot as plt
import numpy as np

t = np.linspace(0, 10, 400)
fig, ax = plt.subplots(figsize=(5, 3))
for mode in range(1, 4):
    ax.plot(t, np.exp(-t / {decay}) * np.sin(mode * t), label=f"mode {{mode}}")
ax.set_xlabel("time")
ax.set_ylabel("amplitude")
ax.legend()
plt.show()"""
CAPTION = "Three damped oscillations with a decay time of {decay}."
ALT = "Three lines that swing around zero, each swing smaller than the one before."
FORMULA = r"y_k(t) = e^{{-t/{decay}}} \sin(k\, t), \qquad k = 1, 2, 3"
POINT = "* Every swing is smaller than the one before"
"""Stands in the book and in the deck alike, so that a change of it changes both."""

PROSE = """\
An oscillation that loses energy does so, in the simplest case, in proportion to what is left, and
what decays in proportion to itself decays exponentially. After one decay time the amplitude is
down to 37 per cent, after three of them to five, and after seven nobody sees the line move. The
three modes of {figure} share this decay time of {decay} and differ in their frequency alone, which
is why their envelopes agree while their zeros do not.

By {equation} the zeros of mode $k$ lie at the multiples of $\\pi / k$, and the damping does not
move them. It does move the maxima, to $\\tan(k t) = k \\tau$, a little earlier than without it.
Reading a frequency off the maxima is therefore wrong by an amount that depends on the damping;
reading it off the zeros is not. {section} comes back to this. The energy goes with the square of
the amplitude, so that it falls twice as fast and its decay time is half as long."""
TABLE = """\
| mode | frequency | first zero |
|------|-----------|------------|
| 1    | 0.159     | 3.14       |
| 2    | 0.318     | 1.57       |
| 3    | 0.477     | 1.05       |"""
CODE = """\
```python
def envelope(t, decay_time):
    return np.exp(-t / decay_time)
```"""


def write_lecture(folder: Path, chapters: int, figures: int) -> None:
    """Write the lecture, a book and a deck that includes all chapters, as the renderer reads it."""
    names = [f"chapters/chapter-{number}.qmd" for number in range(1, chapters + 1)]
    listed = "".join(f"    - {name}\n" for name in names)
    included = "\n\n".join(f"{{{{< include ../{name} >}}}}" for name in names)
    _write(folder / "index.qmd", "# Oscillations {.unnumbered}\n\nA synthetic lecture.\n")
    _write(
        folder / "_quarto.yml",
        "project:\n  type: book\n  post-render: quarto render slides\n"
        f"book:\n  title: Oscillations\n  author: Nobody\n  chapters:\n    - index.qmd\n{listed}",
    )
    _write(folder / "slides" / "_quarto.yml", "project:\n  output-dir: ../_book/slides\n")
    _write(
        folder / "slides" / "deck.qmd",
        "---\ntitle: Oscillations\njupyter: python3\nformat:\n  beamer:\n    aspectratio: 169\n"
        f"    pdf-engine: xelatex\n    slide-level: 2\n---\n\n{included}\n",
    )
    for number, name in enumerate(names, start=1):
        parts = [f"# Oscillations, part {number} {{#sec-{number}}}"]
        parts += [_quarto_section(number, figure) for figure in range(1, figures + 1)]
        parts += ["## Modes", TABLE, CODE]
        _write(folder / name, "\n\n".join(parts) + "\n")


def _quarto_section(chapter: int, number: int) -> str:
    name, decay = f"{chapter}-{number}", chapter + number / 10
    prose = PROSE.format(
        decay=decay, figure=f"@fig-{name}", equation=f"@eq-{name}", section=f"@sec-{chapter}"
    )
    return f"""\
## Decay time {decay} {{#sec-{name}}}

```{{python}}
#| label: fig-{name}
#| fig-cap: "{CAPTION.format(decay=decay)}"
#| fig-alt: "{ALT}"
#| echo: false
{CELL.format(decay=decay)}
```

$$ {FORMULA.format(decay=decay)} $$ {{#eq-{name}}}

{POINT}

::: {{.content-hidden when-format="beamer"}}
{prose}
:::"""


def write_jupyter_book(folder: Path, chapters: int, figures: int) -> None:
    """Write the same lecture as a Jupyter Book in MyST Markdown."""
    names = [f"chapter-{number}" for number in range(1, chapters + 1)]
    listed = "".join(f"  - file: {name}\n" for name in names)
    _write(folder / "index.md", "# Oscillations\n\nA synthetic lecture.\n")
    # With its cache, Jupyter Book executes no chapter again whose cells are unchanged.
    _write(
        folder / "_config.yml",
        "title: Oscillations\nauthor: Nobody\nexecute:\n  execute_notebooks: cache\n",
    )
    _write(folder / "_toc.yml", f"format: jb-book\nroot: index\nchapters:\n{listed}")
    for number, name in enumerate(names, start=1):
        parts = [
            "---\njupytext:\n  text_representation:\n    extension: .md\n    format_name: myst\n"
            "kernelspec:\n  display_name: Python 3\n  name: python3\n---",
            f"(sec-{number})=\n# Oscillations, part {number}",
        ]
        parts += [_myst_section(number, figure) for figure in range(1, figures + 1)]
        parts += ["## Modes", TABLE, CODE]
        _write(folder / f"{name}.md", "\n\n".join(parts) + "\n")


def _myst_section(chapter: int, number: int) -> str:
    name, decay = f"{chapter}-{number}", chapter + number / 10
    prose = PROSE.format(
        decay=decay,
        figure=f"{{numref}}`fig-{name}`",
        equation=f"{{eq}}`eq-{name}`",
        section=f"{{ref}}`sec-{chapter}`",
    )
    return f"""\
(sec-{name})=
## Decay time {decay}

```{{code-cell}} ipython3
---
tags: [remove-input]
mystnb:
  figure:
    name: fig-{name}
    caption: "{CAPTION.format(decay=decay)}"
  image:
    alt: "{ALT}"
---
{CELL.format(decay=decay)}
```

$$ {FORMULA.format(decay=decay)} $$ (eq-{name})

{POINT}

{prose}"""


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


def install_jupyter_book() -> Path:
    """Install Jupyter Book 1 into an environment of its own, once; return its command."""
    if not INSTALLED.exists():
        print("Installing Jupyter Book 1 (once)", flush=True)
        subprocess.run([sys.executable, "-m", "venv", "--clear", ENVIRONMENT], check=True)
        pip = [ENVIRONMENT / "bin" / "pip", "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*pip, *PACKAGES], check=True)
        INSTALLED.touch()
    return ENVIRONMENT / "bin" / "jupyter-book"


def timed(command: list[str], folder: Path) -> tuple[float, str]:
    """Run a command, start and end of the process included; return its seconds and its output.

    Raises
    ------
    SystemExit
        If the command failed, with the end of its output.
    """
    # So that each finds the kernel of its own environment.
    path = f"{Path(command[0]).parent}{os.pathsep}{os.environ['PATH']}"
    start = time.perf_counter()
    run = subprocess.run(
        command,
        cwd=folder,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env=os.environ | {"PATH": path},
        check=False,
    )
    seconds = time.perf_counter() - start
    if run.returncode != 0:
        tail = "\n".join(run.stdout.splitlines()[-30:])
        raise SystemExit(f"{tail}\n{Path(command[0]).name} ended with exit code {run.returncode}")
    return seconds, run.stdout


def render(folder: Path, *arguments: str) -> tuple[float, float]:
    """Render a lecture; return the seconds and the peak memory of the process itself in MB."""
    seconds, output = timed([sys.executable, "-c", LECTURE, "render", *arguments], folder)
    [peak] = re.findall(r"^peak (\d+)$", output, re.M)
    return seconds, int(peak) * PEAK_UNIT / 1e6


def add_word(file: Path, word: str) -> None:
    """Add a word to a chapter's first point."""
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(POINT, f"{POINT} {word}", 1), encoding="utf-8")


@dataclass(frozen=True)
class Situation:
    """What is measured: whether a word is added first, and what the renderer makes."""

    name: str
    target: float
    word: str = ""
    arguments: tuple[str, ...] = ()


SITUATIONS = [
    Situation("from nothing, book and deck", 15.0),
    Situation("nothing changed, book and deck", 0.5),
    Situation("one word changed, book", 1.0, word="indeed", arguments=("--to", "html")),
    Situation("one word changed, book and deck", 6.0, word="always"),
]
MEMORY_TARGET = 300.0


@dataclass(frozen=True)
class Sample:
    """One run of a situation: seconds of both, and the renderer's peak memory in MB."""

    situation: str
    ours: float
    theirs: float
    memory: float


def measure(runs: int, chapters: int, figures: int) -> list[Sample]:
    """Measure every situation, each time from an empty folder on, the renderer first."""
    jupyter_book = str(install_jupyter_book())
    samples = []
    for run in range(1, runs + 1):
        with tempfile.TemporaryDirectory(prefix="lecture-bench-") as temporary:
            ours, theirs = Path(temporary) / "ours", Path(temporary) / "theirs"
            write_lecture(ours, chapters, figures)
            write_jupyter_book(theirs, chapters, figures)
            for situation in SITUATIONS:
                if situation.word:
                    add_word(ours / "chapters" / "chapter-1.qmd", situation.word)
                    add_word(theirs / "chapter-1.md", situation.word)
                mine, memory = render(ours, *situation.arguments)
                other, _ = timed([jupyter_book, "build", "."], theirs)
                samples.append(Sample(situation.name, mine, other, memory))
                print(f"run {run}  {situation.name}: {mine:.2f} s, Jupyter Book {other:.2f} s")
                sys.stdout.flush()
    return samples


def report(samples: list[Sample]) -> str:
    """Return a table of medians beside the targets."""
    lines = [f"{'':32} {'lecture':>9} {'target':>9} {'Jupyter Book':>13} {'ratio':>7}"]
    for situation in SITUATIONS:
        own = [sample for sample in samples if sample.situation == situation.name]
        mine = statistics.median(sample.ours for sample in own)
        other = statistics.median(sample.theirs for sample in own)
        # Of one and the same run, so that the machine's load is about the same in both.
        ratio = statistics.median(sample.theirs / sample.ours for sample in own)
        lines.append(
            f"{situation.name:32} {mine:7.2f} s {situation.target:7.1f} s {other:11.2f} s "
            f"{ratio:6.1f}x"
        )
    memory = max(sample.memory for sample in samples)
    lines.append(f"{'peak memory without the kernels':32} {memory:6.0f} MB {MEMORY_TARGET:6.0f} MB")
    wanted = JUPYTER_BOOK_IN_TARGET / SITUATIONS[0].target
    lines += [
        "",
        f"The target from nothing holds where Jupyter Book takes {JUPYTER_BOOK_IN_TARGET:.0f} s: "
        f"a ratio of {wanted:.1f}x.",
        "Jupyter Book makes the HTML alone, in every row.",
    ]
    return "\n".join(lines)


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--runs", type=int, default=3, help="runs of everything (default: 3)")
    parser.add_argument("--chapters", type=int, default=8, help="chapters (default: 8)")
    parser.add_argument("--figures", type=int, default=4, help="figures a chapter (default: 4)")
    options = parser.parse_args()
    if min(options.runs, options.chapters, options.figures) < 1:
        parser.error("runs, chapters and figures are counted from 1")
    samples = measure(options.runs, options.chapters, options.figures)
    print(f"\nMedian of {options.runs}, {options.chapters} chapters x {options.figures} figures")
    print(report(samples))


if __name__ == "__main__":
    main()
