"""The book's playground, in a real browser: its network, its data and its controls."""

import re
from itertools import pairwise
from pathlib import Path

import bench_widgets
import numpy as np
import pytest
import widget_pages
from browser import axe
from playwright.sync_api import expect

from nnlecture import deep_network, network
from nnlecture.activations import ACTIVATIONS

ROOT = Path(__file__).parents[1]
CHAPTER = (ROOT / "chapters" / "feed-forward.qmd").read_text(encoding="utf-8")
PAGE = "chapters/page.html"


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    """A folder with the widgets, and a page with what the chapter has around them."""
    blocks = re.findall(r"```\{=html\}\n(.*?)```", CHAPTER, re.S)
    [widget] = [block for block in blocks if "playground" in block]
    return widget_pages.write(
        tmp_path_factory.mktemp("site"), PAGE, f"<main><h1>Playground</h1>{widget}</main>"
    )


@pytest.fixture(scope="module")
def functions(chromium, address):
    """One page for all tests that only call functions and touch no control."""
    page = chromium.new_page()
    page.goto(address)
    yield page
    page.close()


def epoch(page):
    return int(page.locator(".playground-numbers b").first.inner_text())


def press(page, name):
    page.get_by_role("button", name=name).click()


def options(page):
    """Show all controls, as on a wide page."""
    closed = page.locator(".playground-group:not([open]) summary")
    while closed.count():
        closed.first.click()


def wait_until(page, condition):
    """Wait at most a minute; Playwright's own waiting needs `eval`, which the page forbids."""
    for _ in range(1200):
        if condition():
            return
        page.wait_for_timeout(50)
    raise AssertionError("waited for a minute")


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
        functions.evaluate(
            """values => {
                const segments = [];
                nnlecture.view.contour(values, 61, (...segment) => segments.push(segment));
                return segments;
            }""",
            (distance - 20).ravel().tolist(),
        )
    )
    ends = segments.reshape(-1, 2)
    np.testing.assert_allclose(np.hypot(*(ends - [30, 25]).T), 20, atol=0.02)
    length = np.hypot(*(segments[:, :2] - segments[:, 2:]).T).sum()
    assert length == pytest.approx(2 * np.pi * 20, rel=0.01)


# The training of networks of any depth


def trained(functions, net, sample, settings, steps):
    """Train a network of nnlecture.deep_network in the page, some batches; return its weights."""
    layers = [net.weights[0].shape[1] - 1, *(len(w) for w in net.weights)]
    numbers = functions.evaluate(
        """([layers, weights, sample, settings, steps]) => {
            const net = nnlecture.deep.network(layers);
            nnlecture.deep.setWeights(net, weights);
            const random = nnlecture.data.source(1);
            const trainer = nnlecture.trainer.trainer(net, sample, random, settings);
            for (let i = 0; i < steps; i++) trainer.batch();
            return nnlecture.deep.weights(net);
        }""",
        [
            layers,
            np.concatenate([w.ravel() for w in net.weights]).tolist(),
            sample,
            settings,
            steps,
        ],
    )
    ends = np.cumsum([w.size for w in net.weights])[:-1]
    parts = np.split(np.array(numbers), ends)
    return [part.reshape(w.shape) for part, w in zip(parts, net.weights, strict=True)]


PLAIN = {
    "optimiser": "plain",
    "rate": 0.3,
    "batch": 1,
    "penalty": "none",
    "strength": 0,
    "dropout": 0,
}


def events(number, inputs):
    random = np.random.default_rng(9)
    x, t = random.normal(size=(number, inputs)), random.integers(0, 2, size=number)
    return x, t, [{"x": a.tolist(), "t": int(b)} for a, b in zip(x, t, strict=True)]


