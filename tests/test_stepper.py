"""The stepper of the chapter on training, in a real browser: its numbers are Python's."""

import gzip
import inspect
import re
from pathlib import Path

import numpy as np
import pytest
import widget_pages
from browser import axe
from playwright.sync_api import expect

from nnlecture import deep_network as deep
from nnlecture import network, worked_example

ROOT = Path(__file__).parents[1]
CHAPTER = (ROOT / "chapters" / "training.qmd").read_text(encoding="utf-8")
PAGE = "chapters/page.html"
XOR = [((0, 0), 0), ((0, 1), 1), ((1, 0), 1), ((1, 1), 0)]


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the widgets, and a page with what the chapter has around the stepper."""
    [block] = [b for b in re.findall(r"```\{=html\}\n(.*?)```", CHAPTER, re.S) if "stepper" in b]
    block = f'<main><h1>Training</h1>{block}<a href="?net=1-1-1#stepper">one neuron</a></main>'
    return widget_pages.write(tmp_path_factory.mktemp("site"), PAGE, block)


def press(page, name):
    page.get_by_role("button", name=name).first.click()


def shown(page):
    """Return all numbers of the picture, each by the node or weight that it belongs to."""
    return page.evaluate(
        """() => {
            const groups = [...document.querySelectorAll('[data-node], [data-weight]')];
            return Object.fromEntries(groups.map((group) => [
                group.dataset.node ?? 'w ' + group.dataset.weight,
                [...group.querySelectorAll('[data-value]')].map((text) => +text.dataset.value),
            ]));
        }"""
    )


def title(page):
    return page.locator(".stepper-title b").inner_text()


def message(page):
    return page.get_by_role("status")


def asked_for(net, function="squared", rate=0.5, events=XOR):
    """Return the address of a set-up."""
    layers = [net.weights[0].shape[1] - 1, *(len(w) for w in net.weights)]
    weights = ",".join(repr(float(w)) for matrix in net.weights for w in matrix.ravel())
    sample = ";".join(",".join(str(number) for number in (*x, t)) for x, t in events)
    return (
        f"?net={'-'.join(map(str, layers))}&hidden={net.activations[0]}"
        f"&output={net.activations[-1]}&error={function}&rate={rate}&weights={weights}"
        f"&events={sample}#stepper"
    )


def test_the_first_numbers_are_those_of_the_worked_example(page):
    example = page.evaluate(
        "nnlecture.steps && document.querySelector('#stepper') && location.href"
    )
    assert "?" not in example
    press(page, "Do all")
    numbers = shown(page)
    net = deep.from_network(worked_example.NETWORK)
    event = deep.forward(net, worked_example.EVENT)
    assert [numbers[f"0 {k}"][0] for k in (1, 2)] == list(worked_example.EVENT)
    assert numbers["2 1"][:2] == pytest.approx([event.u, event.y], abs=1e-12)
    step = network.gradient(worked_example.NETWORK, worked_example.EVENT, worked_example.TARGET)
    new = network.update(worked_example.NETWORK, step, worked_example.ETA)
    for k in range(3):
        assert numbers[f"w 2 1 {k}"] == pytest.approx([new.w2[k], step.w2[k]], abs=1e-12)
        for j in (0, 1):
            expected = [new.w1[j, k], step.w1[j, k]]
            assert numbers[f"w 1 {j + 1} {k}"] == pytest.approx(expected, abs=1e-12)
    new_error = network.error(new, worked_example.EVENT, worked_example.TARGET)
    old_error = network.error(worked_example.NETWORK, worked_example.EVENT, worked_example.TARGET)
    assert numbers["E"] == pytest.approx([old_error, new_error], abs=1e-12)


CASES = [
    ((2, 2, 1), "tanh", "sigmoid", "squared"),
    ((1, 1, 1), "relu", "linear", "squared"),
    ((2, 3, 2, 1), "sigmoid", "tanh", "squared"),
    ((3, 4, 4, 1), "tanh", "sigmoid", "cross entropy"),
]


@pytest.mark.parametrize("layers, hidden, output, function", CASES)
def test_one_number_a_press_and_each_is_pythons(
    open_page, address, layers, hidden, output, function
):
    net = deep.random_deep_network(layers, seed=7, hidden=hidden, output=output)
    x, t = np.random.default_rng(8).normal(size=layers[0]).round(3), 0.25
    page = open_page(address + asked_for(net, function, rate=0.3, events=[(x, t)]))
    event = deep.forward(net, x)
    delta = deep.error_signals(net, event, t, function)
    step = deep.gradient(net, x, t, function)
    new = deep.update(net, step, 0.3)
    last = len(net.weights)
    expected = [(f"0 {k + 1}", value) for k, value in enumerate(x)]
    for layer in range(1, last + 1):
        for j in range(layers[layer]):
            expected.append((f"{layer} {j + 1}", event.v[layer - 1][j]))
            expected.append((f"{layer} {j + 1}", event.phi[layer][j + (layer < last)]))
    expected.append(("E", deep.error(net, x, t, function)))
    for layer in range(last, 0, -1):
        expected += [(f"{layer} {j + 1}", value) for j, value in enumerate(delta[layer - 1])]
    for layer in range(last, 0, -1):
        for (j, k), value in np.ndenumerate(step[layer - 1]):
            expected.append((f"w {layer} {j + 1} {k}", value))
    before = shown(page)
    for place, value in expected:
        press(page, "Next number")
        now = shown(page)
        assert now[place][-1] == pytest.approx(value, abs=1e-9), title(page)
        assert len(now[place]) == len(before.get(place, ["weight"] * place.startswith("w"))) + 1
        before = now
    press(page, "Next number")
    for (j, k), value in np.ndenumerate(new.weights[-1]):
        assert shown(page)[f"w {last} {j + 1} {k}"][0] == pytest.approx(value, abs=1e-9)
    press(page, "Next number")
    assert shown(page)["E"][1] == pytest.approx(deep.error(new, x, t, function), abs=1e-9)
    press(page, "Next event")
    press(page, "Next number")
    press(page, "Do all")
    after = deep.forward(new, x)
    assert shown(page)[f"{last} 1"][:2] == pytest.approx([after.u, after.y], abs=1e-9)


def test_back_leads_through_all_steps_and_events_to_the_beginning(page):
    begin = shown(page)
    pictures = []
    for _ in range(30):
        pictures.append(shown(page))
        page.get_by_role("button", name="Next ").first.click()
    for picture in reversed(pictures):
        press(page, "Back")
        assert shown(page) == picture
    assert shown(page) == begin
    expect(page.get_by_role("button", name="Back")).to_be_disabled()


def test_everything_works_by_keyboard(page):
    page.get_by_role("button", name="Next number").focus()
    page.keyboard.press("Enter")
    assert title(page) == "Input 1 of the event"
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert title(page) == "Weighted sum of hidden neuron 1"
    expect(message(page)).to_have_text(
        "Step 3 of 23: Weighted sum of hidden neuron 1, v 1, is 0.5."
    )
    page.keyboard.press("ArrowLeft")
    assert title(page) == "Input 2 of the event"
    page.keyboard.press("End")
    assert title(page) == "The error with the new weights"
    page.get_by_label("Event").focus()
    page.keyboard.press("ArrowDown")
    assert page.get_by_label("Event").input_value() == "1"


def test_ten_epochs_are_pythons(open_page, address):
    net = deep.random_deep_network((2, 3, 1), seed=2)
    page = open_page(address + asked_for(net, rate=0.7))
    press(page, "Ten epochs")
    errors = [np.mean([deep.error(net, x, t) for x, t in XOR])]
    for _ in range(10):
        for x, t in XOR:
            net = deep.update(net, deep.gradient(net, x, t), 0.7)
        errors.append(np.mean([deep.error(net, x, t) for x, t in XOR]))
    before, now = errors[0], errors[-1]
    assert shown(page)["w 2 1 1"][0] == pytest.approx(net.weights[1][0, 1], abs=1e-9)
    expect(message(page)).to_contain_text("After 10 epochs, each of them once")
    expect(message(page)).to_contain_text(f"mean error of the 4 events is {now:#.4g}")
    expect(message(page)).to_contain_text(f"it was {before:#.4g}")
    heights = curve(page)
    assert heights[0] - heights[-1] != 0
    drawn = (heights - heights[0]) / (heights[-1] - heights[0])
    assert drawn == pytest.approx((np.array(errors) - before) / (now - before), abs=0.05)
    press(page, "Ten epochs")
    expect(message(page)).to_contain_text("After 20 epochs")
    assert len(curve(page)) == 21
    press(page, "◂ Back")
    assert len(curve(page)) == 11
    page.get_by_text("Change the network").click()
    press(page, "Random weights")
    expect(page.locator(".stepper-errors")).to_be_hidden()


def test_on_a_phone_the_answer_stays_beside_the_picture(open_page, address):
    """Half of the window is the keyboard's."""
    page = open_page(address)
    page.set_viewport_size({"width": 390, "height": 500})
    page.get_by_label("I enter the numbers").check()
    page.evaluate("document.querySelector('.stepper-picture').scrollIntoView()")
    answer = page.locator("[name=answer]")
    assert answer.bounding_box()["y"] + answer.bounding_box()["height"] <= 500
    node = page.locator(".stepper-picture .current").first.bounding_box()
    assert node["y"] >= 0
    assert node["y"] + node["height"] < answer.bounding_box()["y"]


