"""Which questions teach and which validate."""

import json

import numpy as np
import pytest

from mutualsl.errors import DataError, FeatureError
from mutualsl.features.extract import VisualFeatures
from mutualsl.features.files import write_rows
from mutualsl.features.missing import MissingEncoder
from mutualsl.training.config import Part, Stage, TrainConfig
from mutualsl.training.library import Library
from mutualsl.video import content_hash
from tests import tiny


@pytest.fixture
def library(tmp_path):
    """Two questions on each of ten videos to learn from, and one other to validate with."""
    folder = tmp_path / "text"
    folder.mkdir()
    row = {"question": "how", "start": 0, "end": 1, "duration": 9}
    videos = {"train": [f"t{i}" for i in range(10)] * 2, "val": ["v"]}
    for split, names in videos.items():
        lines = [json.dumps(row | {"video_id": name}) for name in names]
        (folder / f"{split}.jsonl").write_text("\n".join(lines))
    encoder = MissingEncoder(name="mini", fingerprint="none", row_width=6, why="not needed")
    return Library(tmp_path, tiny.tokenizer(), encoder)


def videos(library, held_out):
    """Those of a stage that teach, and those that validate, once a question."""
    part = Part(dataset="text", validation=99, held_out=held_out)
    stage = Stage(name="only", parts=(part,), train=TrainConfig())
    (source,), validation = library.sources(stage), library.validation(stage)
    return tuple(
        sorted(example.video.video_id for example in examples)
        for examples in (source.examples, validation["text"])
    )


def test_by_default_the_val_split_validates(library):
    train, validation = videos(library, 0.0)
    assert len(train) == 20 and validation == ["v"]


def test_videos_held_out_validate_in_its_place_and_teach_nothing(library):
    train, validation = videos(library, 0.3)
    assert len(validation) == 6 and len(train) == 14
    assert "v" not in validation and not set(train) & set(validation)
    assert videos(library, 0.3) == (train, validation)


def test_something_is_always_left_to_learn_from(library):
    train, validation = videos(library, 1.0)
    assert len(train) == 2 and len(validation) == 18


@pytest.mark.parametrize("share", [0.01, 0.1])
def test_a_share_holds_out_one_video_at_least(library, share):
    train, validation = videos(library, share)
    assert len(validation) == 2 and len(train) == 18


def test_the_only_video_cannot_be_held_out(library, tmp_path):
    lines = (tmp_path / "text" / "train.jsonl").read_text().splitlines()
    (tmp_path / "text" / "train.jsonl").write_text(lines[0])
    with pytest.raises(DataError, match=r"text: held_out=0.1, .* one video alone"):
        videos(library, 0.1)


def test_answers_that_cannot_be_right_are_warned_of(library, tmp_path, caplog):
    row = {"video_id": "t0", "question": "how", "start": 1, "end": 2, "duration": 9}
    odd = [{"sample_id": "back", "end": 0}, {"sample_id": "late", "start": 8, "end": 12}]
    lines = [json.dumps(row | {"sample_id": str(i)} | more) for i, more in enumerate([{}, *odd])]
    (tmp_path / "text" / "train.jsonl").write_text("\n".join(lines))
    videos(library, 0.0)
    (warning,) = caplog.messages
    assert "train split: back, late; mutualsl data check" in warning


def test_cues_all_after_a_known_end_teach_nothing(library, tmp_path, caplog):
    (tmp_path / "text" / "subtitles").mkdir()
    text = "WEBVTT\n\n00:10.000 --> 00:12.000\nopen\n"
    (tmp_path / "text" / "subtitles" / "t1.vtt").write_text(text)
    videos(library, 0.0)
    (warning,) = caplog.messages
    assert "t1.vtt: no usable cue is left (cues start after the video has ended" in warning


