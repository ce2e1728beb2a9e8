"""The keyboard alone is enough to play and to look around."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


def test_keys_play_and_seek_where_nothing_else_wants_them(visit, demos):
    visitor = visit()
    visitor.try_example(demos["kitchen"].questions[0])
    visitor.has_video()
    visitor.page.evaluate("document.activeElement.blur()")
    visitor.page.keyboard.press("ArrowRight")
    visitor.page.keyboard.press("ArrowRight")
    visitor.page.keyboard.press("Shift+ArrowLeft")
    assert visitor.now() == pytest.approx(1.9, abs=0.05)
    visitor.page.keyboard.press(" ")
    visitor.page.wait_for_function("!document.querySelector('#player video').paused")
    visitor.page.keyboard.press(" ")
    visitor.page.wait_for_function("document.querySelector('#player video').paused")


def test_keys_work_after_a_click(asked):
    visitor, _ = asked
    visitor.has_video()
    visitor.page.locator(".tr-cue").nth(3).click()
    before = visitor.now()
    visitor.page.keyboard.press("ArrowRight")
    assert visitor.now() == pytest.approx(before + 1, abs=0.05)
    visitor["textual-play"].click()
    visitor.page.wait_for_function("!document.querySelector('#player video').paused")
    visitor.page.keyboard.press("?")
    expect(visitor["keys"]).to_be_visible()
    visitor.page.keyboard.press("Escape")
    visitor.video.evaluate("video => video.pause()")
    before = visitor.now()
    visitor.page.keyboard.press("ArrowLeft")
    assert visitor.now() == pytest.approx(before - 1, abs=0.05)
    visitor["offset"].locator("input[type=range]").focus()
    before = visitor.now()
    visitor.page.keyboard.press("ArrowRight")  # the slider's own
    assert visitor.now() == before


def test_keys_in_the_question_field_are_letters(visit):
    visitor = visit()
    field = visitor["question"].locator("textarea, input")
    field.press_sequentially("a ?")
    expect(field).to_have_value("a ?")
    expect(visitor["keys"]).to_be_hidden()


def test_the_list_of_keys_opens_and_closes(visit):
    visitor = visit()
    visitor.page.evaluate("document.activeElement.blur()")
    visitor.page.keyboard.press("?")
    expect(visitor["keys"]).to_be_visible()
    expect(visitor["keys"]).to_contain_text("play or pause")
    expect(visitor["keys"]).to_contain_text("zoom the time axis")
    visitor.page.keyboard.press("Escape")
    expect(visitor["keys"]).to_be_hidden()
    visitor.page.get_by_role("button", name="Keys").click()
    visitor.page.get_by_role("button", name="Close").click()
    expect(visitor["keys"]).to_be_hidden()
