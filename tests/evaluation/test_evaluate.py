"""Which files `evaluate` looks at, and what it says about those it cannot use."""

from dataclasses import replace

import pytest

from mutualsl.data import DATASETS, Example, VideoInput
from mutualsl.evaluation.evaluate import encode
from mutualsl.subtitles import Cue

CUES = (Cue(1.0, 3.0, "Here is the kettle."), Cue(6.0, 90.0, "Pour it."), Cue(99.0, 100.0, "End."))


@pytest.fixture
def example():
    video = VideoInput(video_id="tea", duration_second=100.0, cues=CUES)
    return Example(video=video, question="Where is the kettle?")


@pytest.fixture
def root(tmp_path, short_video):
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "tea.mp4").symlink_to(short_video)
    return tmp_path


def test_the_loaded_cues_are_the_transcript_fitted_to_the_video(localizer, example, root):
    encoded = encode(localizer, example, root, DATASETS["vehiclevqa"])
    assert encoded.input.rows is not None and encoded.warnings == ()
    assert encoded.duration_second == pytest.approx(8.0, abs=0.1)
    times = [(cue.start_second, cue.end_second) for cue in encoded.input.cues]
    assert times == [(1.0, 3.0), (6.0, encoded.duration_second)]


def test_without_a_video_the_data_set_says_how_long_it_is(localizer, example, tmp_path):
    encoded = encode(localizer, example, tmp_path)
    assert encoded.input.rows is None and encoded.input.cues == CUES
    longer = replace(example, video=replace(example.video, duration_second=200.0))
    assert encode(localizer, longer, tmp_path).duration_second == 200.0


def test_a_video_that_cannot_be_read_is_missing(localizer, example, tmp_path):
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "tea.mp4").write_text("no video")
    encoded = encode(localizer, example, tmp_path)
    assert encoded.input.rows is None and encoded.input.cues == CUES
    assert len(encoded.warnings) == 1 and "tea.mp4" in encoded.warnings[0]


def test_a_track_that_cannot_be_read_is_missing(localizer, example, root):
    (root / "subtitles").mkdir()
    (root / "subtitles" / "tea.vtt").write_text("no track")
    silent = replace(example, video=example.video.without_subtitles())
    encoded = encode(localizer, silent, root)
    assert encoded.input.rows is not None and encoded.input.cues == ()
    assert len(encoded.warnings) == 1 and "tea.vtt" in encoded.warnings[0]


def test_nothing_to_read_is_no_error(localizer, example, tmp_path):
    silent = replace(example, video=example.video.without_subtitles())
    encoded = encode(localizer, silent, tmp_path)
    assert (encoded.input.rows, encoded.input.cues, encoded.warnings) == (None, (), ())
    assert encoded.duration_second == 100.0
