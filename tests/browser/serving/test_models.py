"""A visitor reads about the models and switches between them."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.page import ANSWER_MS, SOON_MS

pytestmark = pytest.mark.browser
QUESTION = "how do i open the jar"


def choose(page, name):
    page["model-choice"].get_by_label(name, exact=True).click()  # it may be refused at once


def test_another_model_answers_the_last_question_beside_the_old_answer(
    visit, shelf, short_video, one_cue
):
    page = visit()
    choose(page, "two")  # before there is any video
    expect(page["model-choice"].get_by_label("two", exact=True)).to_be_checked()
    choose(page, "one")
    page.upload(short_video, one_cue)
    page.has_video()
    page.ask(QUESTION)
    chips = page["history"].locator(".chip")
    for count, name in enumerate(("one", "two", "three"), start=1):  # three has another encoder
        if count > 1:
            page.type("not asked")
            choose(page, name)
            expect(chips).to_have_count(count, timeout=ANSWER_MS)
            expect(chips.nth(count - 1)).to_contain_text(f"· {name}")
        localizer = shelf.get(name)
        page.shows(localizer.ask(localizer.encode_video(short_video, one_cue), QUESTION))
    chips.nth(0).click()
    one = shelf.get("one")
    page.shows(one.ask(one.encode_video(short_video, one_cue), QUESTION))


def test_another_model_while_the_video_is_on_its_way_answers_too(visit, shelf, new_video, one_cue):
    page = visit()
    page.upload(new_video, one_cue)
    page.ask(QUESTION)
    choose(page, "two")
    expect(page["results"].locator(".answer-question")).to_have_text(QUESTION, timeout=ANSWER_MS)
    two = shelf.get("two")
    page.shows(two.ask(two.encode_video(new_video, one_cue), QUESTION))
    expect(page["history"].locator(".chip")).to_have_count(0)


def test_a_model_that_cannot_be_loaded_leaves_the_old_one(visit, shelf, short_video, one_cue):
    page = visit()
    page.upload(short_video, one_cue)
    page.has_video()
    expect(page["status"]).to_contain_text("Subtitles: SRT", timeout=SOON_MS)  # both are read
    choose(page, "broken")
    page.refuses("broken", "fetch or train it again")
    expect(page["model-choice"].get_by_label("one", exact=True)).to_be_checked()
    page.ask(QUESTION)
    one = shelf.get("one")
    page.shows(one.ask(one.encode_video(short_video, one_cue), QUESTION))


def test_the_dialog_tells_of_each_model(visit):
    page = visit()
    page.page.get_by_role("button", name="About the models").click()
    dialog = page.page.get_by_role("dialog", name="Models")
    expect(dialog.locator(".model")).to_have_count(4)
    expect(dialog).to_contain_text("nothing, seed 2")
    dialog.get_by_text("Model card").first.click()
    expect(dialog.get_by_text(re.compile("The card of one"))).to_be_visible()
    page.page.keyboard.press("Escape")
    expect(dialog).not_to_be_visible()
