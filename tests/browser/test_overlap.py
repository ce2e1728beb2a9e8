"""What both spans share follows their edges; the script and the server draw it alike."""

import pytest

from mutualsl.ui import cards
from mutualsl.ui.app import HERE, SCRIPTS, STYLES
from mutualsl.ui.axis import overlap
from mutualsl.ui.timeline_lanes import pair_lane
from mutualsl.ui.timeline_view import timeline
from tests.browser.page import new_page
from tests.ui.values import DURATION_SECOND, answer, encoded_video, prediction

pytestmark = pytest.mark.browser

DRAWN = """lane => {
  const tenths = (at) => Math.round(10 * (parseFloat(at) || 0));
  const pieces = [...lane.children].map(({className, style}) =>
    [className, tenths(style.left), tenths(style.right), tenths(style.width)]);
  return [lane.title, lane.querySelector("span").textContent, pieces];
}"""


@pytest.fixture
def page(browser):
    """Two spans that do not meet, without a server."""
    page = new_page(browser, viewport={"width": 1300, "height": 900})
    styles, scripts = (
        "".join((HERE / name).read_text() for name in names) for names in (STYLES, SCRIPTS)
    )
    drawn = answer(prediction(60, 64), prediction(66, 80))
    page.set_content(
        f"<style>{styles}</style><div id=timeline>{timeline(encoded_video(), drawn)}</div>"
        f"<div id=results>{cards.results(drawn)}</div><script>{scripts}</script>"
    )
    yield page
    page.close()


def move(page, head, edge, by, times):
    button = page.locator(f'.card.{head} [data-nudge="{edge}"][data-by="{by}"]')
    for _ in range(times):
        button.click()


@pytest.mark.parametrize(
    ("moves", "visual", "textual"),
    [
        ([("visual", "end", "0.1", 5)], (60, 64.5), (66, 80)),  # still two pieces
        ([("visual", "end", "1.0", 5)], (60, 69), (66, 80)),  # now they overlap
        ([("textual", "start", "-1.0", 9)], (60, 64), (57, 80)),  # one inside the other
        ([("textual", "start", "-1.0", 40)], (60, 64), (26, 80)),  # the label changes its side
    ],
)
def test_the_overlap_follows_an_edge(page, moves, visual, textual):
    for each in moves:
        move(page, *each)
    both = overlap(prediction(*visual), prediction(*textual))
    moved = page.locator("#timeline .tl-overlap").evaluate(DRAWN)
    page.locator("#timeline .tl-overlap").evaluate(
        "(lane, html) => { lane.outerHTML = html }", pair_lane(both, DURATION_SECOND)
    )
    assert moved == page.locator("#timeline .tl-overlap").evaluate(DRAWN)
    assert page.locator("#tl-words").text_content() == both.words
