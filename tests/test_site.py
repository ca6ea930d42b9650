"""The site in a real browser: the lecture itself, and a small book with everything in it."""

import re
import subprocess
from itertools import pairwise

import pytest
from browser import (
    PHONE,
    WIDE,
    axe,
    chromium,
    layout_shift,
    opened,
    pages_of,
    screenshot,
    serve,
    settle,
    slow,
    too_heavy,
    too_wide,
    watch,
    weigh,
)
from PIL import Image
from projects import make, render, write

INDEX = """\
# Welcome {.unnumbered}

It begins with @sec-first and goes on with @fig-curve.
"""

FIRST = r"""
# First steps {#sec-first}

A reference to @fig-curve, to @eq-sum, to @sec-second and to @knuth.^[A note in the margin.]

```{python}
#| label: fig-curve
#| fig-cap: "A curve."
#| fig-alt: "A line that rises."
import matplotlib.pyplot as plt
plt.figure(figsize=(4, 2))
plt.plot([1, 2]);
```

$$ \sum_{k=1}^n k = \frac{n(n+1)}{2} $$ {#eq-sum}

## A section {#sec-section}

The word *zymurgy* stands in this section alone.

| a | b |
|---|---|
| 1 | 2 |

: Values {#tbl-values}
"""

SECOND = """\
# Second thoughts {#sec-second}

Nothing but a paragraph, about phlogiston, and @fig-curve of another chapter.
"""

BIBLIOGRAPHY = "@book{knuth, author={Knuth, Donald}, title={The TeXbook}, year={1984}}\n"

BAD = {
    "broken-html": """\
Text with <b>a tag that nobody closes.

More text.</section></main></article>

<table><tr><td>one<td>two</table>

<p style="width: 3000px" onclick="alert(1)">A <i>paragraph.</p>

<script>document.body.textContent = 'taken over';</script>

<style>body { display: none }</style>
""",
    "long-heading": "## " + "A heading that does not want to end, " * 8 + "x" * 300 + "\n\nText.\n",
    "wide-table": "| "
    + " | ".join(f"column{n}" for n in range(40))
    + " |\n|"
    + "---|" * 40
    + "\n| "
    + " | ".join("123456789" for n in range(40))
    + " |\n",
    "wide-formula": "$$ "
    + " + ".join(f"x_{{{n}}}" for n in range(60))
    + " $$ {#eq-wide}\n\nInline $"
    + " + ".join(f"y_{{{n}}}" for n in range(60))
    + "$ as well.\n",
    "long-code": '```{python}\nprint("'
    + "long " * 80
    + '")\n```\n\nAnd `'
    + "x" * 200
    + "` inline.\n",
    "wide-picture": '![Very wide.](wide.svg){fig-alt="A wide box"}\n\n![](wide.svg){width=9000}\n',
    "not-latin": "## 神经网络 شبكة عصبية 🧠\n\n神经网络可以学习。"
    "الشبكات العصبية تتعلم. Нейронная сеть. 🧠🚀\n",
}
WIDE_PICTURE = """\
<svg xmlns="http://www.w3.org/2000/svg" width="10000" height="50"><path d="M0 0L9999 9"/></svg>
"""


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    """Give the folder of a small book."""
    files = {
        "index.qmd": INDEX,
        "chapters/first.qmd": FIRST,
        "chapters/second.qmd": SECOND,
        "references.bib": BIBLIOGRAPHY,
    }
    root = make(tmp_path_factory.mktemp("site"), files)
    project = (root / "_quarto.yml").read_text()
    write(root, {"_quarto.yml": f"{project}bibliography: references.bib\nlang: en-GB\n"})
    render(root)
    return root / "_book"


@pytest.fixture(scope="module")
def bad_book(tmp_path_factory):
    """Give the folder of a book each page of which has something wrong with it."""
    chapters = {f"{name}.qmd": f"# {name.title()}\n\n{text}" for name, text in BAD.items()}
    root = make(tmp_path_factory.mktemp("bad"), {"index.qmd": "# Bad\n\nText.\n"} | chapters)
    write(root, {"wide.svg": WIDE_PICTURE})
    render(root)
    return root / "_book"


@pytest.fixture(scope="module")
def browser(book, bad_book, lecture_site):
    """Give a browser, when all is rendered: it and Jupyter do not share an event loop."""
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(book):
    """Give the address of the small book."""
    with serve(book) as address:
        yield address


@pytest.fixture(scope="module")
def bad_site(bad_book):
    with serve(bad_book) as address:
        yield address


@pytest.fixture(scope="module")
def lecture_address(lecture_site):
    with serve(lecture_site) as address:
        yield address