def test_one_event_a_batch_is_the_lectures_stochastic_descent(functions):
    x, t, sample = events(20, 2)
    net = network.random_network(inputs=2, neurons=3, seed=5)
    found = trained(functions, deep_network.from_network(net), sample, PLAIN, steps=20)
    order = functions.evaluate("nnlecture.data.source(1).permutation(20)")
    for a in order:
        net = network.update(net, network.gradient(net, x[a], t[a]), 0.3)
    np.testing.assert_allclose(found[0], net.w1, rtol=0, atol=1e-9)
    np.testing.assert_allclose(found[1][0], net.w2, rtol=0, atol=1e-9)


@pytest.mark.parametrize("optimiser", ["plain", "momentum", "Adam"])
@pytest.mark.parametrize("penalty, strength", [("none", 0), ("L1", 0.02), ("L2", 0.05)])
def test_steps_and_penalties_equal_keras(functions, optimiser, penalty, strength):
    from nnlecture.reproducible import keras, tf

    x, t, sample = events(12, 3)
    net = deep_network.random_deep_network((3, 4, 2, 1), seed=6)
    settings = PLAIN | {
        "optimiser": optimiser,
        "batch": 12,
        "rate": 0.05,
        "penalty": penalty,
        "strength": strength,
    }
    found = trained(functions, net, sample, settings, steps=8)
    by = {
        "plain": keras.optimizers.SGD(0.05),
        "momentum": keras.optimizers.SGD(0.05, momentum=0.9),
        "Adam": keras.optimizers.Adam(0.05),
    }[optimiser]
    weights = [tf.Variable(w, dtype=tf.float32) for w in net.weights]
    size = {"none": lambda w: 0.0, "L1": tf.abs, "L2": tf.square}[penalty]
    for _ in range(8):
        with tf.GradientTape() as tape:
            phi = tf.constant(x, tf.float32)
            for layer, w in enumerate(weights):
                v = tf.concat([tf.ones((12, 1)), phi], axis=1) @ tf.transpose(w)
                phi = tf.sigmoid(v) if layer == 2 else tf.tanh(v)
            error = tf.reduce_mean((phi[:, 0] - t.astype(np.float32)) ** 2) / 2
            error += strength * sum(tf.reduce_sum(size(w[:, 1:])) for w in weights)
        by.apply_gradients(zip(tape.gradient(error, weights), weights, strict=True))
    for mine, theirs in zip(found, weights, strict=True):
        np.testing.assert_allclose(mine, theirs.numpy(), rtol=0, atol=2e-5)


def test_dropout_leaves_neurons_out_of_the_training_and_none_out_of_the_answer(functions):
    left_out, kept = functions.evaluate(
        """() => {
            const net = nnlecture.deep.network([2, 8, 8, 1]);
            const random = nnlecture.data.source(3);
            nnlecture.deep.randomize(net, random.normal);
            const settings = { optimiser: "plain", rate: 0, batch: 1, penalty: "none",
                strength: 0, dropout: 0.25 };
            const sample = nnlecture.data.sample("moons", 300, 1);
            const trainer = nnlecture.trainer.trainer(net, sample, random, settings);
            let zero = 0;
            for (let i = 0; i < 300; i++) {
                trainer.batch();
                zero += net.slope[0].filter((row) => row.every((s) => s === 0)).length;
            }
            return [zero / 300 / 8, net.kept.map((layer) => [...layer])];
        }"""
    )
    assert left_out == pytest.approx(0.25, abs=5 * np.sqrt(0.25 * 0.75 / 2400))
    assert all(share == 1 for layer in kept for share in layer)


def test_the_curve_of_the_errors_needs_no_more_room_as_it_grows(functions):
    lengths, epochs = functions.evaluate(
        """() => {
            const past = nnlecture.view.history();
            const lengths = new Set();
            for (let epoch = 0; epoch <= 10000; epoch++) {
                if (past.wants(epoch)) past.add(epoch, -epoch);
                lengths.add(past.length);
            }
            const kept = [...past.curve.training].slice(0, past.length);
            return [Math.max(...lengths), kept.map((epoch, i) => [epoch, i * past.stride])];
        }"""
    )
    assert lengths <= 600
    assert len(epochs) > 250
    assert all(epoch == place for epoch, place in epochs)
    assert epochs[-1][0] > 9900


