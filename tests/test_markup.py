"""Pandoc's HTML made fit for the page, and Matplotlib's SVG made smaller."""

import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.figure import Figure
from projects import Page

from lecturebuild.writing.book import pictures, svg
from lecturebuild.writing.book.markup import tidy


def tidied(text, size=None):
    return tidy(text, lambda source: size)


FORMULA = '<math display="inline"><mi>x</mi></math>'
LN = '<mrow><mi mathvariant="normal">ln</mi><mo>&#8289;</mo></mrow>'
UPRIGHT = LN.replace(' mathvariant="normal"', "")
THIN = '<mspace width="0.167em"/>'
TOGETHER = f'<span class="unbroken">%s{FORMULA}%s</span>'


@pytest.mark.parametrize(
    "given_, wanted",
    [
        ('<th style="text-align: right;">a</th>', '<th class="align-right">a</th>'),
        ('<div class="column" style="width:48%;">a</div>', '<div class="column width-48">a</div>'),
        ('<mtd style="padding-left: 0">a</mtd>', '<mtd class="flush-left">a</mtd>'),
        ('<mtd style="text-align: right">a</mtd><mtd>b</mtd>',
         '<mtd class="align-right"><mrow>a</mrow></mtd><mtd>b</mtd>'),
        ('<table border="1" id="x"><tr><td>a</table>', '<table id="x"><tr><td>a</td></tr></table>'),
        ("<p>one<p>two", "<p>one</p><p>two</p>"),
        ("<p>a<ul><li>b<li>c</ul>", "<p>a</p><ul><li>b</li><li>c</li></ul>"),
        ("a &amp; b &lt; c &#33;<br />d", "a &amp; b &lt; c &#33;<br />d"),
        (f"in {FORMULA}, ({FORMULA} a", f"in {TOGETHER % ('', ',')} {TOGETHER % ('(', '')} a"),
        (f"{FORMULA} of {FORMULA}", f"{FORMULA} of {FORMULA}"),
        ('<mo accent="true">\u0303</mo>', '<mo accent="true" stretchy="false">~</mo>'),
        ('<mo accent="true">→</mo>', '<mo lspace="0" rspace="0">→</mo>'),
        ('<mo accent="true">‾</mo>', '<mo accent="true">_</mo>'),
        ('<mo accent="true">⏞</mo>', '<mo accent="true">⏞</mo>'),
        ('<mo minsize="240%" maxsize="240%" stretchy="true">(</mo>',
         '<mo minsize="2.38em" maxsize="2.38em" stretchy="true">(</mo>'),
        ("<mi>a</mi><mo>⊙</mo>", '<mi>a</mi><mo largeop="false">⊙</mo>'),
        ("<mo>→</mo><mo>⨀</mo>", "<mo>→</mo><mo>⨀</mo>"),
        ("<!-- not for the reader -->a", "a"),
        ("<ul><li><strong>a)</strong> b</li></ul>",
         '<ul><li class="lettered"><strong>a)</strong> b</li></ul>'),
        ("<ul><li><strong>a</strong> b</li></ul>", "<ul><li><strong>a</strong> b</li></ul>"),
        ("<msub><mi>y</mi><mi>a</mi></msub>",
         '<msub><mpadded height="0.5em" depth="0"><mi>y</mi></mpadded><mi>a</mi></msub>'),
        ("<msub><mi>x</mi><mi>a</mi></msub>", "<msub><mi>x</mi><mi>a</mi></msub>"),
        ('<msub><mo minsize="120%" maxsize="120%" stretchy="true" form="postfix">⟩</mo></msub>',
         '<msub><mo mathsize="120%" stretchy="false" form="postfix">⟩</mo></msub>'),
        (f"<math><mn>2</mn>{LN}<mi>x</mi></math>",
         f"<math><mn>2</mn>{THIN}{UPRIGHT}{THIN}<mi>x</mi></math>"),
        (f"<mi>−</mi>{LN}<mo>(</mo>", f"<mi>−</mi>{UPRIGHT}<mo>(</mo>"),
        ('<mtext mathvariant="normal">if </mtext>', "<mtext>if </mtext>"),
        ('<mi mathvariant="normal">d</mi>', '<mi mathvariant="normal">d</mi>'),
        (f"<math><mo>+</mo>{LN}<mfrac></mfrac></math>",
         f"<math><mo>+</mo>{UPRIGHT}{THIN}<mfrac></mfrac></math>"),
        ("<span title='it&#39;s'>a</span>", "<span title='it&#39;s'>a</span>"),
    ],
)  # fmt: skip
def test_markup_becomes(given_, wanted):
    page = tidied(given_)
    assert page.text == wanted
    assert page.complaints == ()


