"""Damaged videos: frames, a warning or a VideoError; never a hang, a crash stays in its worker.

`tests/video/test_process.py` has a worker that hangs or crashes.
"""

import time
from fractions import Fraction

import av
import numpy as np
import pytest

from mutualsl.errors import VideoError
from mutualsl.video import FrameRequest, probe, read_frames
from mutualsl.video.write import write_video
from tests.hostile.inputs import count, mutated
from tests.video.conftest import make_odd, tone

HANG_SECOND = 10.0
HEAD_BYTES = 1500  # most of what a reader believes stands there


@pytest.fixture(scope="module")
def videos(tmp_path_factory):
    """Three seconds of moving noise in each container, with sound and subtitles where it is MP4."""
    folder = tmp_path_factory.mktemp("whole")
    noise = np.random.default_rng(0).integers(0, 255, (48, 120, 3), np.uint8)
    frames = [np.ascontiguousarray(noise[:, n : n + 64]) for n in range(30)]
    times = [n / 10 for n in range(30)]
    sound, text = (tone(3), 16_000), [(0.5, 1.5, "Pour the kettle.")]
    return (
        write_video(folder / "a.mp4", iter(frames), 10, audio=sound, subtitles=text),
        make_odd(folder / "a.mkv", frames, times),
        make_odd(folder / "a.webm", frames, times, codec="libvpx"),
    )


# In 354 the unit of time is gone from some frames.
@pytest.mark.parametrize("seed", sorted({*range(count(500, 6)), 354}))
def test_a_damaged_video_is_read_or_refused(videos, tmp_path, seed):
    whole = videos[seed % len(videos)]
    path = tmp_path / f"damaged{whole.suffix}"
    path.write_bytes(mutated(whole.read_bytes(), seed, HEAD_BYTES))
    started = time.monotonic()
    try:
        info = probe(path, timeout_second=HANG_SECOND)
        request = FrameRequest(width=64, height=48)
        with read_frames(path, request, hang_second=HANG_SECOND) as reader:
            shapes = {chunk.frames.shape[1:] for chunk in reader}
        assert info.duration_second > 0 and shapes == {(48, 64, 3)}
    except VideoError as error:
        assert path.name in str(error) and "stopped making progress" not in str(error)
        assert not getattr(error, "__notes__", None)  # a traceback: nobody foresaw it
    assert time.monotonic() - started < HANG_SECOND  # in all: two workers, each a new process


def test_packets_that_bring_the_reader_no_further_end_it(tmp_path):
    """12,000 pictures in the first 12 ms, then one at 3 s: it could go on like that for 2 GB."""
    with av.open(str(tmp_path / "crowd.mp4"), "w") as container:
        stream = container.add_stream("mjpeg", rate=25, width=16, height=16, pix_fmt="yuvj420p")
        black = av.VideoFrame.from_ndarray(np.zeros((16, 16, 3), np.uint8), format="rgb24")
        picture = bytes(stream.encode(black)[0])
        stream.time_base = Fraction(1, 1_000_000)
        for microsecond in (*range(12_000), 3_000_000):
            packet = av.Packet(picture)
            packet.stream, packet.time_base = stream, stream.time_base
            packet.pts = packet.dts = microsecond
            container.mux(packet)
    with (
        pytest.raises(VideoError, match="crowd.mp4: 10,0.. packets for the first 0.0 s"),
        read_frames(tmp_path / "crowd.mp4", FrameRequest(width=16, height=16)) as reader,
    ):
        list(reader)
