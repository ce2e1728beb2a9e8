"""The page with tiny models, and a video that takes long to read."""

from pathlib import Path

import av
import pytest

from tests.browser.conftest import serving

LONG_TIMES = 40


@pytest.fixture(scope="session")
def server(tiny_models, own_cache, tmp_path_factory):
    """Instead of the weights that come with the project."""
    with serving(tiny_models, tmp_path_factory.mktemp("tiny server") / "stderr.txt") as server:
        yield server


@pytest.fixture
def long_video(demos, tmp_path) -> Path:
    """The pictures of a demo video again and again; no two tests share its content."""
    out = tmp_path / "long.mp4"
    with av.open(str(demos["kitchen"].video)) as source, av.open(str(out), "w") as sink:
        stream = source.streams.video[0]
        copy = sink.add_stream_from_template(stream)
        sink.metadata["title"] = str(tmp_path)
        length = 0
        for _ in range(LONG_TIMES):
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
