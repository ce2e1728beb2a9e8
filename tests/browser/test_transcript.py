"""The transcript as evidence: shaded by both predictors, searched, clicked, followed."""

import re

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


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


def test_without_subtitles_there_is_no_transcript(visit, short_video):
    visitor = visit()
    visitor.upload(short_video)
    visitor.has_video()
    expect(visitor["transcript"]).to_be_hidden()
