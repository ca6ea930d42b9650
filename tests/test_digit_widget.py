"""The widget that reads a drawn digit, in a real browser: layers, preparation and controls."""

import json
import re
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
import widget_pages
from browser import axe
from playwright.sync_api import expect

from nnlecture import digits, own_digit
from nnlecture.export import export

PAGE = "chapters/exercises/page.html"
WIDGET = """
<main><h1>Draw a digit</h1>
<link rel="stylesheet" href="../../widgets/digit.css">
<div id="digit" class="digit" data-model="../../models/mnist-weights.js"><p>JavaScript</p></div>
<script defer src="../../widgets/cnn.js"></script>
<script defer src="../../widgets/own-digit.js"></script>
<script defer src="../../widgets/inside.js"></script>
<script defer src="../../widgets/digit.js"></script>
</main>
"""


DRAWN = json.loads(Path(__file__).with_name("drawn_digits.json").read_text())
INK = """({ pen: width, strokes }) => {
    const canvas = document.createElement('canvas');
    canvas.width = canvas.height = 280;
    const pen = canvas.getContext('2d', { willReadFrequently: true });
    pen.lineCap = pen.lineJoin = 'round';
    pen.lineWidth = width;
    for (const stroke of strokes) {
        pen.beginPath();
        for (let i = 0; i < stroke.length; i += 2) pen.lineTo(stroke[i], stroke[i + 1]);
        pen.stroke();
    }
    const { data } = pen.getImageData(0, 0, 280, 280);
    return Array.from({ length: 280 }, (_, row) =>
        Array.from({ length: 280 }, (_, column) => data[4 * (280 * row + column) + 3] / 255));
}"""
"""A drawing of the list as the paper of the page has it."""


@pytest.fixture(scope="module")
def data():
    return digits.sample()


