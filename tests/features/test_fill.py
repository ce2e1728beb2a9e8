"""Many videos into the cache: what is there stays, and one bad file never stops the rest."""

import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from mutualsl.features import FeatureCache, extract
from mutualsl.features.files import holds_rows, read_rows
from mutualsl.features.fill import Job, fill
from mutualsl.features.mini import MiniEncoder
from mutualsl.video import content_hash, probe
from mutualsl.video.write import write_video
from tests.command_line import assert_refused, call
from tests.features import encoding
from tests.video.conftest import gray


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    """Six videos of a second, each with a content of its own."""
    folder = tmp_path_factory.mktemp("videos")
    for number in range(6):
        write_video(folder / f"{number}.mp4", [gray(number)] * 8, rate_hz=8)
    return folder


@pytest.fixture
def job(tiny_models, tmp_path):
    folder = tiny_models.parent / "visual-a"
    return Job(
        encoder="mini",
        folder=folder,
        fingerprint=MiniEncoder.from_folder(folder).fingerprint,
        device="cpu",
        cache=FeatureCache(tmp_path / "cache"),
    )


def kinds(outcomes):
    return Counter(outcome.kind for outcome in outcomes)


def test_every_video_once_and_the_same_as_reading_it_here(videos, job):
    counts = []
    paths = sorted(videos.iterdir())
    outcomes = fill(paths, job, workers=2, done=counts.append)
    assert kinds(outcomes) == {"made": 6} and counts == [1, 2, 3, 4, 5, 6]
    encoder = MiniEncoder.from_folder(job.folder)
    for path in paths:
        stored = job.cache.stored(content_hash(path), job.fingerprint)
        here = extract(path, probe(path), encoder)
        np.testing.assert_allclose(stored.rows, here.rows, rtol=1e-2, atol=1e-3)
    assert kinds(fill(paths, job, workers=2, done=counts.append)) == {"there": 6}


@pytest.mark.parametrize("workers", [1, 2])
def test_bad_files_are_said_and_the_others_go_on(videos, job, tmp_path, workers):
    shutil.copy(videos / "0.mp4", tmp_path / "copy of 0.mp4")
    shutil.copy(videos / "1.mp4", tmp_path / "crash.mp4")
    (tmp_path / "text.mp4").write_text("not a video\n" * 50)
    bad = [tmp_path / "crash.mp4", tmp_path / "text.mp4", tmp_path / "missing.mp4"]
    good = [videos / "0.mp4", tmp_path / "copy of 0.mp4", videos / "2.mp4", videos / "3.mp4"]
    outcomes = fill([*bad, *good], job, workers=workers, done=str, encode=encoding.crashing)
    assert kinds(outcomes) == {"failed": 3, "made": 3, "there": 1}
    reasons = {outcome.video.name: outcome.reason for outcome in outcomes if outcome.reason}
    assert "crashed" in reasons["crash.mp4"] and "missing.mp4" in reasons["missing.mp4"]
    assert all(reason.count(name) == 1 for name, reason in reasons.items())


def test_an_error_nobody_foresaw_costs_one_file(videos, job, tmp_path):
    shutil.copy(videos / "0.mp4", tmp_path / "odd.mp4")
    paths = [tmp_path / "odd.mp4", videos / "1.mp4"]
    outcomes = fill(paths, job, workers=1, done=str, encode=encoding.unforeseen)
    assert kinds(outcomes) == {"failed": 1, "made": 1}


def test_an_error_that_names_no_file_is_said_of_its_video(videos, job):
    (outcome,) = fill([videos / "0.mp4"], job, workers=1, done=str, encode=encoding.too_large)
    said = f"{videos / '0.mp4'}: the memory of cuda:0 is too small for one clip"
    assert outcome == (videos / "0.mp4", "failed", said)


