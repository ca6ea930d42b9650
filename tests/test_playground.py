"""The book's playground, in a real browser: its network, its data and its controls."""

import re
from pathlib import Path

import numpy as np
import pytest
import widget_pages
from playwright.sync_api import expect

from nnlecture import network
from nnlecture.activations import ACTIVATIONS

ROOT = Path(__file__).parents[1]
CHAPTER = (ROOT / "chapters" / "feed-forward.qmd").read_text(encoding="utf-8")
PAGE = "chapters/page.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the widgets, and a page with what the chapter has around them."""
    [widget] = re.findall(r"```\{=html\}\n(.*?)```", CHAPTER, re.S)
    return widget_pages.write(tmp_path_factory.mktemp("site"), PAGE, widget)


@pytest.fixture(scope="module")
def functions(chromium, address):
    """One page for all tests that only call functions and touch no control."""
    page = chromium.new_page()
    page.goto(address)
    yield page
    page.close()


def epoch(page):
    return int(page.locator(".playground-numbers b").first.inner_text())


def wait_until(page, condition):
    """Wait at most ten seconds; Playwright's own waiting needs `eval`, which the page forbids."""
    for _ in range(500):
        if condition():
            return
        page.wait_for_timeout(20)
    raise AssertionError("waited ten seconds")


def as_json(net):
    return {
        "w1": net.w1.tolist(),
        "w2": net.w2.tolist(),
        "hidden": net.hidden,
        "output": net.output,
    }


HIDDEN = ["tanh", "sigmoid", "relu", "linear"]


def test_activations_are_a_choice_of_the_lectures(functions):
    assert functions.evaluate("Object.keys(nnlecture.network.ACTIVATIONS)") == HIDDEN
    assert set(HIDDEN) <= set(ACTIVATIONS)


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("output", ["sigmoid", "linear"])
def test_forward_pass_and_gradient_equal_pythons(functions, hidden, output):
    net = network.random_network(inputs=3, neurons=5, seed=2, hidden=hidden, output=output)
    for x in np.random.default_rng(3).normal(size=(4, 3)) * 3:
        event = functions.evaluate(
            "([net, x]) => nnlecture.network.forward(net, x)", [as_json(net), x.tolist()]
        )
        reference = network.forward(net, x)
        for name in ("x", "v", "phi", "u", "y"):
            np.testing.assert_allclose(event[name], getattr(reference, name), rtol=0, atol=1e-9)
        step = functions.evaluate(
            "([net, x]) => nnlecture.network.gradient(net, x, 1)", [as_json(net), x.tolist()]
        )
        reference = network.gradient(net, x, 1)
        np.testing.assert_allclose(step["w1"], reference.w1, rtol=0, atol=1e-9)
        np.testing.assert_allclose(step["w2"], reference.w2, rtol=0, atol=1e-9)


def test_epoch_and_error_equal_pythons(functions):
    random = np.random.default_rng(4)
    net = network.random_network(inputs=2, neurons=3, seed=5)
    x, t = random.normal(size=(20, 2)), random.integers(0, 2, size=20)
    order = random.permutation(20)
    sample = [{"x": event.tolist(), "t": int(target)} for event, target in zip(x, t, strict=True)]
    trained, error = functions.evaluate(
        """([net, sample, order]) => {
            const trained = nnlecture.network.epoch(net, sample, order, 0.3);
            return [trained, nnlecture.network.error(trained, sample)];
        }""",
        [as_json(net), sample, order.tolist()],
    )
    for a in order:
        net = network.update(net, network.gradient(net, x[a], t[a]), 0.3)
    np.testing.assert_allclose(trained["w1"], net.w1, rtol=0, atol=1e-9)
    np.testing.assert_allclose(trained["w2"], net.w2, rtol=0, atol=1e-9)
    assert error == pytest.approx(network.error(net, x, t), abs=1e-9)


def test_saturated_neurons_give_no_nonsense(functions):
    net = {"w1": [[0, 1]], "w2": [0, 1e6], "hidden": "linear", "output": "sigmoid"}
    for x, y in [(-1e6, 0), (1e6, 1)]:
        event = functions.evaluate("([n, x]) => nnlecture.network.forward(n, [x])", [net, x])
        assert event["y"] == y
        step = functions.evaluate("([n, x]) => nnlecture.network.gradient(n, [x], 0.5)", [net, x])
        assert step == {"w1": [[0, 0]], "w2": [0, 0]}


def train(functions, data, hidden, neurons, product=False):
    """Return the errors of a validation sample before and after some epochs."""
    return functions.evaluate(
        """([data, hidden, neurons, product]) => {
            const { randomNetwork, epoch, error } = nnlecture.network;
            const { source, sample } = nnlecture.data;
            const events = (seed) => sample(data, 200, seed).map(({ x, t }) =>
                ({ x: product ? [...x, x[0] * x[1]] : x, t }));
            const random = source(1);
            let net = randomNetwork(product ? 3 : 2, neurons, random.normal, hidden);
            const before = error(net, events(2));
            for (let i = 0; i < 100; i++) {
                net = epoch(net, events(1), random.permutation(200), 0.1);
            }
            return [before, error(net, events(2))];
        }""",
        [data, hidden, neurons, product],
    )


@pytest.mark.parametrize("data", ["peak", "xor", "moons"])
def test_training_lowers_the_error(functions, data):
    before, after = train(functions, data, "tanh", 4)
    assert after < before / 2


def test_xor_needs_a_curve_or_the_product_of_the_inputs(functions):
    assert (
        train(functions, "xor", "linear", 8)[1] > 0.12
    )  # that of the answer 1/2 everywhere is 0.125
    assert train(functions, "xor", "linear", 1, product=True)[1] < 0.02