# The controls


def test_start_trains_and_pause_stops(page):
    assert epoch(page) == 0
    press(page, "Start")
    wait_until(page, lambda: epoch(page) > 5)
    press(page, "Pause")
    stopped = epoch(page)
    page.wait_for_timeout(200)
    assert epoch(page) == stopped
    expect(page.get_by_role("status")).to_contain_text(f"Epoch {stopped}, training error 0.")
    press(page, "One epoch")
    assert epoch(page) == stopped + 1
    press(page, "Reset")
    assert epoch(page) == 0


def test_reset_starts_with_the_same_weights_again(page):
    begin = page.locator(".playground-numbers").inner_text()
    for _ in range(2):
        press(page, "One epoch")
        press(page, "Reset")
        assert page.locator(".playground-numbers").inner_text() == begin
    page.get_by_label("Starting weights").fill("2")
    assert page.locator(".playground-numbers").inner_text() != begin


def test_twenty_batches_of_ten_are_an_epoch_of_two_hundred(page):
    page.get_by_label("Batch").select_option("10")
    for _ in range(19):
        press(page, "One batch")
        assert epoch(page) == 0
    before = page.locator(".playground-numbers").inner_text()
    press(page, "One batch")
    assert epoch(page) == 1
    assert page.locator(".playground-numbers").inner_text() != before


def test_everything_works_by_keyboard(page):
    picture = page.get_by_role("img", name=re.compile("network"))
    reached = []
    for _ in range(36):
        page.keyboard.press("Tab")
        reached.append(
            page.evaluate("document.activeElement.name || document.activeElement.tagName")
        )
    for (
        name
    ) in "data events layers neurons1 activation start rate optimiser run batchStep reset".split():
        assert name in reached
    assert "CANVAS" in reached
    page.get_by_role("combobox", name="Data").focus()
    page.keyboard.press("ArrowDown")
    expect(picture).to_have_attribute("aria-label", re.compile("data set XOR"))
    page.get_by_role("slider", name="Neurons in layer 1").focus()
    page.keyboard.press("ArrowRight")
    expect(picture).to_have_attribute("aria-label", re.compile("4 hidden neurons"))
    page.get_by_label("x₁x₂").focus()
    page.keyboard.press("Space")
    expect(picture).to_have_attribute("aria-label", re.compile("inputs x₁, x₂, x₁x₂ and"))
    page.get_by_role("button", name="One epoch").focus()
    page.keyboard.press("Enter")
    assert epoch(page) == 1
    picture.focus()
    for key in ("ArrowRight", "ArrowUp", "Enter"):
        page.keyboard.press(key)
    assert "points=0.1,0.1,1" in page.url


def test_any_number_of_starting_weights_starts(page):
    for text in ("", "0", "-3", "1e9", "2.5"):
        page.get_by_label("Starting weights").fill(text)
        press(page, "One epoch")
        assert epoch(page) == 1
        assert "NaN" not in page.locator(".playground-numbers").inner_text()


def middle(page, layer, neuron):
    """Where a map stands in the window."""
    page.locator(".playground-network").scroll_into_view_if_needed()
    box = page.locator(".playground-network").bounding_box()
    places = page.evaluate("nnlecture.playground.places()")
    place = places[layer][neuron]
    return box["x"] + place["x"], box["y"] + place["y"]


def test_weights_and_biases_are_told_and_dragged(page):
    (x0, y0), (x1, y1) = middle(page, 0, 0), middle(page, 1, 0)
    x, y = x0 + 0.62 * (x1 - x0), y0 + 0.62 * (y1 - y0)
    begin = pixels(page)
    page.mouse.move(x, y)
    tip = page.locator(".playground-tip")
    expect(tip).to_have_text(re.compile(r"from x₁ to neuron 1: −?\d\.\d\d"))
    before = float(tip.inner_text().split(": ")[1].replace("−", "-"))
    page.mouse.down()
    page.mouse.move(x, y - 50, steps=3)
    after = float(tip.inner_text().split(": ")[1].replace("−", "-"))
    assert after == pytest.approx(before + 1, abs=0.011)
    page.mouse.up()
    page.mouse.move(5, 5)
    assert pixels(page) != begin
    assert "weights=" in page.url
    page.mouse.move(*middle(page, 1, 2))
    expect(tip).to_have_text(re.compile("bias of neuron 3"))
    page.get_by_text("Weights, one by one").click()
    page.locator("[name=weight]").select_option("1,0,2")
    page.get_by_role("slider", name="Value").fill("-2.5")
    expect(page.locator(".playground-weights output")).to_have_text("−2.50")


