"""The three small widgets, in a real browser: a perceptron, descent, and polynomials."""

import re
import runpy
from pathlib import Path

import numpy as np
import pytest
import widget_pages
from browser import axe
from playwright.sync_api import expect

from nnlecture import descent, perceptron

ROOT = Path(__file__).parents[1]
CHAPTERS = {"neuron": "perceptron", "descent": "training", "polynomial": "generalisation"}
PAGE = "chapters/descent.html"
SLIDER = {"neuron": "Bias", "descent": "Momentum", "polynomial": "Degree"}


def block(name):
    """Return what the chapter has around a widget."""
    text = (ROOT / "chapters" / f"{CHAPTERS[name]}.qmd").read_text(encoding="utf-8")
    [found] = [b for b in re.findall(r"```\{=html\}\n(.*?)```", text, re.S) if f'id="{name}"' in b]
    return f"<main><h1>Widget</h1>{found}</main>"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the widgets, and a page for each of the three."""
    folder = widget_pages.write(tmp_path_factory.mktemp("site"), PAGE, block("descent"))
    page = (folder / PAGE).read_text(encoding="utf-8")
    for name in CHAPTERS:
        other = page.replace(block("descent"), block(name))
        (folder / "chapters" / f"{name}.html").write_text(other, encoding="utf-8")
    return folder


@pytest.fixture
def widget(open_page, address):
    """Give a function that opens the page of a widget."""

    def open_widget(name, **options):
        page = open_page(address.replace("descent.html", f"{name}.html"), **options)
        if options.get("java_script_enabled", True):
            page.locator(".plot-picture text").first.wait_for()  # drawn once it is in sight
        return page

    return open_widget


def choose(page, **values):
    for name, value in values.items():
        page.locator(f"[name={name}]").fill(str(value))


def sentence(page):
    return page.get_by_role("status").inner_text()


def number_after(words, text):
    """Return the number that follows some words, its minus sign a real one or not."""
    return float(re.search(rf"{words} (−?[\d.]+\d|−?\d+)", text)[1].replace("−", "-"))


# Descent


FIGURE = runpy.run_path(str(ROOT / "figures" / "gradient_descent.py"))
X, T = FIGURE["X"], FIGURE["T"]


def test_the_surface_is_that_of_the_figure(widget):
    page = widget("descent")
    means = page.evaluate("nnlecture.descent.MEAN")
    expected = {"x": X, "xx": X * X, "t": T, "xt": X * T, "tt": T * T}
    assert means == pytest.approx({name: np.mean(v) for name, v in expected.items()}, abs=1e-13)
    assert page.evaluate("nnlecture.descent.START") == list(FIGURE["START"])
    assert page.evaluate("nnlecture.descent.RATE") == FIGURE["GOOD"]
    minimum = page.evaluate("nnlecture.descent.MINIMUM")
    np.testing.assert_allclose(minimum, descent.minimum(X, T), rtol=0, atol=1e-9)
    for w in np.random.default_rng(1).normal(size=(5, 2)):
        error = page.evaluate("w => nnlecture.descent.error(w)", w.tolist())
        assert error == pytest.approx(descent.error(w, X, T), abs=1e-12)


@pytest.mark.parametrize("eta", [FIGURE["GOOD"], FIGURE["TOO_LARGE"]])
def test_the_path_is_the_figures(widget, eta):
    page = widget("descent")
    start = list(FIGURE["START"])
    path = page.evaluate("([w, eta]) => nnlecture.descent.descend(w, eta, 0, 12)", [start, eta])
    np.testing.assert_allclose(path, FIGURE["path"](eta), rtol=0, atol=1e-9)


def test_momentum_is_that_of_the_chapter(widget):
    page = widget("descent")
    w, p = np.array([-1.0, 2.0]), np.zeros(2)
    for _ in range(20):
        p = 0.9 * p - 0.3 * descent.gradient(w, X, T)
        w = w + p
    path = page.evaluate("nnlecture.descent.descend([-1, 2], 0.3, 0.9, 20)")
    np.testing.assert_allclose(path[-1], w, rtol=0, atol=1e-9)
    choose(page, w0=-1, w1=2, rate=0.3, momentum=0.9, steps=20)
    said = number_after("the error is", sentence(page))
    assert said == pytest.approx(descent.error(w, X, T), abs=6e-5)


@pytest.mark.parametrize("momentum", [0, 0.5, 0.9])
def test_above_the_largest_rate_it_does_not_arrive(widget, momentum):
    page = widget("descent")
    errors = page.evaluate(
        """(mu) => [0.98, 1.02].map((share) => {
            const path = nnlecture.descent.descend([0.4, 2.4],
                share * nnlecture.descent.limit(mu), mu, 2000);
            return nnlecture.descent.error(path.at(-1));
        })""",
        momentum,
    )
    lowest = descent.error(descent.minimum(X, T), X, T)
    assert errors[0] == pytest.approx(lowest, abs=1e-9)
    assert errors[1] > 100


def test_divergence_is_said_in_words(widget):
    page = widget("descent")
    assert "arrives" in sentence(page)
    assert "below" not in sentence(page)  # to find the limit is a question
    choose(page, rate=4, steps=60)
    assert re.search(r"the error is \d·10[⁰¹²³⁴⁵⁶⁷⁸⁹]{2};", sentence(page))
    assert "does not arrive" in sentence(page)
    limit = page.evaluate("nnlecture.descent.limit(0)")
    assert number_after("must be below", sentence(page)) == pytest.approx(limit, abs=0.006)
    html = page.locator(".plot-picture").inner_html()
    assert "NaN" not in html
    assert "Infinity" not in html


def test_rates_that_come_close_can_be_told_apart(widget):
    page = widget("descent")
    lowest = descent.error(descent.minimum(X, T), X, T)
    said = []
    for rate in (1.2, 1.25):
        choose(page, rate=rate)
        excess = descent.error(FIGURE["path"](rate)[-1], X, T) - lowest
        said.append(float(re.search(r"([\d.]+) above the least", sentence(page))[1]))
        assert said[-1] == pytest.approx(excess, abs=6e-7)
    assert said[0] != said[1]


def handle(page):
    box = page.locator(".handle").bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def test_the_start_is_dragged(widget):
    page = widget("descent")
    page.locator(".plot-picture").scroll_into_view_if_needed()
    x, y = handle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 80, y + 60, steps=3)
    page.mouse.up()
    assert float(page.locator("[name=w0]").input_value()) > 0.9
    assert float(page.locator("[name=w1]").input_value()) < 2
    assert handle(page) == pytest.approx((x + 80, y + 60), abs=6)
    page.mouse.move(x, y)  # the button is up
    assert handle(page) == pytest.approx((x + 80, y + 60), abs=6)


def test_a_finger_drags_the_start_and_scrolls_elsewhere(widget):
    page = widget("descent", viewport={"width": 390, "height": 800}, has_touch=True)
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p>text</p>'.repeat(99))")
    session = page.context.new_cdp_session(page)

    def swipe(x, y, dx, dy):
        for kind, share in [("touchStart", 0), ("touchMove", 0.5), ("touchMove", 1)]:
            points = [{"x": x + share * dx, "y": y + share * dy}]
            session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})
            page.wait_for_timeout(100)
        session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        page.wait_for_timeout(300)

    x, y = handle(page)
    swipe(x, y, 60, 70)
    assert page.evaluate("scrollY") == 0
    assert handle(page) == pytest.approx((x + 60, y + 70), abs=6)
    swipe(x + 100, y, 0, -200)
    for _ in range(100):  # on a busy machine the page scrolls later
        if page.evaluate("scrollY") > 50:
            break
        page.wait_for_timeout(100)
    assert page.evaluate("scrollY") > 50


# Polynomials


UNDERFITTING = runpy.run_path(str(ROOT / "figures" / "underfitting_overfitting.py"))


@pytest.mark.parametrize("events, degree", [(13, 12), (20, 1), (20, 12), (57, 5), (100, 12)])
def test_bias_and_variance_are_numpys(widget, events, degree):
    page = widget("polynomial")
    samples = page.evaluate("n => nnlecture.polynomial.samples(n, 1)", events)
    t = np.array([sample["t"] for sample in samples])
    assert t.shape == (50, events)
    x = np.linspace(0, 1, events)
    powers = np.polynomial.legendre.legvander(2 * x - 1, degree)
    y = (powers @ np.linalg.lstsq(powers, t.T, rcond=None)[0]).T
    truth = UNDERFITTING["function"](x)
    errors = page.evaluate("n => nnlecture.polynomial.fitAll(n, 1).errors", events)[degree]
    expected = powers @ np.linalg.lstsq(powers, truth, rcond=None)[0]
    assert errors["bias2"] == pytest.approx(np.mean((expected - truth) ** 2), abs=1e-9)
    scatter = errors["variance"] / 50  # of the mean over the samples, where there is no bias
    assert np.mean((y.mean(axis=0) - truth) ** 2) == pytest.approx(
        errors["bias2"] + scatter, abs=3 * scatter
    )
    assert errors["variance"] == pytest.approx(np.mean(y.var(axis=0)), abs=1e-9)
    assert np.std(t - truth) == pytest.approx(0.25, rel=5 / np.sqrt(2 * t.size))
    choose(page, events=events, degree=degree)
    said = sentence(page)
    assert number_after("bias²", said) == pytest.approx(errors["bias2"], abs=6e-5)
    assert number_after("variance", said) == pytest.approx(errors["variance"], abs=6e-5)
    assert number_after("σ²p/N =", said) == pytest.approx(0.25**2 * (degree + 1) / events, abs=6e-5)
    both = errors["bias2"] + errors["variance"]
    assert number_after("both", said) == pytest.approx(both, abs=6e-5)
    fit = np.polynomial.Polynomial.fit(x, samples[0]["t"], degree)
    between = (x[1:] + x[:-1]) / 2
    for name, kind, places in [
        ("t", "training error ●", x),
        ("other", "validation error □", between),
    ]:
        rms = np.sqrt(np.mean((np.array(samples[0][name]) - fit(places)) ** 2))
        assert number_after(kind, said) == pytest.approx(rms, abs=0.006)


def test_drawn_curves_are_the_fits_between_the_points_too(widget):
    page = widget("polynomial")
    samples = page.evaluate("nnlecture.polynomial.samples(20, 1)")
    curves = page.evaluate("nnlecture.polynomial.fitAll(20, 1).curves(12)")
    fit = np.polynomial.Polynomial.fit(np.linspace(0, 1, 20), samples[7]["t"], 12)
    np.testing.assert_allclose(curves[7], fit(np.linspace(0, 1, 121)), rtol=0, atol=1e-9)


def test_the_chapters_questions_have_answers(widget):
    page = widget("polynomial")
    twenty, forty = (
        page.evaluate("n => nnlecture.polynomial.fitAll(n, 1).errors", n) for n in (20, 40)
    )
    both = [e["bias2"] + e["variance"] for e in twenty]
    assert both.index(min(both)) == 3
    assert both[12] > 2 * both[3]
    assert forty[12]["variance"] / twenty[12]["variance"] == pytest.approx(0.5, abs=0.1)
    assert forty[1]["bias2"] / twenty[1]["bias2"] == pytest.approx(1, abs=0.15)
    choose(page, events=13, degree=12)
    assert number_after("training error ●", sentence(page)) == 0
    assert number_after("validation error □", sentence(page)) > 1
    assert all(e["bias2"] < 1e-4 for e in twenty[6:])  # more freedom is no more bias


def test_fifty_other_samples_are_others(widget):
    page = widget("polynomial")
    before = sentence(page)
    page.get_by_role("button", name="Fifty other samples").press("Enter")
    assert sentence(page) != before


# A perceptron


def test_the_answers_are_pythons(widget):
    page = widget("neuron")
    sets = page.evaluate("nnlecture.neuron.SETS")
    assert [e["x"] for e in sets["AND"]] == [[0, 0], [0, 1], [1, 0], [1, 1]]
    assert [e["t"] for e in sets["XOR"]] == [0, 1, 1, 0]
    for w1, w2, b in [(1, 0, -0.5), (-0.75, 1.5, 0.3), (0, 0, 0), (0, 0, 1), (2, -2, 0.05)]:
        choose(page, w1=w1, w2=w2, b=b)
        for name, events in sets.items():
            page.locator("[name=set]").select_option(name)
            x = np.array([e["x"] for e in events])
            right = perceptron.predict(x, [w1, w2], b) == [e["t"] for e in events]
            said = sentence(page)
            assert f"In all, {right.sum()} of {len(events)} answers are right" in said
            assert number_after("=", said) == pytest.approx(x[0] @ [w1, w2] + b, abs=6e-5)
            assert ("which is right" in said) == right[0]
            if w1 or w2:
                distance = abs(b) / np.hypot(w1, w2)
                assert number_after("boundary lies", said) == pytest.approx(distance, abs=0.006)
            else:
                assert "no boundary" in said


def test_the_experiments_have_their_answers(widget):
    page = widget("neuron")
    choose(page, w1=1, w2=-1.25, b=-0.15)
    assert "20 of 20" in sentence(page)
    choose(page, w1=0.5, w2=-0.6, b=-0.05)
    page.locator("[name=set]").select_option("AND")
    choose(page, w1=1, w2=1, b=-1.5)
    assert "4 of 4" in sentence(page)
    page.locator("[name=set]").select_option("XOR")
    values = np.arange(-2, 2.01, 0.25)
    best = max(
        page.evaluate(
            """(all) => all.map((w) => nnlecture.neuron.SETS.XOR.filter(
                ({ x, t }) => nnlecture.neuron.answer(w, x) === t).length)""",
            [[a, b, c] for a in values for b in values for c in values],
        )
    )
    assert best == 3


def test_boundary_and_arrow_are_dragged_and_events_are_marked(widget):
    page = widget("neuron")
    page.locator(".plot-picture").scroll_into_view_if_needed()
    frame = page.locator(".axis").bounding_box()
    middle = frame["x"] + (0.5 + 0.6) / 2.6 * frame["width"]  # where x1 is 0.5
    y = frame["y"] + 0.9 * frame["height"]
    page.mouse.move(middle, y)
    page.mouse.down()
    page.mouse.move(middle + 40, y, steps=3)
    page.mouse.up()
    bias = float(page.locator("[name=b]").input_value())
    assert bias == pytest.approx(-0.5 - 40 * 2.6 / frame["width"], abs=0.03)
    x, y = handle(page)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x - 60, y + 60, steps=4)
    page.mouse.up()
    # Weights and bias go in steps of 0.05.
    assert handle(page) == pytest.approx((x - 60, y + 60), abs=12)
    weights = page.evaluate("nnlecture.neuron.weights()")
    assert weights[1] < -0.5  # it points down now
    assert page.locator("[name=event]").input_value() == "1"
    event = page.locator(".plot-picture .full").last.bounding_box()
    page.mouse.click(event["x"] + 4, event["y"] + 4)
    assert "an electron" in sentence(page)
    for number, kept in [("999", "20"), ("-3", "1"), ("", "1")]:
        page.locator("[name=event]").fill(number)
        assert "The marked event, a" in sentence(page)
        page.keyboard.press("Tab")
        assert page.locator("[name=event]").input_value() == kept


def test_wrong_answers_are_crossed_out(widget):
    page = widget("neuron")
    for w1, w2, b in [(1, 0, -0.5), (1, -1.25, -0.15), (0, 0, 1)]:
        choose(page, w1=w1, w2=w2, b=b)
        right = int(re.search(r"(\d+) of 20 answers", sentence(page))[1])
        assert page.locator(".wrong").count() == 2 * (20 - right)  # lines


def test_a_boundary_out_of_sight_has_no_arrow(widget):
    page = widget("neuron")
    choose(page, w1=1, w2=1, b=2)
    assert "outside the picture" in sentence(page)
    assert page.locator(".handle").count() == 0
    choose(page, b=-2)
    assert "outside the picture" not in sentence(page)
    assert page.locator(".handle").count() == 1


# What all three owe to everybody


@pytest.mark.parametrize("name", CHAPTERS)
def test_works_by_keyboard_and_tells_what_happened(widget, name):
    page = widget(name)
    before = sentence(page)
    for _ in range(9):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.labels?.[0].innerText.trim() ?? ''").startswith(
            SLIDER[name]
        ):
            break
    slider = page.get_by_role("slider", name=re.compile(f"^{SLIDER[name]}"))
    expect(slider).to_be_focused()
    page.keyboard.press("ArrowRight")
    assert sentence(page) != before
    shown = slider.evaluate("one => one.nextElementSibling.textContent")
    assert float(shown.replace("−", "-")) == float(slider.input_value())


@pytest.mark.parametrize("width", [320, 390, 720, 1400])
@pytest.mark.parametrize("name", CHAPTERS)
def test_fits_the_width(widget, name, width):
    page = widget(name, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    box = page.locator(".plot-picture svg").first.bounding_box()
    for text in page.locator(".plot-picture text").all():
        place = text.bounding_box()
        assert place["x"] >= box["x"] - 1
        assert place["x"] + place["width"] <= box["x"] + box["width"] + 1


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", CHAPTERS)
def test_has_no_fault_that_axe_knows(widget, name, scheme):
    assert axe(widget(name, color_scheme=scheme)) == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_in_forced_colours_text_and_lines_can_be_seen(widget, name):
    page = widget(name, forced_colors="active")
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    seen = page.evaluate(
        """() => [...document.querySelectorAll('.plot-picture :is(text, .axis, .line.ink)')].map(
            (one) => getComputedStyle(one)[one.tagName === 'text' ? 'fill' : 'stroke'])"""
    )
    assert seen
    assert set(seen).isdisjoint({ground, "none"})


@pytest.mark.parametrize("name", CHAPTERS)
def test_print_has_the_picture_and_a_sentence(widget, name):
    page = widget(name)
    page.emulate_media(media="print")
    expect(page.locator(".plot-picture svg").first).to_be_visible()
    expect(page.get_by_text("On the page this is a program")).to_be_visible()
    expect(page.get_by_role("slider").first).not_to_be_visible()


@pytest.mark.parametrize("name", CHAPTERS)
def test_without_scripts_a_sentence_stands_in_its_place(widget, name):
    page = widget(name, java_script_enabled=False)
    assert "JavaScript" in page.locator(f"#{name}").inner_text()


@pytest.mark.parametrize("name", CHAPTERS)
def test_works_from_a_file_share(open_page, site, name):
    page = open_page((site / "chapters" / f"{name}.html").as_uri())
    assert sentence(page)
