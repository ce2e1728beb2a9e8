"""The page with tiny models, and a video that takes long to read."""

from pathlib import Path

import av
import pytest

from tools.serving import serving

LONG_TIMES, NEW_TIMES = 40, 5


@pytest.fixture(scope="session")
def server(tiny_models, own_cache, tmp_path_factory):
    """Instead of the weights that come with the project."""
    with serving(tiny_models, tmp_path_factory.mktemp("tiny server") / "stderr.txt") as server:
        yield server


@pytest.fixture
def long_video(demos, tmp_path) -> Path:
    """The pictures of a demo video again and again; no two tests share its content."""
    return repeated(demos["kitchen"].video, tmp_path / "long.mp4", LONG_TIMES)


@pytest.fixture
def new_video(demos, tmp_path) -> Path:
    """A video that nobody has seen, which takes some seconds to read."""
    return repeated(demos["kitchen"].video, tmp_path / "new.mp4", NEW_TIMES)


def repeated(video, out, times) -> Path:
    """Its pictures so many times, under a name and with content of its own."""
    with av.open(str(video)) as source, av.open(str(out), "w") as sink:
        stream = source.streams.video[0]
        copy = sink.add_stream_from_template(stream)
        sink.metadata["title"] = str(out)
        length = 0
        for _ in range(times):
            source.seek(0)
            begin, end = length, length
            for packet in source.demux(stream):
                if packet.dts is None:
                    continue
                packet.pts, packet.dts = packet.pts + begin, packet.dts + begin
                end = max(end, packet.pts + packet.duration)
                packet.stream = copy
                sink.mux(packet)
            length = end
    return out
