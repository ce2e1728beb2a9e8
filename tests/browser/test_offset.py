"""Subtitles that come too early or too late are moved, and the question is answered again."""

import re

import pytest
from playwright.sync_api import expect

from mutualsl.subtitles import shifted

pytestmark = pytest.mark.browser


def move(visitor, seconds):
    number = visitor["offset"].locator("input[type=number]")
    number.fill(str(seconds))
    number.blur()


def test_the_answer_moves_with_the_subtitles(visit, demos, localizer, kitchen):
    visitor = visit()
    question = demos["kitchen"].questions[0]
    visitor.try_example(question)
    visitor.shows(localizer.ask(kitchen, question))
    visitor.click_timeline(0.5)
    before = visitor.now()
    move(visitor, -4.0)
    track = shifted(kitchen.subtitles, -4.0, kitchen.duration_second)
    visitor.shows(localizer.ask(localizer.with_subtitles(kitchen, track), question))
    first = visitor.page.locator("#transcript .tr-cue").first
    expect(first).to_have_attribute("data-start", f"{track.cues[0].start_second:.3f}")
    visitor.has_video()
    assert visitor.now() == pytest.approx(before, abs=0.5)  # the player stays where it was
    move(visitor, 0.0)
    visitor.shows(localizer.ask(kitchen, question))


def test_keys_answer_as_the_mouse_does_and_nothing_answers_twice(asked, localizer, kitchen):
    visitor, first = asked
    sent = []
    visitor.page.on("request", lambda request: sent.append(request))

    def answers(second):
        """Wait for the answer, and for what might be asked again; how often it was asked."""
        track = shifted(kitchen.subtitles, second, kitchen.duration_second)
        visitor.shows(localizer.ask(localizer.with_subtitles(kitchen, track), first.question))
        visitor.page.wait_for_timeout(600)
        joined = [each.post_data_json for each in sent if each.url.endswith("queue/join?")]
        sent.clear()
        return sum(join["data"][:1] == [second] for join in joined)

    number, slider = (
        visitor["offset"].locator(f"input[type={kind}]") for kind in ("number", "range")
    )
    number.fill("-4")
    number.press("Enter")
    assert answers(-4.0) == 1
    number.blur()
    slider.focus()
    for _ in range(3):
        slider.press("ArrowRight")
    assert answers(-3.7) == 1
    for typed, inside in (("40", 30.0), ("", 0.0)):
        number.fill(typed)
        number.press("Enter")
        assert answers(inside) == 1
        expect(number).to_have_value(f"{inside:g}")
    box = slider.bounding_box()
    visitor.page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    assert answers(float(number.input_value())) == 1


def test_without_subtitles_there_is_nothing_to_move(visit, short_video):
    visitor = visit()
    expect(visitor["offset"]).to_be_hidden()
    visitor.upload(short_video)
    visitor.has_video()
    expect(visitor["offset"]).to_be_hidden()


def test_too_far_is_a_sentence_and_nothing_is_lost(visit, short_video, one_cue, localizer, short):
    visitor = visit()
    visitor.upload(short_video, one_cue)
    visitor.has_video()
    visitor.ask("Where is the kettle poured?")
    visitor.shows(localizer.ask(short, "Where is the kettle poured?"))
    move(visitor, -20)
    visitor.refuses("no subtitle is left", "-20 s")
    expect(visitor["textual-span"]).to_have_text(re.compile(r"\d:\d\d"))