@pytest.mark.parametrize(
    "given_, wanted, complaint",
    [
        ("<p>a <b>b</p>", "<p>a <b>b</b></p>", "<b> is never closed"),
        ("a</div></article>", "a", "</div> closes nothing"),
        ("<section><p>a</section>", "<section><p>a</p></section>", None),
        ("<div>a", "<div>a</div>", "<div> is never closed"),
        ("a<script>let x = '<b>';</script>b", "ab", "inline <script>"),
        ('a<img src="https://example.org/x.png">b', "ab", "asks another host"),
        ('<a onclick="go()" href="#x">a</a>', '<a href="#x">a</a>', "onclick="),
        ('<p style="color: red">a</p>', "<p>a</p>", "'color: red'"),
        ("<style>p { color: red }</style>a", "a", "inline <style>"),
    ],
)
def test_what_is_wrong_is_mended_and_told(given_, wanted, complaint):
    page = tidied(given_)
    assert page.text == wanted
    assert (
        [one for one in page.complaints if complaint in one] if complaint else not page.complaints
    )


TAGS = st.sampled_from(["p", "b", "div", "li", "ul", "table", "td", "h2", "br", "article", "style"])
PIECES = st.one_of(
    st.builds("<{}>".format, TAGS),
    st.builds("</{}>".format, TAGS),
    st.builds("<{} style='x: y' id=a>".format, TAGS),
    st.text("ab<>&'\" /=!-", max_size=6),
)


@given(st.lists(PIECES, max_size=12).map("".join))
def test_whatever_comes_in_what_comes_out_is_balanced(text):
    Page(tidied(text).text)  # which fails at a tag that closes another


def test_empty_heading_of_a_column_is_a_plain_cell():
    text = tidied('<table><thead><tr><th class="x"></th><th>A</th></tr></thead></table>').text
    assert '<td class="x"></td><th>A</th>' in text


def test_a_bare_ampersand_stays_one():
    assert "<td>R&amp;D &copy; &amp; &#65;</td>" in tidied("<td>R&D &copy; &amp; &#65;</td>").text


def test_headings_link_to_themselves():
    page = Page(tidied('<h2 id="sec-a">A <em>title</em></h2><h3>None</h3>').text)
    assert page.all("h2")[0].findall("a")[0].get("href") == "#sec-a"
    assert page.all("h3")[0].findall("a") == []


def test_pictures_have_their_size_and_wait():
    page = Page(
        tidied('<img src="a.svg" alt=""><img src="b.svg" width="100" alt="">', (400, 300)).text
    )
    first, second = page.all("img")
    assert (first.get("width"), first.get("height"), first.get("loading")) == ("400", "300", None)
    assert (second.get("width"), second.get("height"), second.get("loading")) == (
        "100",
        "75",
        "lazy",
    )


def test_summary_is_the_first_paragraph():
    assert tidied("<h1>T</h1><p>Some <em>words</em> &amp; more.</p><p>Else.</p>").summary == (
        "Some words & more."
    )
    assert len(tidied(f"<p>{'word ' * 100}</p>").summary) <= 160


def test_lines_of_code_lose_their_links():
    link = '<a href="#cb1-1" aria-hidden="true" tabindex="-1"></a>'
    first = f'<span id="cb1-1">{link}<span class="kw">if</span> x</span>'
    code = f'<pre><code>{first}\n<span id="cb1-2">{link}y</span></code></pre>'
    assert tidied(code).text == '<pre><code><span class="kw">if</span> x\ny</code></pre>'


def picture():
    """Return an SVG of Matplotlib's with curves, markers, text and a surface."""
    fig = Figure(figsize=(4, 2))
    left, right = fig.subplots(1, 2)
    x = np.linspace(0, 6, 200)
    left.plot(x, np.sin(x), label="sine")
    left.scatter(x[::10], np.cos(x[::10]), c=x[::10])
    left.plot(x[::10], np.cos(x[::10]) / 2, "s")
    left.legend()
    right.contourf(np.outer(np.sin(x), np.cos(x)))
    file = io.StringIO()
    fig.savefig(file, format="svg")
    return file.getvalue()


SVG = "{http://www.w3.org/2000/svg}"
CORNERS = re.compile(
    r'<marker id="(m\d+)"[^>]*><use[^>]*/></marker>(<path[^>]*marker:url\(#\1\)[^>]*>)'
)
"""A marker, and the path with one at every corner."""