@pytest.fixture(scope="module")
def model(data):
    """The lecture's network, trained for a moment."""
    from nnlecture.reproducible import keras, seed

    seed(1)
    model = keras.Sequential(
        [
            keras.layers.Input((28, 28, 1)),
            keras.layers.Conv2D(8, (3, 3), activation="relu"),
            keras.layers.MaxPooling2D((2, 2)),
            keras.layers.Flatten(),
            keras.layers.Dense(16, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile(loss="sparse_categorical_crossentropy", optimizer="adam")
    model.fit(data.x_train[..., None], data.t_train, epochs=4, batch_size=50, verbose=0)
    return model


@pytest.fixture(scope="module")
def site(tmp_path_factory, model):
    folder = widget_pages.write(tmp_path_factory.mktemp("site"), PAGE, WIDGET)
    export(model, folder / "models" / "mnist-weights.js")
    return folder


@pytest.fixture(scope="module")
def functions(chromium, address):
    """One page for all tests that only call functions."""
    page = chromium.new_page()
    page.goto(address)
    yield page
    page.close()


def predict(page, site, images, name="mnist-weights.js"):
    page.add_script_tag(url=f"../../models/{name}")
    return page.evaluate(
        """images => {
            const model = nnlecture.cnn.load(nnlecture.model);
            return images.map((image) => nnlecture.cnn.predict(model, image));
        }""",
        images.tolist(),
    )


def test_output_equals_keras(page, site, model, data):
    images = data.x_test[:40, ..., None]
    found = predict(page, site, images)
    np.testing.assert_allclose(found, model.predict(images, verbose=0), rtol=0, atol=1e-5)


def test_other_sizes_and_channels_equal_keras(page, site):
    from nnlecture.reproducible import keras

    model = keras.Sequential(
        [
            keras.layers.Input((11, 14, 2)),
            keras.layers.Conv2D(3, (2, 3)),
            keras.layers.MaxPooling2D((2, 3)),
            keras.layers.Conv2D(2, (2, 2), activation="relu", bias_initializer="normal"),
            keras.layers.Flatten(),
            keras.layers.Dense(4, bias_initializer="normal"),
        ]
    )
    export(model, site / "models" / "other.js")
    images = np.random.default_rng(1).normal(size=(5, 11, 14, 2))
    found = predict(page, site, images, "other.js")
    np.testing.assert_allclose(found, model.predict(images, verbose=0), rtol=0, atol=1e-5)


@pytest.mark.parametrize(
    "layer, message",
    [
        (lambda layers: layers.Dropout(0.5), "a page cannot compute a Dropout"),
        (lambda layers: layers.Conv2D(1, 3, padding="same"), "padding must be valid, not same"),
        (lambda layers: layers.Conv2D(1, 3, strides=2), r"strides must be \(1, 1\), not \(2, 2\)"),
        (lambda layers: layers.MaxPooling2D(2, strides=1), r"strides must be \(2, 2\)"),
        (lambda layers: layers.Conv2D(1, 3, activation="gelu"), "cannot compute gelu, only linear"),
    ],
)
def test_what_a_page_cannot_compute_is_refused(tmp_path, layer, message):
    from nnlecture.reproducible import keras

    model = keras.Sequential([keras.layers.Input((8, 8, 1)), layer(keras.layers)])
    with pytest.raises(ValueError, match=message):
        export(model, tmp_path / "model.js")
    assert list(tmp_path.iterdir()) == []


def prepare(page, ink, enlarged=1, top=0, left=0):
    """Prepare an image in the page, enlarged and with a margin on two sides."""
    return np.array(
        page.evaluate(
            """([ink, enlarged, top, left]) => {
                const at = (i, before) => Math.floor((i - before) / enlarged);
                const rows = Array.from({ length: top + enlarged * ink.length });
                const columns = Array.from({ length: left + enlarged * ink[0].length });
                return nnlecture.ownDigit.prepare(rows.map((_, row) => columns.map((_, column) =>
                    ink[at(row, top)]?.[at(column, left)] ?? 0)));
            }""",
            [ink.tolist(), enlarged, top, left],
        )
    )


def test_digits_of_mnist_are_prepared_already(page, data):
    """Enlarged and moved anywhere, a digit of MNIST comes back as it was."""
    shifts, same = [], []
    for number, digit in enumerate(data.x_test[:30]):
        rows, columns = np.nonzero(digit)
        if max(np.ptp(rows), np.ptp(columns)) != 19:
            continue  # MNIST's own rounding made some digits a pixel smaller
        found = prepare(page, digit, enlarged=7, top=number, left=2 * number)
        by = (np.nonzero(found)[0].min() - rows.min(), np.nonzero(found)[1].min() - columns.min())
        difference = abs(found - np.roll(digit, by, axis=(0, 1)))
        same.append(difference.max() < 1e-6)
        assert difference.mean() < 0.05  # the thinnest lines are made a little thicker
        shifts.append(by)
    assert len(shifts) > 10
    assert np.mean(same) > 0.5
    assert np.abs(shifts).max() <= 1  # the centre of mass, rounded the other way


@pytest.mark.parametrize("height, width", [(280, 20), (20, 280), (7, 5), (1, 1), (33, 32)])
def test_any_stroke_fits_the_box_and_keeps_its_centre(page, height, width):
    image = prepare(page, np.ones((height, width)), top=30, left=50)
    rows, columns = np.nonzero(image)
    assert max(np.ptp(rows), np.ptp(columns)) + 1 == 20
    assert image.max() == pytest.approx(1)
    assert image.min() == 0
    for axis in (0, 1):
        mass = image.sum(axis=1 - axis)
        assert np.average(np.arange(28), weights=mass) == pytest.approx(14, abs=0.501)


@pytest.mark.parametrize("number", range(0, 300, 17))
def test_page_and_python_prepare_alike(functions, number):
    """Thin and thick pens, small and large: both follow one recipe."""
    drawing = DRAWN[number]
    ink, image = functions.evaluate(
        f"""(drawing) => {{
            const ink = ({INK})(drawing);
            return [ink, nnlecture.ownDigit.prepare(ink)];
        }}""",
        drawing,
    )
    expected = own_digit.centre(own_digit.fit(own_digit.crop(np.array(ink))))
    np.testing.assert_allclose(image, expected, rtol=0, atol=1e-9)


def draw(page, *points):
    """Draw a line with the mouse through points given in parts of the paper."""
    paper = page.locator(".digit-paper").bounding_box()
    for number, (x, y) in enumerate(points):
        page.mouse.move(paper["x"] + x * paper["width"], paper["y"] + y * paper["height"], steps=4)
        if number == 0:
            page.mouse.down()
    page.mouse.up()


def test_a_drawn_one_and_a_drawn_seven_are_read(page):
    draw(page, (0.5, 0.15), (0.48, 0.85))
    expect(page.get_by_role("status")).to_contain_text("Read as 1")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_role("status")).to_contain_text("Draw a digit")
    draw(page, (0.25, 0.2), (0.7, 0.2), (0.45, 0.85))
    expect(page.get_by_role("status")).to_contain_text("Read as 7")
    items = page.get_by_role("listitem").all_inner_texts()
    shares = [int(re.fullmatch(rf"{digit}\s+(\d+) %", text)[1]) for digit, text in enumerate(items)]
    assert sum(shares) == pytest.approx(100, abs=5)
    assert np.argmax(shares) == 7


def test_arrow_keys_draw(page):
    page.locator(".digit-paper").focus()
    for _ in range(4):
        page.keyboard.press("Shift+ArrowUp")
    expect(page.get_by_role("status")).to_contain_text("Draw a digit")
    for _ in range(9):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("status")).to_contain_text("Read as 1")


def test_a_finger_draws_and_a_dot_is_no_digit(open_page, address):
    page = open_page(address, viewport={"width": 360, "height": 740}, has_touch=True)
    page.locator(".digit-paper").tap()
    expect(page.get_by_role("status")).to_have_text("I see no digit, only a dot.")
    draw(page, (0.1, 0.5), (0.9, 0.52))
    expect(page.get_by_role("status")).to_contain_text("more than twice as wide as high")


@pytest.mark.parametrize("pen", ["thin", "thick"])
def test_the_pen_has_a_width(page, pen):
    page.get_by_label("Pen").select_option(pen)
    draw(page, (0.5, 0.15), (0.48, 0.85))
    expect(page.get_by_role("status")).to_contain_text("Read as 1")


def test_the_inside_shows_the_arithmetic_of_the_network(page, site, model):
    draw(page, (0.25, 0.2), (0.7, 0.2), (0.45, 0.85))
    expect(page.get_by_role("status")).to_contain_text("Read as 7")
    page.get_by_text("Look inside the network").click()
    maps = page.locator("canvas[data-picture^='map']")
    expect(maps).to_have_count(8)
    maps.nth(2).focus()
    page.keyboard.press("ArrowUp")
    expect(page.locator(".inside-products caption")).to_contain_text("Map 3, row 13, column 14")
    cells = page.locator(".inside-products td").all_inner_texts()
    numbers = [[float(n.replace("−", "-")) for n in cell.split(" · ")] for cell in cells]
    kernel, bias = model.layers[0].get_weights()
    np.testing.assert_allclose([w for w, _ in numbers], kernel[..., 0, 2].ravel(), atol=0.0051)
    total = float(page.locator(".inside-products b").first.inner_text().replace("−", "-"))
    assert sum(w * x for w, x in numbers) + bias[2] == pytest.approx(total, abs=0.1)
    rows = page.locator(".inside-contributions tbody tr").count()
    assert 1 <= rows <= 16
    assert axe(page) == []


def test_in_forced_colours_ink_and_bars_can_be_seen(open_page, address):
    page = open_page(address, forced_colors="active")
    draw(page, (0.5, 0.15), (0.48, 0.85))
    expect(page.get_by_role("status")).to_contain_text("Read as 1")
    paper, bar = page.evaluate(
        """() => ['.digit-paper', '.digit-bar'].map((selector) => {
            const style = getComputedStyle(document.querySelector(selector));
            return [style.backgroundColor, style.backgroundImage];
        })"""
    )
    assert paper[0] == "rgb(255, 255, 255)"  # the ink is black
    assert "gradient" in bar[1]


def test_print_has_the_drawing_and_a_sentence(page):
    page.emulate_media(media="print")
    expect(page.locator(".digit-paper")).to_be_visible()
    expect(page.get_by_text("On the page this is a program")).to_be_visible()


def test_works_from_a_file_share(open_page, site):
    page = open_page((site / PAGE).as_uri())
    draw(page, (0.5, 0.15), (0.48, 0.85))
    expect(page.get_by_role("status")).to_contain_text("Read as 1")


def test_says_that_the_model_is_missing(chromium, address):
    page = chromium.new_page()
    page.route("**/models/*", lambda route: route.abort())
    page.goto(address)
    draw(page, (0.5, 0.15), (0.48, 0.85))
    expect(page.get_by_role("status")).to_contain_text("could not be loaded")
    page.close()


@pytest.mark.parametrize("options", [{"color_scheme": "dark"}, {"forced_colors": "active"}])
def test_has_no_fault_that_axe_knows(open_page, address, options):
    page = open_page(address, **options)
    assert axe(page) == []
    draw(page, (0.5, 0.15), (0.48, 0.85))
    expect(page.get_by_role("status")).to_contain_text("Read as 1")
    page.get_by_text("Look inside the network").click()
    expect(page.locator(".inside-products")).to_be_visible()
    assert axe(page) == []


def test_without_scripts_a_sentence_stands_in_its_place(open_page, address):
    page = open_page(address, java_script_enabled=False)
    assert "JavaScript" in page.locator("#digit").inner_text()


@pytest.mark.parametrize("width", [320, 360, 700, 1400])
def test_fits_the_width(open_page, address, width):
    page = open_page(address, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_reads_what_people_draw(chromium, site, address, lecture_site):
    """The book's own network, on 300 digits in ten styles that it was not trained with."""
    weights = "chapters/exercises/mnist-weights.js"
    (site / "models" / "book.js").write_bytes((lecture_site / weights).read_bytes())
    page = chromium.new_page()
    page.goto(address)
    page.add_script_tag(url="../../models/book.js")
    answers = page.evaluate(
        f"""(drawings) => {{
            const model = nnlecture.cnn.load(nnlecture.model);
            return drawings.map((drawing) => {{
                const image = nnlecture.ownDigit.prepare(({INK})(drawing));
                const p = nnlecture.cnn.predict(model, image.map((row) => row.map((v) => [v])));
                return p.indexOf(Math.max(...p));
            }});
        }}""",
        DRAWN,
    )
    page.close()
    right = Counter(d["digit"] for d, a in zip(DRAWN, answers, strict=True) if d["digit"] == a)
    total = Counter(drawing["digit"] for drawing in DRAWN)
    assert len(DRAWN) >= 200
    assert right.total() / len(DRAWN) >= 0.93, right
    assert min(right[digit] / total[digit] for digit in range(10)) >= 0.8, right
