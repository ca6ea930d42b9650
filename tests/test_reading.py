"""What reading is like: typefaces on their way, phones, wide code, contrast themes."""

import pytest
from browser import PHONE, WIDE, axe, chromium, opened, screenshot, serve, too_wide
from projects import make, render

FIGURE = """
```{python}
#| label: fig-wide
#| fig-cap: "A wide picture."
#| fig-alt: "A line that rises across a wide picture."
import matplotlib.pyplot as plt
plt.figure(figsize=(6.5, 2))
plt.plot([1, 2]);
```
"""
LONG = "a_rather_long_name = " + " + ".join(f"another_long_name_{n}" for n in range(8))
PAGE = rf"""
# Wide things {{#sec-wide}}

See @fig-wide and @eq-wide: $\vec w^{{(0)}}$, $w^{{(0)}}$, $y_a$, $x_a$, $\varphi_j$ and $x_j$.
$$ \begin{{aligned}}
\text{{squared error:}}\quad & {" + ".join("y" * 12)} \\
\text{{cross entropy:}}\quad & y
\end{{aligned}} $$

$$ \begin{{aligned}} u+v &= 1 \\ w &= 2 \end{{aligned}} $$

Roots: $\sqrt{{s+b}}$, $\sqrt{{\hat q}}$, $\sqrt{{\frac ab}}$.
{FIGURE}
$$ {" + ".join(f"x_{{{n}}}^{{2}}" for n in range(40))} $$ {{#eq-wide}}

```{{python}}
#| eval: false
{LONG}
```

```{{python}}
#| eval: false
short = 1
```

| a | b |
|---|---|
| 1 | 2 |

::: {{.callout-tip collapse="true" title="Answer"}}
The answer.
:::
"""

RARE_PAGE = r"""
# Rare characters {#sec-rare}

Poincaré, Ångström, señor, œuvre, €, ↑: α, Ω, ά.

*naïve Ørsted*, **naïve ©¿**, `naïve ¿x?`

> $\mathbf x$, $\mathfrak A$, $\mathbb Q$, $\mathcal L$, $a \boxtimes b$, $a \lessapprox b$,
> $\bigoplus V_i$, $\mathsf T$, $\aleph_0$, $\hslash$

$$ \bigoplus_{i=1}^n \left(\frac{\mathbf a}{\frac{b}{\mathfrak c}}\right) $$
"""
RARE = {
    "article h1 + p": "Source Serif 4",
    "article p em": "Source Serif 4",
    "article p strong": "Source Serif 4",
    "article p code": "Source Code Pro",
    "article math :is(mi, mn, mo)": "STIX Two Math",
}


@pytest.fixture(scope="module")
def book(tmp_path_factory):
    files = {"index.qmd": "# Welcome {.unnumbered}\n\nSee @sec-wide.\n", "wide.qmd": PAGE}
    files["rare.qmd"] = RARE_PAGE
    root = make(tmp_path_factory.mktemp("reading"), files)
    render(root)
    return root / "_book"


@pytest.fixture(scope="module")
def browser(book):
    with chromium() as browser:
        yield browser


@pytest.fixture(scope="module")
def site(book):
    with serve(book) as address:
        yield address


def test_first_typefaces_are_asked_for_early(browser, site):
    with opened(browser, site + "wide.html") as page:
        names = page.eval_on_selector_all("link[rel=preload]", "all => all.map((one) => one.href)")
        assert sorted(name.split("/")[-1] for name in names) == [
            "source-sans-3-latin-400-normal.woff2",
            "source-sans-3-latin-600-normal.woff2",
            "source-serif-4-latin-400-normal.woff2",
            "stix-two-math.woff2",
        ]
    with opened(browser, site + "index.html") as page:
        assert page.locator("link[href*=stix], link[href*=italic]").count() == 0
    with opened(browser, site + "rare.html") as page:
        assert page.locator("link[rel=preload][href*=serif-4-latin-400-italic]").count() == 1
        assert page.locator("link[rel=preload][href*=serif-4-latin-600]").count() == 1


