"""Which subtitles are read: of several text tracks, of a file, and never those of an example."""

import pytest
from playwright.sync_api import expect

from tests.browser.page import ANSWER_MS
from tests.video.conftest import make_tracks

pytestmark = pytest.mark.browser
QUESTION = "How is the jar opened?"


@pytest.fixture(scope="module")
def two_tracks(tmp_path_factory):
    english = ("eng", "English", [(0.5, 1.5, "Open the jar."), (2.0, 3.0, "Close the jar.")])
    german = ("ger", "Deutsch", [(1.0, 2.5, "Öffne das Glas.")])
    return make_tracks(tmp_path_factory.mktemp("tracks") / "two.mkv", english, german)


def test_another_track_is_read_and_answered_from(visit, two_tracks, localizer):
    visitor = visit()
    visitor.upload(two_tracks)
    visitor.has_video()
    visitor.ask(QUESTION)
    visitor.shows(localizer.ask(localizer.encode_video(two_tracks), QUESTION))
    choice = visitor.page.get_by_label("Subtitle track inside the video")
    expect(choice).to_have_value("1: English (eng)")
    choice.click()
    visitor.page.get_by_role("option", name="2: Deutsch (ger)").click()
    visitor.shows(localizer.ask(localizer.encode_video(two_tracks, track=2), QUESTION))
    cues = visitor.page.locator("#transcript .tr-text")
    expect(cues).to_have_text(["Öffne das Glas."])
    expect(choice).to_have_value("2: Deutsch (ger)")
    assert visitor.page.locator("#timeline .tl-before").count() >= 1


def test_a_subtitle_file_leaves_no_choice(visit, two_tracks, one_cue):
    visitor = visit()
    visitor.upload(two_tracks, one_cue)
    visitor.has_video()
    expect(visitor["transcript"]).to_contain_text("Pour the kettle.")
    expect(visitor["track"]).to_be_hidden()


def test_subtitles_of_an_example_go_with_its_video(visit, two_tracks, demos, localizer, kitchen):
    visitor = visit()
    question = demos["kitchen"].questions[0]
    visitor.try_example(question)
    visitor.shows(localizer.ask(kitchen, question))
    expect(visitor["subtitle-file"]).to_contain_text("kitchen")
    visitor.upload(two_tracks)
    expect(visitor["status"]).to_contain_text(
        "kitchen-basics.srt belongs to an example and is not used", timeout=ANSWER_MS
    )
    expect(visitor["status"]).to_contain_text("Subtitles: track 1 of the video")
    expect(visitor["subtitle-file"]).not_to_contain_text("kitchen")
    expect(visitor["transcript"]).to_contain_text("Open the jar.")
    visitor.ask(QUESTION)
    visitor.shows(localizer.ask(localizer.encode_video(two_tracks), QUESTION))
