import numpy as np
import pytest

from mutualsl.errors import VideoError
from mutualsl.video import content_hash, probe
from mutualsl.video.write import write_video
from tests.video.conftest import gray, number_of, read_all, tone


def test_what_is_written_can_be_read_back(plain):
    info = probe(plain)
    assert (info.width, info.height, info.video_codec) == (64, 48, "h264")
    assert (info.pixel_format, info.audio_codec, info.container) == ("yuv420p", "aac", "mp4")
    assert info.duration_second == pytest.approx(4.0, abs=0.1)
    assert info.browser_playable
    frames, _ = read_all(plain, rate_hz=12.5)
    assert [number_of(frame) for frame in frames] == list(range(50))


def test_same_input_same_bytes(tmp_path):
    noise = np.random.default_rng(0).integers(0, 255, (90, 160, 3), np.uint8)

    def write(name):
        frames = (np.roll(noise, 3 * shift, axis=1) for shift in range(40))
        texts = [(0.0, 1.0, "a")]
        return write_video(tmp_path / name, frames, 8, audio=(tone(2), 16_000), subtitles=texts)

    assert content_hash(write("a.mp4")) == content_hash(write("b.mp4"))


def test_colours_survive(tmp_path):
    colour = np.array([220, 60, 30], np.uint8)
    write_video(tmp_path / "red.mp4", [np.tile(colour, (48, 64, 1))] * 8, 8, crf=10)
    frames, _ = read_all(tmp_path / "red.mp4")
    assert np.abs(frames.astype(int) - colour).max() <= 6


def test_index_stands_in_front(plain):
    data = plain.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_a_failure_leaves_no_file(tmp_path):
    def frames():
        yield gray(0)
        raise RuntimeError("renderer broke")

    with pytest.raises(RuntimeError):
        write_video(tmp_path / "a.mp4", frames(), 8)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("frames", [[], [np.zeros((47, 64, 3), np.uint8)]])
def test_nothing_or_odd_pictures_are_refused(tmp_path, frames):
    with pytest.raises(VideoError, match=r"a\.mp4"):
        write_video(tmp_path / "a.mp4", frames, 8)
