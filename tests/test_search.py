"""What a reader's search finds first, in the lecture itself and in a small book."""

import pytest
from browser import axe, chromium, opened, screenshot, serve
from projects import lecture, make, render, write

FIRST = {
    "perceptron": "perceptron.html",
    "XOR": "xor",
    "Mark I": "sec-mark1",
    "McCulloch": "sec-mcculloch-pitts",
    "biological neuron": "sec-biological-neuron",
    "activation function": "sec-activation-function",
    "activation functions": "sec-activation-function",
    "ReLU": "sec-relu",
    "sigmoid": "sec-sigmoid",
    "vanishing gradient": "sec-vanishing-gradient",
    "decision boundary": "sec-decision-boundary",
    "playground": "sec-playground",
    "universal approximation": "sec-universal-approximation",
    "gradient descent": "sec-gradient-descent",
    "learning rate": "sec-gradient-descent",
    "backpropagation": "sec-backpropagation",
    "chain rule": "sec-backpropagation",
    "stochastic gradient descent": "sec-stochastic",
    "mini-batch": "sec-minibatch",
    "bias and variance": "sec-bias-variance",
    "overtraining": "sec-overtraining",
    "overfitting": "sec-overtraining",
    "regularization": "sec-regularisation",
    "dropout": "sec-dropout",
    "early stopping": "sec-monitoring",
    "pros and cons": "sec-pros-cons",
    "Boston ethics": "sec-boston-ethics",
    "TensorFlow": "sec-tensorflow",
    "Keras": "sec-keras",
    "four-fold": "sec-boston-folds",
    "convolutional network": "convolutional-networks.html",
    "pooling": "sec-cnn-layers",
    "convolution filter": "sec-sliding-filter",
    "summary parameters": "sec-mnist-summary",
    "autoencoder": "sec-autoencoder",
    "GAN": "sec-gan",
    "generative adversarial": "sec-gan",
    "fast simulation": "sec-gan",
    "Higgs": "higgs",
    "hidden layer": "sec-hidden-layer",
    "Figure 5.2": "generalisation.html#fig-",
    "equation 3.4": "training.html#eq-",
    "Eq. (3.2)": "training.html#eq-",
    "Section 4.3": "sec-sigmoid",
    "Abbildung 5.2": "generalisation.html#fig-",
    "Aktivierungsfunktion": "sec-activation-function",
    "Überanpassung": "sec-overtraining",
    "Gradientenabstieg": "sec-gradient-descent",
    "Lernrate": "sec-gradient-descent",
    "Faltungsnetz": "convolutional-networks.html",
    "Rumelhart": "sec-backpropagation-practice",
    "exercise 3": "exercises/decision-boundaries.html",
    "own digit": "sec-exercise-mnist-own-digit",
    "how do I choose the learning rate?": "sec-gradient-descent",
}
"""Queries, and what stands in the address of the place that each must find first."""

NOTHING = {
    "xylophonist": None,
    "Figure 99.9": None,
    "equation (0.0)": None,
    "perceptorn": "perceptron",
    "gradeint": "gradient",
    "regularsation": "regularisation",
}
"""Queries without a result, and the nearest word that is offered in its place."""

PAGES = {
    "index.qmd": "# Welcome {.unnumbered}\n\nIt begins with @sec-first.\n",
    "first.qmd": """
# First steps {#sec-first}

A text about phlogiston, which *burns*, and about cats. See @eq-sum.

$$ a + b $$ {#eq-sum}

## Cats {#sec-cats}

They purr.
""",
}


@pytest.fixture(scope="module")
def small(tmp_path_factory):
    root = make(tmp_path_factory.mktemp("search"), PAGES)
    write(root, {"synonyms.csv": "word,term\nKatze,cats\n"})
    render(root)
    return root / "_book"


@pytest.fixture(scope="module")
def browser(small, request):
    """Give a browser, when all is rendered: it and Jupyter do not share an event loop."""
    if any("lecture_site" in test.fixturenames for test in request.session.items):
        request.getfixturevalue("lecture_site")
    with chromium() as browser:
        yield browser


def ask(page, query):
    """Type a query; return the addresses found, in their order, and what is said of them."""
    page.locator("dialog.search input").fill(query)
    page.wait_for_function(
        "query => document.querySelector('dialog.search').dataset.shown === query", arg=query
    )
    links = page.eval_on_selector_all("dialog.search .found a", "all => all.map((one) => one.href)")
    return links, page.locator("dialog.search .said").inner_text()


def test_forty_queries_find_the_section_that_is_meant(browser, lecture_site):
    assert len(FIRST) >= 40
    wrong = []
    with serve(lecture_site) as address, opened(browser, address + "index.html") as page:
        page.keyboard.press("/")
        for query, wanted in FIRST.items():
            links, _ = ask(page, query)
            if not links or wanted not in links[0]:
                wrong.append(f"{query}: {links[:2]}")
        for query, near in NOTHING.items():
            links, said = ask(page, query)
            offered = page.locator("dialog.search .said button").all_inner_texts()
            if links or "Nothing found" not in said or offered != ([near] if near else []):
                wrong.append(f"{query}: {links[:2]} {said}")
        everything = page.evaluate("window.lectureSearch.sections.map((one) => one.href)")
        ask(page, "Lernrate")
        assert axe(page) == []
        screenshot(page, "search-synonym")
    assert not wrong, "\n".join(wrong)
    assert not [href for href in everything if "figure-sources" in href]


def test_search_works_from_a_folder(browser, small):
    with opened(browser, (small / "first.html").as_uri()) as page:
        page.keyboard.press("/")
        links, said = ask(page, "Katze")
        assert links[0].endswith("first.html#sec-cats")
        assert "In this book: “cats”" in said
        assert ask(page, "(1.1)")[0][0].endswith("first.html#eq-sum")
        assert ask(page, "burning")[0] == []
        ask(page, "phlogistn")
        page.get_by_role("button", name="phlogiston").click()
        assert page.locator("dialog.search mark").all_inner_texts() == ["phlogiston"]


@pytest.mark.parametrize(
    "table, line, message",
    [
        ("a,b\n", 1, "word,term"),
        ("word,term\nKatze\n", 2, "a word, a comma and a term"),
        ("word,term\nHund,dog\nKatze,cats,tomcats\n", 3, "a word, a comma and a term"),
    ],
)
def test_table_of_synonyms_with_a_mistake(tmp_path, table, line, message):
    root = make(tmp_path, {"index.qmd": "# Welcome\n\nText.\n"})
    write(root, {"synonyms.csv": table})
    run = lecture("render", root)
    assert run.code != 0
    assert f"synonyms.csv:{line}: " in run.err
    assert message in run.err