def curve(page):
    """Return the heights of the curve of the mean error, in pixels from above."""
    path = page.locator(".stepper-errors .curve").get_attribute("d")
    return np.array([float(point.split()[1]) for point in path[1:].split("L")])


def test_divergence_is_said_in_words(open_page, address):
    net = deep.random_deep_network((2, 2, 1), seed=2, hidden="linear", output="linear")
    page = open_page(address + asked_for(net, rate=900, events=[((2, 3), 1)]))
    press(page, "Ten epochs")
    expect(message(page)).to_contain_text("grow beyond all bounds: lower the rate")
    for _ in range(12):
        press(page, "Do all")
        page.get_by_role("button", name="Next event").last.click()
    expect(message(page)).to_contain_text("beyond all bounds")
    assert "NaN" not in page.locator("#stepper").inner_text()


def test_the_student_enters_the_numbers(page):
    page.get_by_label("I enter the numbers").check()
    answer = page.locator("[name=answer]")
    expect(answer).to_be_focused()  # the inputs are given
    assert title(page) == "Weighted sum of hidden neuron 1"
    assert page.locator(".stepper-formulas math").count() == 0
    answer.fill("3")
    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text("Not 3")
    assert page.locator(".stepper-formulas math").count() == 1  # the formula as a hint
    answer.fill("-0,5")
    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text("the opposite sign")
    assert page.locator(".stepper-formulas math").count() == 2  # and the numbers in it
    answer.fill("0,5")
    page.keyboard.press("Enter")
    expect(message(page)).to_have_text("Right: 0.5. Enter leads on.")
    assert title(page) == "Weighted sum of hidden neuron 1"  # with its formula, until one goes on
    assert page.locator(".stepper-formulas math").count() == 3
    page.keyboard.press("Enter")
    expect(answer).to_be_focused()
    for text in ("1/(1+exp(-0.5))", "-1", "0.269", "−0.4 − 0,5·0.622 + 0.7*0.269"):
        expect(page.locator(".stepper-score")).to_contain_text("right at once")
        answer.fill(text)
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Right")
        page.keyboard.press("Enter")
    expect(page.locator(".stepper-score")).to_have_text("4 of 5 right at once")
    answer.fill("a lot")
    page.keyboard.press("Enter")
    expect(message(page)).to_contain_text("Enter a number")
    assert title(page) == "Output of the network"
    press(page, "Tell me")
    assert title(page) == "Output of the network"
    expect(message(page)).to_contain_text("It is 0.3722")
    assert page.locator(".stepper-formulas math").count() == 3
    page.keyboard.press("Enter")
    assert title(page) == "Error of this event"
    expect(answer).to_be_focused()