def test_videos_that_nothing_looks_at_are_read_to_calibrate_alone(library, tmp_path, monkeypatch):
    (tmp_path / "text" / "videos").mkdir()
    for name in ("t0", "v"):
        (tmp_path / "text" / "videos" / f"{name}.mp4").write_text(name)
    every_video_has(monkeypatch, 9)
    read = []
    monkeypatch.setattr("mutualsl.training.library.probe", read.append)
    library._looked_at = frozenset()
    assert "v" in videos(library, 0.0)[1] and read == []
    stage = Stage(name="only", parts=(Part(dataset="text", validation=9),), train=TrainConfig())
    (blind,) = library.calibration(stage, looks=False)["text"]
    (whole,) = library.calibration(stage, looks=True)["text"]
    assert blind.video.rows is None and len(whole.video.rows) == 9
    assert [path.stem for path in read] == ["v"]


@pytest.mark.parametrize("looked_at", [None, frozenset()])
def test_of_videos_that_teach_only_those_held_out_are_read_to_calibrate(
    library, tmp_path, monkeypatch, looked_at
):
    (tmp_path / "text" / "videos").mkdir()
    for i in range(10):
        (tmp_path / "text" / "videos" / f"t{i}.mp4").write_text(f"t{i}")
    every_video_has(monkeypatch, 9)
    read = []
    monkeypatch.setattr("mutualsl.training.library.probe", read.append)
    library._looked_at = looked_at
    part = Part(dataset="text", validation=99, held_out=0.3)
    stage = Stage(name="only", parts=(part,), train=TrainConfig())
    asked = library.calibration(stage, looks=True)["text"]
    assert all(len(example.video.rows) == 9 for example in asked) and len(asked) == 6
    apart = {example.video.video_id for example in asked}
    assert sorted(path.stem for path in read) == sorted(apart)
    (source,), _ = library.sources(stage), library.validation(stage)
    assert all((e.video.rows is None) == (looked_at is not None) for e in source.examples)
    assert len(read) == (10 if looked_at is None else 3)  # each once


def test_questions_are_whole_to_calibrate_with_and_as_trained_to_validate(library, tmp_path):
    path = tmp_path / "text" / "features" / "mini" / "v.npz"
    path.parent.mkdir(parents=True)
    write_rows(path, np.ones((9, 6)), "none")
    parts = (Part(dataset="text", validation=9, drop_video=1.0),)
    stage = Stage(name="only", parts=parts, train=TrainConfig())
    (trained,), (whole,) = (
        library.validation(stage)["text"],
        library.calibration(stage, True)["text"],
    )
    assert trained.video.rows is None and len(whole.video.rows) == 9


def test_a_track_that_teaches_nothing_is_warned_of_once(library, tmp_path, caplog):
    (tmp_path / "text" / "subtitles").mkdir()
    for name, text in (("t1", "no cues"), ("v", "WEBVTT\n\n00:01.000 --> 00:02.000\nopen\n")):
        (tmp_path / "text" / "subtitles" / f"{name}.vtt").write_text(text)
    lines = (tmp_path / "text" / "train.jsonl").read_text()
    (tmp_path / "text" / "val.jsonl").write_text(lines)
    assert "t1" in videos(library, 0.0)[1]
    (warning,) = caplog.messages
    assert warning.startswith("text: nothing is learned from these subtitles: t1.vtt")


@pytest.mark.parametrize(("count", "kept"), [(9, 9), (11, 9), (7, 7), (12, None)])
def test_rows_of_a_file_are_those_of_a_video_of_that_length(library, tmp_path, count, kept):
    path = tmp_path / "text" / "features" / "mini" / "t0.npz"
    path.parent.mkdir(parents=True)
    write_rows(path, np.ones((count, 6)), "none")
    stage = Stage(name="only", parts=(Part(dataset="text"),), train=TrainConfig())
    if kept is None:
        with pytest.raises(FeatureError, match=r"t0\.npz: 12 rows.*9 s.*another video"):
            library.sources(stage)
    else:
        (source,) = library.sources(stage)
        rows = [e.video.rows for e in source.examples if e.video.video_id == "t0"]
        assert [len(row) for row in rows] == [kept, kept]