def test_every_page_of_the_lecture_is_sound(browser, lecture_site, lecture_address):
    """No complaint by browser or axe, nothing too wide; light and dark, wide and on a phone."""
    problems = []
    for name in pages_of(lecture_site):
        context = browser.new_context(reduced_motion="reduce")
        page = context.new_page()
        complaints = watch(page, lecture_address)
        page.goto(lecture_address + name)
        settle(page)  # axe takes what is not yet laid out to lie over what follows
        for width, size in {"wide": WIDE, "phone": PHONE}.items():
            page.set_viewport_size({"width": size[0], "height": size[1]})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.wait_for_timeout(50)
                where = f"{name}, {width}, {scheme}"
                problems += [f"{where}: {problem}" for problem in axe(page) + too_wide(page)]
                screenshot(page, f"{name.replace('/', '-').removesuffix('.html')}-{width}-{scheme}")
        problems += [f"{name}: {complaint}" for complaint in complaints]
        context.close()
    assert not problems, "\n".join(problems)


def test_no_page_of_the_lecture_is_heavy(browser, lecture_site, lecture_address):
    weights = {name: weigh(browser, lecture_address + name) for name in pages_of(lecture_site)}
    assert [(name, weight) for name, weight in weights.items() if too_heavy(name, weight)] == []


def test_links_between_pages_lead_somewhere(browser, lecture_site, lecture_address):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    targets = {}
    for name in pages_of(lecture_site):
        page.goto(lecture_address + name)
        ids = page.eval_on_selector_all("[id]", "all => all.map((one) => one.id)")
        links = page.eval_on_selector_all("a[href]", "all => all.map((one) => one.href)")
        targets[lecture_address + name] = set(ids), {x for x in links if x.startswith("http://127")}
    missing = []
    for name, (_, links) in targets.items():
        for link in links:
            file, _, fragment = link.partition("#")
            file = file.partition("?")[0]  # a widget's set-up
            if file in targets:
                if fragment and fragment not in targets[file][0]:
                    missing.append(f"{name}: {link}")
            elif not (lecture_site / file.removeprefix(lecture_address)).is_file():
                missing.append(f"{name}: {link}")
    context.close()
    assert not missing, "\n".join(missing)


def test_search_finds_a_word_of_the_fifth_chapter(browser, lecture_site, lecture_address):
    """The word is taken from the chapter's own first section, so it is there however it is told."""
    with opened(browser, lecture_address + "index.html") as page:
        link = page.locator(".chapters .beside a", has=page.locator(".number", has_text="5"))
        title, address = link.inner_text(), link.get_attribute("href")
        page.keyboard.press("/")
        page.keyboard.type(title.split()[-1])
        page.locator(f"dialog.search .found a[href*='{address}']").first.wait_for()
        screenshot(page, "search")


def test_search_by_keyboard_leads_to_the_section(browser, site):
    with opened(browser, site + "chapters/second.html") as page:
        page.keyboard.press("Control+k")
        page.keyboard.type("zymurgy")
        found = page.locator("dialog.search .found a")
        found.first.wait_for()
        assert page.locator("dialog.search h2").all_inner_texts() == ["1 First steps"]
        assert "zymurgy" in page.locator("dialog.search mark").first.inner_text()
        assert axe(page) == []
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"chapters/first\.html.*#sec-section"))


def test_search_says_when_there_is_nothing(browser, site):
    with opened(browser, site + "index.html") as page:
        page.keyboard.press("/")
        page.keyboard.type("xylophonist")
        page.get_by_text("Nothing found").wait_for()
        page.keyboard.press("Escape")
        assert not page.locator("dialog.search").is_visible()


def test_colours_follow_the_system_until_the_reader_chooses(browser, site):
    def paper():
        return page.evaluate("getComputedStyle(document.body).backgroundColor")

    with opened(browser, site + "index.html", scheme="dark") as page:
        dark = paper()
        page.emulate_media(color_scheme="light")
        assert paper() == "rgb(255, 255, 255)" != dark
        button = page.get_by_role("button", name="Dark colours")
        assert button.get_attribute("aria-pressed") == "false"
        button.click()
        assert paper() == dark
        assert button.get_attribute("aria-pressed") == "true"
        page.goto(site + "chapters/first.html")
        assert paper() == dark
        assert page.context.cookies() == []
        page.get_by_role("button", name="Dark colours").click()
        assert page.evaluate("localStorage.length") == 0


def test_code_is_copied(browser, site):
    with opened(browser, site + "chapters/first.html") as page:
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_role("button", name="Copy this code").first.click()
        page.get_by_role("status").filter(has_text="Copied").wait_for()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied.startswith("import matplotlib.pyplot as plt\nplt.figure(figsize=(4, 2))\n")