def tell_all(page):
    """Go on by keyboard, from the number that is asked for to the last one of the event."""
    while page.get_by_role("button", name="Next event ▸").count() == 0:
        if page.locator("[name=answer]").is_enabled() and not page.locator("[inert]").count():
            expect(page.locator("[name=answer]")).to_be_focused()
            page.keyboard.press("Tab")
            page.keyboard.press("Tab")
        page.keyboard.press("Enter")  # “Tell me”, or on


def test_the_keyboard_leads_through_an_event_that_one_computes(page):
    page.get_by_label("I enter the numbers").check()
    expect(page.locator(".stepper-code")).not_to_have_attribute("open", "")
    tell_all(page)
    expect(page.get_by_role("button", name="Next event ▸")).to_be_focused()
    expect(page.get_by_role("button", name="Update, next event")).not_to_be_visible()
    expect(page.locator(".stepper-score")).to_have_text("0 of 20 right at once")
    page.keyboard.press("ArrowRight")
    expect(page.locator("[name=answer]")).to_be_focused()
    expect(page.get_by_label("Event")).to_have_value("1")
    page.locator(".stepper-settings summary").click()
    page.get_by_label("Hidden neurons").select_option("3")
    expect(page.locator(".stepper-score")).to_be_empty()
    expect(message(page)).to_contain_text("What is v 1?")


