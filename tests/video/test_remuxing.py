"""A video in a container that browsers do not open: its packets are copied, with their times."""

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace

import av
import numpy as np
import pytest

from mutualsl.errors import VideoError
from mutualsl.video import clips, playable_copy, probe
from mutualsl.video.process import HANG_SECOND
from tests.video.conftest import gray, make_odd, make_tracks, number_of, read_all, tone

RATE_HZ = 16_000
PLAYS_HIGHER = {"width": 128, "height": 384}  # than what is encoded for browsers


def record(path, *, start_second=0.0, late_second=0.0, sounds=("aac",), clockwise=0, **options):
    """4 s at 25 pictures a second that refer to each other, and a beep with picture 50."""
    with av.open(str(path), "w", options=options) as container:
        video = container.add_stream("libx264", rate=25, options={"bf": "2"})
        video.width, video.height = PLAYS_HIGHER.values()
        video.pix_fmt, video.codec_context.time_base = "yuv420p", Fraction(1, 1000)
        if clockwise:
            video.set_display_rotation(-clockwise)
        streams = [container.add_stream(codec, rate=RATE_HZ, layout="mono") for codec in sounds]
        container.start_encoding()
        packets = []
        for number in range(100):
            picture = gray(number % 50, **PLAYS_HIGHER)
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24")
            frame.pts = round((start_second + late_second + number / 25) * 1000)
            frame.time_base = Fraction(1, 1000)
            packets += video.encode(frame)
        packets += video.encode(None)
        samples = np.zeros(4 * RATE_HZ, np.int16)
        samples[2 * RATE_HZ : 2 * RATE_HZ + 1600] = tone(0.1)
        for stream in streams:
            block = av.AudioFrame.from_ndarray(samples[None], format="s16", layout="mono")
            block.sample_rate, block.time_base = RATE_HZ, Fraction(1, RATE_HZ)
            block.pts = round(start_second * RATE_HZ)
            packets += [*stream.encode(block), *stream.encode(None)]
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            container.mux(packet)
    return path


def packets_of(path):
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(container.streams.video[0])]


def beep_second(path):
    with av.open(str(path)) as container:
        start = (container.start_time or 0) / av.time_base
        blocks = [(frame.time, frame.to_ndarray()[0]) for frame in container.decode(audio=0)]
    loud = next((at, samples) for at, samples in blocks if np.abs(samples).max() > 0.1)
    return loud[0] + int(np.argmax(np.abs(loud[1]) > 0.1)) / RATE_HZ - start


def shown_numbers(path):
    return [number_of(frame) for frame in read_all(path, rate_hz=25)[0]]


def shows_the_same(copy, path):
    """Whether two files show the same pictures at the same times, from the first to the last."""
    made, info = probe(copy), probe(path)
    assert made.duration_second == pytest.approx(info.duration_second, abs=0.07)
    sizes = [(each.width, each.height, each.rotation_degree) for each in (made, info)]
    assert made.browser_playable and sizes[0] == sizes[1]
    return shown_numbers(copy) == shown_numbers(path)


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("a.mov", {}),
        ("a.mkv", {}),
        ("turned.mov", {"clockwise": 90}),
        ("late pictures.mkv", {"late_second": 0.5}),
        ("late pictures.mov", {"late_second": 0.5}),
        ("late.mkv", {"start_second": 100.0, "avoid_negative_ts": "disabled"}),
        ("silent.mkv", {"sounds": (), "live": "1"}),
    ],
)
def test_packets_are_copied_with_their_times(tmp_path, name, changes):
    path = record(tmp_path / name, **changes)
    assert not probe(path).browser_playable
    seen = []
    copy = playable_copy(path, probe(path), tmp_path / "copies", seen.append)
    assert packets_of(copy) == packets_of(path)
    assert shows_the_same(copy, path)
    if probe(path).audio_codec:
        assert beep_second(copy) == pytest.approx(beep_second(path), abs=0.002)
    assert seen == sorted(seen) and seen[-1] == 1.0
    data = copy.read_bytes()
    assert data.index(b"moov") < data.index(b"mdat")


def test_uneven_frames_keep_their_times(tmp_path):
    times = [0, 0.1, 0.2, 1.5, 1.6, 3.0]
    path = make_odd(tmp_path / "vfr.mkv", [gray(8 * n) for n in range(6)], times)
    copy = playable_copy(path, probe(path), tmp_path / "copies")
    assert packets_of(copy) == packets_of(path) and shows_the_same(copy, path)


def test_only_the_sound_is_encoded_where_the_pictures_can_be_copied(tmp_path):
    path = record(tmp_path / "a.mov", sounds=("pcm_s16le",))
    copy = playable_copy(path, probe(path), tmp_path / "copies")
    assert packets_of(copy) == packets_of(path) and shows_the_same(copy, path)
    assert probe(copy).audio_codec == "aac"
    assert beep_second(copy) == pytest.approx(2.0, abs=0.02)


def test_other_sound_and_text_is_left_out(tmp_path):
    path = record(tmp_path / "two.mkv", sounds=("aac", "aac"))
    tracks = make_tracks(tmp_path / "tracks.mkv", ("eng", "", [(1.0, 2.0, "open the jar")]))
    for each, kinds in ((path, ["video", "audio"]), (tracks, ["video"])):
        with av.open(str(playable_copy(each, probe(each), tmp_path / "copies"))) as container:
            assert [stream.type for stream in container.streams] == kinds


def test_a_video_that_an_edit_list_cuts_is_encoded(tmp_path):
    """What is before the start is needed to decode what follows, and players may show it."""
    path = record(tmp_path / "cut.mov", start_second=-1.0)
    copy = playable_copy(path, probe(path), tmp_path / "copies")
    assert packets_of(copy) != packets_of(path)
    numbers = shown_numbers(path), shown_numbers(copy)
    assert np.allclose(*numbers, atol=1) and len(numbers[0]) == 75


def test_pictures_that_browsers_do_not_play_are_encoded(tmp_path):
    pictures, times = [gray(n) for n in range(10)], [n / 10 for n in range(10)]
    for name, changes in (
        ("a.mov", {"pixels": "yuv422p"}),
        ("a.avi", {}),
        ("a.mkv", {"codec": "mpeg4"}),
    ):
        path = make_odd(tmp_path / name, pictures, times, **changes)
        copy = playable_copy(path, probe(path), tmp_path / "copies")
        assert probe(copy).browser_playable and packets_of(copy) != packets_of(path)


def test_the_larger_a_file_the_longer_its_copy_may_be_silent(tmp_path, monkeypatch, caplog):
    """The last that is done for a copy is to write all of it once more."""
    jobs = []

    def run_job(job, path, *, out, hang_second=HANG_SECOND, **others):
        jobs.append((job, hang_second))
        if job == "remux":
            raise VideoError("the film is torn")
        Path(out).touch()

    monkeypatch.setattr(clips, "run_job", run_job)
    path = tmp_path / "long.mkv"
    with path.open("wb") as file:
        file.truncate(50_000_000)
    with caplog.at_level("INFO"):
        playable_copy(path, SimpleNamespace(browser_playable=False), tmp_path / "copies")
    assert jobs == [("remux", HANG_SECOND + 5), ("transcode", HANG_SECOND)]
    assert "the film is torn" in caplog.text
