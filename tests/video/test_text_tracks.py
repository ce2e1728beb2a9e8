from fractions import Fraction

import av
import pytest

from mutualsl.errors import VideoError
from mutualsl.video import TextTrack, probe, read_text_track
from tests.video.conftest import gray


def test_the_track_of_an_mp4(plain):
    (track,) = probe(plain).text_tracks
    assert track == TextTrack(index=2, codec="mov_text", language="eng", title=None)
    assert read_text_track(plain, track.index) == [
        (0.5, 1.5, "first"),
        (2.0, 3.0, "second, <i>in italics</i>\nétape 二"),
    ]


ASS_HEADER = b"[Script Info]\nScriptType: v4.00+\n\n[Events]\nFormat: Layer, Start, End, Text\n"


@pytest.mark.parametrize(
    ("codec", "stored", "text"),
    [
        ("subrip", "<i>one</i>, two", "<i>one</i>, two"),
        ("webvtt", "one, two", "one, two"),
        ("ass", r"0,0,Default,,0,0,0,,{\i1}one{\i0}, two", r"{\i1}one{\i0}, two"),
    ],
)
def test_tracks_of_a_matroska_file(tmp_path, codec, stored, text):
    path = tmp_path / "a.mkv"
    with av.open(str(path), "w") as container:
        video = container.add_stream("libx264", rate=10)
        video.width, video.height, video.pix_fmt = 64, 48, "yuv420p"
        track = container.add_stream(codec)
        track.metadata.update(language="ger", title="Deutsch")
        track.codec_context.subtitle_header = ASS_HEADER
        track.codec_context.time_base = track.time_base = Fraction(1, 1000)
        container.start_encoding()
        for start in (1000, 2500):
            packet = av.Packet(stored.encode())
            packet.stream, packet.time_base = track, Fraction(1, 1000)
            packet.pts, packet.dts, packet.duration = start, start, 1250
            container.mux(packet)
        for number in range(40):
            frame = av.VideoFrame.from_ndarray(gray(number), format="rgb24")
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
    (found,) = probe(path).text_tracks
    assert (found.codec, found.language, found.title) == (codec, "ger", "Deutsch")
    assert read_text_track(path, found.index) == [(1.0, 2.25, text), (2.5, 3.75, text)]


def test_a_track_that_is_not_there(plain):
    with pytest.raises(VideoError, match="no text track 0"):
        read_text_track(plain, 0)
