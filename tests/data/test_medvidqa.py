import pytest

from mutualsl.data import DATASETS
from mutualsl.errors import DataError, UnknownName
from mutualsl.spans import Span
from tests.data import raw

load = DATASETS["medvidqa"].load
TRACK = "WEBVTT\n\n00:01.000 --> 00:02.000\nwash it\n"


def test_gold_is_whole_seconds_and_the_length_is_published(tmp_path):
    raw.write_medvidqa(tmp_path)
    (example,) = load(tmp_path, "train", "official")
    assert (example.sample_id, example.question) == ("1", "How to bandage a hand?")
    assert (example.gold, example.video.duration_second) == (Span(2, 7), 10.0)
    assert example.video.video_id == "abc-_123" and example.video.cues == ()


@pytest.mark.parametrize("suffix", [".vtt", ".srt"])
def test_subtitles_are_taken_where_the_user_has_them(tmp_path, suffix):
    raw.write_medvidqa(tmp_path)
    (tmp_path / "subtitles").mkdir()
    (tmp_path / "subtitles" / f"xyz{suffix}").write_text(TRACK)
    (example,) = load(tmp_path, "val")
    assert [cue.text for cue in example.video.cues] == ["wash it"]


def test_cues_end_with_the_video(tmp_path):
    raw.write_medvidqa(tmp_path)
    (tmp_path / "subtitles").mkdir()
    (tmp_path / "subtitles" / "xyz.vtt").write_text(TRACK.replace("02.000", "12.000"))
    (example,) = load(tmp_path, "val")
    assert [cue.end_second for cue in example.video.cues] == [10.0]


def test_answers_are_clamped_to_the_video(tmp_path):
    raw.write_medvidqa(tmp_path, answer_start_second=-1, answer_end_second=12)
    (example,) = load(tmp_path, "val")
    assert example.gold == Span(0.0, 10.0)
    (remark,) = DATASETS["medvidqa"].remarks(tmp_path)
    assert remark.startswith("1 answers")


@pytest.mark.parametrize(
    ("start", "end"),
    [(10, 15), (12, 15), (12, 12), (12, 11), (-5, -2), (-2, -2), (-2, 0)],
)
def test_answers_outside_the_video_are_left_out(tmp_path, start, end):
    raw.write_medvidqa(tmp_path, answer_start_second=start, answer_end_second=end)
    assert load(tmp_path, "val") == [] and len(load(tmp_path, "train")) == 1
    (remark,) = DATASETS["medvidqa"].remarks(tmp_path)
    assert remark.startswith("1 answers lie outside")


def test_a_question_without_an_answer_is_kept(tmp_path):
    """As test questions may be published, to be answered by others."""
    raw.write_medvidqa(tmp_path, answer_start_second=0, answer_end_second=0)
    assert len(load(tmp_path, "val")) == 1 and not DATASETS["medvidqa"].remarks(tmp_path)


def test_test_questions_come_from_the_user(tmp_path):
    raw.write_medvidqa(tmp_path)
    with pytest.raises(DataError, match=r"test.json: no such file"):
        load(tmp_path, "test")
    (tmp_path / "train.json").rename(tmp_path / "test.json")
    assert len(load(tmp_path, "test")) == 1


def test_there_is_no_disjoint_set(tmp_path):
    with pytest.raises(UnknownName, match="official"):
        load(tmp_path, "val", "disjoint")


@pytest.mark.parametrize(
    "change",
    [
        {"answer_end_second": "soon"},
        {"answer_start_second": 10**400},
        {"answer_end_second": 1e300},
        {"video_length": None},
        {"video_length": 0},
        {"video_length": 2e8},
        {"video_id": 300 * "a"},
        {"video_id": "a/b"},
        {"question": 1.5},
        {"question": "\ud800"},
    ],
)
def test_a_bad_record_is_named(tmp_path, change):
    raw.write_medvidqa(tmp_path, **change)
    with pytest.raises(DataError, match=f"val.json, record 1.*{next(iter(change))}"):
        load(tmp_path, "val")