def test_figure_is_enlarged_and_put_back(browser, site):
    with opened(browser, site + "chapters/first.html") as page:
        small = page.locator("article figure img").bounding_box()
        button = page.get_by_role("button", name="Enlarge Figure 1.1")
        button.focus()
        page.keyboard.press("Enter")
        dialog = page.locator("dialog.enlarged")
        assert dialog.locator("img").bounding_box()["width"] > 1.5 * small["width"]
        assert axe(page) == []
        screenshot(page, "enlarged")
        page.keyboard.press("Escape")
        assert not dialog.is_visible()
        assert button.evaluate("one => one === document.activeElement")


@pytest.mark.parametrize(
    "chapter, link, shown",
    [
        ("first", "Figure\N{NO-BREAK SPACE}1.1", "A curve."),
        ("second", "Figure\N{NO-BREAK SPACE}1.1", "A curve."),
        ("first", "Chapter\N{NO-BREAK SPACE}2", "about phlogiston"),
        ("first", "1984", "The TeXbook"),
    ],
)
def test_preview_of_a_reference(browser, site, chapter, link, shown):
    with opened(browser, f"{site}chapters/{chapter}.html") as page:
        preview = page.get_by_role("tooltip")
        wanted = page.locator("article a", has_text=link).first
        wanted.hover()
        preview.get_by_text(shown).wait_for()
        for image in preview.locator("img").all():
            image.evaluate("one => one.decode()")
        assert axe(page) == []
        page.keyboard.press("Escape")
        assert not preview.is_visible()
        page.mouse.move(0, 0)
        page.keyboard.press("Tab")
        wanted.focus()
        preview.get_by_text(shown).wait_for()
        assert wanted.get_attribute("aria-describedby") == preview.get_attribute("id")


def test_note_stands_in_the_margin_where_there_is_one(browser, site):
    with opened(browser, site + "chapters/first.html") as page:
        note, text = page.locator(".note"), page.locator(".noted > p")
        beside, column = note.bounding_box(), text.bounding_box()
        assert beside["x"] >= column["x"] + column["width"]
        assert abs(beside["y"] - column["y"]) < 20
        page.set_viewport_size({"width": 390, "height": 800})
        assert note.bounding_box()["y"] >= text.bounding_box()["y"] + text.bounding_box()["height"]


def test_keyboard_reaches_everything_and_shows_where_it_is(browser, site):
    """Walks with the Tab key until the page has been left, and looks at each stop."""
    with opened(browser, site + "chapters/first.html") as page:
        stops = []
        for _ in range(100):
            page.keyboard.press("Tab")
            stop = page.evaluate(
                """() => {
                    const at = document.activeElement;
                    if (at === document.body) return null;
                    const style = getComputedStyle(at);
                    const box = at.getBoundingClientRect();
                    return {
                        name: at.getAttribute('aria-label') ?? at.innerText.trim(),
                        seen: style.outlineStyle !== 'none' && style.opacity !== '0',
                        inside: box.bottom > 0 && box.top < innerHeight,
                    };
                }"""
            )
            if stop is None:
                break
            stops.append(stop)
        names = [stop["name"] for stop in stops]
        assert names[0] == "Skip to the text"
        for name in (
            "Dark colours",
            "Enlarge Figure 1.1",
            "Copy this code",
            "Link to this section",
        ):
            assert name in names
        assert {"2 Second thoughts", "Note 1"} <= set(names)
        assert [stop["name"] for stop in stops if not (stop["seen"] and stop["inside"])] == []


def test_skip_link_leads_to_the_text(browser, site):
    with opened(browser, site + "chapters/first.html") as page:
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.closest('main') !== null")


def test_book_reads_without_scripts(browser, site):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site + "chapters/first.html")
    assert page.locator("article").inner_text().count("zymurgy") == 1
    assert not page.locator(".tools button").first.is_visible()
    page.get_by_role("link", name="Second thoughts").first.click()
    page.get_by_role("heading", name="Second thoughts").wait_for()
    context.close()


def test_book_reads_from_a_folder(browser, book):
    with opened(browser, (book / "chapters" / "first.html").as_uri()) as page:
        page.locator("article figure img").evaluate("one => one.decode()")
        page.get_by_role("button", name="Dark colours").click()
        assert page.evaluate("document.documentElement.dataset.theme") == "dark"
        page.locator("article a", has_text="Figure").first.hover()
        page.get_by_role("tooltip").get_by_text("A curve.").wait_for()


