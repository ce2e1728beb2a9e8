"""Real containers that point elsewhere: what they point at is neither opened nor called."""

import shutil

import av
import pytest

from mutualsl.errors import VideoError
from mutualsl.video import probe
from mutualsl.video.worker.decoding import Decoder
from mutualsl.video.worker.opening import open_video
from mutualsl.video.worker.text_tracks import text_tracks
from tests.hostile.containers import avi_with_playlist, reference_movie
from tests.hostile.test_playlists import concat, hls
from tests.video.conftest import gray, make_odd, read_all


def test_a_reference_movie_is_refused(plain, tmp_path, opened):
    canary = tmp_path / "canary.mp4"
    shutil.copy(plain, canary)
    movie = tmp_path / "movie.mov"
    movie.write_bytes(reference_movie(plain.read_bytes(), canary))
    was_opened = opened(canary)
    with pytest.raises(VideoError, match=r"movie\.mov"):
        probe(movie)
    assert not was_opened()

    careless = {"enable_drefs": "1", "use_absolute_path": "1"}
    with av.open(str(movie), options=careless) as container:  # the trap does work
        assert next(container.decode(video=0)).width == 64
    assert was_opened()


@pytest.mark.parametrize("playlist", [hls, concat])
def test_a_playlist_in_place_of_subtitles_inside_is_not_followed(
    tmp_path, listener, opened, playlist
):
    address, calls = listener
    frames, times = [gray(n) for n in range(20)], [n / 10 for n in range(20)]
    video = make_odd(tmp_path / "plain.avi", frames, times, codec="mpeg4")
    canary = shutil.copy(video, tmp_path / "canary.mp4")
    was_opened = opened(canary)
    for target in (address, "canary.mp4"):
        path = tmp_path / "subtitled.avi"
        path.write_bytes(avi_with_playlist(video.read_bytes(), playlist(target).encode()))
        with open_video(path) as source:  # as every worker does
            assert len(source.container.streams) == 2 and text_tracks(source) == []
            assert len(list(Decoder(source, source.video, lambda second: None).frames())) == 20
    assert calls == [] and not was_opened()


def test_an_attachment_is_not_written_anywhere(tmp_path):
    path = tmp_path / "attached.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=10)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        container.add_attachment("../../escaped.txt", "text/plain", b"hello")
        for number in range(20):
            frame = av.VideoFrame.from_ndarray(gray(number), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert len(read_all(path)[0]) > 8
    assert [file.name for file in tmp_path.iterdir()] == ["attached.mkv"]
    assert not (tmp_path.parent.parent / "escaped.txt").exists()