def every_video_has(monkeypatch, count, warnings=()):
    """Extraction gives so many rows, whatever the file holds."""
    made = VisualFeatures(rows=np.ones((count, 6)), thumbnails=(), warnings=warnings)
    monkeypatch.setattr("mutualsl.training.library.probe", lambda path: None)
    monkeypatch.setattr("mutualsl.training.library.extract", lambda *_: made)


@pytest.mark.parametrize(
    ("count", "damaged", "fine"),
    [(9, True, True), (4, True, False), (4, False, True), (15, True, True)],
)
def test_a_video_that_breaks_off_teaches_nothing(
    library, tmp_path, monkeypatch, count, damaged, fine
):
    """Even where no question is about its rest, the file is not whole."""
    (tmp_path / "text" / "videos").mkdir()
    (tmp_path / "text" / "videos" / "t0.mp4").write_bytes(b"a video")
    every_video_has(monkeypatch, count, ("the video breaks off",) if damaged else ())
    stage = Stage(name="only", parts=(Part(dataset="text"),), train=TrainConfig())
    if fine:
        assert library.sources(stage)
        return
    with pytest.raises(FeatureError, match=r"t0.mp4: the video breaks off; pictures of 4 of 9 s"):
        library.sources(stage)


@pytest.mark.parametrize("estimated", [False, True])
@pytest.mark.parametrize("form", ["video", "rows"])
@pytest.mark.parametrize(("start", "fine"), [(3.9, True), (5.5, True), (6.5, False)])
def test_an_answer_after_the_last_picture_teaches_nothing(
    library, tmp_path, monkeypatch, form, estimated, start, fine
):
    """Whatever its file says of itself; edges are rounded, and rows may be off by a few."""
    row = {"sample_id": "late", "video_id": "t0", "question": "how", "start": start, "end": 8.5}
    row |= {"duration": 9, "duration_estimated": estimated}
    (tmp_path / "text" / "train.jsonl").write_text(json.dumps(row))
    for folder in ("videos", "features/mini"):
        (tmp_path / "text" / folder).mkdir(parents=True)
    (tmp_path / "text" / "videos" / "t0.mp4").write_bytes(b"a video")
    if form == "rows":  # made of that very video
        path = tmp_path / "text" / "features" / "mini" / "t0.npz"
        video = content_hash(tmp_path / "text" / "videos" / "t0.mp4")
        write_rows(path, np.ones((4, 6)), "none", video)
    every_video_has(monkeypatch, 4)
    stage = Stage(name="only", parts=(Part(dataset="text"),), train=TrainConfig())
    if fine:
        assert library.sources(stage)
        return
    said = r"text: answers .* in t0 \(question late is answered at 6 s, .* t0 end at 4 s\)"
    with pytest.raises(FeatureError, match=said):
        library.sources(stage)


def test_all_videos_that_end_before_an_answer_are_named_at_once(library, tmp_path):
    """In the order of their questions, each once, as far as there are not too many."""
    row = {"question": "how", "start": 7, "end": 8.5, "duration": 4, "duration_estimated": True}
    names = [f"v{i}" for i in range(33)]
    lines = [json.dumps(row | {"video_id": name}) for name in (*names, *names)]
    (tmp_path / "text" / "train.jsonl").write_text("\n".join(lines))
    for name in names:
        path = tmp_path / "text" / "features" / "mini" / f"{name}.npz"
        write_rows(path, np.ones((9 if name == "v1" else 4, 6)), "none")
    stage = Stage(name="only", parts=(Part(dataset="text"),), train=TrainConfig())
    with pytest.raises(FeatureError, match=r"end in v0, v2, .*, v30 and 2 more \(question"):
        library.sources(stage)
