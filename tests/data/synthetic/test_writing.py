"""The folder that is written, and the demo videos."""

import json
import shutil
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool

import pytest

from mutualsl.data.dataset import SPLITS
from mutualsl.data.synthetic import assets as assets_module
from mutualsl.data.synthetic import dataset, make_script, questions_of, write_dataset
from mutualsl.data.synthetic.speech import SAMPLE_HZ, speak
from mutualsl.data.synthetic.storyboards import STORYBOARDS
from mutualsl.errors import DataError, MutualSLError, UnknownName, VideoError
from mutualsl.subtitles import Cue, read_subtitles
from mutualsl.video import content_hash, probe

TINY = {"workers": 1, "size": (64, 36), "rate_hz": 6.25, "length_second": 8.0}


def test_layout_reads_back(tmp_path):
    seen = []
    listing = write_dataset(tmp_path, 2, 4, "val", **TINY, progress=seen.append)
    rows = [json.loads(line) for line in listing.read_text().splitlines()]
    assert seen == [0.5, 1.0]
    assert {row["video_id"] for row in rows} == {"synthetic-val-4-00000", "synthetic-val-4-00001"}
    script = make_script("val", 4, 0, length_second=8.0)
    assert rows[: len(questions_of(script))] == questions_of(script)
    name = script.video_id
    subtitles = read_subtitles(tmp_path / "subtitles" / f"{name}.vtt")
    assert [cue.text for cue in subtitles.cues] == [cue.text for cue in script.cues]
    for read, meant in zip(subtitles.cues, script.cues, strict=True):
        assert read.start_second == pytest.approx(meant.start_second, abs=1e-6)
    info = probe(tmp_path / "videos" / f"{name}.mp4")
    assert info.duration_second == pytest.approx(script.duration_second, abs=0.2)
    assert info.audio_codec is None
    labels = json.loads((tmp_path / "annotations" / f"{name}.json").read_text())
    assert labels["split"] == "val"


def test_same_seed_gives_the_same_bytes(tmp_path):
    for name in ("a", "b"):
        write_dataset(tmp_path / name, 1, 0, "train", **TINY)
    files = [path.relative_to(tmp_path / "a") for path in (tmp_path / "a").rglob("*.*")]
    assert len(files) == 4
    for file in files:
        assert content_hash(tmp_path / "a" / file) == content_hash(tmp_path / "b" / file)


def test_finished_videos_are_kept(tmp_path):
    write_dataset(tmp_path, 1, 0, "train", **TINY)
    video = next((tmp_path / "videos").iterdir())
    video.write_bytes(b"kept")
    write_dataset(tmp_path, 1, 0, "train", **TINY)
    assert video.read_bytes() == b"kept"
    assert not list(tmp_path.rglob(".*"))


@pytest.mark.parametrize("first", [False, True])
def test_frozen_and_moving_videos_do_not_share_a_folder(tmp_path, first):
    write_dataset(tmp_path, 1, 0, "train", **TINY, frozen=first)
    video = next((tmp_path / "videos").iterdir())
    before = content_hash(video)
    with pytest.raises(DataError, match="another folder"):
        write_dataset(tmp_path, 2, 0, "train", **TINY, frozen=not first)
    assert [path for path in video.parent.iterdir() if content_hash(path) != before] == []


def test_other_questions_are_not_replaced(tmp_path):
    """Neither one's own nor those of another seed; the same and more videos may be written."""
    listing = write_dataset(tmp_path, 2, 0, "train", **TINY, text_only=True)
    write_dataset(tmp_path, 3, 0, "train", **TINY, text_only=True)
    own = {"video_id": "tea", "question": "?", "start": 1, "end": 2, "duration": 3}
    listing.write_text(json.dumps(own) + "\n" + listing.read_text())
    before = listing.read_text()
    for count, seed, lost in ((3, 0, 1), (3, 1, before.count("\n"))):
        with pytest.raises(DataError, match=f"jsonl: {lost} of its questions .* another folder"):
            write_dataset(tmp_path, count, seed, "train", **TINY)
    assert listing.read_text() == before and not (tmp_path / "videos").exists()


