from dataclasses import replace

import pytest

from mutualsl.errors import VideoError, WeightsMissing
from mutualsl.ui import status
from mutualsl.ui.progress import Update
from tests.ui.values import encoded_video


def test_progress_has_stage_share_and_seconds():
    page = status.running(Update("features", 0.42, 3.14))
    # What changes all the time is for the eyes: it would be read out without an end.
    assert 'Looking at the pictures<span aria-hidden="true">: 42 % · 3.1 s</span>' in page
    assert 'value="0.420"' in page


@pytest.mark.parametrize(
    ("before", "said"),
    [(0, "you are next"), (1, "1 visitor is before you"), (2, "2 visitors are before you")],
)
def test_who_waits_knows_how_many_are_before(before, said):
    page = status.running(Update("question", 0.0, 1.0, before))
    assert said in page and "is-running" in page and "Searching" not in page


def test_an_error_names_the_file_and_not_the_server(tmp_path):
    upload = tmp_path / "my x.mp4"
    page = status.failed(VideoError(f"{upload}: not a <video>"), str(upload))
    assert ">my x.mp4: not a &lt;video&gt;" in page and str(tmp_path) not in page
    assert 'role="alert"' in page


def test_an_unforeseen_error_is_logged_and_not_shown(caplog):
    assert status.sentence(RuntimeError("tensor of size 3")) == status.UNEXPECTED
    assert "tensor of size 3" in caplog.text


def test_missing_weights_are_the_business_of_whoever_serves_the_page(caplog):
    error = WeightsMissing("rgb_imagenet.pt is not here; name the file with --visual")
    assert status.sentence(error) == status.NO_WEIGHTS
    assert "--visual" in caplog.text


def test_ready_says_where_the_subtitles_are_from():
    encoded = encoded_video()
    page = status.ready(encoded)
    assert "Subtitles: WEBVTT, 1 line, shown 10 % of the time" in page and "1:40.0" in page
    embedded = replace(encoded, subtitles=replace(encoded.subtitles, track_number=2))
    assert "Subtitles: track 2 of the video, 1 line" in status.ready(embedded)
    assert "Subtitles: none" in status.ready(encoded_video(cues=()))


def test_a_file_name_keeps_its_letters():
    error = VideoError("my x.mp4 is empty")
    assert status.sentence(error, "/srv/my x.mp4") == "my x.mp4 is empty"


def test_a_sentence_starts_with_a_capital_letter():
    assert status.sentence(VideoError("the video is empty")) == "The video is empty"
