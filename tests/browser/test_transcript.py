"""The transcript as evidence: shaded by both predictors, searched, clicked, followed."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import expect

from benchmarks.page import drawn
from mutualsl.subtitles import Cue
from mutualsl.ui import transcript_view
from mutualsl.ui.transcript_view import evidence, transcript
from tests.browser.page import ANSWER_MS, new_page
from tests.browser.test_what_if import leave_out
from tests.ui.values import answer, encoded_video, prediction

pytestmark = pytest.mark.browser

AS_TALL_AS_ITS_LINES = """() => {
  const list = document.querySelector(".tr-cues");
  const heights = [...list.querySelectorAll("li")].map((li) => li.getBoundingClientRect().height);
  const sum = heights.reduce((one, other) => one + other, 0);
  return sum > 0 && Math.abs(list.scrollHeight - sum) <= 2;
}"""


def cues(visitor):
    return visitor.page.locator("#transcript .tr-cue")


def test_cues_inside_a_span_are_marked_and_the_likeliest_start_is_darkest(asked, kitchen):
    visitor, answer = asked
    expect(cues(visitor)).to_have_count(len(kitchen.subtitles.cues))
    start, end = answer.textual.span
    inside = [
        i for i, cue in enumerate(kitchen.subtitles.cues)
        if cue.start_second < end and cue.end_second > start
    ]  # fmt: skip
    marked = cues(visitor).evaluate_all(
        "rows => rows.flatMap((row, i) => row.matches('.in-textual') ? [i] : [])"
    )
    assert marked == inside
    shades = cues(visitor).evaluate_all(
        "rows => rows.map(row => Number(row.querySelectorAll('i.textual')[0].style.opacity))"
    )
    assert shades.index(max(shades)) == int(answer.textual.start_curve[:, 1].argmax())


def test_the_marks_are_those_of_the_last_answer_and_the_clock_stays(
    asked, demos, localizer, kitchen
):
    visitor, _ = asked
    visitor.has_video()
    visitor.click_timeline(0.5)
    before = visitor.page.locator(".tl-now").inner_text()
    question = demos["kitchen"].questions[1]
    visitor.ask(question)
    answer = localizer.ask(kitchen, question)
    visitor.shows(answer)
    start, end = answer.textual.span
    inside = [cue.text for cue in kitchen.subtitles.cues
              if cue.start_second < end and cue.end_second > start]  # fmt: skip
    expect(visitor.page.locator(".tr-cue.in-textual .tr-text")).to_have_text(inside)
    expect(visitor.page.locator(".tl-now")).to_have_text(before)
    place = visitor.page.locator(".tl-playhead").evaluate("mark => parseFloat(mark.style.left)")
    assert place == pytest.approx(100 * visitor.now() / kitchen.duration_second, abs=0.1)


def test_a_click_on_a_cue_seeks_and_the_current_cue_is_marked(asked, kitchen):
    visitor, _ = asked
    visitor.has_video()
    cue = kitchen.subtitles.cues[3]
    cues(visitor).nth(3).click()
    assert visitor.now() == pytest.approx(cue.start_second, abs=0.05)
    expect(cues(visitor).nth(3)).to_have_attribute("aria-current", "time")
    visitor.video.evaluate(
        "(video, second) => { video.currentTime = second }", cue.end_second + 0.2
    )
    expect(cues(visitor).nth(3)).not_to_have_attribute("aria-current", "time")


def test_searching(asked, kitchen):
    visitor, _ = asked
    word = kitchen.subtitles.cues[2].text.split()[-1].strip(".,")
    found = [cue for cue in kitchen.subtitles.cues if word.lower() in cue.text.lower()]
    visitor.page.fill(".tr-search", word.upper())
    expect(visitor.page.locator("#transcript li:visible")).to_have_count(len(found))
    expect(visitor.page.locator(".tr-count")).to_have_text(
        re.compile(rf"^{len(found)} of {len(kitchen.subtitles.cues)}$")
    )
    visitor.page.fill(".tr-search", "")
    expect(visitor.page.locator("#transcript li:visible")).to_have_count(
        len(kitchen.subtitles.cues)
    )


def test_a_search_stays_when_a_line_is_left_out(asked, kitchen):
    visitor, _ = asked
    word, texts = "the", [cue.text for cue in kitchen.subtitles.cues]
    found = [text for text in texts if word in text.lower()]
    assert 1 < len(found) < len(texts)
    visitor.page.fill(".tr-search", word)
    shown = visitor.page.locator("#transcript .tr-cues li:visible")
    expect(shown).to_have_count(len(found))
    leave_out(visitor, found[0])
    expect(visitor.page.locator(".tr-left-out li")).to_have_count(1, timeout=ANSWER_MS)
    expect(visitor.page.locator(".tr-search")).to_have_value(word)
    expect(visitor.page.locator(".tr-count")).to_have_text(f"{len(found) - 1} of {len(texts) - 1}")
    expect(shown.locator(".tr-text")).to_have_text(found[1:])


def test_a_search_ends_with_its_video(asked, demos, localizer, garden):
    visitor, _ = asked
    visitor.page.fill(".tr-search", "nobody says this")
    expect(visitor.page.locator("#transcript .tr-cues li:visible")).to_have_count(0)
    visitor.try_example(demos["garden"].questions[0])
    visitor.shows(localizer.ask(garden, demos["garden"].questions[0]))
    expect(visitor.page.locator(".tr-search")).to_have_value("")
    expect(visitor.page.locator(".tr-count")).to_have_text("")
    shown = visitor.page.locator("#transcript .tr-cues li:visible")
    expect(shown).to_have_count(len(garden.subtitles.cues))


def long_transcript(browser, width, above=0):
    """A page with an answer in the last of its parts, so many pixels below its top."""
    more = " And some words more, so that it takes several lines in a narrow window."
    cues = [Cue(2.0 * n, 2.0 * n + 2, f"line {n}.{more * (n % 3)}") for n in range(450)]
    encoded, given = encoded_video(cues), answer(textual=prediction(760, 764, points=450))
    page = new_page(browser, viewport={"width": width, "height": 844})
    page.set_content(f'<div style="height: {above}px"></div>{drawn(encoded, given)}')
    page.evaluate(
        "html => document.body.insertAdjacentHTML('beforeend', `<div id=evidence>${html}</div>`)",
        evidence(encoded, given),
    )
    expect(page.locator(".tr-cue.in-textual")).to_have_count(2)
    page.wait_for_timeout(300)  # parts on the way are drawn, and turn out taller
    return page


def shows_the_answer(page):
    marked, frame = page.locator(".tr-cue.in-textual").first, page.locator(".tr-cues")
    assert "line 380." in marked.inner_text()
    row, around = marked.bounding_box(), frame.bounding_box()
    return around["y"] <= row["y"] < around["y"] + around["height"]


@pytest.mark.parametrize("width", [390, 1280])
def test_a_long_transcript_shows_the_answer_and_what_is_searched_for(browser, width):
    """Its parts are drawn when they come into view, which neither may depend on."""
    page = long_transcript(browser, width)
    page.locator(".tr-cues").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    assert shows_the_answer(page)
    page.fill(".tr-search", "line 44")
    found = page.locator(".tr-cues li:visible")
    expect(found).to_have_count(11)  # 44, and 440 to 449
    page.wait_for_function(AS_TALL_AS_ITS_LINES)
    page.close()


def test_it_shows_the_answer_when_it_comes_into_view_until_the_reader_scrolls(browser):
    page = long_transcript(browser, width=390, above=4000)
    frame = page.locator(".tr-cues")

    def come_back():
        page.evaluate("window.scrollTo(0, 0)")
        page.wait_for_timeout(100)
        frame.scroll_into_view_if_needed()
        page.wait_for_timeout(300)

    come_back()
    assert shows_the_answer(page)
    frame.hover()
    page.mouse.wheel(0, -3000)
    page.wait_for_timeout(300)
    come_back()
    assert not shows_the_answer(page)
    page.close()


def test_an_answer_that_marks_nothing_leaves_it_where_it_is(browser):
    page = long_transcript(browser, width=390, above=4000)
    page.evaluate("document.querySelector('[data-evidence]').dataset.evidence = '{}'")
    expect(page.locator(".tr-cue.in-textual")).to_have_count(0)
    frame = page.locator(".tr-cues")
    frame.scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    assert frame.evaluate("list => list.scrollTop") == 0
    page.close()


def test_a_long_word_stays_inside_its_line(browser):
    page = new_page(browser, viewport={"width": 390, "height": 844})
    long = "https://www.example.org/" + "very-long-address/" * 12
    page.set_content(
        drawn(encoded_video([Cue(0.0, 1.0, long), Cue(1.0, 2.0, "s" * 200)]), answer())
    )
    wide = page.locator(".tr-text").evaluate_all(
        "all => all.map(e => e.scrollWidth - e.clientWidth)"
    )
    assert wide == [0, 0]
    page.close()


def test_without_subtitles_there_is_no_transcript(visit, short_video):
    visitor = visit()
    visitor.upload(short_video)
    visitor.has_video()
    expect(visitor["transcript"]).to_be_hidden()


def test_lines_are_aligned_as_their_language_is_written(browser):
    lines = [Cue(0.0, 1.0, "סובבו את המכסה"), Cue(1.0, 2.0, "turn the lid")]
    style = Path(transcript_view.__file__).with_name("style.css").read_text(encoding="utf-8")
    with new_page(browser) as page:
        page.set_content(
            f'<style>{style}</style><div class="gradio-container">'
            f"{transcript(encoded_video(lines))}</div>"
        )
        gaps = page.locator(".tr-text").evaluate_all(
            """lines => lines.map((line) => {
              const words = document.createRange();
              words.selectNodeContents(line);
              const [own, all] = [words.getBoundingClientRect(), line.getBoundingClientRect()];
              return [own.left - all.left, all.right - own.right];
            })"""
        )
    (before_hebrew, after_hebrew), (before_english, after_english) = gaps
    assert after_hebrew < 1 < before_hebrew and before_english < 1 < after_english