def test_a_click_on_the_output_adds_a_point_and_a_link_brings_it_back(open_page, address, page):
    page.locator("[name=data]").select_option("own")
    press(page, "Start")
    expect(page.get_by_role("status")).to_contain_text("no events yet")
    x, y = middle(page, 2, 0)
    page.mouse.click(x + 40, y - 40)
    page.get_by_label("A click adds").select_option("background")
    page.mouse.click(x - 40, y + 40)
    press(page, "One epoch")
    other = open_page(page.url)
    press(other, "One epoch")
    numbers = [p.locator(".playground-numbers").inner_text() for p in (page, other)]
    assert numbers[0] == numbers[1]
    assert pixels(page) == pixels(other)


def test_a_link_brings_back_every_choice(open_page, address):
    asked = (
        "?data=moons&events=100&noise=0.2&activation=relu&optimiser=Adam&rate=0.01&batch=10"
        "&penalty=L2&strength=0.01&dropout=0.1&hidden=5-1-8-2&inputs=x1,x2x2,sinx1&start=7"
        "&sample=3&scale=log"
    )
    page = open_page(address + asked + "#playground")
    press(page, "Copy link")
    assert page.url.split("?")[1] == asked[1:] + "#playground"
    press(page, "One epoch")
    other = open_page(page.url)
    press(other, "One epoch")
    assert pixels(page) == pixels(other)


HOSTILE = [
    "?hidden=9-9",
    "?hidden=1-1-1-1-1",
    "?hidden=&data=__proto__&activation=constructor&optimiser=toString&penalty=valueOf",
    "?inputs=__proto__,x1,constructor&start=1e9&sample=-1&rate=NaN&batch=0",
    "?points=" + ";".join(["1,1,1"] * 5000),
    "?points=NaN,1,1;1e9,0,0;<b>,2,3;&weights=1,2,NaN",
    "?data=<script>alert(1)</script>&%zz=%E0%A4%A",
    "?weights=" + ",".join(["1e308"] * 13),
]


@pytest.mark.parametrize("query", HOSTILE)
def test_any_address_gives_a_set_up_that_works(open_page, address, query):
    page = open_page(address + query)
    press(page, "One epoch")
    assert epoch(page) == 1
    assert re.search(r"Training error\s+0\.\d{4}", page.locator(".playground-numbers").inner_text())


def test_divergence_is_said_in_words(page):
    page.evaluate("nnlecture.playground.network().w[0][0][1] = Infinity")
    press(page, "One epoch")
    expect(page.get_by_role("status")).to_contain_text("beyond all bounds")
    press(page, "Start")
    expect(page.get_by_role("button", name="Start")).to_be_visible()
    assert "NaN" not in page.locator("#playground").inner_text()
    press(page, "Reset")
    press(page, "One epoch")
    assert epoch(page) == 1


def test_nothing_runs_out_of_sight(open_page, address):
    page = open_page(address, viewport={"width": 900, "height": 900})
    page.evaluate("document.body.insertAdjacentHTML('beforeend', '<p>text</p>'.repeat(200))")
    press(page, "Start")
    wait_until(page, lambda: epoch(page) > 2)
    page.mouse.wheel(0, 8000)
    wait_until(page, lambda: page.evaluate("scrollY > 2000"))

    def stands_still():
        before = epoch(page)
        page.wait_for_timeout(300)
        return epoch(page) == before

    wait_until(page, stands_still)  # the browser says a moment later what is in sight
    stopped = epoch(page)
    page.wait_for_timeout(500)
    assert epoch(page) == stopped
    page.mouse.wheel(0, -9000)
    wait_until(page, lambda: epoch(page) > stopped)