def test_rows_that_cannot_be_written_are_said_in_words(videos, job):
    own = replace(job, out=Path("/proc/rows"))
    (outcome,) = fill([videos / "0.mp4"], own, workers=1, done=str)
    assert outcome.kind == "failed" and "/proc/rows" in outcome.reason
    assert outcome.reason.startswith(f"{videos / '0.mp4'}: [Errno")


@pytest.mark.parametrize(("device", "devices"), [("cpu", {"cpu"}), ("cuda", {"cuda:0", "cuda:1"})])
def test_workers_share_the_gpus(videos, job, monkeypatch, device, devices):
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    outcomes = fill(
        [videos / "0.mp4", videos / "1.mp4"], replace(job, device=device),
        workers=2, done=str, encode=encoding.said_device,
    )  # fmt: skip
    assert {outcome.reason for outcome in outcomes} == devices


@pytest.mark.parametrize(
    ("arguments", "count"),
    [(["cpu"], 5), (["cuda"], 2), (["cuda", "--workers", "3"], 3)],
)
def test_there_is_a_worker_for_each_core_or_for_each_gpu(
    videos, tiny_models, monkeypatch, capfd, arguments, count
):
    started = []
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr("os.cpu_count", lambda: 5)
    monkeypatch.setattr(
        "mutualsl.features.fill.fill",
        lambda *given, workers, **more: started.append(workers) or [],
    )
    done = call(capfd, "encode", videos, "--checkpoint", tiny_models, "--device", *arguments)
    assert (done.code, started) == (0, [count])


def test_rows_that_were_written_are_there_though_the_cache_cannot_hold_them(videos, job, tmp_path):
    fill([videos / "0.mp4"], job, workers=1, done=str)
    (entry,) = job.cache.folder.iterdir()
    small = replace(job.cache, limit_bytes=int(2.5 * entry.stat().st_size))
    job = replace(job, cache=small, out=tmp_path / "out")
    paths = sorted(videos.iterdir())[:4]
    assert kinds(fill(paths, job, workers=1, done=str)) == {"there": 1, "made": 3}
    assert kinds(fill(paths, job, workers=1, done=str)) == {"there": 4}
    newer = shutil.copy(videos / "5.mp4", tmp_path / "0.mp4")
    assert kinds(fill([newer], job, workers=1, done=str)) == {"made": 1}  # another video by now
    other = replace(job, fingerprint="mini-0")
    assert kinds(fill([newer], other, workers=1, done=str)) == {"made": 1}  # another encoder
    (job.out / "0.npz").write_bytes((job.out / "0.npz").read_bytes()[:-30])
    assert kinds(fill([newer], other, workers=1, done=str)) == {"there": 1}  # from the cache
    assert holds_rows(job.out / "0.npz", "mini-0", content_hash(newer))


def test_rows_of_another_video_are_replaced_and_it_is_said(videos, job, tmp_path):
    job = replace(job, out=tmp_path / "out")
    first, newer = videos / "0.mp4", Path(shutil.copy(videos / "5.mp4", tmp_path / "0.mp4"))
    expected = [(first, "made", False), (newer, "made", True), (newer, "there", False)]
    for video, kind, said in [*expected, (first, "there", True)]:  # at last from the cache
        (outcome,) = fill([video], job, workers=1, done=str)
        assert outcome.kind == kind and holds_rows(
            job.out / "0.npz", job.fingerprint, content_hash(video)
        )
        assert outcome.reason.startswith(f"{job.out / '0.npz'}: held rows of another") == said
        assert said or not outcome.reason


def test_rows_are_written_without_a_cache(videos, job, tmp_path):
    job.cache.folder.touch()  # no folder: nothing can be written
    job = replace(job, out=tmp_path / "out")
    for kind in ("made", "there"):
        (outcome,) = fill([videos / "0.mp4"], job, workers=1, done=str)
        assert outcome == (videos / "0.mp4", kind, "")
    assert (job.out / "0.npz").is_file()