def test_a_rate_is_refused_or_is_the_reason(page):
    for rate in ("-1", "0"):
        page.locator("[name=rate]").fill(rate)
        page.keyboard.press("Tab")
        if rate == "-1":
            expect(message(page)).to_contain_text("“-1” is not a number from 0 to 1000")
            assert page.locator("[name=rate]").input_value() == "0.5"
    press(page, "Do all")
    expect(page.locator(".stepper-panel")).to_contain_text("the rate η is 0, so no weight")


def test_the_weight_of_the_update_is_marked_and_asked_for(page):
    for _ in range(21):
        press(page, "Next number")
    page.get_by_label("I enter the numbers").check()
    assert title(page).startswith("Update")
    marked = page.locator(".label.forward")
    expect(marked).to_have_count(1)
    expect(marked).to_have_attribute("data-weight", "2 1 2")
    expect(marked).to_contain_text("0.7→ ?")
    press(page, "Tell me")
    w2 = "w2 = network.w2 - eta * step.w2"
    assert page.locator(".stepper-code mark").text_content().strip() == w2
    example = worked_example.NETWORK
    step = network.gradient(example, worked_example.EVENT, worked_example.TARGET)
    new = network.update(example, step, worked_example.ETA).w2[2]
    expect(page.locator(".label.forward .weight")).to_have_text(f"{new:.4f}")


def test_one_rule_for_digits(page):
    written = {
        0.5: "0.5",
        0.1 + 0.2: "0.3",
        -0.14003: "−0.1400",
        -0.33849: "−0.3385",
        0.017238: "0.01724",
        -0.000369: "−3.69·10⁻⁴",
        8.8812e-10: "8.881·10⁻¹⁰",
        123456789.0: "1.235·10⁸",
        12345.678: "12346",
        0: "0",
    }
    for value, text in written.items():
        assert page.evaluate("v => nnlecture.steps.digits(v)", value) == text
    press(page, "Do all")
    press(page, "Back")
    result = page.locator(".stepper-result mo").first
    expect(result).to_have_text("≈")


def test_a_saturated_neuron_keeps_what_is_left_of_its_slope(open_page, address):
    page = open_page(f"{address}?weights=20,0,0,-0.3,-0.2,0.3,-0.4,-0.5,0.7")
    for _ in range(11):
        press(page, "Next number")
    expect(page.locator(".stepper-formulas")).to_contain_text("2.061")


