"""Several questions about one video: asked at once or one by one, and gone back to."""

import pytest
from playwright.sync_api import expect

from mutualsl.subtitles import shifted

pytestmark = pytest.mark.browser


def test_each_line_is_a_question_and_every_answer_can_be_seen_again(
    visit, demos, localizer, kitchen
):
    visitor = visit()
    first, second = demos["kitchen"].questions[:2]
    visitor.try_example(first)
    visitor.shows(localizer.ask(kitchen, first))
    chips = visitor["history"].locator(".chip")
    expect(chips).to_have_count(0)
    third = "Where is the kettle?"
    visitor.ask(f"{second}\n\n{third}")
    visitor.shows(localizer.ask(kitchen, third))
    expect(chips).to_have_count(3)
    expect(chips.nth(2)).to_have_attribute("aria-current", "true")
    chips.nth(0).click()
    visitor.shows(localizer.ask(kitchen, first))
    expect(visitor["question"].locator("textarea, input")).to_have_value(first)
    expect(chips.nth(0)).to_have_attribute("aria-current", "true")
    expect(chips).to_have_count(3)


def test_a_change_after_going_back_is_about_the_question_gone_back_to(
    asked, demos, localizer, kitchen
):
    visitor, first = asked
    second = demos["kitchen"].questions[1]
    visitor.ask(second)
    visitor.shows(localizer.ask(kitchen, second))
    visitor["history"].locator(".chip").nth(0).click()
    visitor.shows(first)
    number = visitor["offset"].locator("input[type=number]")
    number.fill("-4")
    number.blur()
    track = shifted(kitchen.subtitles, -4.0, kitchen.duration_second)
    moved = localizer.with_subtitles(kitchen, track)
    visitor.shows(localizer.ask(moved, first.question))
    expect(visitor["question"].locator("textarea")).to_have_value(first.question)


def test_another_video_begins_with_none(visit, demos, localizer, kitchen, garden):
    visitor = visit()
    for question in demos["kitchen"].questions[:2]:
        visitor.try_example(question)
        visitor.shows(localizer.ask(kitchen, question))
    expect(visitor["history"].locator(".chip")).to_have_count(2)
    visitor.try_example(demos["garden"].questions[0])
    visitor.shows(localizer.ask(garden, demos["garden"].questions[0]))
    expect(visitor["history"].locator(".chip")).to_have_count(0)
