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
    """Sends CONTENT; `breaks_after` bytes the connection ends.

    `ranges` says if it can resume, and `compares` if it looks at what that is to be a part of.
    """

    breaks_after = len(CONTENT)
    ranges = compares = True
    content = CONTENT
    version = ("ETag", '"1"')
    length = "Content-Length"  # or "chunked", or ""

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
        same = not server.compares or self.headers.get("If-Range") in (None, server.version[1])
        if wanted and server.ranges and same:
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
        self.send_header(*server.version)
        sent = content[begin : begin + server.breaks_after]
        if server.length == "Content-Length":
            self.send_header("Content-Length", str(len(content) - begin))
        elif server.length == "chunked":
            self.send_header("Transfer-Encoding", "chunked")
            end = b"\r\n0\r\n\r\n" if len(sent) == len(content) - begin else b""
            sent = b"%x\r\n%s%s" % (len(content) - begin, sent, end)
        self.end_headers()
        self.wfile.write(sent)

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
    assert not list(path.parent.glob("*.part*"))


def test_without_a_terminal_no_bar_is_drawn_and_what_is_done_is_said(url, tmp_path, capfd, caplog):
    fetch(url, tmp_path / "rgb.pt", todo="name the file")
    assert (*capfd.readouterr(),) == ("", "")
    assert caplog.messages == [f"fetching {url} to {tmp_path / 'rgb.pt'}"]


@pytest.fixture
def begun(server, url, tmp_path):
    """A download that broke off, of a server that is well again."""
    path = tmp_path / "rgb.pt"
    server.breaks_after = 4000
    with pytest.raises(WeightsMissing, match="name the file"):
        get(url, path)
    assert not path.exists() and (tmp_path / "rgb.pt.part").stat().st_size == 4000
    server.breaks_after = len(CONTENT)
    return path


@pytest.mark.parametrize("ranges", [True, False])
def test_what_was_begun_goes_on_where_it_stopped(server, url, begun, ranges):
    server.ranges = ranges
    assert get(url, begun).read_bytes() == CONTENT
    assert server.asked == [None, "bytes=4000-"]


@pytest.mark.parametrize("compares", [True, False])
def test_a_part_of_another_file_is_not_gone_on_with(server, url, begun, compares):
    server.content, server.version, server.compares = CONTENT[::-1], ("ETag", '"2"'), compares
    assert get(url, begun).read_bytes() == CONTENT[::-1]
    assert server.asked == [None, "bytes=4000-"] + [None] * (not compares)


@pytest.mark.parametrize(
    ("version", "asked"),
    [
        (("Last-Modified", "Sat, 29 Oct 1994 19:43:31 GMT"), "bytes=4000-"),
        (("ETag", 'W/"1"'), None),
        (("Server", "of nothing"), None),
    ],
)
def test_only_what_is_surely_of_the_same_file_goes_on(server, url, tmp_path, version, asked):
    server.version, server.breaks_after = version, 4000
    with pytest.raises(WeightsMissing):
        get(url, tmp_path / "rgb.pt")
    server.breaks_after = len(CONTENT)
    assert get(url, tmp_path / "rgb.pt").read_bytes() == CONTENT
    assert server.asked == [None, asked]


def test_what_may_have_ended_early_is_not_taken_for_whole(server, url, tmp_path):
    server.length = ""
    with pytest.raises(WeightsMissing, match="does not say how long"):
        get(url, tmp_path / "rgb.pt")
    server.length, server.breaks_after = "chunked", 4000
    with pytest.raises(WeightsMissing, match="cannot be fetched"):
        get(url, tmp_path / "rgb.pt")
    server.breaks_after = len(CONTENT)
    assert get(url, tmp_path / "rgb.pt").read_bytes() == CONTENT


def write_part(folder, content):
    (folder / "rgb.pt.part").write_bytes(content)
    (folder / "rgb.pt.part.version").write_text('"1"')


def test_a_part_that_is_complete_only_gets_its_name(server, url, tmp_path):
    write_part(tmp_path, CONTENT)
    assert get(url, tmp_path / "rgb.pt").read_bytes() == CONTENT
    assert server.asked == [f"bytes={len(CONTENT)}-"]


def test_a_part_longer_than_the_file_is_thrown_away(server, url, tmp_path):
    write_part(tmp_path, CONTENT + b"of something else")
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
