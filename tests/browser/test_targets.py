"""Everything that is pressed is large enough to be hit: WCAG 2.2, 2.5.8, on both tabs."""

import pytest
from playwright.sync_api import expect

from tests.browser.page import ANSWER_MS, SOON_MS
from tests.evaluation.rows import random_rows, write

pytestmark = pytest.mark.browser

LEAST_PIXELS = 24
# What is pressed and too small; not Gradio's unseen twins of the tabs, by which it measures them.
TOO_SMALL = """(least) => [...document.querySelectorAll("a, button, summary, select")]
  .filter((each) => each.checkVisibility({ visibilityProperty: true }))
  .filter((each) => !each.closest(".visually-hidden"))
  .map((each) => [each, each.getBoundingClientRect()])
  .filter(([, box]) => Math.min(box.width, box.height) < least - 0.5)
  .map(([each, box]) => `${each.innerText || each.ariaLabel}: ${box.width} x ${box.height}`)"""


def too_small(page):
    """What is, in a wide and in a narrow window."""
    found = []
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        found += [f"{width} px: {each}" for each in page.evaluate(TOO_SMALL, LEAST_PIXELS)]
    return "\n".join(found)


def test_nothing_that_is_pressed_is_too_small(visit, demos, localizer, kitchen, tmp_path):
    visitor = visit(viewport={"width": 390, "height": 900})
    page, question = visitor.page, demos["kitchen"].questions[0]
    assert too_small(page) == ""
    visitor.try_example(question)
    visitor.shows(localizer.ask(kitchen, question))
    visitor.has_video()
    visitor["textual-play"].locator("xpath=..").locator(".save").click()
    expect(visitor["clip"].locator("a")).to_be_visible(timeout=ANSWER_MS)
    assert page.locator(".exports a").count() == 4
    assert too_small(page) == ""
    page.get_by_role("tab", name="Analyse").click()
    path = write(tmp_path / "rows.jsonl", random_rows(120))
    visitor["predictions-file"].locator("input[type=file]").set_input_files(path)
    expect(page.locator(".q-count")).to_contain_text("120", timeout=SOON_MS)
    page.locator(".q-rows tbody tr").first.get_by_role("button").click()
    expect(visitor["analyse-detail"].locator("[data-place]")).to_be_visible(timeout=ANSWER_MS)
    visitor["save-rows"].click()
    expect(visitor["analyse-files"].locator("a")).to_be_visible(timeout=SOON_MS)
    for summary in page.locator("#analyse-overview summary").all():
        summary.click()
    assert too_small(page) == ""
