"""Which of the text tracks inside a video is read."""

import math
from dataclasses import replace

import pytest

from mutualsl import reading
from mutualsl.errors import SubtitleError, VideoError
from mutualsl.reading import read_embedded
from mutualsl.subtitles import Cue, Subtitles
from mutualsl.video import probe
from tests.command_line import call
from tests.video.conftest import make_tracks

ENGLISH = ("eng", "English", [(0.5, 1.5, "Open the jar."), (2.0, 3.0, "Close the jar.")])
GERMAN = ("ger", "Deutsch", [(1.0, 2.5, "Öffne das Glas.")])


@pytest.fixture(scope="module")
def two_tracks(tmp_path_factory):
    return make_tracks(tmp_path_factory.mktemp("tracks") / "two.mkv", ENGLISH, GERMAN)


def test_tracks_are_counted_from_one(two_tracks):
    info = probe(two_tracks)
    assert [cue.text for cue in read_embedded(info)] == ["Open the jar.", "Close the jar."]
    second = read_embedded(info, 2)
    assert second.language == "ger" and [cue.text for cue in second] == ["Öffne das Glas."]


@pytest.mark.parametrize("number", [0, 3])
def test_a_track_that_is_not_there(two_tracks, number):
    with pytest.raises(VideoError, match=f"two.mkv has 2 text tracks.*{number}; choose 1 to 2"):
        read_embedded(probe(two_tracks), number)


def test_a_track_of_a_video_without_any(localizer, short_video):
    with pytest.raises(VideoError, match="has no text track"):
        localizer.encode_video(short_video, track=1)
    assert localizer.encode_video(short_video).subtitles is None


def test_a_first_track_without_a_line_is_said_and_the_next_one_read(localizer, tmp_path):
    silent = make_tracks(tmp_path / "silent.mkv", ("eng", "English", [(0.5, 1.5, " ")]), GERMAN)
    encoded = localizer.encode_video(silent)
    assert encoded.subtitles.track_number == 2 and encoded.input.cues[0].text == "Öffne das Glas."
    (said,) = encoded.warnings
    assert said.startswith("text track 1 inside the video is not used: ")
    with pytest.raises(SubtitleError):
        localizer.encode_video(silent, track=1)


def test_a_video_whose_only_track_has_no_line_is_read_without_subtitles(localizer, tmp_path):
    silent = make_tracks(tmp_path / "silent.mkv", ("eng", "English", [(0.5, 1.5, " ")]))
    encoded = localizer.encode_video(silent)
    assert encoded.subtitles is None and encoded.input.rows is not None
    assert encoded.warnings[0].startswith("text track 1 inside the video is not used: ")


def test_a_track_that_is_too_large_is_said_and_the_next_one_read(localizer, tmp_path, monkeypatch):
    monkeypatch.setattr(reading, "MAX_BYTES", 500)
    long = ("eng", "English", [(0.5, 1.5, "word " * 200)])
    encoded = localizer.encode_video(make_tracks(tmp_path / "long.mkv", long, GERMAN))
    assert encoded.subtitles.track_number == 2
    (said,) = encoded.warnings
    assert said.startswith("text track 1 inside the video is not used: ") and "too large" in said


@pytest.fixture
def tried(monkeypatch):
    """The numbers of the tracks that are read; none holds a line."""
    numbers = []

    def refused(info, number):
        numbers.append(number)
        raise SubtitleError("it holds none")

    monkeypatch.setattr(reading, "read_embedded", refused)
    return numbers


@pytest.fixture
def many_tracks(two_tracks, monkeypatch):
    info = probe(two_tracks)
    many = replace(info, text_tracks=info.text_tracks * 50)
    monkeypatch.setattr(reading, "probe", lambda video: many)
    return two_tracks


def test_not_every_one_of_very_many_tracks_is_tried(localizer, many_tracks, tried):
    encoded = localizer.encode_video(many_tracks)
    assert encoded.subtitles is None and tried == list(range(1, reading.TRACKS_TRIED + 1))
    assert "only the first 8 of 100 text tracks inside the video were tried" in encoded.warnings[8]


def test_a_visitor_who_leaves_stops_the_trying_of_tracks(localizer, many_tracks, tried):
    def leave(stage, fraction):
        if len(tried) == 3:
            raise InterruptedError

    with pytest.raises(InterruptedError):
        localizer.encode_video(many_tracks, progress=leave)
    assert tried == [1, 2, 3]


def test_the_command_line_reads_the_track_that_was_named(two_tracks, capfd, checkpoint):
    question = ("--question", "How is the jar opened?", "--json")
    done = call(capfd, "ask", two_tracks, "--track", 2, *question)
    assert done.code == 0 and '"span": [1.0, 2.5]' in done.out


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--track", 5), "there is no track 5; choose 1 to 2"),
        (("--track", 1, "--subtitles", "none"), "no other subtitles"),
    ],
)
def test_the_command_line_refuses_in_one_line(two_tracks, capfd, checkpoint, arguments, said):
    done = call(capfd, "ask", two_tracks, "--question", "How?", *arguments)
    assert done.code == 2 and said in done.err and done.err.count("\n") == 1


@pytest.mark.parametrize("subtitles", ["none", "missing.srt", Subtitles(cues=(Cue(1, 2, "Hi"),))])
def test_a_track_beside_other_subtitles_is_refused(localizer, two_tracks, subtitles):
    with pytest.raises(SubtitleError, match="track 9 can only be one inside a video"):
        localizer.encode_video(two_tracks, subtitles, track=9)


def test_a_track_without_a_video_is_refused(localizer):
    with pytest.raises(SubtitleError, match="track 3 can only be one inside a video"):
        localizer.encode_video(None, track=3)


@pytest.mark.parametrize(("start", "end"), [(math.nan, 5), (1, math.inf), (5, 1), (2, 2)])
def test_times_that_cannot_be_are_refused(localizer, short_video, start, end):
    """Those of files are mended; these are given as they are."""
    track = Subtitles(cues=(Cue(0.5, 1.0, "Open the jar."), Cue(start, end, "Close the jar.")))
    said = f"cue 2 is shown from {start:g} s to {end:g} s"
    for video in (short_video, None):
        with pytest.raises(SubtitleError, match=said):
            localizer.encode_video(video, track)
    good = localizer.encode_video(None, Subtitles(cues=track.cues[:1]))
    with pytest.raises(SubtitleError, match=said):
        localizer.with_subtitles(good, track)


def test_another_transcript_is_cut_to_the_video(localizer, short_video):
    encoded = localizer.encode_video(short_video)
    long = Subtitles(cues=(Cue(1.0, 3.0, "Open the jar."), Cue(6.0, 99.0, "Close the jar.")))
    again = localizer.with_subtitles(encoded, long)
    assert again.duration_second == encoded.duration_second == again.input.cues[-1].end_second
    assert localizer.ask(again, "How do I close it?").textual.span.end_second <= 8.1
    with pytest.raises(SubtitleError, match="after the video has ended"):
        localizer.with_subtitles(encoded, Subtitles(cues=(Cue(50.0, 51.0, "Far away."),)))
