"""Which files `evaluate` looks at, and what it says about those it cannot use."""

import json
from dataclasses import replace

import numpy as np
import pytest

from mutualsl.data import DATASETS, Example, VideoInput
from mutualsl.errors import MutualSLError
from mutualsl.evaluation.evaluate import encode, evaluate
from mutualsl.evaluation.predictions import read_predictions
from mutualsl.features.files import write_rows
from mutualsl.spans import Span
from mutualsl.subtitles import Cue, Subtitles, write_subtitles

CUES = (Cue(1.0, 3.0, "Here is the kettle."), Cue(6.0, 90.0, "Pour it."), Cue(99.0, 100.0, "End."))

CUT_SHORT = (
    "the video is 8.0 s long, by the data set 100.0 s; what lies behind its end cannot be found"
)


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
    assert encoded.input.rows is not None and encoded.warnings == (CUT_SHORT,)
    assert encoded.duration_second == pytest.approx(8.0, abs=0.1)
    times = [(cue.start_second, cue.end_second) for cue in encoded.input.cues]
    assert times == [(1.0, 3.0), (6.0, encoded.duration_second)]


@pytest.mark.parametrize(
    ("listed", "counted"), [(100.0, 100.0), (9.9, 8.0), (8.0, 8.0), (5.0, 8.0)]
)
def test_gold_is_not_cut_where_a_file_lacks_the_end_of_the_video(
    localizer, example, root, tmp_path, listed, counted
):
    """Else a span that ends with the file would be right about an answer that goes on."""
    video = replace(example.video, duration_second=listed)
    asked = replace(example, sample_id="a", gold=Span(7.0, 9.8), video=video)
    evaluate(localizer, [asked], root, tmp_path / "out")
    (result,) = read_predictions(tmp_path / "out" / "predictions.jsonl")
    assert result.duration_second == pytest.approx(counted, abs=0.1)
    assert result.seen_gold == Span(7.0, min(9.8, result.duration_second))
    row = json.loads((tmp_path / "out" / "predictions.jsonl").read_text())
    assert any("what lies behind its end" in said for said in row["warnings"]) == (listed == 100.0)


def test_without_a_video_the_data_set_says_how_long_it_is(localizer, example, tmp_path):
    encoded = encode(localizer, example, tmp_path)
    assert encoded.input.rows is None and encoded.input.cues == CUES
    longer = replace(example, video=replace(example.video, duration_second=200.0))
    assert encode(localizer, longer, tmp_path).duration_second == 200.0


@pytest.mark.parametrize("known", [True, False])
def test_cues_lengthen_a_video_only_where_its_length_is_an_estimate(localizer, tmp_path, known):
    row = {"video_id": "tea", "question": "Where?", "start": 1, "end": 2, "duration": 50}
    row["duration_estimated"] = not known
    (tmp_path / "val.jsonl").write_text(json.dumps(row))
    (tmp_path / "subtitles").mkdir()
    write_subtitles(Subtitles(cues=CUES), tmp_path / "subtitles" / "tea.vtt")
    (example,) = DATASETS["jsonl"].load(tmp_path, "val")
    encoded = encode(localizer, example, tmp_path)
    assert encoded.duration_second == (50.0 if known else 100.0)
    assert encoded.input.cues[-1].end_second == encoded.duration_second
    assert len(encoded.input.cues) == (2 if known else 3)


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
    assert len(encoded.warnings) == 2 and "tea.vtt" in encoded.warnings[0]


def test_nothing_to_read_is_no_error(localizer, example, tmp_path):
    silent = replace(example, video=example.video.without_subtitles())
    encoded = encode(localizer, silent, tmp_path)
    assert (encoded.input.rows, encoded.input.cues, encoded.warnings) == (None, (), ())
    assert encoded.duration_second == 100.0


def test_cues_that_all_lie_past_the_end_cost_the_subtitles_alone(localizer, example, root):
    late = tuple(Cue(cue.start_second + 20.0, cue.end_second + 20.0, cue.text) for cue in CUES)
    (root / "subtitles").mkdir()
    write_subtitles(late, root / "subtitles" / "tea.srt")
    encoded = encode(localizer, replace(example, video=replace(example.video, cues=late)), root)
    assert encoded.input.rows is not None and encoded.input.cues == ()
    assert encoded.info is not None and len(encoded.warnings) == 2
    assert encoded.warnings[0].startswith("tea.srt: ")


@pytest.fixture
def rows(localizer):
    """A hundred seconds of feature rows."""
    return np.zeros((100, localizer.encoder.row_width), np.float32)


def keep(root, rows, localizer):
    folder = root / "features" / localizer.encoder.name
    folder.mkdir(parents=True)
    write_rows(folder / "tea.npz", rows, localizer.encoder.fingerprint)


def test_rows_of_another_video_are_not_those_of_this_one(localizer, example, root, rows):
    keep(root, rows, localizer)
    encoded = encode(localizer, example, root)
    assert encoded.info is not None and len(encoded.input.rows) == 8  # of the video itself
    assert len(encoded.warnings) == 2 and "belong to another video" in encoded.warnings[0]


def test_rows_without_a_video_are_as_long_as_the_data_set_says(localizer, example, tmp_path, rows):
    keep(tmp_path, rows, localizer)
    spoken = replace(example, video=replace(example.video, duration_second=99.4, cues=CUES[:2]))
    encoded = encode(localizer, spoken, tmp_path)
    assert encoded.duration_second == 99.4 and len(encoded.input.rows) == 100
    short = replace(example, video=replace(example.video, duration_second=50.0, cues=CUES[:1]))
    encoded = encode(localizer, short, tmp_path)
    assert encoded.input.rows is None and "belong to another video" in encoded.warnings[0]


def test_what_is_no_fault_of_a_file_ends_the_evaluation(localizer, example, root, monkeypatch):
    def short_of_memory(*given, **named):
        raise MutualSLError("there is not enough memory for one clip")

    monkeypatch.setattr(localizer, "encode_video", short_of_memory)
    with pytest.raises(MutualSLError, match="not enough memory"):
        encode(localizer, example, root)


def test_rows_of_a_video_that_lasts_longer_than_its_cues_are_all_used(
    localizer, example, tmp_path, rows
):
    keep(tmp_path, rows, localizer)
    video = replace(example.video, duration_second=80.0, at_least=True, cues=CUES[:1])
    encoded = encode(localizer, replace(example, video=video), tmp_path)
    assert encoded.duration_second == 100.0 and len(encoded.input.rows) == 100
    assert encoded.warnings == ()


def test_what_an_earlier_run_left_is_not_of_this_one(localizer, example, tmp_path):
    example = replace(example, gold=Span(1.0, 3.0))
    for name in ("run.json", "controls.json"):
        (tmp_path / name).write_text("{}")
    evaluate(localizer, [example], tmp_path, tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["metrics.json", "predictions.jsonl"]
