import json

import pytest

from mutualsl.data import DATASETS, dataset_in, folders, jsonl
from mutualsl.errors import DataError
from mutualsl.spans import Span

ROW = {"video_id": "a b", "question": "how?", "start": 1, "end": 2.5, "duration": 9}
TRACK = "WEBVTT\n\n00:01.000 --> 00:02.000\nopen it\n"


def write(folder, *rows, split_set=""):
    (folder / split_set).mkdir(exist_ok=True)
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / split_set / "test.jsonl").write_text("\n".join(lines))


def test_questions_of_a_video_share_its_input(tmp_path):
    write(tmp_path, ROW, {**ROW, "sample_id": 7, "kind": "shown"}, split_set="mine")
    (tmp_path / "subtitles").mkdir()
    (tmp_path / "subtitles" / "a b.vtt").write_text(TRACK)
    first, second = jsonl.load(tmp_path, "test", "mine")
    assert first.video is second.video
    assert first.gold == Span(1, 2.5) and first.sample_id == "test-1" and first.kind is None
    assert second.sample_id == "7" and second.kind == "shown"
    assert [cue.text for cue in first.video.cues] == ["open it"]


def test_a_video_without_a_usable_track_has_no_cues(tmp_path):
    write(tmp_path, ROW)
    (tmp_path / "subtitles").mkdir()
    (tmp_path / "subtitles" / "a b.srt").write_text("nothing here")
    assert jsonl.load(tmp_path, "test")[0].video.cues == ()


@pytest.mark.parametrize(("estimated", "ends"), [(False, [2.0, 9.0]), (True, [2.0, 10.0, 13.0])])
def test_cues_end_with_a_video_whose_length_is_known(tmp_path, estimated, ends):
    write(tmp_path, {**ROW, "duration_estimated": estimated})
    (tmp_path / "subtitles").mkdir()
    later = "\n00:08.000 --> 00:10.000\nclose it\n\n00:12.000 --> 00:13.000\nbye\n"
    (tmp_path / "subtitles" / "a b.vtt").write_text(TRACK + later)
    (example,) = jsonl.load(tmp_path, "test")
    assert [cue.end_second for cue in example.video.cues] == ends


@pytest.mark.parametrize(
    "row",
    [
        "{not json",
        {k: v for k, v in ROW.items() if k != "end"},
        {**ROW, "start": "soon"},
        {**ROW, "end": float("nan")},
        "[1, 2]",
        {**ROW, "question": "\ud800"},
        {**ROW, "sample_id": "\ud800"},
        {**ROW, "kind": "\ud800"},
        {**ROW, "differs_by": ["\ud800"]},
        {**ROW, "end": 10**400},
        "[" * 100_000,
    ],
)
def test_a_bad_row_is_named(tmp_path, row):
    write(tmp_path, ROW, row)
    with pytest.raises(DataError, match="line 2"):
        jsonl.load(tmp_path, "test")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"duration": 2e8}, "2e+08 s; a video lasts at least 0.001 s and at most 24 hours"),
        ({"duration": 1e300}, "duration is 1e+300 s"),
        ({"duration": 0}, "duration is 0 s"),
        ({"duration": 0.0004}, "duration is 0.0004 s"),
        ({"duration": -1.5}, "duration is -1.5 s"),
        ({"end": 1e300}, "end is 1e+300 s, not a time in a video"),
        ({"video_id": 300 * "ä"}, "too long to name a file"),
        ({"video_id": "../secret"}, "not a plain file name"),
        ({"video_id": ""}, "not a plain file name"),
        ({"question": None}, "has no question; needed are video_id, question, start, end"),
        ({"start": "soon"}, "start is 'soon', not a number of seconds"),
    ],
)
def test_a_value_that_cannot_be_is_named_with_file_and_line(tmp_path, change, said):
    write(tmp_path, ROW, ROW | change)
    with pytest.raises(DataError) as caught:
        jsonl.load(tmp_path, "test")
    assert f"{tmp_path / 'test.jsonl'}, line 2: " in str(caught.value)
    assert said in str(caught.value) and len(str(caught.value)) < 300


def test_a_missing_split_and_a_video_id_with_a_path_are_refused(tmp_path):
    with pytest.raises(DataError, match="no such split"):
        jsonl.load(tmp_path, "test")
    write(tmp_path, {**ROW, "video_id": "../secret"})
    with pytest.raises(DataError, match="plain file name"):
        jsonl.load(tmp_path, "test")


def test_a_file_that_is_no_text_is_named(tmp_path):
    (tmp_path / "test.jsonl").write_bytes(b"\xff\xfe")
    with pytest.raises(DataError, match="test.jsonl: not UTF-8"):
        jsonl.load(tmp_path, "test")


def test_a_line_ends_only_where_json_lines_end(tmp_path):
    text = json.dumps({**ROW, "question": "which\u2028line?"}, ensure_ascii=False)
    (tmp_path / "test.jsonl").write_text(f"{text}\r\n{text}\n", encoding="utf-8")
    assert len(jsonl.load(tmp_path, "test")) == 2


def test_a_folder_is_read_by_its_layout_then_by_its_name(tmp_path):
    named, mine = tmp_path / "medvidqa", tmp_path / "mine"
    for folder in (named, mine):
        folder.mkdir()
        assert dataset_in(folder, "test") is DATASETS.get(folder.name, DATASETS["jsonl"])
        write(folder, ROW)
        assert dataset_in(folder, "test") is DATASETS["jsonl"]


def test_videos_are_found_by_any_ending(tmp_path):
    assert folders.find_video(tmp_path, "a b") is None
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / "a b").mkdir()
    assert folders.find_video(tmp_path, "a b") is None
    (tmp_path / "videos" / "a b.odd").touch()
    assert folders.find_video(tmp_path, "a b").name == "a b.odd"
    for name in ("a b.jpg", "a b.json", "a b.webm"):
        (tmp_path / "videos" / name).touch()
    assert folders.find_video(tmp_path, "a b").name == "a b.webm"