@pytest.mark.parametrize("script", sorted((ROOT / "widgets").glob("*.js")), ids=lambda s: s.name)
def test_nothing_runs_on_a_hidden_page(script):
    """What runs by itself asks for the next picture, and a hidden page gets none."""
    code = script.read_text(encoding="utf-8")
    assert not re.search(r"setInterval|setTimeout|Worker|requestIdleCallback", code)


def test_fast_forward_fits_many_epochs_into_a_picture(page):
    page.get_by_label("fast forward").check()
    press(page, "Start")
    wait_until(page, lambda: epoch(page) > 200)


@pytest.mark.parametrize("width", [320, 390, 700, 1400])
def test_fits_the_width(open_page, address, width):
    page = open_page(
        address + "?hidden=8-8-8-8&inputs=x1,x2,x1x2,x1x1,x2x2,sinx1,sinx2",
        viewport={"width": width, "height": 800},
    )
    options(page)
    page.get_by_text("Weights, one by one").click()
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


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_in_forced_colours_lines_and_text_stand_out(open_page, address, scheme):
    page = open_page(address, forced_colors="active", color_scheme=scheme)
    press(page, "One epoch")
    darkest, lightest = page.evaluate(
        """() => {
            const { data } = document.querySelector('.playground-errors').getContext('2d')
                .getImageData(0, 0, 9999, 100);
            const drawn = [];
            for (let i = 0; i < data.length; i += 4) if (data[i + 3] > 250) drawn.push(data[i + 1]);
            return [Math.min(...drawn), Math.max(...drawn)];
        }"""
    )
    assert 255 - darkest > 180 if scheme == "light" else lightest > 180  # on white, or on black


def test_with_reduced_motion_the_picture_changes_twice_a_second(open_page, address):
    pictures = """() => new Promise((done) => {
        let changes = 0;
        new MutationObserver(() => changes++)
            .observe(document.getElementById('playground'), { attributeFilter: ['data-drawing'] });
        setTimeout(() => done(changes), 3000);
    })"""
    changes = []
    for motion in ("reduce", "no-preference"):
        page = open_page(address, reduced_motion=motion)
        press(page, "Start")
        changes.append(page.evaluate(pictures))
    assert 1 <= changes[0] <= 7
    assert changes[1] > changes[0]


def test_memory_stays_as_it_is_over_ten_thousand_epochs(open_page, address):
    page = open_page(address + "?events=50&hidden=2&batch=all")
    page.get_by_label("fast forward").check()
    press(page, "Start")
    held = []  # MB
    for epochs in (1000, 4000, 7000, 11_000):
        wait_until(page, lambda epochs=epochs: epoch(page) > epochs)
        held.append(bench_widgets.heap(page))
    # The engine's own memory comes and goes by half a megabyte; what is kept at every epoch stays.
    assert min(later - earlier for earlier, later in pairwise(held)) < 0.1


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_has_no_fault_that_axe_knows(open_page, address, scheme):
    page = open_page(address, color_scheme=scheme)
    page.get_by_text("Weights, one by one").click()
    press(page, "One epoch")
    assert axe(page) == []


def test_print_has_the_picture_and_a_sentence(page):
    page.emulate_media(media="print")
    expect(page.locator(".playground-network")).to_be_visible()
    expect(page.get_by_text("On the page this is a program")).to_be_visible()
    expect(page.get_by_role("button", name="Start")).not_to_be_visible()


def test_works_from_a_file_share(open_page, site):
    page = open_page((site / PAGE).as_uri())
    press(page, "One epoch")
    assert epoch(page) == 1
    page.get_by_label("Learning rate").select_option("0.3")


def test_without_scripts_a_sentence_stands_in_its_place(open_page, address):
    page = open_page(address, java_script_enabled=False)
    assert "JavaScript" in page.locator("#playground").inner_text()


