"""What if a line had not been said, or nothing were shown: asked again, both answers in view."""

import re
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from mutualsl.explain import what_changed
from mutualsl.reading import without_cues
from mutualsl.ui.history import UNCHANGED
from tests.browser.page import ANSWER_MS

pytestmark = pytest.mark.browser


def leave_out(visitor, text):
    line = visitor.page.locator("#transcript .tr-cues li").filter(has_text=text)
    line.hover()
    line.get_by_role("button", name="without this line").click()


def befores(visitor):
    """Where the outlines of the answer before lie, in percent of the axis."""
    return visitor.page.locator("#timeline .tl-before").evaluate_all(
        "marks => marks.map(mark => parseFloat(mark.style.left))"
    )


def test_lines_are_left_out_one_by_one_and_brought_back(asked, localizer, kitchen):
    visitor, first = asked
    assert befores(visitor) == []
    cues = kitchen.subtitles.cues
    start, end = first.textual.span
    inside = next(i for i, c in enumerate(cues) if c.start_second < end and c.end_second > start)
    leave_out(visitor, cues[inside].text)
    second = localizer.ask(without_cues(kitchen, {inside}), first.question)
    visitor.shows(second)
    change = visitor.page.locator(".answer .change")
    expect(change).to_contain_text(what_changed(first, second))
    places = [100 * head.span.start_second / first.duration_second
              for head in (first.visual, first.textual)]  # fmt: skip
    assert befores(visitor) == pytest.approx(places, abs=0.01)
    left_out = visitor.page.locator(".tr-left-out li")
    expect(left_out).to_have_count(1)
    expect(left_out).to_contain_text(cues[inside].text)
    expect(visitor.page.locator(".notes")).to_contain_text("without one line")
    other = 0 if inside else 1
    leave_out(visitor, cues[other].text)
    third = localizer.ask(without_cues(kitchen, {inside, other}), first.question)
    expect(left_out).to_have_count(2)
    expect(change).to_contain_text(what_changed(second, third), timeout=ANSWER_MS)
    visitor.page.get_by_role("button", name="Bring back these lines").click()
    expect(left_out).to_have_count(0, timeout=ANSWER_MS)
    visitor.shows(first)
    expect(change).to_contain_text(what_changed(third, first), timeout=ANSWER_MS)
    expect(visitor.page.locator("#transcript .tr-cue")).to_have_count(len(cues))


def test_two_lines_at_once_are_both_left_out(asked, kitchen):
    visitor, _ = asked
    visitor.page.locator(".tr-out").evaluate_all("both => both.slice(1, 3).forEach(b => b.click())")
    left_out = visitor.page.locator(".tr-left-out li")
    texts = [cue.text for cue in kitchen.subtitles.cues[1:3]]
    expect(left_out).to_contain_text(texts, timeout=ANSWER_MS)


def test_without_the_video_and_without_the_subtitles(asked, localizer, kitchen):
    visitor, first = asked
    visitor.page.get_by_label("without the video").check()
    blind = replace(kitchen, input=kitchen.input.without_video())
    visitor.shows(localizer.ask(blind, first.question))
    expect(visitor["visual-play"]).to_be_disabled()
    expect(visitor.page.locator(".answer .change")).to_contain_text("visual span is gone")
    visitor.page.get_by_label("without the subtitles").check()
    deaf = replace(kitchen, input=kitchen.input.without_subtitles())
    visitor.shows(localizer.ask(deaf, first.question))
    expect(visitor["textual-play"]).to_be_disabled()
    visitor.page.get_by_label("everything").check()
    visitor.shows(first)


def test_the_same_in_other_words_is_shown_beside_it(asked, localizer, kitchen):
    visitor, first = asked
    again = first.question.replace("I would like to", "How do I")
    visitor.ask(again)
    visitor.shows(localizer.ask(kitchen, again))
    expect(visitor.page.locator("#timeline .tl-before")).to_have_count(2, timeout=ANSWER_MS)
    expect(visitor.page.locator(".answer .change")).to_have_text(re.compile("textual span"))


def test_a_video_without_subtitles_has_nothing_to_leave_out(visit, short_video):
    visitor = visit()
    visitor.upload(short_video)
    visitor.has_video()
    expect(visitor["given"]).to_be_hidden()
    expect(visitor["track"]).to_be_hidden()


def test_with_nothing_left_it_is_a_sentence_and_the_choice_goes_back(
    visit, short_video, one_cue, localizer, short
):
    visitor = visit()
    visitor.upload(short_video, one_cue)
    visitor.has_video()
    visitor.ask("Where is the kettle poured?")
    visitor.shows(localizer.ask(short, "Where is the kettle poured?"))
    leave_out(visitor, "Pour the kettle.")
    expect(visitor["textual-play"]).to_be_disabled(timeout=ANSWER_MS)
    visitor.page.get_by_label("without the video").click()  # it goes back at once
    visitor.refuses("nothing is left to ask about")
    expect(visitor.page.get_by_label("everything")).to_be_checked()
    visitor.page.get_by_role("button", name="Bring back this line").click()
    visitor.shows(localizer.ask(short, "Where is the kettle poured?"))


def test_a_question_asked_before_a_change_is_asked_again_as_it_was_then(asked):
    visitor, first = asked
    visitor.page.get_by_label("without the video").check()
    expect(visitor["visual-play"]).to_be_disabled(timeout=ANSWER_MS)
    chips = visitor.page.get_by_label("Asked so far").get_by_role("button")
    question = visitor["question"].locator("textarea")
    expect(chips).to_contain_text(["asked without the video", UNCHANGED])
    question.fill("something else")
    chips.last.click()
    visitor.shows(first)
    expect(visitor.page.get_by_label("everything")).to_be_checked()
    expect(question).to_have_value(first.question)
    expect(chips.last).to_contain_text("asked without the video")