@pytest.fixture(scope="module")
def noise(tmp_path_factory):
    """10 s, large enough to be cut and damaged."""
    pictures = np.random.default_rng(0).integers(0, 255, (100, 48, 64, 3), np.uint8)
    return write_video(tmp_path_factory.mktemp("noise") / "noise.mp4", pictures, rate_hz=10)


def test_rows_of_a_damaged_video_are_written_once(noise, job, tmp_path):
    data = bytearray(noise.read_bytes())
    begin = data.index(b"mdat") + len(data) // 3
    data[begin : begin + 6000 : 7] = bytes(len(range(0, 6000, 7)))
    damaged = tmp_path / "damaged.mp4"
    damaged.write_bytes(data)
    (outcome,) = fill([damaged], job, workers=1, done=str)
    assert outcome.kind == "damaged" and not job.cache.entries()
    job = replace(job, out=tmp_path / "out")
    (outcome,) = fill([damaged], job, workers=1, done=str)
    assert outcome.kind == "made" and "is damaged" in outcome.reason
    (outcome,) = fill([damaged], job, workers=1, done=str)
    assert outcome.kind == "there" and not job.cache.entries()


def test_rows_of_half_a_video_are_not_taken_for_those_of_all(noise, job, tmp_path):
    cut = tmp_path / "cut.mp4"
    cut.write_bytes(noise.read_bytes()[: noise.stat().st_size // 2])
    (outcome,) = fill([cut], replace(job, out=tmp_path / "out"), workers=1, done=str)
    assert outcome.kind == "failed" and "cut off" in outcome.reason
    assert "too few rows" in outcome.reason and not (tmp_path / "out").exists()


def test_features_that_do_not_stay_are_no_success(videos, job):
    job.cache.folder.touch()  # no folder: nothing can be written
    (outcome,) = fill([videos / "0.mp4"], job, workers=1, done=str)
    assert outcome.kind == "failed" and "make room" in outcome.reason


def test_the_command_sums_up(videos, tiny_models, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("MUTUALSL_CACHE", str(tmp_path / "cache"))
    arguments = ("--checkpoint", tiny_models, "--workers", "1")
    bad = tmp_path / "bad.mp4"
    bad.write_text("not a video\n" * 50)
    done = call(capfd, "encode", videos, bad, *arguments)
    assert (done.code, done.err.count("\n")) == (2, 1) and "bad.mp4" in done.err
    assert done.out == "6 read, 0 were there, 0 damaged and not kept, 1 failed\n"
    again = call(capfd, "encode", videos, *arguments)
    assert (again.code, again.err) == (0, "")
    assert again.out == "0 read, 6 were there, 0 damaged and not kept, 0 failed\n"


def test_a_full_cache_is_said(videos, tiny_models, tmp_path, monkeypatch, capfd):
    cache = FeatureCache(tmp_path / "cache")
    monkeypatch.setattr("mutualsl.features.FeatureCache", lambda: cache)
    arguments = ("--checkpoint", tiny_models, "--workers", "1")
    assert call(capfd, "encode", videos / "0.mp4", *arguments).err == ""
    (entry,) = cache.folder.iterdir()
    cache = FeatureCache(cache.folder, limit_bytes=3 * entry.stat().st_size)
    done = call(capfd, "encode", videos, *arguments)
    assert done.code == 0 and done.err.count("\n") == 1
    assert "is full" in done.err and ": 3 of the videos in it" in done.err
    assert len(cache.entries()) == 3


def test_rows_are_also_written_where_a_data_set_keeps_them(
    videos, tiny_models, tmp_path, monkeypatch, capfd
):
    monkeypatch.setenv("MUTUALSL_CACHE", str(tmp_path / "cache"))
    given = tmp_path / "videos"
    shutil.copytree(videos, given)
    for name in ("3.mp4", "4.mp4", "5.mp4"):
        (given / name).unlink()
    shutil.copy(given / "0.mp4", given / "copy.mp4")
    out = tmp_path / "features" / "mini"
    arguments = ("encode", given, "--checkpoint", tiny_models, "--workers", "2", "--out", out)
    done = call(capfd, *arguments)
    assert done.out == "3 read, 1 were there, 0 damaged and not kept, 0 failed\n"
    assert sorted(path.name for path in out.iterdir()) == ["0.npz", "1.npz", "2.npz", "copy.npz"]
    encoder = MiniEncoder.from_folder(tiny_models.parent / "visual-a")
    here = extract(given / "0.mp4", probe(given / "0.mp4"), encoder)
    np.testing.assert_array_equal(read_rows(out / "0.npz", encoder), here.rows)
    np.testing.assert_array_equal(read_rows(out / "copy.npz", encoder), here.rows)
    (out / "1.npz").unlink()
    assert call(capfd, *arguments).out.startswith("0 read, 4 were there")
    assert (out / "1.npz").is_file()


def test_an_encoder_is_enough_there_need_be_no_model_that_reads_its_rows(
    videos, tiny_models, tmp_path, monkeypatch, capfd
):
    monkeypatch.setenv("MUTUALSL_CACHE", str(tmp_path / "cache"))
    visual, out = tiny_models.parent / "visual-a", tmp_path / "features"
    video = videos / "0.mp4"
    arguments = ("encode", video, "--checkpoint", tmp_path / "none", "--visual", visual)
    assert call(capfd, *arguments, "--out", out).out.startswith("1 read")
    encoder = MiniEncoder.from_folder(visual)
    np.testing.assert_array_equal(
        read_rows(out / "0.npz", encoder), extract(video, probe(video), encoder).rows
    )


def test_an_encoder_whose_weights_are_nowhere_is_refused(videos, tmp_path, monkeypatch, capfd):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("MUTUALSL_CACHE", str(tmp_path / "cache"))
    monkeypatch.delenv("MUTUALSL_I3D_WEIGHTS", raising=False)
    assert_refused(call(capfd, "encode", videos, "--visual", "i3d"), "--visual")
    assert_refused(call(capfd, "encode", videos, "--visual", tmp_path), "no visual encoder")


def test_rows_that_would_overwrite_each_other_are_refused(videos, tiny_models, tmp_path, capfd):
    shutil.copy(videos / "0.mp4", tmp_path / "1.mp4")
    done = call(
        capfd, "encode", videos, tmp_path, "--checkpoint", tiny_models, "--out", tmp_path / "out"
    )
    assert done.code == 2 and "2 of the videos are called 1" in done.err


def test_a_folder_without_videos_is_refused(tiny_models, tmp_path, capfd):
    done = call(capfd, "encode", tmp_path, "--checkpoint", tiny_models)
    assert (done.code, done.out) == (2, "") and "no video in" in done.err


def test_a_run_that_was_killed_goes_on_where_it_was(
    videos, tiny_models, tmp_path, monkeypatch, capfd
):
    cache = tmp_path / "cache"
    monkeypatch.setenv("MUTUALSL_CACHE", str(cache))
    arguments = ("encode", videos, "--checkpoint", tiny_models, "--workers", "2")
    command = [sys.executable, "-m", "mutualsl", *map(str, arguments)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    deadline = time.monotonic() + 300
    while not list(cache.glob("*.npz")) and time.monotonic() < deadline:
        time.sleep(0.005)
    process.send_signal(signal.SIGKILL)
    process.wait()
    time.sleep(1.0)  # its worker ends too
    there = {path.name: path.read_bytes() for path in cache.glob("*.npz")}
    assert there
    done = call(capfd, *arguments)
    assert done.out.startswith(f"{6 - len(there)} read, {len(there)} were there")
    assert len(list(cache.glob("*.npz"))) == 6
    assert all((cache / name).read_bytes() == content for name, content in there.items())