def test_from_a_folder_the_text_has_its_typeface_too(browser, book):
    page = browser.new_page()
    page.goto((book / "wide.html").as_uri(), wait_until="networkidle")
    page.wait_for_function("document.fonts.status === 'loaded'")
    session = page.context.new_cdp_session(page)
    session.send("DOM.enable")
    session.send("CSS.enable")
    root = session.send("DOM.getDocument")["root"]["nodeId"]
    query = {"nodeId": root, "selector": "article p"}
    node = session.send("DOM.querySelector", query)["nodeId"]
    fonts = session.send("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]
    page.close()
    assert "Source Serif 4" in {font["familyName"] for font in fonts}


@pytest.mark.parametrize(
    "family, weight",
    [("Source Serif", 400), ("Source Serif", 600), ("Source Sans", 400), ("Source Sans", 600)],
)
def test_letters_before_a_typeface_are_as_wide_as_its_own(browser, site, family, weight):
    """Of the stand-ins those that this machine has; a line of text, measured in the browser."""
    text = (
        "The simplest machine that makes such a decision weighs the measured quantities, adds them "
        "up, and compares the sum with a threshold."
    )
    with opened(browser, site + "wide.html") as page:
        widths = page.evaluate(
            """async ([family, weight, text]) => {
                const measure = document.createElement('canvas').getContext('2d');
                const widths = {};
                for (const face of [...document.fonts]) {
                    const name = face.family.replaceAll('"', '');
                    if (!name.includes(family) || parseInt(face.weight) !== weight
                        && !(weight === 400 && face.weight === 'normal')) continue;
                    if (face.style !== 'normal') continue;
                    try { await face.load(); } catch { continue; }
                    measure.font = `${weight} 100px "${name}"`;
                    widths[name] = measure.measureText(text).width;
                }
                return widths;
            }""",
            [family, weight, text],
        )
        own = next(width for name, width in widths.items() if name.startswith(family))
        others = {name: width for name, width in widths.items() if not name.startswith(family)}
        assert others, "no stand-in is installed"
        assert all(abs(width / own - 1) < 0.02 for width in others.values()), widths


def test_scripts_of_letters_stand_on_one_line(browser, site):
    """An arrow does not lift the index above, nor a descender lower the one below."""
    with opened(browser, site + "wide.html") as page:
        tops = page.eval_on_selector_all(
            "article p math > semantics > :first-child, article p math > semantics > mrow > *",
            """all => all.filter((one) => /^(msub|msup)$/.test(one.localName)).map((one) =>
                [one.textContent, one.lastElementChild.getBoundingClientRect().bottom])""",
        )
        at = {letters: bottom for letters, bottom in tops}
        assert abs(at["w→(0)"] - at["w(0)"]) < 0.5
        assert abs(at["ya"] - at["xa"]) < 0.5
        assert abs(at["φj"] - at["xj"]) < 0.5


def test_rare_characters_are_in_files_that_others_need_not_load(browser, site):
    """What is drawn with which typeface, as the browser's own tools tell."""
    with opened(browser, site + "index.html") as page:
        page.wait_for_load_state("networkidle")
        for part in ("rest", "alphabets", "greek"):
            assert loaded(page, part) == []
    with opened(browser, site + "rare.html") as page:
        page.wait_for_load_state("networkidle")
        assert len(loaded(page, "-rest.woff2")) >= 5 and len(loaded(page, "alphabets")) == 1
        page.reload()  # the text takes what has come, and late letters the next time
        page.wait_for_load_state("networkidle")
        tools = page.context.new_cdp_session(page)
        tools.send("DOM.enable")
        tools.send("CSS.enable")
        root = tools.send("DOM.getDocument")["root"]["nodeId"]
        for place, typeface in RARE.items():
            query = {"nodeId": root, "selector": place}
            nodes = tools.send("DOM.querySelectorAll", query)["nodeIds"]
            answers = [tools.send("CSS.getPlatformFontsForNode", {"nodeId": n}) for n in nodes]
            fonts = [font for answer in answers for font in answer["fonts"]]
            assert fonts, place
            for font in fonts:
                assert font["isCustomFont"] and font["familyName"].startswith(typeface), font
        heights = page.eval_on_selector_all(
            "math mo",
            "all => all.map((one) => [one.textContent, one.getBoundingClientRect().height])",
        )
        inline, displayed = ([h for sign, h in heights if sign == "⨁"][n] for n in (0, 1))
        assert displayed > 1.2 * inline  # it grows
        assert max(h for sign, h in heights if sign == "(") > 2 * inline
        screenshot(page, "rare")


def loaded(page, part):
    """Return the files of typefaces that a page has loaded and that have a part in their names."""
    names = page.evaluate("performance.getEntriesByType('resource').map((one) => one.name)")
    return [name for name in names if name.endswith(".woff2") and part in name]


@pytest.mark.parametrize("size", [(1600, 900), (1280, 800), PHONE])
def test_code_has_one_right_edge_and_what_is_cut_fades(browser, site, size):
    with opened(browser, site + "wide.html", size) as page:
        edges = page.eval_on_selector_all(
            "article .cell > div.sourceCode",
            "all => all.map((one) => one.getBoundingClientRect().right)",
        )
        assert len(edges) == 3 and max(edges) - min(edges) < 1
        scrolling = page.eval_on_selector_all(
            "article *",
            """all => all.filter((one) => one.scrollWidth > one.clientWidth + 1
                && getComputedStyle(one).overflowX === 'auto')
                .map((one) => getComputedStyle(one).backgroundAttachment)""",
        )
        assert len(scrolling) >= 2, page.locator("article").inner_html()
        assert set(scrolling) == {"local, local, scroll, scroll"}
        assert too_wide(page) == []


def test_sides_of_an_equation_meet_at_its_sign(browser, site):
    with opened(browser, site + "wide.html", WIDE) as page:
        gaps = page.eval_on_selector_all(
            "article mtd.align-right",
            """all => all.map((cell) => cell.nextElementSibling.getBoundingClientRect().left
                - cell.lastElementChild.lastElementChild.getBoundingClientRect().right)""",
        )
    assert len(gaps) == 4 and max(gaps) < 2, gaps


def test_words_in_a_formula_are_whole_on_a_phone(browser, site):
    widths = []
    for size in (WIDE, PHONE):
        with opened(browser, site + "wide.html", size) as page:
            width = """all => all.map((one) => one.getBoundingClientRect().width
                / parseFloat(getComputedStyle(one).fontSize))"""
            widths.append(page.eval_on_selector_all("article mtext", width))
    assert len(widths[0]) == 2 and widths[1] == pytest.approx(widths[0], rel=0.02)


def test_what_follows_a_root_stands_close_to_it(browser, site):
    with opened(browser, site + "wide.html", WIDE) as page:
        page.wait_for_function("document.querySelector('article msqrt').style.marginRight")
        gaps = page.eval_on_selector_all(
            "article msqrt",
            """all => all.map((root) => root.closest('math').getBoundingClientRect().right
                - root.lastElementChild.getBoundingClientRect().right)""",
        )
        assert len(gaps) == 3 and max(map(abs, gaps)) < 1, gaps


def test_buttons_cover_no_code_where_there_is_no_pointer(browser, site):
    size = {"width": PHONE[0], "height": PHONE[1]}
    context = browser.new_context(viewport=size, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(site + "wide.html")
    codes = page.locator("article div.sourceCode:visible")
    assert codes.count() >= 2
    for code in codes.all():
        text, button = code.locator("pre").bounding_box(), code.locator(".copy").bounding_box()
        box = code.bounding_box()
        assert text["y"] + text["height"] <= button["y"]
        assert button["y"] + button["height"] <= box["y"] + box["height"]
    context.close()


def test_figure_is_enlarged_on_a_phone_never_made_smaller(browser, site):
    with opened(browser, site + "wide.html", PHONE) as page:
        small = page.locator("article figure img").bounding_box()
        button = page.get_by_role("button", name="Enlarge Figure 1.1").bounding_box()
        assert button["y"] >= small["y"] + small["height"]  # it covers nothing
        page.get_by_role("button", name="Enlarge Figure 1.1").click()
        image = page.locator("dialog.enlarged img")
        large = image.bounding_box()
        assert large["width"] > 1.9 * small["width"]
        assert page.locator("dialog.enlarged .picture").evaluate(
            "a => a.scrollWidth > a.clientWidth"
        )
        assert axe(page) == []
        screenshot(page, "enlarged-phone")
        page.keyboard.press("+")
        assert image.bounding_box()["width"] > 1.2 * large["width"]
        page.keyboard.press("0")
        assert abs(image.bounding_box()["width"] - PHONE[0]) < 30
        page.set_viewport_size({"width": PHONE[1], "height": PHONE[0]})
        page.keyboard.press("0")
        box = image.bounding_box()
        assert box["height"] > 0.75 * PHONE[0] or box["width"] > 0.85 * PHONE[1]
        screenshot(page, "enlarged-landscape")


def test_two_fingers_enlarge_a_figure(browser, site):
    context = browser.new_context(
        viewport={"width": PHONE[0], "height": PHONE[1]}, has_touch=True, is_mobile=True
    )
    page = context.new_page()
    page.goto(site + "wide.html")
    page.get_by_role("button", name="Enlarge Figure 1.1").tap()
    before = page.locator("dialog.enlarged img").bounding_box()["width"]
    touch = page.context.new_cdp_session(page)

    def fingers(kind, apart):
        points = [{"x": 195 - apart, "y": 400}, {"x": 195 + apart, "y": 400}]
        at = {"type": kind, "touchPoints": points if kind != "touchEnd" else []}
        touch.send("Input.dispatchTouchEvent", at)

    fingers("touchStart", 40)
    for apart in (45, 60, 80):
        fingers("touchMove", apart)
    fingers("touchEnd", 0)
    assert page.locator("dialog.enlarged img").bounding_box()["width"] > 1.5 * before
    context.close()


def test_menu_of_chapters_stays_in_sight_on_a_phone(browser, site):
    with opened(browser, site + "wide.html", PHONE) as page:
        page.evaluate("scrollTo(0, document.body.scrollHeight)")
        page.locator(".menu > summary").click()
        page.get_by_role("link", name="Welcome").first.wait_for()
        assert axe(page) == []
        screenshot(page, "menu-phone")
        page.keyboard.press("Escape")
        assert not page.locator(".menu nav").is_visible()
        page.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
        assert not page.locator(".menu").is_visible()


def test_figures_have_white_paper_in_a_contrast_theme(browser, site):
    """Whatever was chosen before, and whatever the theme's own colours are."""
    with opened(browser, site + "wide.html", scheme="dark") as page:
        page.get_by_role("button", name="Dark colours").click()  # to light, which is remembered
        page.emulate_media(forced_colors="active", color_scheme="dark")
        style = page.locator("article figure img").evaluate(
            "one => [getComputedStyle(one).backgroundColor, getComputedStyle(one).filter]"
        )
        assert style == ["rgb(255, 255, 255)", "none"]
        screenshot(page, "forced-colours")
