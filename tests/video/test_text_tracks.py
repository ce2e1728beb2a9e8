from types import SimpleNamespace

import pytest

from mutualsl.errors import SubtitleError, VideoError
from mutualsl.video import TextTrack, probe, read_text_track
from mutualsl.video.worker import text_tracks
from tests.video.conftest import make_tracks


def test_the_track_of_an_mp4(plain):
    (track,) = probe(plain).text_tracks
    assert track == TextTrack(index=2, codec="mov_text", language="eng", title=None)
    assert read_text_track(plain, track.index, limit_bytes=1000) == [
        (0.5, 1.5, "first"),
        (2.0, 3.0, "second, <i>in italics</i>\nétape 二"),
    ]


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
    cues = [(1.0, 2.25, stored), (2.5, 3.75, stored)]
    make_tracks(path, ("ger", "Deutsch", cues), codec=codec)
    (found,) = probe(path).text_tracks
    assert (found.codec, found.language, found.title) == (codec, "ger", "Deutsch")
    events = read_text_track(path, found.index, limit_bytes=1000)
    assert events == [(1.0, 2.25, text), (2.5, 3.75, text)]


def test_a_track_that_is_not_there(plain):
    with pytest.raises(VideoError, match="no text track 0"):
        read_text_track(plain, 0, limit_bytes=1000)


@pytest.mark.parametrize(("count", "text"), [(1, "a" * 2000), (20, "a" * 100), (60, " ")])
def test_a_track_larger_than_a_subtitle_file_may_be_is_refused(tmp_path, count, text):
    events = [(n / 20, (n + 1) / 20, text) for n in range(count)]
    path = make_tracks(tmp_path / "large.mkv", ("eng", "English", events))
    (found,) = probe(path).text_tracks
    with pytest.raises(SubtitleError, match=r"large.mkv: its text track is too large .*0.001 MB"):
        read_text_track(path, found.index, limit_bytes=1000)
    assert len(read_text_track(path, found.index, limit_bytes=10_000)) == count * bool(text.strip())


def test_a_reader_of_a_sparse_track_says_that_it_lives(tmp_path):
    """All of a Matroska file is read for two lines, which takes long where it is large."""
    lines = [(0.0, 1.0, "first"), (3.0, 4.0, "last")]
    path = make_tracks(tmp_path / "sparse.mkv", ("eng", "", lines))
    (track,) = probe(path).text_tracks
    signs = []
    channel = SimpleNamespace(progress=signs.append)
    events = text_tracks.read_text_track(channel, str(path), track.index, 1000)
    assert [text for _, _, text in events] == ["first", "last"]
    assert len(signs) > 20  # pictures pass by
