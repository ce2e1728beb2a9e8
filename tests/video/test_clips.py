import os
import subprocess
import sys
from fractions import Fraction

import av
import numpy as np
import pytest

from mutualsl.errors import VideoError
from mutualsl.spans import Span
from mutualsl.video import content_hash, export_clip, playable_copy, probe
from mutualsl.video.write import write_video
from tests.video.conftest import gray, make_odd, number_of, read_all, tone


@pytest.mark.parametrize("span", [Span(0.0, 0.48), Span(1.2, 2.56), Span(1.24, 2.0)])
def test_a_clip_starts_and_ends_with_its_frame(plain, tmp_path, span):
    seen = []
    clip = export_clip(plain, span, tmp_path / "new folder" / "clip.mp4", seen.append)
    info = probe(clip)
    assert info.duration_second == pytest.approx(span.length_second, abs=0.03)
    assert (info.audio_codec, info.browser_playable) == ("aac", True)
    frames, _ = read_all(clip, rate_hz=25)
    expected = [
        int((span.start_second + t / 25) * 12.5 + 1e-6)
        for t in range(round(span.length_second * 25))
    ]
    assert [number_of(frame) for frame in frames] == expected
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    data = clip.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_sound_stays_with_the_pictures(tmp_path):
    rate = 16_000
    sound = np.zeros(6 * rate, np.int16)
    sound[3 * rate : 3 * rate + 1600] = tone(0.1)  # a beep with picture 30
    path = tmp_path / "beep.mp4"
    write_video(path, [gray(n % 50) for n in range(60)], 10, audio=(sound, rate))
    clip = export_clip(path, Span(2.2, 4.2), tmp_path / "clip.mp4")
    with av.open(str(clip)) as container:
        blocks = [(f.time, f.to_ndarray()[0]) for f in container.decode(audio=0)]
    start = blocks[0][0]
    heard = np.concatenate([samples for _, samples in blocks])
    beep = start + int(np.argmax(np.abs(heard) > 0.1)) / rate
    assert beep == pytest.approx(0.8, abs=0.02)


def test_without_sound_and_upright(tmp_path):
    picture = np.zeros((48, 64, 3), np.uint8)
    picture[:24, :32] = 255
    times = [n / 10 for n in range(30)]
    path = make_odd(tmp_path / "turned.mp4", [picture] * 30, times, clockwise=90)
    info = probe(export_clip(path, Span(1, 2), tmp_path / "clip.mp4"))
    assert (info.width, info.height, info.rotation_degree) == (48, 64, 0)
    assert info.audio_codec is None
    frames, _ = read_all(tmp_path / "clip.mp4", width=48, height=64)
    assert np.abs(frames[0].astype(int) - np.rot90(picture, -1)).mean() < 6


def test_uneven_frames_keep_their_times(tmp_path):
    times = [0, 0.1, 0.2, 1.5, 1.6, 3.0]
    path = make_odd(tmp_path / "vfr.mkv", [gray(8 * n) for n in range(6)], times)
    export_clip(path, Span(1.0, 2.0), tmp_path / "clip.mp4")
    frames, _ = read_all(tmp_path / "clip.mp4", rate_hz=10)
    assert [round(number_of(frame) / 8) for frame in frames] == [2] * 5 + [3] + [4] * 4


@pytest.mark.parametrize("span", [Span(9, 10), Span(2, 1), Span(-1, 1), Span(1, 1)])
def test_a_span_outside_the_video(plain, tmp_path, span):
    with pytest.raises(VideoError):
        export_clip(plain, span, tmp_path / "clip.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_clip_in_place_of_its_video_is_refused(plain, tmp_path):
    link = tmp_path / "link.mp4"
    link.symlink_to(plain)
    before = plain.read_bytes()
    for out in (plain, link):
        with pytest.raises(VideoError, match="give the clip another name"):
            export_clip(plain, Span(1, 2), out)
    assert plain.read_bytes() == before and link.is_symlink()


def test_a_place_that_takes_no_files_is_no_fault_of_the_video(plain):
    with pytest.raises(OSError, match="/proc/"):
        export_clip(plain, Span(1.0, 2.0), "/proc/clip.mp4")


def test_a_span_that_ends_late_is_cut_at_the_end(plain, tmp_path):
    info = probe(export_clip(plain, Span(3.0, 60.0), tmp_path / "clip.mp4"))
    assert info.duration_second == pytest.approx(1.0, abs=0.1)


def test_a_playable_file_is_not_copied(plain, tmp_path):
    assert playable_copy(plain, probe(plain), tmp_path) == plain
    assert list(tmp_path.iterdir()) == []


def test_a_copy_for_the_browser_is_made_once(tmp_path):
    pictures = [gray(n % 50, width=854, height=480) for n in range(20)]
    times = [n / 10 for n in range(20)]
    path = make_odd(tmp_path / "old.avi", pictures, times, codec="mpeg4")
    copy = playable_copy(path, probe(path), tmp_path / "copies")
    info = probe(copy)
    assert info.browser_playable
    assert (info.width, info.height) == (640, 360)
    assert info.duration_second == pytest.approx(2.0, abs=0.15)
    made = copy.stat().st_ino
    os.utime(copy, (0, 0))
    assert playable_copy(path, probe(path), tmp_path / "copies") == copy
    assert copy.stat().st_ino == made
    assert copy.stat().st_mtime > 0  # whoever watches it now has the whole time to do so
    assert [file.name for file in copy.parent.iterdir()] == [copy.name]


def test_the_name_of_a_copy_cannot_be_told_from_the_video(tmp_path):
    path = make_odd(tmp_path / "old.avi", [gray(0)] * 3, [0, 0.1, 0.2], codec="mpeg4")
    script = (
        "import sys; from mutualsl.video import playable_copy, probe\n"
        "print(playable_copy(sys.argv[1], probe(sys.argv[1]), sys.argv[2]).name)"
    )
    command = [sys.executable, "-c", script, path, tmp_path / "copies"]
    names = {subprocess.check_output(command, text=True) for _ in range(2)}
    assert len(names) == 2  # each program has a secret of its own
    assert not any(content_hash(path) in name for name in names)


def test_odd_sizes_and_any_sound_become_playable(tmp_path):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        video = container.add_stream("ffv1", rate=10)
        video.width, video.height, video.pix_fmt = 63, 47, "yuv420p"
        sound = container.add_stream("pcm_s16le", rate=11_025, layout="stereo")
        samples = np.zeros((1, 2 * 11_025), np.int16)
        block = av.AudioFrame.from_ndarray(samples, format="s16", layout="stereo")
        block.sample_rate, block.pts, block.time_base = 11_025, 0, Fraction(1, 11_025)
        container.mux(sound.encode(block))
        for n in range(10):
            container.mux(video.encode(av.VideoFrame.from_ndarray(gray(n, 63, 47), format="rgb24")))
        container.mux(video.encode(None))
    info = probe(playable_copy(path, probe(path), tmp_path / "copies"))
    assert (info.width, info.height, info.audio_codec) == (64, 48, "aac")


def test_the_length_of_a_video_that_does_not_say_it(tmp_path):
    pictures, times = [gray(n) for n in range(20)], [n / 10 for n in range(20)]
    path = make_odd(tmp_path / "live.webm", pictures, times, codec="libvpx-vp9", live="1")
    with pytest.raises(VideoError, match=r"no picture at 5.00 s; it lasts (1.9|2.0)\d s"):
        export_clip(path, Span(5.0, 6.0), tmp_path / "clip.mp4")
