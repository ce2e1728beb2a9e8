"""Playlists that call themselves videos: refused, and nothing they name is read or called."""

import shutil
import socket
import threading

import av
import pytest

from mutualsl.errors import VideoError
from mutualsl.video import FrameRequest, export_clip, probe, read_frames, read_text_track


@pytest.fixture
def listener():
    """A server on this machine, and the list of the calls that it got."""
    calls = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                calls.append(connection.recv(200))
                connection.close()

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/canary.mp4", calls
        server.shutdown(socket.SHUT_RDWR)
        thread.join()


def hls(target):
    return f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\n{target}\n#EXT-X-ENDLIST\n"


def hls_master(target):
    return f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n{target}\n"


def concat(target):
    return f"ffconcat version 1.0\nfile '{target}'\n"


def dash(target):
    return (
        '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" '
        'mediaPresentationDuration="PT9S" profiles="urn:mpeg:dash:profile:isoff-on-demand:2011">'
        '<Period><AdaptationSet mimeType="video/mp4"><Representation id="1" bandwidth="1">'
        f"<BaseURL>{target}</BaseURL></Representation></AdaptationSet></Period></MPD>"
    )


PLAYLISTS = [hls, hls_master, concat, dash]


@pytest.mark.parametrize("name", ["list.mp4", "list.m3u8"])
@pytest.mark.parametrize("playlist", PLAYLISTS)
def test_a_playlist_reads_no_other_file(plain, tmp_path, playlist, name):
    shutil.copy(plain, tmp_path / "canary.mp4")
    (tmp_path / name).write_text(playlist("canary.mp4"))
    with pytest.raises(VideoError, match="not a video that can be read"):
        probe(tmp_path / name)


@pytest.mark.parametrize("playlist", PLAYLISTS)
def test_a_playlist_calls_nobody(tmp_path, listener, playlist):
    target, calls = listener
    path = tmp_path / "list.mp4"
    path.write_text(playlist(target))
    with pytest.raises(VideoError, match="not a video that can be read"):
        probe(path)
    assert calls == []


def test_every_job_opens_files_the_same_way(tmp_path, listener):
    target, calls = listener
    path = tmp_path / "list.mp4"
    path.write_text(hls(target))
    attempts = [
        lambda: list(read_frames(path, FrameRequest())),
        lambda: read_text_track(path, 0),
        lambda: export_clip(path, (0.0, 1.0), tmp_path / "out.mp4"),
    ]
    for attempt in attempts:
        with pytest.raises(VideoError, match="not a video that can be read"):
            attempt()
    assert calls == []
    assert [file.name for file in tmp_path.iterdir()] == ["list.mp4"]


def test_the_traps_do_work(plain, tmp_path, listener):
    """Opened carelessly, such a file reads the canary and calls the listener."""
    shutil.copy(plain, tmp_path / "canary.mp4")
    path = tmp_path / "list.mp4"
    path.write_text(concat("canary.mp4"))
    with av.open(str(path)) as container:
        assert container.format.name == "concat"
        assert container.streams.video[0].width == 64

    target, calls = listener
    path.write_text(concat(target))
    with pytest.raises(av.error.FFmpegError):
        av.open(str(path), options={"safe": "0", "protocol_whitelist": "file,http,tcp"})
    assert calls[0].startswith(b"GET /canary.mp4")
