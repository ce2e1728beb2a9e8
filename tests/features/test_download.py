"""Fetching a file from a server of our own: whole, resumed, checked, refused."""

import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from mutualsl.errors import CheckpointError, WeightsMissing
from mutualsl.features import download
from mutualsl.features.download import fetch

CONTENT = bytes(range(256)) * 40


class Server(HTTPServer):
    """Sends CONTENT; `breaks_after` bytes the connection ends, `ranges` says if it can resume."""

    breaks_after = len(CONTENT)
    ranges = True
    content = CONTENT

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked = []  # the range of every request, or None


class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        server = self.server
        wanted = self.headers.get("Range")
        server.asked.append(wanted)
        if self.path != "/rgb.pt":
            return self.send_error(404)
        content, begin = server.content, 0
        if wanted and server.ranges:
            begin = int(re.fullmatch(r"bytes=(\d+)-", wanted)[1])
            if begin >= len(content):
                self.send_response(416)
                self.send_header("Content-Range", f"bytes */{len(content)}")
                self.send_header("Content-Length", "0")
                return self.end_headers()
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {begin}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        self.send_header("Content-Length", str(len(content) - begin))
        self.end_headers()
        self.wfile.write(content[begin : begin + server.breaks_after])

    def log_message(self, *_):
        pass


@pytest.fixture
def server(monkeypatch):
    monkeypatch.delenv("HF_HUB_OFFLINE", raising=False)
    with Server() as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.fixture
def url(server):
    return f"http://127.0.0.1:{server.server_port}/rgb.pt"


def get(url, path, progress=lambda fraction: None):
    return fetch(url, path, todo="name the file", progress=progress)


def test_a_file_is_fetched_once_with_its_hash_noted(server, url, tmp_path, monkeypatch):
    monkeypatch.setattr(download, "PIECE_BYTES", 1000)
    path, seen = tmp_path / "weights" / "rgb.pt", []
    assert get(url, path, seen.append).read_bytes() == CONTENT
    assert seen == sorted(seen) and len(seen) > 10 and seen[-1] == 1.0
    note = (path.parent / "rgb.pt.sha256").read_text()
    assert note == f"{hashlib.sha256(CONTENT).hexdigest()}  rgb.pt\n"
    get(url, path)
    assert server.asked == [None]
    assert not list(path.parent.glob("*.part"))


def test_without_a_terminal_no_bar_is_drawn_and_what_is_done_is_said(url, tmp_path, capfd, caplog):
    fetch(url, tmp_path / "rgb.pt", todo="name the file")
    assert (*capfd.readouterr(),) == ("", "")
    assert caplog.messages == [f"fetching {url} to {tmp_path / 'rgb.pt'}"]


@pytest.mark.parametrize("ranges", [True, False])
def test_what_was_begun_goes_on_where_it_stopped(server, url, tmp_path, ranges):
    path = tmp_path / "rgb.pt"
    server.breaks_after = 4000
    with pytest.raises(WeightsMissing, match="name the file"):
        get(url, path)
    assert not path.exists() and (tmp_path / "rgb.pt.part").stat().st_size == 4000
    server.breaks_after, server.ranges = len(CONTENT), ranges
    assert get(url, path).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=4000-"]


def test_a_part_that_is_complete_only_gets_its_name(server, url, tmp_path):
    (tmp_path / "rgb.pt.part").write_bytes(CONTENT)
    assert get(url, tmp_path / "rgb.pt").read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT)}-"]


def test_a_part_longer_than_the_file_is_thrown_away(server, url, tmp_path):
    (tmp_path / "rgb.pt.part").write_bytes(CONTENT + b"of something else")
    assert get(url, tmp_path / "rgb.pt").read_bytes() == CONTENT


def test_a_file_that_changed_afterwards_is_refused(url, tmp_path):
    path = get(url, tmp_path / "rgb.pt")
    path.write_bytes(CONTENT[:-1] + b"!")
    with pytest.raises(CheckpointError, match="not the file that was fetched.*delete both"):
        get(url, path)


def test_a_file_put_there_by_hand_is_used(server, url, tmp_path):
    (tmp_path / "rgb.pt").write_bytes(b"mine")
    assert get(url, tmp_path / "rgb.pt").read_bytes() == b"mine"
    assert server.asked == []


@pytest.mark.parametrize("value", ["1", "true", "ON"])
def test_offline_nothing_is_asked_of_the_network(server, url, tmp_path, monkeypatch, value):
    monkeypatch.setenv("HF_HUB_OFFLINE", value)
    with pytest.raises(
        WeightsMissing, match=r"rgb.pt is not here, and HF_HUB_OFFLINE is set; name"
    ):
        get(url, tmp_path / "rgb.pt")
    assert server.asked == []


def test_an_address_without_the_file_or_a_server_is_said(server, url, tmp_path):
    with pytest.raises(WeightsMissing, match=r"cannot be fetched \(HTTP Error 404.*name the file"):
        get(url + "x", tmp_path / "rgb.pt")
    with pytest.raises(WeightsMissing, match=r"cannot be fetched.*name the file"):
        get("http://127.0.0.1:9/rgb.pt", tmp_path / "rgb.pt")
    assert not (tmp_path / "rgb.pt").exists()


def test_two_at_once_fetch_it_once(server, url, tmp_path):
    done = []
    threads = [
        threading.Thread(target=lambda: done.append(get(url, tmp_path / "rgb.pt").read_bytes()))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [CONTENT] * 3 and server.asked == [None]
