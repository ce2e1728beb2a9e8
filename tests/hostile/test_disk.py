"""A disk that is full, and one that may only be read: what is stated, and nothing left behind."""

import errno
import os
import resource
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tokenizers import Tokenizer, models

from mutualsl.atomic import write_whole
from mutualsl.checkpoint import load_model, save_checkpoint
from mutualsl.data.tokenizer import TextTokenizer
from mutualsl.errors import CheckpointError, DataError, SubtitleError, VideoError
from mutualsl.evaluation.analysis import analyse, write_csv
from mutualsl.evaluation.predictions import read_predictions
from mutualsl.features import FeatureCache, VisualFeatures
from mutualsl.features.files import write_rows
from mutualsl.spans import Span
from mutualsl.subtitles import Cue, write_subtitles
from mutualsl.training import state
from mutualsl.ui.status import NO_ROOM, failed
from mutualsl.video import export_clip
from mutualsl.video.process import SPARES
from tests.evaluation.rows import random_rows
from tests.test_checkpoint import saved
from tests.test_cli_analyse import written
from tests.training.test_trainer import interrupted, start

ROOM_BYTES = 2048
WORDS = ("[PAD]", "[CLS]", "[SEP]", "[UNK]", *(f"jar{number}" for number in range(4000)))


@pytest.fixture
def full_disk():
    """Within the call that comes back, no file grows beyond 2 kB, in child processes neither.

    Or beyond another number of bytes, where it is told one.
    """
    SPARES.keep(0)  # a page that was served in this process has left readers without the limit
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)

    def inside(work, room_bytes=ROOM_BYTES):
        resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, hard))
        try:
            return work()
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))

    return inside


def features():
    return VisualFeatures(rows=np.ones((100, 100), np.float32), thumbnails=())


def test_a_question_is_answered_without_the_cache(full_disk, tmp_path):
    made = full_disk(lambda: FeatureCache(tmp_path).get_or_make("hash", "encoder", features))
    assert made.rows.shape == (100, 100) and list(tmp_path.iterdir()) == []


def test_a_cache_that_may_only_be_read_is_read(tmp_path, monkeypatch):
    def refuse(*given, **more):
        raise OSError(errno.EROFS, "Read-only file system")

    cache = FeatureCache(tmp_path)
    cache.get_or_make("old", "encoder", features)
    for module, name in ((Path, "replace"), (os, "utime"), (Path, "touch")):
        monkeypatch.setattr(module, name, refuse)
    assert cache.stored("old", "encoder").rows.shape == (100, 100)
    assert cache.get_or_make("new", "encoder", features).rows.shape == (100, 100)
    assert cache.stored("new", "encoder") is None


def test_a_clip_says_so_and_leaves_nothing(full_disk, plain, tmp_path):
    out = tmp_path / "clips" / "clip.mp4"
    with pytest.raises(VideoError, match="no room for what is made of it"):
        full_disk(lambda: export_clip(plain, Span(0.0, 4.0), out))
    assert list(out.parent.iterdir()) == []


def test_rows_leave_nothing(full_disk, tmp_path):
    with pytest.raises(OSError, match="too large"):
        full_disk(lambda: write_rows(tmp_path / "a.npz", np.random.rand(100, 100), "mini"))
    assert list(tmp_path.iterdir()) == []


def test_a_repaired_track_in_place_of_itself_leaves_the_one_before(full_disk, tmp_path):
    path = tmp_path / "a.srt"
    write_subtitles([Cue(1, 2, "before")], path)
    before = path.read_bytes()
    with pytest.raises(SubtitleError, match="cannot be written"):
        full_disk(lambda: write_subtitles([Cue(n, n + 1, "after") for n in range(999)], path))
    assert [each.read_bytes() for each in tmp_path.iterdir()] == [before]


def test_a_report_leaves_the_one_before(full_disk, tmp_path):
    results = read_predictions(written(tmp_path / "in" / "predictions.jsonl", random_rows(30)))
    path = tmp_path / "out" / "questions.csv"
    write_whole(path, "before")
    with pytest.raises(OSError, match="too large"):
        full_disk(lambda: write_csv(analyse(results), path))
    assert [each.read_text() for each in path.parent.iterdir()] == ["before"]


def test_a_checkpoint_says_so_and_the_one_before_stays(full_disk, tmp_path):
    saved(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(CheckpointError, match="make room"):
        full_disk(lambda: saved(tmp_path))
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before
    load_model(tmp_path)


@pytest.mark.parametrize("room_bytes", [200, 50_000, 120_000])
def test_whichever_file_of_a_checkpoint_finds_no_room_it_says_so(full_disk, tmp_path, room_bytes):
    """The config takes 1 kB, the tokenizer 90 kB, the weights 500 kB."""
    words = Tokenizer(models.WordLevel({n: i for i, n in enumerate(WORDS)}, unk_token="[UNK]"))
    checkpoint = replace(saved(tmp_path / "one"), tokenizer=TextTokenizer.from_tokenizer(words))
    out = tmp_path / "two"
    with pytest.raises(CheckpointError, match="cannot be written .*too large.*make room"):
        full_disk(lambda: save_checkpoint(checkpoint, out), room_bytes)
    assert list(out.iterdir()) == []


def test_a_run_says_so_and_its_last_state_counts(full_disk, tmp_path):
    interrupted(tmp_path, 5)
    before = state.read(tmp_path)
    with pytest.raises(DataError, match="make room there and go on with --resume"):
        full_disk(lambda: start(tmp_path))
    assert before.batch == 4 and state.read(tmp_path) == before
    assert (tmp_path / f"state-{before.epoch}-{before.batch}").is_dir()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT, errno.EFBIG])
def test_the_page_says_so_without_a_path(number):
    said = failed(OSError(number, os.strerror(number), "/srv/secret/place"))
    assert NO_ROOM in said and "secret" not in said