def points(text):
    """Return the absolute end points of all path commands in an SVG, letters' on an em of 10."""
    found = []
    for data, scale in re.findall(r' d="([^"]*)"(?: transform="scale\(([\d.]+)\)")?', text):
        scale = float(scale) / 10 if scale else 1
        here = start = np.zeros(2)
        for command, rest in re.findall(r"([MLCQlcqz])([^A-Za-z]*)", data):
            numbers = [float(n) for n in re.findall(r"-?(?:\d+\.?\d*|\.\d+)", rest)]
            count = {"c": 6, "q": 4, "z": 1}.get(command.lower(), 2)
            if command == "z":
                here = start
            for end in range(count, len(numbers) + 1, count):
                target = np.array(numbers[end - 2 : end])
                here = here + target if command.islower() else target
                found.append(scale * here)
            if command == "M":
                start = here
    return np.array(found)


def test_lean_svg_is_the_same_picture():
    text = picture()
    lean = svg.lean(text)
    ElementTree.fromstring(lean)
    assert len(lean) < 0.6 * len(text)
    before, after = points(text), points(CORNERS.sub("", lean))
    assert before.shape == after.shape
    np.testing.assert_allclose(before, after, atol=0.0071)


def test_lean_svg_lacks_nothing_that_is_referred_to():
    lean = svg.lean(picture())
    ids = re.findall(r' id="([^"]*)"', lean)
    links = set(re.findall(r'href="#([^"]*)"', lean)) | set(re.findall(r"url\(#([^)]*)\)", lean))
    assert set(ids) == links and len(ids) == len(links)


def place(use):
    """Return where an element is shown: its coordinates or those to which it is moved."""
    moved = re.fullmatch(r"translate\(([-\d.]+) ([-\d.]+)\)", use.get("transform", ""))
    return tuple(map(float, moved.groups() if moved else (use.get("x", "0"), use.get("y", "0"))))


def test_lean_svg_has_every_marker_and_letter_in_its_place():
    text = picture()
    lean = svg.lean(text)
    [corners] = [points(path) for _, path in CORNERS.findall(lean)]  # of the squares
    assert len(corners) == 20
    before, after = (
        [place(use) for use in ElementTree.fromstring(one).iter(SVG + "use")]
        for one in (text, CORNERS.sub("", lean))
    )
    starts = range(len(before) - 19)
    [start] = [i for i in starts if np.allclose(before[i : i + 20], corners, atol=0.006)]
    np.testing.assert_allclose(before[:start] + before[start + 20 :], after, atol=0.006)


def markers(names, style):
    """Return an SVG with a marker of each name in one group."""
    shapes = "".join(f'<path id="{name}" d="M 0 0 L 1 1"/>' for name in sorted(set(names)))
    uses = "".join(f'<use xlink:href="#{name}" x="{i}" {style}/>' for i, name in enumerate(names))
    return f"<svg><!-- Matplotlib --><style></style><defs>{shapes}</defs><g>{uses}</g></svg>"


@pytest.mark.parametrize(
    ("names", "style", "corners"),
    [
        ("a" * 20, 'style="fill: red"', True),
        ("a" * 4, 'style="fill: red"', False),
        ("ab" * 10, 'style="fill: red"', False),
        ("a" * 20, 'style="fill: red" clip-path="url(#a)"', False),  # it would move with them
    ],
)
def test_many_equal_markers_are_the_corners_of_a_path(names, style, corners):
    lean = svg.lean(markers(names, style))
    assert len(CORNERS.findall(lean)) == corners
    assert lean.count("<use") == (1 if corners else len(names))


def test_svg_of_others_stays_as_it_is():
    text = '<svg xmlns="http://www.w3.org/2000/svg" id="mine"><path d="M 0.123456 1"/></svg>'
    assert svg.lean(text) == text


@pytest.mark.parametrize(
    "head, wanted",
    [
        ('width="72pt" height="36pt"', (125, 62)),
        ('viewBox="0 0 100 50"', (130, 65)),
        ('width="100%" height="100%"', None),
    ],
)
def test_size_of_an_svg(tmp_path, head, wanted):
    file = tmp_path / "a.svg"
    file.write_text(f'<svg xmlns="http://www.w3.org/2000/svg" {head}></svg>')
    assert pictures.size(file) == wanted


def test_size_of_a_photograph_and_of_nothing(tmp_path):
    from PIL import Image

    Image.new("RGB", (30, 20)).save(tmp_path / "a.png")
    assert pictures.size(tmp_path / "a.png") == (30, 20)
    assert pictures.size(tmp_path / "missing.png") is None


@pytest.mark.parametrize("width, small", [(600, True), (609, False)])
def test_figure_that_leaves_the_margin_free_is_small(width, small):
    text = tidied('<figure id="fig-a">\n<img src="a.svg" alt="a">\n</figure>', (width, 100)).text
    assert ('<figure id="fig-a" class="small">' in text) == small
