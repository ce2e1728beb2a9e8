import os
import stat
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from mutualsl.features import FeatureCache, VisualFeatures


def features(value=1.0, warnings=()):
    return VisualFeatures(
        rows=np.full((3, 2), value, np.float32),
        thumbnails=((0.0, b"first"), (2.0, b"second one")),
        warnings=warnings,
    )


def never():
    raise AssertionError("the stored features should have been used")


def test_what_was_made_once_is_read_after(tmp_path):
    cache = FeatureCache(tmp_path)
    made = cache.get_or_make("hash", "encoder", features)
    read = cache.get_or_make("hash", "encoder", never)
    np.testing.assert_array_equal(made.rows, read.rows)
    assert read.thumbnails == made.thumbnails


def test_a_picture_that_stays_is_stored_once_and_read_as_one(tmp_path):
    jpeg = os.urandom(10_000)
    still = VisualFeatures(
        rows=np.ones((3, 2), np.float32),
        thumbnails=(*((5.0 * n, jpeg) for n in range(20)), (100.0, b"another")),
    )
    cache = FeatureCache(tmp_path)
    cache.get_or_make("hash", "encoder", lambda: still)
    (entry,) = tmp_path.iterdir()
    assert entry.stat().st_size < 2 * len(jpeg)
    read = cache.get_or_make("hash", "encoder", never)
    assert read.thumbnails == still.thumbnails
    assert read.thumbnails[19][1] is read.thumbnails[0][1]


def test_another_encoder_or_video_has_its_own_entry(tmp_path):
    cache = FeatureCache(tmp_path)
    cache.get_or_make("hash", "encoder", features)
    assert cache.get_or_make("hash", "other", lambda: features(2.0)).rows[0, 0] == 2.0
    assert cache.get_or_make("else", "encoder", lambda: features(3.0)).rows[0, 0] == 3.0


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 broken", b"nonsense"])
def test_a_damaged_entry_is_made_again(tmp_path, damage):
    cache = FeatureCache(tmp_path)
    cache.get_or_make("hash", "encoder", features)
    (entry,) = tmp_path.glob("*.npz")
    entry.write_bytes(damage)
    assert cache.get_or_make("hash", "encoder", lambda: features(5.0)).rows[0, 0] == 5.0


def test_entries_of_another_cache_are_taken_over_where_there_are_none(tmp_path):
    other, cache = FeatureCache(tmp_path / "other"), FeatureCache(tmp_path / "own")
    for name in ("first", "second"):
        other.get_or_make(name, "encoder", lambda: features(2.0))
    own = cache.get_or_make("second", "encoder", features)
    cache.take_over(other.folder)
    assert cache.get_or_make("first", "encoder", never).rows.max() == 2.0
    np.testing.assert_array_equal(cache.get_or_make("second", "encoder", never).rows, own.rows)
    cache.take_over(tmp_path / "not there")
    assert len(cache.entries()) == 2


def test_features_with_warnings_are_not_kept(tmp_path):
    cache = FeatureCache(tmp_path)
    cache.get_or_make("hash", "encoder", lambda: features(warnings=("cut short",)))
    assert list(tmp_path.iterdir()) == []


def test_the_least_recently_used_go_first(tmp_path):
    cache = FeatureCache(tmp_path)
    for i, name in enumerate("abc"):
        cache.get_or_make(name, "encoder", features)
        os.utime(tmp_path / f"{name}.encoder.npz", (i, i))
    size = (tmp_path / "a.encoder.npz").stat().st_size
    cache.get_or_make("a", "encoder", never)  # used again: now the newest
    FeatureCache(tmp_path, limit_bytes=2 * size).evict()
    assert sorted(p.name[0] for p in tmp_path.iterdir()) == ["a", "c"]


def test_a_cache_that_cannot_be_written_does_not_fail_the_question(tmp_path):
    (tmp_path / "file").touch()
    made = FeatureCache(tmp_path / "file" / "below").get_or_make("hash", "encoder", features)
    assert made.rows.shape == (3, 2)


def test_a_cache_that_cannot_be_written_is_said_once(tmp_path, caplog):
    (tmp_path / "file").touch()
    cache = FeatureCache(tmp_path / "file" / "below")
    for name in ("first", "second"):
        cache.get_or_make(name, "encoder", features)
    (said,) = caplog.messages
    assert said.startswith(f"{cache.folder}: ") and "MUTUALSL_CACHE" in said


def test_without_a_home_directory_it_is_a_folder_for_temporary_files(tmp_path, monkeypatch, caplog):
    def nobody(name):
        raise RuntimeError("could not determine the home directory")

    monkeypatch.delenv("MUTUALSL_CACHE", raising=False)
    monkeypatch.setattr("platformdirs.user_cache_dir", nobody)
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    cache, again = FeatureCache(), FeatureCache()
    assert tmp_path in cache.folder.parents
    assert cache == again
    (said,) = caplog.messages
    assert str(cache.folder) in said and "MUTUALSL_CACHE" in said
    cache.get_or_make("hash", "encoder", features)
    again.get_or_make("hash", "encoder", never)


@pytest.mark.parametrize(("mask", "mode"), [(0o022, 0o644), (0o002, 0o664)])
def test_who_may_read_an_entry_is_as_usual(tmp_path, mask, mode):
    cache, other = FeatureCache(tmp_path / "own"), FeatureCache(tmp_path / "other")
    before = os.umask(mask)
    try:
        cache.get_or_make("hash", "encoder", features)
        other.take_over(cache.folder)
    finally:
        os.umask(before)
    entries = [path for each in (cache, other) for path in each.folder.iterdir()]
    assert [stat.S_IMODE(path.stat().st_mode) for path in entries] == [mode, mode]


def test_nor_does_one_that_cannot_take_over(tmp_path):
    other = FeatureCache(tmp_path / "other")
    other.get_or_make("hash", "encoder", features)
    (tmp_path / "file").write_text("not a folder")
    FeatureCache(tmp_path / "file" / "cache").take_over(other.folder)


def test_what_another_thread_makes_is_waited_for_and_not_made_again(tmp_path):
    cache, begun, awaited = FeatureCache(tmp_path), threading.Event(), threading.Event()

    def slowly():
        begun.set()
        assert awaited.wait(30)
        return features(7.0)

    with ThreadPoolExecutor(1) as other:
        first = other.submit(cache.get_or_make, "hash", "encoder", slowly)
        assert begun.wait(30)
        second = cache.get_or_make("hash", "encoder", never, awaited.set)
        assert first.result().rows[0, 0] == second.rows[0, 0] == 7.0


def test_who_waits_may_stop_waiting(tmp_path):
    cache, begun, stopped = FeatureCache(tmp_path), threading.Event(), threading.Event()

    def forever():
        begun.set()
        assert stopped.wait(30)
        return features()

    def waiting():
        raise InterruptedError

    with ThreadPoolExecutor(1) as other:
        first = other.submit(cache.get_or_make, "hash", "encoder", forever)
        assert begun.wait(30)
        with pytest.raises(InterruptedError):
            cache.get_or_make("hash", "encoder", never, waiting)
        stopped.set()
        assert first.result().rows.shape == (3, 2)