@pytest.mark.parametrize("width", [320, 390])
def test_formulas_can_be_read_on_a_phone(open_page, address, width):
    page = open_page(address + "?net=3-4-4-1&rate=0.1", viewport={"width": width, "height": 800})
    while page.get_by_role("button", name="Next event ▸").count() == 0:
        press(page, "Next number")
        sizes, room, needed = page.evaluate(
            """() => {
                const frame = document.querySelector('.stepper-formulas');
                const formulas = [...frame.querySelectorAll('math')];
                const size = (one) => parseFloat(getComputedStyle(one).fontSize);
                const needed = formulas.map((one) => one.scrollWidth);
                return [formulas.map(size), frame.clientWidth, Math.max(...needed)];
            }"""
        )
        assert min(sizes) == max(sizes) >= 12, title(page)
        assert needed <= room, title(page)


CALCULATIONS = {
    "0.2+0.4*2": 1.0,
    " 1/(1+e^-0.5) ": 1 / (1 + np.exp(-0.5)),
    "−0,5^2": -0.25,
    "2**3**2": 512,
    "0.5*(0.3722−1)^2": 0.5 * (0.3722 - 1) ** 2,
    "-(2--3)/4×2": -2.5,
    "tanh(ln(exp(.5)))": np.tanh(0.5),
    "sigmoid(-0.5)": 1 / (1 + np.exp(0.5)),
    "1-2-3": -4,
    "8/4/2": 1,
}


def test_a_calculation_has_its_value(page):
    for text, value in CALCULATIONS.items():
        assert page.evaluate("t => nnlecture.calculate(t)", text) == pytest.approx(value, abs=1e-12)
    for text in (
        "",
        "1 2",
        "2(3)",
        "(1",
        "1)",
        "1+",
        "alert(1)",
        "exp",
        "exp 1",
        "1.2.3",
        "1" * 999,
    ):
        assert page.evaluate("t => Number.isNaN(nnlecture.calculate(t))", text), text


@pytest.mark.parametrize("layers", [(2, 2, 1), (2, 3, 1)])
def test_who_computes_with_the_numbers_of_the_picture_is_right(open_page, address, layers):
    """Two events with trained weights, by somebody who knows no more digits than are shown."""
    net = deep.random_deep_network(layers, seed=11)
    page = open_page(address + asked_for(net, rate=0.7))
    press(page, "Ten epochs")
    page.get_by_label("I enter the numbers").check()

    def read(place, index):
        text = page.locator(place).locator("[data-value]").nth(index).text_content()
        text = text.translate(str.maketrans("⁻⁰¹²³⁴⁵⁶⁷⁸⁹−", "-0123456789-", "∂"))
        return float(text.replace("·10", "e"))

    def node(layer, j, index):
        return read(f'[data-node="{layer} {j}"]', index)

    def weight(layer, j, k):
        return read(f'[data-weight="{layer} {j} {k}"]', 0)

    def answer(value):
        page.locator("[name=answer]").fill(f"{value:.4g}")
        page.keyboard.press("Enter")
        expect(message(page)).to_contain_text("Right")
        page.keyboard.press("Enter")

    hidden = range(1, layers[1] + 1)
    for _ in range(2):
        x = [1, *(node(0, k, 0) for k in (1, 2))]
        t = float(page.get_by_label("target").input_value())
        for j in hidden:
            answer(sum(weight(1, j, k) * x[k] for k in range(3)))
            answer(np.tanh(node(1, j, 0)))
        phi = [1, *(node(1, j, 1) for j in hidden)]
        answer(sum(weight(2, 1, j) * phi[j] for j in range(len(phi))))
        answer(1 / (1 + np.exp(-node(2, 1, 0))))
        y = node(2, 1, 1)
        answer((y - t) ** 2 / 2)
        answer((y - t) * y * (1 - y))
        delta = node(2, 1, 2)
        for j in hidden:
            answer(delta * weight(2, 1, j) * (1 - phi[j] ** 2))
        for j in range(len(phi)):
            answer(delta * phi[j])
        for j in hidden:
            for k in range(3):
                answer(node(1, j, 2) * x[k])
        slope = read('[data-weight="2 1 2"]', 1)
        answer(weight(2, 1, 2) - 0.7 * slope)
        press(page, "Next event")
    score = page.locator(".stepper-score").inner_text()
    right, asked = (int(number) for number in re.findall(r"\d+", score))
    assert right == asked > 30