def test_text_only_writes_the_same_text_and_no_pictures(tmp_path):
    write_dataset(tmp_path / "rendered", 1, 0, "train", **TINY)
    write_dataset(tmp_path / "told", 1, 0, "train", **TINY, text_only=True)
    files = sorted(p.relative_to(tmp_path / "told") for p in (tmp_path / "told").rglob("*.*"))
    assert [file.suffix for file in files] == [".vtt", ".jsonl"]
    for file in files:
        told, rendered = (tmp_path / name / file for name in ("told", "rendered"))
        assert told.read_text() == rendered.read_text()


def test_an_unknown_split_is_named(tmp_path):
    with pytest.raises(UnknownName, match="train"):
        write_dataset(tmp_path, 1, 0, "dev")
    assert "assets" not in SPLITS


def test_speech_without_espeak_says_what_to_install(monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(VideoError, match="espeak-ng"):
        speak([Cue(0.0, 1.0, "Hello")], 2.0, "en")


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_each_cue_is_heard_in_its_time_and_silence_elsewhere():
    cues = [Cue(0.5, 2.5, "Lift the red mug."), Cue(4.0, 5.2, "Thank you all for watching.")]
    track = speak(cues, 6.0, "en-us")
    assert len(track) == 6 * SAMPLE_HZ
    heard = [bool(abs(track[round(s * SAMPLE_HZ) :][: SAMPLE_HZ // 2]).max()) for s in (0.5, 4.0)]
    assert heard == [True, True]
    assert not track[: SAMPLE_HZ // 2].any()
    assert not track[round(2.8 * SAMPLE_HZ) : 4 * SAMPLE_HZ].any()


def test_the_words_of_a_failing_espeak_are_passed_on(tmp_path, monkeypatch):
    broken = tmp_path / "espeak-ng"
    broken.write_text("#!/bin/sh\necho no such voice >&2\nexit 1\n")
    broken.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    with pytest.raises(VideoError, match="no such voice"):
        speak([Cue(0.0, 1.0, "Hello")], 2.0, "no-such-voice")


def test_the_demo_videos_cover_what_was_asked_for():
    forms = {board.subtitles for board in STORYBOARDS}
    assert forms == {"srt", "vtt", "embedded"}
    for board in STORYBOARDS:
        script = board.script()
        assert 60 <= script.duration_second <= 120
        questions = assets_module.questions_about(board, script)
        assert len(questions) == 3
        for question in questions:
            assert 0 <= question["start"] < question["end"] <= script.duration_second
    kinds = [{step[-1] for step in board.steps} for board in STORYBOARDS]
    assert kinds[0] == {"both"}
    assert "shown" in kinds[1]
    assert "spoken" in kinds[2]


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_assets_are_written_as_the_contract_says(tmp_path, monkeypatch):
    monkeypatch.setattr(assets_module, "SIZE", (64, 36))
    monkeypatch.setattr(assets_module, "RATE_HZ", 2.0)
    listing = json.loads(assets_module.make_assets(tmp_path).read_text())
    assert [entry["subtitles"] is None for entry in listing] == [False, False, True]
    for entry in listing:
        info = probe(tmp_path / entry["video"])
        assert info.audio_codec == "aac"
        assert (len(info.text_tracks) == 1) == (entry["subtitles"] is None)
        if entry["subtitles"]:
            assert len(read_subtitles(tmp_path / entry["subtitles"]).cues) > 3


def test_a_worker_that_was_ended_is_said(tmp_path, monkeypatch):
    """As where memory runs out, by a pool whose process ends before it has done anything."""
    ended = Future()
    ended.set_exception(BrokenProcessPool("ended"))
    monkeypatch.setattr(dataset.ProcessPoolExecutor, "submit", lambda *arguments: ended)
    with pytest.raises(MutualSLError, match="fewer --workers"):
        write_dataset(tmp_path, 2, 4, "val", **{**TINY, "workers": 2})
    assert list(tmp_path.glob("*.jsonl")) == []
