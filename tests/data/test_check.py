import json
from dataclasses import replace

import pytest

from mutualsl.data import DATASETS
from mutualsl.data.check import check
from mutualsl.data.folders import find_features, find_subtitles, find_video
from mutualsl.data.split_sets import disjoint_ids
from mutualsl.errors import DataError
from mutualsl.video import VIDEO_SUFFIXES
from tests.data import raw

ROW = {"video_id": "v", "question": "How?", "start": 1, "end": 2, "duration": 9}


def write(folder, **splits):
    folder.mkdir(exist_ok=True)
    for split, rows in splits.items():
        lines = [json.dumps({**ROW, **row}) for row in rows]
        (folder / f"{split}.jsonl").write_text("\n".join(lines))


def test_what_a_split_shares_with_training_is_counted(tmp_path):
    write(
        tmp_path,
        train=[{}, {"video_id": "w", "question": "Why  so?", "start": 3, "end": 4}],
        test=[
            {"question": "how?", "start": 5, "end": 6},  # the question of another span
            {"question": "When?"},  # the span of another question
            {"video_id": "x", "question": "why so?"},  # the question of another video
            {"video_id": "x", "question": "Who?"},
        ],
    )
    train, test = check(DATASETS["jsonl"], tmp_path).splits
    assert train.leak is None
    assert (test.leak.videos, test.leak.questions, test.leak.spans) == (1, 2, 1)
    assert (test.questions, test.videos, test.expected) == (4, 2, None)


def test_split_sets_do_not_leak_into_each_other(tmp_path):
    write(tmp_path / "one", train=[{}], val=[{"video_id": "w"}])
    write(tmp_path / "two", test=[{}])
    reports = {(r.split_set, r.split): r for r in check(DATASETS["jsonl"], tmp_path).splits}
    assert list(reports) == [("one", "train"), ("one", "val"), ("two", "test")]
    assert reports["one", "val"].leak.videos == 0 and reports["two", "test"].leak is None


def test_what_is_missing_and_gold_outside_the_video_are_listed(tmp_path):
    bad = [
        {"sample_id": "early", "start": -1},
        {"sample_id": "late", "end": 9.2},
        {"sample_id": "empty", "end": 1},
        {"sample_id": "rounded", "end": 9.04},
        {"sample_id": "rounded", "video_id": "w"},
    ]
    write(tmp_path, test=bad)
    for folder, name in (("videos", "w.mp4"), ("subtitles", "v.vtt")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / name).write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nopen it\n")
    report = check(DATASETS["jsonl"], tmp_path)
    (test,) = report.splits
    assert (test.without_subtitles, test.without_video) == (("w",), ("v",))
    assert test.gold_outside == ("early", "late", "empty")
    assert any("early, late, empty" in finding for finding in report.findings)
    assert any("more than one question is called rounded" in f for f in report.findings)