def test_every_number_may_be_edited_and_what_follows_from_it_changes(page):
    press(page, "Do all")
    press(page, "Back")
    press(page, "Back")  # all derivatives are shown, the weights are the old ones
    page.locator(".stepper-settings summary").click()
    net = worked_example.NETWORK
    w1 = net.w1.copy()
    w1[1, 2] = -1.5
    page.get_by_label("w 2 2 of layer 1").fill("-1,5")
    page.keyboard.press("Tab")
    page.get_by_label("target").fill("0.2")
    page.keyboard.press("Tab")
    page.locator("[name=x1]").fill("−0.75")
    page.keyboard.press("Tab")
    page.get_by_label("Activation").select_option("tanh")
    page.locator("[name=output]").select_option("linear")
    changed = network.Network(w1, net.w2, "tanh", "linear")
    step = network.gradient(changed, [-0.75, -1], 0.2)
    for (j, k), value in np.ndenumerate(step.w1):
        assert shown(page)[f"w 1 {j + 1} {k}"] == pytest.approx([w1[j, k], value], abs=1e-9)
    page.get_by_label("w 2 2 of layer 1").fill("much")
    page.keyboard.press("Tab")
    expect(message(page)).to_contain_text("“much” is not a number")
    assert page.get_by_label("w 2 2 of layer 1").input_value() == "-1.5"
    page.get_by_label("Error").select_option("cross entropy")  # wants a probability
    expect(page.locator("[name=output]")).to_be_disabled()
    assert page.locator("[name=output]").input_value() == "sigmoid"


def test_a_link_brings_back_everything(open_page, address):
    page = open_page(address + "?net=3-4-2-1&hidden=relu&error=cross+entropy&rate=0,25&event=3")
    press(page, "Ten epochs")
    page.locator(".stepper-settings summary").click()
    press(page, "Copy link")
    other = open_page(page.url)
    for one in (page, other):
        press(one, "Do all")
    assert shown(other) == shown(page)
    assert other.locator("[name=rate]").input_value() == "0.25"
    page.get_by_role("link", name="one neuron").click()
    assert page.locator("[data-node]").count() == 4  # x, one neuron, the output, E
    assert "net=1-1-1" in page.url


HOSTILE = [
    "?net=99-99-1",
    "?net=2-2-1-1-1-1",
    "?net=<script>alert(1)</script>&hidden=__proto__&error=constructor&output=toString",
    "?weights=1,2,3&rate=NaN&event=-1",
    "?weights=1e999,NaN,,,,,,,&rate=1e99&events=1,2",
    "?events=" + ";".join(["1,2,3"] * 999),
    "?events=a,b,c;;;&net=",
    "?net=3-4-4-1&weights=" + "9" * 4000,
    "?%00%ff%fe=%zz&net=%E0%A4%A",
    "?rate=&rate=1&hidden=&error=cross%20entropy&output=linear&events=5,5,-7",
]


@pytest.mark.parametrize("query", HOSTILE)
def test_any_address_gives_a_set_up_that_works(open_page, address, query):
    page = open_page(address + query)
    for _ in range(3):
        press(page, "Next number")
    press(page, "Do all")
    values = [number for numbers in shown(page).values() for number in numbers]
    assert len(values) > 5
    assert np.isfinite(values).all()
    assert page.locator("#stepper script").count() == 0


def python_source(function):
    """Return a function's code without docstring and comments."""
    code = re.sub(r' +r?"{3}.*?"{3}\n', "", inspect.getsource(function), count=1, flags=re.S)
    return "".join(
        line for line in code.splitlines(keepends=True) if not line.strip().startswith("#")
    )