# The experiments of the text, as the links in it set them up


@pytest.fixture(scope="module")
def experiment(chromium, address):
    """Follow the link with these words in an experiment, train, and return the page."""
    page = chromium.new_page()

    def run(number, words, epochs):
        [text] = re.findall(rf"^{number}\. (.*?)^(?:\d\.|\n)", CHAPTER, re.S | re.M)[:1]
        [link] = re.findall(rf"\[{re.escape(words)}\]\((\?.*?)\)", text)
        page.goto(address + link)
        page.get_by_label("fast forward").check()
        # On a busy machine many more epochs have passed until "Pause" is pressed.
        page.evaluate(
            """() => {
                const numbers = document.querySelector(".playground-numbers");
                const read = () => [...numbers.querySelectorAll("b")].map(b => b.textContent);
                window.seen = [];
                new MutationObserver(() => window.seen.push(read())).observe(
                    numbers, { subtree: true, childList: true, characterData: true });
            }"""
        )
        press(page, "Start")
        wait_until(page, lambda: epoch(page) >= epochs)
        press(page, "Pause")
        seen = page.evaluate("window.seen")
        _, training, validation, wrong = next(each for each in seen if int(each[0]) >= epochs)
        return float(training), float(validation), int(wrong)

    run.page = page
    yield run
    page.close()


def on_the_edge(page):
    """Return the network's largest output on the edge of the plane."""
    return page.evaluate(
        """() => {
            let largest = 0;
            for (let a = -2; a <= 2; a += 0.1) {
                for (const x of [[a, -2], [a, 2], [-2, a], [2, a]]) {
                    const y = nnlecture.deep.forward(nnlecture.playground.network(), x);
                    largest = Math.max(largest, y);
                }
            }
            return largest;
        }"""
    )


def test_experiment_1_the_boundary_closes_with_three_neurons(experiment):
    for words, closed in [("one", False), ("two", False), ("three", True)]:
        experiment(1, words, 150)
        assert (on_the_edge(experiment.page) < 0.5) == closed


def test_experiment_2_a_product_does_what_no_linear_layer_can(experiment):
    assert experiment(2, "*linear*", 60)[2] > 30
    assert experiment(2, "add the input $x_1x_2$", 60)[2] < 6


def test_experiment_3_not_every_start_arrives(experiment):
    assert experiment(3, "1", 150)[2] < 12
    assert experiment(3, "2", 150)[2] < 12
    assert experiment(3, "3", 150)[2] > 20


def test_experiment_4_too_fast_kills_neurons(experiment):
    alive = """() => {
        const net = nnlecture.playground.network();
        const events = nnlecture.data.sample("xor", 200, 1);
        return net.v[0].filter((_, j) => events.some(({ x }) => {
            nnlecture.deep.forward(net, x);
            return net.v[0][j] > 0;
        })).length;
    }"""
    errors, neurons = [], []
    for words in ("0.01", "0.3", "10"):
        errors.append(experiment(4, words, 150)[0])
        neurons.append(experiment.page.evaluate(alive))
    assert errors[2] > 1.5 * max(errors[:2])
    assert neurons[:2] == [8, 8]
    assert neurons[2] < 8


def test_experiment_5_two_layers_separate_the_spirals(experiment):
    assert experiment(5, "two layers", 400)[2] <= 3


def test_experiment_6_the_validation_error_rises_again(experiment):
    middle = experiment(6, "for a thousand epochs", 90)
    end = experiment(6, "for a thousand epochs", 1000)
    assert end[0] < middle[0]
    assert end[1] > 1.3 * middle[1]


def test_experiment_7_penalty_and_events_cure(experiment):
    few = experiment(7, "few and noisy events", 800)
    penalty = experiment(7, "penalty on large weights", 800)
    many = experiment(7, "more events", 300)
    assert few[1] > 3 * few[0]
    assert penalty[1] < few[1]
    assert many[1] < penalty[1]
