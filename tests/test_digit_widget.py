"""The widget that reads a drawn digit, in a real browser: layers, preparation and controls."""

import re

import numpy as np
import pytest
import widget_pages
from playwright.sync_api import expect

from nnlecture import digits
from nnlecture.export import export

PAGE = "chapters/exercises/page.html"
WIDGET = """
<link rel="stylesheet" href="../../widgets/digit.css">
<div id="digit" class="digit" data-model="../../models/mnist-weights.js"><p>JavaScript</p></div>
<script defer src="../../widgets/cnn.js"></script>
<script defer src="../../widgets/own-digit.js"></script>
<script defer src="../../widgets/digit.js"></script>
"""


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
    shifts = []
    for number, digit in enumerate(data.x_test[:30]):
        rows, columns = np.nonzero(digit)
        if max(np.ptp(rows), np.ptp(columns)) != 19:
            continue  # MNIST's own rounding made some digits a pixel smaller
        found = prepare(page, digit, enlarged=7, top=number, left=2 * number)
        by = (np.nonzero(found)[0].min() - rows.min(), np.nonzero(found)[1].min() - columns.min())
        np.testing.assert_allclose(found, np.roll(digit, by, axis=(0, 1)), atol=1e-6)
        shifts.append(by)
    assert len(shifts) > 10
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


def test_a_finger_draws(open_page, address):
    page = open_page(address, viewport={"width": 360, "height": 740}, has_touch=True)
    page.locator(".digit-paper").tap()
    expect(page.get_by_role("status")).to_contain_text("Read as")


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


@pytest.mark.parametrize("width", [320, 360, 700, 1400])
def test_fits_the_width(open_page, address, width):
    page = open_page(address, viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width