def test_files_that_give_nothing_are_named_once_and_others_counted(tmp_path):
    rows = [{"video_id": name, "question": name} for name in "abc"]
    write(tmp_path, train=rows, val=rows)
    for path, text in {
        "subtitles/a.vtt": "WEBVTT\n\nno times\n",
        "subtitles/b.VTT": "WEBVTT\n\n00:01.000 --> 00:02.000\nopen it\n",
        "videos/a.MP4": "",
        "videos/b.jpg": "",
        "features/i3d/b.npy": "",
        "features/i3d/c.NPZ": "",
        "features/mini/other.npz": "",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    report = check(DATASETS["jsonl"], tmp_path)
    for split in report.splits:
        assert (split.without_subtitles, split.without_video) == (("a", "c"), ("c",))
        assert split.with_features == {"i3d": 2}
    track, picture = report.findings
    assert track.startswith("subtitles are not used: a.vtt: ")
    assert "read as a video: b.jpg, which ends like none" in picture


def test_cues_that_go_on_after_the_video_are_named(tmp_path):
    rows = [{"video_id": "a"}, {"video_id": "b"}, {"video_id": "c", "duration_estimated": True}]
    write(tmp_path, train=rows, val=rows)
    (tmp_path / "subtitles").mkdir()
    for name, start in (("a", "08"), ("b", "20"), ("c", "20")):
        text = f"WEBVTT\n\n00:{start}.000 --> 00:25.000\nopen it\n"
        (tmp_path / "subtitles" / f"{name}.vtt").write_text(text)
    report = check(DATASETS["jsonl"], tmp_path)
    assert [split.without_subtitles for split in report.splits] == [("b",), ("b",)]
    unused, long = report.findings
    assert unused.startswith("subtitles are not used: b.vtt: ") and "(00:00:09.000)" in unused
    assert long.startswith("cues end after the video, where they are cut: a (16.0 s);")


def test_no_folder_is_listed_to_find_tracks_and_rows(tmp_path, monkeypatch):
    """With many videos that would be slow, as most of them may have none."""
    track, rows = tmp_path / "subtitles" / "a.SRT", tmp_path / "features" / "i3d" / "a.NPY"
    for path in (track, rows):
        path.parent.mkdir(parents=True)
        path.touch()
    monkeypatch.delattr("pathlib.Path.iterdir")
    assert find_subtitles(tmp_path, "a") == track and find_features(tmp_path, "i3d", "a") == rows
    assert find_subtitles(tmp_path, "b") is None and find_features(tmp_path, "c3d", "a") is None


@pytest.mark.parametrize("ending", [*VIDEO_SUFFIXES, ".MP4", ".WEBM"])
def test_no_folder_is_listed_to_find_a_video_of_a_usual_ending(tmp_path, monkeypatch, ending):
    (tmp_path / "videos").mkdir()
    (tmp_path / "videos" / f"a{ending}").touch()
    monkeypatch.delattr("pathlib.Path.iterdir")
    assert find_video(tmp_path, "a") == tmp_path / "videos" / f"a{ending}"


def test_each_video_of_a_split_is_looked_for_once(tmp_path):
    write(tmp_path, test=[{}, {"question": "Why?"}, {"video_id": "w"}])
    looked_for = []
    dataset = replace(DATASETS["jsonl"], find_video=lambda root, name: looked_for.append(name))
    (test,) = check(dataset, tmp_path).splits
    assert looked_for == ["v", "w"] == list(test.without_video)


def test_a_video_of_several_durations_is_said(tmp_path):
    """What lies outside of it would depend on the order of the lines."""
    write(
        tmp_path,
        train=[{"duration": 100}, {"duration": 50}, {"duration": 200, "start": 150, "end": 160}],
        val=[{"duration": 7}, {"video_id": "w"}, {"video_id": "w", "duration": 9.04}],  # rounded
    )
    several = [{"video_id": name, "duration": second} for name in "abcdefg" for second in (8, 9)]
    write(tmp_path / "mine", test=several)
    findings = check(DATASETS["jsonl"], tmp_path).findings
    first, second = (finding for finding in findings if "not the same duration" in finding)
    assert first.startswith("train.jsonl: ") and first.endswith("v (50 to 200 s)")
    assert second.startswith("mine/test.jsonl: ") and second.endswith("e (8 to 9 s) and 2 more")


@pytest.mark.parametrize("name", ["tutorialvqa", "vehiclevqa", "medvidqa"])
def test_a_partial_copy_is_read_and_reported(tmp_path, name):
    getattr(raw, f"write_{name}")(tmp_path)
    report = check(DATASETS[name], tmp_path)
    sets = {split.split_set for split in report.splits}
    assert sets == ({"official"} if name == "medvidqa" else {"official", "disjoint"})
    for split in report.splits:
        assert split.questions < split.expected
        place = f"{split.split_set}, {split.split} has {split.questions} questions"
        assert any(place in finding for finding in report.findings)


def test_splits_that_cannot_be_read_are_said_to_be_missing(tmp_path):
    raw.write_tutorialvqa(tmp_path)
    (tmp_path / "dev.json").unlink()
    report = check(DATASETS["tutorialvqa"], tmp_path)
    assert [(s.split_set, s.split) for s in report.splits] == [
        ("official", "train"),
        ("official", "test"),
    ]
    missing = [finding for finding in report.findings if "cannot be read" in finding]
    assert len(missing) == 4 and "dev.json is missing" in missing[0]


@pytest.mark.parametrize("name", sorted(DATASETS))
def test_an_empty_folder_is_refused(tmp_path, name):
    with pytest.raises(DataError, match=r"docs/datasets.md"):
        check(DATASETS[name], tmp_path)


def test_no_video_is_in_two_disjoint_splits():
    for lists in disjoint_ids().values():
        ids = [video_id for names in lists.values() for video_id in names]
        assert len(ids) == len(set(ids)) and set(lists) == {"train", "val", "test"}
