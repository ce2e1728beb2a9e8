import pytest

from mutualsl.data import DATASETS
from mutualsl.errors import DataError
from mutualsl.spans import Span
from tests.data import raw

load = DATASETS["vehiclevqa"].load


@pytest.mark.parametrize("name", ["fold_{}.csv", "fold_{}_Ford_AMT_Questions.csv"])
def test_segments_become_one_track_and_gold_their_spans(tmp_path, name):
    raw.write_vehiclevqa(tmp_path, name=name)
    first, second, *_ = load(tmp_path, "test")
    assert (first.sample_id, first.question) == ("q_10_v_1_1", "What is 10 for?")
    assert (first.gold, second.gold) == (Span(0.5, 2.0), Span(2.0, 6.25))
    assert first.video is second.video and first.video.video_id == "v_1"
    cues = [(cue.start_second, cue.end_second, cue.text) for cue in first.video.cues]
    assert cues == [
        (0.5, 2.0, "Press the button"),
        (2.0, 3.5, ">> Turn the\nwheel."),
        (4.0, 6.25, "Stop."),
    ]
    assert first.video.duration_second == 6.25


def test_the_folder_of_the_repository_is_found(tmp_path):
    (tmp_path / "Data_10_folds").mkdir()
    raw.write_vehiclevqa(tmp_path / "Data_10_folds", name="fold_{}_Ford.csv")
    assert len(load(tmp_path, "train")) == 8 * 6


def test_a_question_repeated_about_the_same_span_is_left_out(tmp_path):
    rows = [
        ("v_1_1", "q_a", raw.FIRST, "what IS 3, for"),  # asked in fold 3
        ("v_1_2", "q_b", raw.SECOND, "What else?"),
        ("v_1_2", "q_c", raw.SECOND, "What else"),
        ("v_10_2", "q_d", raw.SECOND, "What else?"),
    ]
    raw.write_vehiclevqa(tmp_path, {9: rows})
    assert [e.sample_id for e in load(tmp_path, "val")] == ["q_b", "q_d"]
    assert "2 of 58 questions repeat" in " ".join(DATASETS["vehiclevqa"].remarks(tmp_path))


def test_a_disjoint_split_takes_its_videos_from_every_fold(tmp_path):
    raw.write_vehiclevqa(tmp_path)
    examples = load(tmp_path, "val", "disjoint")
    assert {e.video.video_id for e in examples} == {"v_10"} and len(examples) == 20


@pytest.mark.parametrize(
    ("row", "words"),
    [
        (("v_1_1", "q", raw.SECOND, "Why?"), "differs .* v_1_1"),
        (("v_1_9", "q", "no times at all", "Why?"), "video_trans: no usable cue"),
        (("v1", "q", raw.FIRST, "Why?"), "segment's number"),
        (("../v_1_1", "q", raw.FIRST, "Why?"), "plain file name"),
        (("v_1_1", "q"), "no video_trans"),
    ],
)
def test_a_bad_row_is_named(tmp_path, row, words):
    raw.write_vehiclevqa(tmp_path, {4: [("v_1_2", "q_x", raw.SECOND, "Why?"), row]})
    with pytest.raises(DataError, match=rf"fold_4.csv, line \d+.*{words}"):
        load(tmp_path, "train")


def test_a_missing_fold_and_a_missing_column_are_named(tmp_path):
    raw.write_vehiclevqa(tmp_path)
    (tmp_path / "fold_7.csv").unlink()
    with pytest.raises(DataError, match=r"fold_7.csv.*datasets.md"):
        load(tmp_path, "test")
    (tmp_path / "fold_7.csv").write_text("video_id,question\nv_1_1,Why?\n")
    with pytest.raises(DataError, match=r"line 1.*question_id, video_trans"):
        load(tmp_path, "test")
