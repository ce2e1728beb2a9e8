import os
import shutil

import av
import numpy as np
import pytest

from mutualsl.errors import VideoError
from mutualsl.video import probe, read_frames
from mutualsl.video.info import FrameRequest
from tests.video.conftest import gray, make_odd, make_sound, number_of, read_all

SECONDS = [n / 10 for n in range(20)]
PICTURES = [gray(n) for n in range(20)]


@pytest.mark.parametrize(
    ("name", "codec", "pixels", "container", "playable"),
    [
        ("a.mp4", "libx264", "yuv420p", "mp4", True),
        ("a.mp4", "libx264", "yuv422p", "mp4", False),
        ("a.mp4", "libx265", "yuv420p", "mp4", False),
        ("a.mp4", "mpeg4", "yuv420p", "mp4", False),
        ("a.webm", "libvpx-vp9", "yuv420p", "webm", True),
        ("a.mkv", "libx264", "yuv420p", "matroska", False),
        ("a.mov", "libx264", "yuv420p", "mov", False),
        ("a.avi", "mpeg4", "yuv420p", "avi", False),
    ],
)
def test_containers_and_codecs(tmp_path, name, codec, pixels, container, playable):
    path = make_odd(tmp_path / name, PICTURES, SECONDS, codec=codec, pixels=pixels)
    info = probe(path)
    assert (info.container, info.pixel_format, info.browser_playable) == (
        container,
        pixels,
        playable,
    )
    assert info.duration_second == pytest.approx(2.0, abs=0.1)
    assert (info.width, info.height, info.audio_codec) == (64, 48, None)


def test_a_duration_that_nobody_wrote_is_found(tmp_path):
    path = make_odd(tmp_path / "live.webm", PICTURES, SECONDS, codec="libvpx-vp9", live="1")
    with av.open(str(path)) as container:
        assert container.duration is None
    assert probe(path).duration_second == pytest.approx(2.0, abs=0.15)


def test_sound_alone_is_refused(tmp_path):
    with pytest.raises(VideoError, match=r"only sound"):
        probe(make_sound(tmp_path / "a.mp4"))


def test_not_a_video(tmp_path):
    cv2 = pytest.importorskip("cv2")
    image = cv2.imencode(".png", np.zeros((8, 8, 3), np.uint8))[1].tobytes()
    for content, reason in [(b"", "is empty"), (b"hello\n" * 99, "not a video"), (image, "not a")]:
        path = tmp_path / "x.mp4"
        path.write_bytes(content)
        with pytest.raises(VideoError, match=reason):
            probe(path)


def test_an_mp4_without_its_index_says_so(tmp_path):
    path = make_odd(tmp_path / "a.mp4", PICTURES, SECONDS)  # the index comes last
    path.write_bytes(path.read_bytes()[:-200])
    with pytest.raises(VideoError, match="cut off"):
        probe(path)


@pytest.mark.parametrize(
    "path", ["", "missing.mp4", "http://127.0.0.1/a.mp4", "/dev/zero", "x" * 300]
)
def test_only_files_are_opened(path):
    with pytest.raises(VideoError, match="is not a file"):
        probe(path)


def test_a_pipe_is_not_a_file(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    with pytest.raises(VideoError, match="is not a file"):
        probe(tmp_path / "pipe.mp4")


@pytest.mark.parametrize(
    "name",
    ["with space.mp4", 'it\'s "quoted".mp4', "视频 é.mp4", "-i.mp4", "%03d.mp4", "file:x.mp4"]
    + ["http:x.mp4", "concat:a|b.mp4", "a\nb.mp4", "no suffix"],
)
def test_any_name(plain, tmp_path, monkeypatch, name):
    monkeypatch.chdir(tmp_path)
    shutil.copy(plain, tmp_path / name)
    info = probe(name)
    assert info.path == str(tmp_path / name)


def test_a_duration_of_days_is_refused(tmp_path):
    path = make_odd(tmp_path / "days.mkv", PICTURES[:2], [0, 2e5])
    with pytest.raises(VideoError, match="hours"):
        probe(path)
    with pytest.raises(VideoError, match="hours"):
        list(read_frames(path, FrameRequest()))


@pytest.mark.parametrize("name", ["late.mkv", "late.mp4"])
def test_times_that_do_not_begin_at_zero_are_no_part_of_the_length(tmp_path, name):
    path = make_odd(
        tmp_path / name, PICTURES, [100.0 + second for second in SECONDS],
        avoid_negative_ts="disabled", use_editlist="0",
    )  # fmt: skip
    info = probe(path)
    assert info.duration_second == pytest.approx(2.0, abs=0.15)
    frames, _ = read_all(path, rate_hz=1.0)
    assert [number_of(frame) for frame in frames] == [0, 10]