def test_the_code_is_that_of_the_modules_and_has_every_marked_line(page):
    parts = {
        "network": [network.forward, network.error, network.gradient, network.update],
        "deep_network": [
            deep.forward,
            deep.error,
            deep.error_signals,
            deep.gradient,
            deep.update,
        ],
    }
    listings = page.evaluate("nnlecture.stepperCode")
    for name, functions in parts.items():
        code = "\n".join(python_source(function) for function in functions)
        code = re.sub(r"  # .*", "", code)
        assert listings[name]["code"] + "\n" == code
        for mark in listings[name]["lines"].values():
            assert sum(mark in line for line in code.splitlines()) == 1, mark


def test_the_line_that_computes_is_marked(page):
    for _ in range(11):
        press(page, "Next number")
    assert title(page) == "Error signal of hidden neuron 1"
    marked = page.locator(".stepper-code mark")
    expect(marked).to_have_count(1)
    assert marked.inner_text().strip().startswith("delta_hidden = delta_output * network.w2[1:]")


@pytest.mark.parametrize("width", [320, 390, 700, 1400])
def test_fits_the_width(open_page, address, width):
    page = open_page(address + "?net=3-4-4-1&hidden=tanh", viewport={"width": width, "height": 800})
    for _ in range(30):
        press(page, "Next number")
    page.locator(".stepper-settings summary").click()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_has_no_fault_that_axe_knows(open_page, address, scheme):
    page = open_page(address, color_scheme=scheme)
    page.locator(".stepper-settings summary").click()
    for _ in range(11):
        press(page, "Next number")
    assert axe(page) == []
    page.get_by_label("I enter the numbers").check()
    assert axe(page) == []


def test_in_forced_colours_text_and_lines_can_be_seen(open_page, address):
    page = open_page(address, forced_colors="active")
    for _ in range(3):
        press(page, "Next number")
    text, box, line = page.evaluate(
        """() => ['text.value', '.node', '.edge.forward'].map((selector) => {
            const { fill, stroke } = getComputedStyle(document.querySelector(selector));
            return [fill, stroke];
        })"""
    )
    assert text[0] != box[0]
    assert line[1] != box[0]


def test_works_from_a_file_share(open_page, site):
    page = open_page((site / PAGE).as_uri())
    press(page, "Next number")
    assert title(page) == "Input 1 of the event"


def test_without_scripts_a_sentence_stands_in_its_place(open_page, address):
    page = open_page(address, java_script_enabled=False)
    assert "JavaScript" in page.locator("#stepper").inner_text()


def test_print_has_the_picture_and_a_sentence(page):
    press(page, "Next number")
    page.emulate_media(media="print")
    expect(page.locator(".stepper-picture svg")).to_be_visible()
    expect(page.get_by_text("On the page this is a program")).to_be_visible()
    expect(page.get_by_role("button", name="Next number")).not_to_be_visible()
    expect(page.get_by_label("Event")).not_to_be_visible()


def test_reduced_motion_and_zoom_need_nothing(open_page, address):
    """Nothing moves by itself; at 200 % a window of 1280 pixels is one of 640."""
    page = open_page(address, viewport={"width": 640, "height": 400}, reduced_motion="reduce")
    assert page.evaluate("document.getAnimations().length") == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 640


PAGES = [*(ROOT / "chapters").glob("*.qmd"), *(ROOT / "chapters" / "exercises").glob("*.qmd")]
USED = [
    (page, block)
    for page in PAGES
    for block in re.findall(r"```\{=html\}\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
    if "widgets/" in block
]


def test_every_widget_is_on_a_page():
    used = {name for _, block in USED for name in re.findall(r"widgets/([\w.-]+)", block)}
    assert used == {file.name for file in (ROOT / "widgets").iterdir()}


@pytest.mark.parametrize("page, block", USED, ids=[page.stem for page, _ in USED])
def test_scripts_of_a_widget_are_small(page, block):
    """Together, as a server sends them: compressed."""
    scripts = [page.parent / path for path in re.findall(r'src="(.*?\.js)"', block)]
    assert sum(len(gzip.compress(script.read_bytes())) for script in scripts) < 40_000
