"""The page fits any window, and can be read by day and by night."""

from collections import Counter

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser

# WCAG contrast of an element's text with the nearest background that is painted behind it.
CONTRAST = """(element, part = null) => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (colour) => {
    const [r, g, b] = channels(colour).map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  let behind = element;
  const painted = (e) => (channels(getComputedStyle(e).backgroundColor)[3] ?? 1) > 0.5;
  while (behind.parentElement && !painted(behind)) behind = behind.parentElement;
  const one = light(getComputedStyle(element, part).color);
  const other = light(getComputedStyle(behind).backgroundColor);
  return (Math.max(one, other) + 0.05) / (Math.min(one, other) + 0.05);
}"""
# What is written on the page, placeholders too, and cannot be read well.
TOO_FAINT = f"""() => {{
  const contrast = {CONTRAST};
  const written = (e) => [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
  const seen = (e) => e.checkVisibility({{ opacityProperty: true, visibilityProperty: true }})
    && !e.closest(":disabled, .only-heard, option");
  const least = (e) => (parseFloat(getComputedStyle(e).fontSize) >= 24 ? 3 : 4.5);
  const faint = [...document.querySelectorAll("gradio-app *")]
    .filter((e) => (written(e) || e.placeholder) && seen(e))
    .filter((e) => contrast(e, e.placeholder ? "::placeholder" : null) < least(e));
  return faint.map((e) => `${{e.tagName}} ${{e.className}} ${{e.placeholder ?? e.textContent}}`);
}}"""
LIGHT = """() => {
  const painted = [document.body, document.documentElement, document.querySelector("gradio-app")]
    .map((e) => getComputedStyle(e).backgroundColor.match(/[\\d.]+/g).map(Number))
    .find((c) => (c[3] ?? 1) > 0.5) ?? [255, 255, 255];
  return (painted[0] + painted[1] + painted[2]) / 3;
}"""


@pytest.fixture
def answered(visit, demos, localizer, garden):
    """Open the page in any window and have a question answered."""

    def opened(**options):
        page = visit(**options)
        assert page.overflow() <= 0
        page.try_example(demos["garden"].questions[0])
        page.shows(localizer.ask(garden, demos["garden"].questions[0]))
        return page

    return opened


def test_no_window_is_too_narrow(answered):
    page = answered(viewport={"width": 390, "height": 844})
    expect(page["answer-span"]).to_be_in_viewport(ratio=1)  # it has been scrolled to
    for width in (390, 768, 1440):
        page.page.set_viewport_size({"width": width, "height": 900})
        page.page.wait_for_timeout(200)
        assert page.overflow() <= 0, f"at {width} px"
        for element_id in ("timeline", "player", "visual-span", "textual-span"):
            box = page[element_id].bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= width, f"{element_id} at {width} px"


# What has the focus, and whether a ring says so.
FOCUSED = """() => {
  const focused = document.activeElement;
  const ringed = [focused, focused.closest("label")].filter(Boolean).map(getComputedStyle)
    .some((style) => style.outlineStyle === "solid" && parseFloat(style.outlineWidth) >= 2);
  return [focused.type, ringed];
}"""


def test_the_answer_is_scrolled_to_and_the_focus_can_be_seen(answered):
    page = answered(viewport={"width": 1440, "height": 900})
    expect(page["answer-span"]).to_be_in_viewport(ratio=1)
    page["ask"].focus()
    ringed = {}
    for _ in range(6):
        page.page.keyboard.press("Tab")
        ringed.update([page.page.evaluate(FOCUSED)])
    assert ringed["range"] and ringed["radio"]


def test_the_focus_goes_down_the_page(answered):
    page = answered(viewport={"width": 390, "height": 844})
    parts = page.page.locator("#panel, #player, #timeline-frame, #results, #more, #examples")
    tops = parts.evaluate_all("parts => parts.map((e) => e.getBoundingClientRect().top)")
    assert len(tops) == 6 and tops == sorted(tops)


def test_the_status_is_as_wide_as_what_is_below_it(visit):
    page = visit()
    status, line = (page[name].bounding_box() for name in ("status", "status-line"))
    assert status["width"] == pytest.approx(line["width"], abs=0.5)


def test_every_id_is_there_once(answered):
    ids = answered().page.eval_on_selector_all("[id]", "elements => elements.map((e) => e.id)")
    assert [each for each, count in Counter(filter(None, ids)).items() if count > 1] == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_can_be_read(answered, scheme):
    page = answered(color_scheme=scheme)
    assert (page.page.evaluate(LIGHT) < 80) == (scheme == "dark")
    for element in ("html", "#transcript .tr-cues"):  # their scroll bars
        expect(page.page.locator(element)).to_have_css("color-scheme", scheme)
    assert page.page.evaluate(TOO_FAINT) == []
    for element_id in ("answer-span", "visual-span", "textual-span", "visual-play", "ask"):
        assert page[element_id].evaluate(CONTRAST) >= 4.5, element_id
    page.page.get_by_role("tab", name="Analyse").click()
    page["predictions-file"].wait_for()
    assert page.page.evaluate(TOO_FAINT) == []