@pytest.mark.parametrize("data", ["peak", "xor", "moons", "spirals"])
def test_samples_are_half_signal_inside_the_plane_and_reproducible(functions, data):
    first, again, other = (
        functions.evaluate("([d, s]) => nnlecture.data.sample(d, 200, s)", [data, seed])
        for seed in (1, 1, 2)
    )
    assert first == again
    assert first != other
    assert sum(event["t"] for event in first) == 100
    assert np.abs([event["x"] for event in first]).max() <= 2


def test_random_numbers_have_the_moments_of_their_distributions(functions):
    uniform, normal, order = functions.evaluate(
        """() => {
            const random = nnlecture.data.source(1);
            const many = (draw) => Array.from({ length: 20000 }, () => draw());
            return [many(random.uniform), many(random.normal), random.permutation(50)];
        }"""
    )
    # Five standard deviations of the mean and of the mean square.
    assert np.mean(uniform) == pytest.approx(1 / 2, abs=5 * np.sqrt(1 / 12 / 20000))
    assert np.mean(np.square(uniform)) == pytest.approx(1 / 3, abs=5 * np.sqrt(4 / 45 / 20000))
    assert np.mean(normal) == pytest.approx(0, abs=5 / np.sqrt(20000))
    assert np.mean(np.square(normal)) == pytest.approx(1, abs=5 * np.sqrt(2 / 20000))
    assert sorted(order) == list(range(50))
    assert order != list(range(50))


def test_boundary_is_drawn_where_the_output_crosses(functions):
    y, x = np.mgrid[0:61, 0:61]
    distance = np.hypot(x - 30, y - 25)
    segments = np.array(
        functions.evaluate("v => nnlecture.view.contour(v)", (distance - 20).ravel().tolist())
    )
    ends = segments.reshape(-1, 2)
    np.testing.assert_allclose(np.hypot(*(ends - [30, 25]).T), 20, atol=0.02)
    length = np.hypot(*(segments[:, :2] - segments[:, 2:]).T).sum()
    assert length == pytest.approx(2 * np.pi * 20, rel=0.01)


def test_start_trains_and_pause_stops(page):
    assert epoch(page) == 0
    page.get_by_role("button", name="Start").click()
    wait_until(page, lambda: epoch(page) > 5)
    page.get_by_role("button", name="Pause").click()
    stopped = epoch(page)
    page.wait_for_timeout(200)
    assert epoch(page) == stopped
    expect(page.get_by_role("status")).to_contain_text(f"Epoch {stopped}, training error 0.")
    page.get_by_role("button", name="One epoch").click()
    assert epoch(page) == stopped + 1
    page.get_by_role("button", name="Reset").click()
    assert epoch(page) == 0


def test_reset_starts_with_the_same_weights_again(page):
    begin = page.locator(".playground-numbers").inner_text()
    for _ in range(2):
        page.get_by_role("button", name="One epoch").click()
        page.get_by_role("button", name="Reset").click()
        assert page.locator(".playground-numbers").inner_text() == begin
    page.get_by_label("Starting weights").fill("2")
    assert page.locator(".playground-numbers").inner_text() != begin


def test_everything_works_by_keyboard(page):
    network = page.get_by_role("img", name=re.compile("network"))
    reached = []
    for _ in range(9):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.name"))
    assert reached == "data activation rate neurons start product run step reset".split()
    page.get_by_role("combobox", name="Data").focus()
    page.keyboard.press("ArrowDown")
    expect(network).to_have_attribute("aria-label", re.compile("data set XOR"))
    page.get_by_role("slider", name="Hidden neurons").focus()
    page.keyboard.press("ArrowRight")
    expect(network).to_have_attribute("aria-label", re.compile("4 hidden neurons"))
    page.get_by_label("input x₁x₂").focus()
    page.keyboard.press("Space")
    expect(network).to_have_attribute("aria-label", re.compile("inputs x₁, x₂, x₁x₂ and"))
    page.get_by_role("button", name="One epoch").focus()
    page.keyboard.press("Enter")
    assert epoch(page) == 1


@pytest.mark.parametrize("text", ["", "0", "-3", "1e9", "2.5"])
def test_any_number_of_starting_weights_starts(page, text):
    page.get_by_label("Starting weights").fill(text)
    page.get_by_role("button", name="One epoch").click()
    assert epoch(page) == 1
    assert "NaN" not in page.locator(".playground-numbers").inner_text()


@pytest.mark.parametrize("width", [320, 360, 700, 1400])
def test_fits_the_width(open_page, address, width):
    page = open_page(address, viewport={"width": width, "height": 800})
    page.get_by_role("slider", name="Hidden neurons").fill("8")
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def pixels(page):
    return page.evaluate("document.querySelector('.playground-network').toDataURL()")


def test_pictures_follow_the_page_into_the_dark(open_page, address):
    page = open_page(address, color_scheme="light")
    light = pixels(page)
    page.evaluate("document.body.style.backgroundColor = 'black'")  # as a switch on the page does
    wait_until(page, lambda: pixels(page) != light)
    page.evaluate("document.body.style.backgroundColor = ''")
    wait_until(page, lambda: pixels(page) == light)


def test_works_from_a_file_share(open_page, site):
    page = open_page((site / PAGE).as_uri())
    page.get_by_role("button", name="One epoch").click()
    assert epoch(page) == 1


def test_without_scripts_a_sentence_stands_in_its_place(open_page, address):
    page = open_page(address, java_script_enabled=False)
    assert "JavaScript" in page.locator("#playground").inner_text()