def test_page_prints_without_what_is_around_the_text(browser, site):
    with opened(browser, site + "chapters/first.html", scheme="dark") as page:
        page.emulate_media(media="print")
        for around in (".top", ".chapters", ".contents", "footer", ".copy", ".enlarge"):
            assert not page.locator(around).first.is_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") in (
            "rgb(255, 255, 255)",
            "rgba(0, 0, 0, 0)",
        )
        assert page.locator("article img").evaluate("one => getComputedStyle(one).filter") == "none"


@pytest.mark.parametrize("name", ["feed-forward", "training", "regression", "exercises/mnist"])
def test_no_printed_page_is_half_empty(browser, lecture_address, tmp_path, name):
    """But the last; a page's number stands in the lowest tenth."""
    with opened(browser, f"{lecture_address}chapters/{name}.html") as page:
        for image in page.locator("img").all():
            image.evaluate("one => { one.loading = 'eager'; return one.decode(); }")
        page.pdf(path=tmp_path / "page.pdf", format="A4")
    command = ["pdftoppm", "-r", "20", "-gray", tmp_path / "page.pdf", tmp_path / "page"]
    subprocess.run(command, check=True)
    filled = []
    for file in sorted(tmp_path.glob("page-*.pgm"))[:-1]:
        with Image.open(file) as picture:
            sheet = picture.crop((0, 0, picture.width, round(0.9 * picture.height)))
            dark = sheet.point(lambda grey: 255 if grey < 230 else 0)
            filled.append(dark.getbbox()[3] / sheet.height)
    assert min(filled) > 0.6, filled


@pytest.mark.parametrize("size", [PHONE, (412, 823), WIDE], ids=["phone", "Lighthouse's", "wide"])
@pytest.mark.parametrize(
    "name",
    [
        "index",
        "chapters/perceptron",
        "chapters/feed-forward",
        "chapters/training",
        "chapters/exercises/mnist",
    ],
)
def test_nothing_moves_when_pictures_and_typefaces_arrive(browser, lecture_address, name, size):
    """On a slow network, where they arrive long after the text; Lighthouse calls 0.1 good."""
    context = browser.new_context(viewport={"width": size[0], "height": size[1]})
    page = context.new_page()
    slow(page)
    page.goto(f"{lecture_address}{name}.html")
    shift = layout_shift(page)
    context.close()
    assert shift < 0.02


@pytest.mark.parametrize("name", BAD)
def test_bad_input_breaks_nothing(browser, bad_site, name):
    with opened(browser, f"{bad_site}{name}.html", size=(360, 740)) as page:
        page.wait_for_timeout(100)
        screenshot(page, f"bad-{name}")
        assert too_wide(page) == []
        assert axe(page) == []
        # Whatever stands in the text, the page around it is whole.
        assert page.locator("body > footer").count() == 1
        assert page.locator("main > nav.turn").count() == 1
        assert page.get_by_role("heading", name=name.title(), level=1).is_visible()
        page.set_viewport_size({"width": 1440, "height": 900})
        assert too_wide(page) == []


def test_hidden_button_breaks_no_line_of_a_caption(browser, site):
    """Whatever the caption's length; the button shows when the pointer comes."""
    with opened(browser, site + "chapters/first.html") as page:
        taller = page.locator("figcaption").evaluate(
            """one => {
                const button = one.querySelector('.enlarge');
                const found = [];
                for (let words = 0; words < 60; words++) {
                    button.before(' word');
                    const height = one.offsetHeight;
                    button.style.display = 'none';
                    if (one.offsetHeight !== height) found.push(words);
                    button.style.display = '';
                }
                return found;
            }"""
        )
        assert taller == []


def test_contents_are_shown_only_where_there_are_some(browser, site):
    with opened(browser, site + "chapters/first.html", size=PHONE) as page:
        assert page.locator(".contents").is_visible()
        page.goto(site + "chapters/second.html")  # has no sections
        assert not page.locator(".contents").is_visible()


def test_text_on_the_first_page_stands_clear_of_the_bar(browser, lecture_address):
    with opened(browser, lecture_address + "index.html", size=PHONE) as page:
        bar, contents = (page.locator(one).bounding_box() for one in (".top", ".contents"))
        assert contents["y"] > bar["y"] + bar["height"] + 10


def test_listed_figure_stands_nearer_to_its_caption_than_to_the_next(browser, lecture_address):
    with opened(browser, lecture_address + "chapters/figure-sources.html", size=PHONE) as page:
        boxes = [one.bounding_box() for one in page.locator(".gallery .cell > p").all()[:20]]
    gaps = [after["y"] - before["y"] - before["height"] for before, after in pairwise(boxes)]
    assert max(gaps[::2]) < min(gaps[1::2]) / 2
