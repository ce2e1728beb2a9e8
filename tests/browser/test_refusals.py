"""What the page refuses, politely, and goes on working; markup of others stays text."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
QUESTION = "Where is the kettle poured?"
HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n/etc/passwd\n#EXT-X-ENDLIST\n"
ATTACK = "<img src=x onerror=alert(1)><script>alert(2)</script>"


def test_files_that_are_no_video(visit, tmp_path, short_video, localizer):
    page = visit()
    for name, content in (("text", "Not a video.\n" * 50), ("hls", HLS), ("empty", "")):
        fake = tmp_path / f"{name}.mp4"
        fake.write_text(content)
        page.upload(fake)
        page.refuses(fake.name)
        expect(page["ask"]).to_be_enabled()
    page.upload(short_video)
    page.has_video()
    page.ask(QUESTION)
    page.shows(localizer.ask(localizer.encode_video(short_video), QUESTION))


def test_subtitles_that_are_none(visit, tmp_path, short_video):
    track = tmp_path / "diary.srt"
    track.write_text("Dear diary,\n\nnothing happened.\n")
    page = visit()
    page.upload(short_video, track)
    page.refuses("diary.srt")


def test_questions_that_cannot_be_asked(visit, demos, localizer, garden):
    page = visit()
    asked = ((QUESTION, ""), (demos["garden"].questions[1], "   "), (QUESTION, "why " * 2500))
    page.try_example(demos["garden"].questions[0])
    page.shows(localizer.ask(garden, demos["garden"].questions[0]))
    for good, bad in asked:
        page.type(bad)
        page["ask"].click()
        page.refuses(*(["10,000", "1,000"] if bad.strip() else ["empty"]))
        page.ask(good)
        page.shows(localizer.ask(garden, good))


def test_a_question_before_any_video_breaks_nothing(visit, demos, localizer, garden):
    page = visit()
    page.ask(QUESTION)
    page.try_example(demos["garden"].questions[0])
    page.shows(localizer.ask(garden, demos["garden"].questions[0]))


def test_markup_in_questions_names_and_cues_is_text(visit, tmp_path, short_video, localizer):
    video, track = tmp_path / "<img src=x onerror=alert(3)>.mp4", tmp_path / "<b>bold<b>.vtt"
    video.write_bytes(short_video.read_bytes())
    escaped = ATTACK.replace("<", "&lt;").replace(">", "&gt;")
    cues = f"00:01.000 --> 00:03.000\n{ATTACK} Pour\n\n00:04.000 --> 00:06.000\n{escaped} Tea\n"
    track.write_text(f"WEBVTT\n\n{cues}")
    page = visit()
    page.upload(video, track)
    page.has_video()
    page.ask(ATTACK)
    page.shows(localizer.ask(localizer.encode_video(video, track), ATTACK))
    expect(page.page.get_by_text(ATTACK).first).to_be_visible()
    page.click_timeline(0.6)  # the cue under the playhead is written out
    expect(page["timeline"]).to_contain_text(ATTACK)
    assert page.page.locator("img[src=x], b:has-text('bold')").count() == 0
