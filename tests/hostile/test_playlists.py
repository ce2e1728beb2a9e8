"""Files that name other files: refused, and nothing they name is opened or called."""

import shutil

import av
import pytest

from mutualsl.errors import VideoError
from mutualsl.video import FrameRequest, export_clip, probe, read_frames, read_text_track
from mutualsl.video.worker.opening import open_video


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


def hls_key(target):
    return hls("here.ts").replace("#EXTINF", f'#EXT-X-KEY:METHOD=AES-128,URI="{target}"\n#EXTINF')


def hls_map(target):
    return hls("here.mp4").replace("#EXTINF", f'#EXT-X-MAP:URI="{target}"\n#EXTINF')


def hls_prefixed(target):
    return hls(f"crypto:subfile,,start,0,end,99999,,:file:{target}")


def sdp(target):
    return "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nm=video 5004 RTP/AVP 96\n"


def smil(target):
    return f'<smil><body><seq><video src="{target}"/></seq></body></smil>'


def asx(target):
    return f'<asx version="3.0"><entry><ref href="{target}"/></entry></asx>'


def imf(target):
    return (
        '<?xml version="1.0"?><CompositionPlaylist xmlns="http://www.smpte-ra.org/schemas/2067-3/'
        f'2013"><Id>urn:uuid:0</Id><SegmentList><Asset>{target}</Asset></SegmentList>'
        "</CompositionPlaylist>"
    )


def avisynth(target):
    return f'DirectShowSource("{target}")\n'


def vobsub(target):
    return (
        f"# VobSub index file, v7\nid: en, index: 0\ntimestamp: 00:00:01:000, filepos: {target}\n"
    )


PLAYLISTS = [
    *(hls, hls_master, hls_key, hls_map, hls_prefixed, concat, dash),
    *(sdp, smil, asx, imf, avisynth, vobsub),
]


@pytest.mark.parametrize("playlist", PLAYLISTS)
def test_a_playlist_opens_no_other_file_and_calls_nobody(
    plain, tmp_path, listener, opened, playlist
):
    address, calls = listener
    canary = shutil.copy(plain, tmp_path / "canary.mp4")
    was_opened = opened(canary)
    for name, target in (("list.mp4", address), ("list.m3u8", "canary.mp4")):
        (tmp_path / name).write_text(playlist(target))
        refused = pytest.raises(VideoError, match="not a video that can be read")
        with refused, open_video(tmp_path / name):  # as every worker does
            pass
    assert calls == [] and not was_opened()


@pytest.mark.parametrize("prefix", ["file:", "crypto:", "async:", "cache:", "concat:", "data:,"])
def test_a_prefix_is_part_of_a_name(plain, tmp_path, opened, prefix):
    was_opened = opened(shutil.copy(plain, tmp_path / "canary.mp4"))
    for name in (f"{prefix}{tmp_path}/canary.mp4", f"subfile,,start,0,end,9,,:{prefix}canary.mp4"):
        with pytest.raises(VideoError, match="is not a file"):
            probe(name)
    assert not was_opened()


def test_every_job_opens_files_the_same_way(tmp_path, listener):
    target, calls = listener
    path = tmp_path / "list.mp4"
    path.write_text(hls(target))
    attempts = [
        lambda: probe(path),
        lambda: list(read_frames(path, FrameRequest())),
        lambda: read_text_track(path, 0, limit_bytes=1000),
        lambda: export_clip(path, (0.0, 1.0), tmp_path / "out.mp4"),
    ]
    for attempt in attempts:
        with pytest.raises(VideoError, match="not a video that can be read"):
            attempt()
    assert calls == []
    assert [file.name for file in tmp_path.iterdir()] == ["list.mp4"]


def test_the_traps_do_work(plain, tmp_path, listener, opened):
    """Opened carelessly, such a file reads the canary and calls the listener."""
    was_opened = opened(shutil.copy(plain, tmp_path / "canary.mp4"))
    path = tmp_path / "list.mp4"
    path.write_text(concat("canary.mp4"))
    with av.open(str(path)) as container:
        assert container.format.name == "concat"
        assert container.streams.video[0].width == 64
    assert was_opened()

    target, calls = listener
    path.write_text(concat(target))
    with pytest.raises(av.error.FFmpegError):
        av.open(str(path), options={"safe": "0", "protocol_whitelist": "file,http,tcp"})
    assert calls[0].startswith(b"GET /canary.mp4")
