"""What lies below the first screen is laid out later: nothing else is different for the reader."""

import pytest
from browser import PHONE, WIDE, chromium, serve, settle, watch
from playwright.sync_api import expect

HOLD = """
    window.held = [];
    window.requestIdleCallback = (callback) => window.held.push(callback);
    window.layOut = async () => {
        while (document.querySelector('.later')) {
            window.held.splice(0).forEach((callback) => callback());
            await new Promise(requestAnimationFrame);
        }
    };
"""
"""Nothing is laid out later until the test says `layOut`."""
CONTAINED = """() => [...document.querySelectorAll('article > *')]
    .filter((block) => getComputedStyle(block).contentVisibility !== 'visible').length"""
PLACES = """() => [...document.querySelectorAll('article > *')]
    .map((block) => block.getBoundingClientRect())
    .map(({top, height}) => [top + scrollY, height])"""
PAGE = "chapters/training.html"
SCROLL = "id => document.getElementById(id).scrollIntoView({behavior: 'instant'})"
LINK = "id => document.querySelector(`.contents a[href='#${id}']`).click()"
TOP = "id => document.getElementById(id).getBoundingClientRect().top"


@pytest.fixture(scope="module")
def training(lecture_site):
    with serve(lecture_site) as address:
        yield address + PAGE


@pytest.fixture(scope="module")
def browser(training):
    with chromium() as browser:
        yield browser


@pytest.fixture
def page(browser, training):
    """A phone."""
    context = browser.new_context(viewport={"width": PHONE[0], "height": PHONE[1]})
    page = context.new_page()
    complaints = watch(page, training)
    yield page
    assert complaints == []
    context.close()


@pytest.fixture
def held(page, training):
    """A page that is loaded, and has laid out nothing later."""
    page.add_init_script(HOLD)
    page.goto(training)
    page.evaluate("document.fonts.ready")
    return page


def ids(page):
    """Return the ids of the page's sections."""
    return page.evaluate(
        "[...document.querySelectorAll('article h2')].map((heading) => heading.id)"
    )


@pytest.mark.parametrize("size", [PHONE, WIDE])
def test_in_the_end_every_block_stands_as_if_laid_out_at_once(page, training, size):
    page.set_viewport_size({"width": size[0], "height": size[1]})
    page.goto(training)
    settle(page)
    assert page.evaluate(CONTAINED) == 0
    places = page.evaluate(PLACES)
    page.reload()
    assert page.locator(".later").count() == 0
    page.wait_for_load_state("networkidle")
    assert page.evaluate(PLACES) == places


def test_only_what_is_far_below_waits_and_can_be_found(held):
    blocks = held.locator("article > *").count()
    assert blocks > 100
    assert held.evaluate(CONTAINED) > 0.8 * blocks
    below = held.evaluate("document.querySelector('.later').getBoundingClientRect().top")
    assert below > PHONE[1]
    words = held.locator("article > p.later:not(:has(*))").last.text_content()[:40]
    assert held.evaluate("words => find(words)", words)


def test_a_key_has_all_laid_out_for_who_searches_the_page(held):
    words = held.locator("article > p.later:not(:has(*))").last.text_content()[:40]
    held.keyboard.press("Control+f")
    assert held.evaluate(CONTAINED) == 0
    held.evaluate("words => find(words)", words)
    held.wait_for_timeout(200)
    found = "getSelection().anchorNode.parentElement.getBoundingClientRect().top"
    assert 0 < held.evaluate(found) < PHONE[1]


def test_all_is_laid_out_for_print(held):
    held.emulate_media(media="print")
    assert held.evaluate(CONTAINED) == 0


@pytest.mark.parametrize("way", [SCROLL, LINK], ids=["scrolled", "link"])
@pytest.mark.parametrize("size", [PHONE, WIDE], ids=["phone", "wide"])
def test_reader_stays_at_a_place_while_blocks_above_are_laid_out(held, size, way):
    """They scrolled there, or followed a link of the page, before the blocks had their turn.

    A link has all laid out: Firefox, otherwise, loses the place after ten blocks.
    """
    held.set_viewport_size({"width": size[0], "height": size[1]})
    section = ids(held)[6]
    held.evaluate(way, section)
    held.wait_for_timeout(100)
    before = held.evaluate(TOP, section)
    scrolled, blocks = held.evaluate("scrollY"), held.locator(".later").count()
    held.evaluate("layOut()")
    held.wait_for_timeout(100)
    assert held.locator(".later").count() == 0
    assert blocks == 0 if way == LINK else blocks > 100
    assert (held.evaluate("scrollY") != scrolled) == (way == SCROLL)
    assert 0 < before < 100
    assert held.evaluate(TOP, section) == pytest.approx(before, abs=2)


def test_fragment_leads_to_its_place_at_once(page, training):
    page.add_init_script(HOLD)
    page.goto(f"{training}#sec-minibatch")
    assert page.locator(".later").count() == 0
    page.wait_for_load_state("networkidle")
    assert 0 < page.evaluate(TOP, "sec-minibatch") < 100


def test_way_back_leads_to_where_the_reader_was(page, training):
    page.goto(training)
    settle(page)
    section = ids(page)[7]
    page.evaluate(SCROLL, section)
    page.wait_for_timeout(100)
    before = page.evaluate(TOP, section)
    page.goto(training.replace("training", "regression"))
    page.go_back()
    page.wait_for_load_state("networkidle")
    assert page.evaluate(TOP, section) == pytest.approx(before, abs=2)


def test_contents_mark_the_section_that_is_read(held):
    held.set_viewport_size({"width": WIDE[0], "height": WIDE[1]})
    for _ in range(2):
        for section in (ids(held)[5], ids(held)[2]):
            held.evaluate(SCROLL, section)
            link = held.locator(f'.contents .beside a[href="#{section}"]')
            expect(link).to_have_attribute("aria-current", "true")
        held.evaluate("layOut()")


def test_stepper_shows_itself_when_it_comes_near(held):
    assert held.locator(".stepper-picture svg").count() == 0
    held.evaluate(SCROLL, "stepper")
    held.get_by_role("button", name="Next number").click()
    expect(held.locator(".stepper-title b")).to_have_text("Input 1 of the event")


def test_answer_stays_at_the_lower_edge_of_a_phone(page, training):
    """While the picture, whose numbers it needs, reaches below that edge."""
    page.goto(training)
    settle(page)
    page.get_by_label("I enter the numbers").check()
    page.evaluate(SCROLL, "stepper")
    top, bottom = page.locator(".stepper-picture").evaluate(
        "one => [one.getBoundingClientRect().top, one.getBoundingClientRect().bottom]"
    )
    page.evaluate("by => scrollBy(0, by)", bottom - PHONE[1] - 50)
    answer = page.locator(".stepper-answer").bounding_box()
    assert top < answer["y"]
    assert answer["y"] + answer["height"] == pytest.approx(PHONE[1], abs=1)


def test_without_scripts_nothing_waits(browser, training):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(training)
    assert page.evaluate(CONTAINED) == 0
    context.close()
