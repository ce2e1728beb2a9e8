"""What the page shows is what the library answers in Python."""

import shutil

import pytest
from playwright.sync_api import expect

from mutualsl.exports import EXPORTS
from tests.browser.page import clock

pytestmark = pytest.mark.browser
ODD_NAME = 'it\'s "my" vidéo 二'
QUESTION = "Where is the kettle poured?"


def test_an_example_is_one_click(visit, demos, localizer, kitchen, garden):
    page = visit()
    for demo, encoded in ((demos["kitchen"], kitchen), (demos["garden"], garden)):
        page.try_example(demo.questions[0])
        page.shows(localizer.ask(encoded, demo.questions[0]))
        expect(page["question"].locator("textarea, input")).to_have_value(demo.questions[0])
    assert page.video.count() == 1


def test_a_further_question_of_the_same_video(visit, demos, localizer, kitchen):
    page = visit()
    for question in demos["kitchen"].questions[:2]:
        page.try_example(question)
        page.shows(localizer.ask(kitchen, question))
    page.type(QUESTION)
    page["ask"].click()
    page.shows(localizer.ask(kitchen, QUESTION))


def test_an_upload_asked_about_with_enter(visit, short_video, one_cue, localizer, short, tmp_path):
    video, track = tmp_path / f"{ODD_NAME}.mp4", tmp_path / f"{ODD_NAME}.srt"
    shutil.copy(short_video, video)
    shutil.copy(one_cue, track)
    page = visit()
    page.upload(video, track)
    page.has_video()
    page.ask(QUESTION)
    page.shows(localizer.ask(short, QUESTION))
    expect(page["status"]).to_contain_text(video.name)


def test_a_question_asked_too_early_waits_for_every_file(
    visit, short_video, one_cue, localizer, short
):
    page = visit()
    page.upload(short_video, one_cue)
    page.ask(QUESTION)
    page.shows(localizer.ask(short, QUESTION))


def test_a_video_without_subtitles(visit, short_video, localizer):
    page = visit()
    page.upload(short_video)
    page.has_video()
    page.ask(QUESTION)
    page.shows(localizer.ask(localizer.encode_video(short_video), QUESTION))
    expect(page["visual-play"]).to_be_enabled()
    expect(page["textual-play"]).to_be_disabled()


def test_subtitles_without_a_video(visit, one_cue, localizer):
    page = visit()
    page.upload(subtitles=one_cue)
    page.ask(QUESTION)
    page.shows(localizer.ask(localizer.encode_video(None, one_cue), QUESTION))
    expect(page["textual-play"]).to_be_disabled()


def test_a_file_given_while_an_example_loads_is_the_one_that_stays(
    visit, demos, short_video, localizer
):
    page = visit()
    page.try_example(demos["garden"].questions[0])
    expect(page["video-file"]).to_contain_text("garden")
    page.upload(short_video)
    page.has_video()
    page.ask(QUESTION)
    page.shows(localizer.ask(localizer.encode_video(short_video), QUESTION))


def test_a_file_that_is_on_its_way_when_an_example_fills_its_box_is_the_one_that_stays(
    visit, demos, short_video, localizer
):
    page, held = visit(), []
    page.page.route("**/gradio_api/upload?*", lambda route: held.append(route))
    page.upload(short_video)
    page.try_example(demos["garden"].questions[0])
    expect(page["video-file"]).to_contain_text("garden")
    (upload,) = held
    upload.continue_()
    expect(page["video-file"]).to_contain_text("short")
    page.ask(QUESTION)
    page.shows(localizer.ask(localizer.encode_video(short_video), QUESTION))


def test_a_question_asked_while_an_example_loads_is_answered(visit, demos, localizer):
    page = visit()
    demo = demos["workshop"]
    page.try_example(demo.questions[0])
    expect(page["video-file"]).to_contain_text("workshop")
    page.ask(QUESTION)
    encoded = localizer.encode_video(demo.video, demo.subtitles)
    page.shows(localizer.ask(encoded, QUESTION))
    expect(page["question"].locator("textarea, input")).to_have_value(QUESTION)


def test_all_spans_can_be_saved(visit, demos, localizer, kitchen, tmp_path):
    visitor = visit()
    question = demos["kitchen"].questions[0]
    visitor.try_example(question)
    answer = localizer.ask(kitchen, question)
    visitor.shows(answer)
    for way in EXPORTS.values():
        with visitor.page.expect_download() as waiting:
            visitor.page.locator(".exports").get_by_role("link", name=way.name).click()
        assert waiting.value.suggested_filename == f"kitchen-basics.{way.suffix}"
        waiting.value.save_as(tmp_path / way.suffix)
    with visitor.page.expect_download() as waiting:
        visitor.page.locator(".exports").get_by_role("link", name="report").click()
    assert waiting.value.suggested_filename == "kitchen-basics.html"
    waiting.value.save_as(tmp_path / "report.html")
    report = visitor.page.context.new_page()
    report.goto((tmp_path / "report.html").as_uri())
    expect(report.get_by_role("heading", level=1)).to_have_text(question)
    expect(report.locator(".answer b")).to_contain_text(clock(answer.span.start_second))
    expect(report.locator(".axis .gold")).to_be_visible()
    expect(report.locator(".axis .next").first).to_be_visible()
    report.close()
    spans = (tmp_path / "csv").read_text().splitlines()
    assert spans[1].startswith("answer,1,{:.3f},{:.3f}".format(*answer.span))
