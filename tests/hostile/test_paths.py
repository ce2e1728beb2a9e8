"""Paths that lead elsewhere: by the address of a file, by its name, or as a parameter.

`tests/ui/test_api.py` has files of the server as parameters, `tests/ui/analyse/test_catalogue.py`
links out of a data set, `tests/data/test_jsonl.py` videos named by a path.
"""

import hashlib
from pathlib import Path

import httpx
import pytest
from gradio import processing_utils

from mutualsl.ui.app import build_app, launch
from mutualsl.ui.made_files import made_files_folder
from tests.demo import ROOT

SECRET = "the secret of somebody else"


@pytest.fixture(scope="module")
def client(shelf, tmp_path_factory):
    """A visitor of the page without a browser, of a server that found Gradio's secret empty."""
    processing_utils.hash_seed = b""
    page = build_app(shelf, tmp_path_factory.mktemp("no examples"))
    url = launch(page, ROOT / "assets", host="127.0.0.1", port=None)
    with httpx.Client(base_url=url, timeout=60) as client:
        yield client
    page.close()


def upload(client, name, content):
    """Where the server has put an upload."""
    answer = client.post("gradio_api/upload", files={"files": (name, content)})
    return Path(answer.json()[0])


def call(client, **given):
    """What the endpoint `/localize` says to a caller, as text."""
    address = "gradio_api/call/v2/localize"
    event = client.post(address, json={"question": "how do i open the jar", **given}).json()
    return client.get(f"{address}/{event['event_id']}").text


@pytest.mark.parametrize(
    "path",
    [
        *("/etc/passwd", "//etc/passwd", "%2Fetc%2Fpasswd", "etc/passwd", "~/.bashrc"),
        *("../../../../etc/passwd", "..%2f..%2f..%2fetc%2fpasswd", "....//....//etc/passwd"),
        *("file:///etc/passwd", "file:/etc/passwd", "data:text/html,hello", "\\\\host\\share\\a"),
        f"{ROOT}/app.py",
        f"{ROOT}/assets/../app.py",
        f"{ROOT}/assets/%2e%2e/app.py",
        f"{ROOT}/assets",
        f"{ROOT}/assets%00/../app.py",
    ],
)
def test_no_other_file_is_served(client, path):
    for route in ("gradio_api/file=", "file=", "gradio_api/file/", "static/", "assets/"):
        answer = client.get(f"{route}{path}")
        assert answer.status_code in (400, 403, 404), (route, answer.status_code)
        assert "root:" not in answer.text and "import" not in answer.text


def test_folders_are_not_listed(client):
    held = upload(client, "mine.txt", SECRET)
    for folder in (held.parent, held.parent.parent, made_files_folder()):
        assert client.get(f"gradio_api/file={folder}").status_code == 403


def test_a_visitors_file_is_not_where_its_name_or_content_says(client):
    held = upload(client, "mine.txt", SECRET)
    assert client.get(f"gradio_api/file={held}").text == SECRET
    top = held.parent.parent
    plain = (getattr(hashlib, kind)(SECRET.encode()).hexdigest() for kind in ("md5", "sha256"))
    for guess in ("", *plain):  # what is kept is called after the content and a secret
        address = f"gradio_api/file={top / guess / 'mine.txt'}"
        assert client.get(address).status_code == 403


@pytest.mark.parametrize(
    "name", ["../../escaped.srt", "/tmp/escaped.srt", "..\\..\\escaped.srt", "a/../../escaped.srt"]
)
def test_the_name_of_an_upload_leads_nowhere(client, name):
    held = upload(client, name, b"hello")
    top = upload(client, "other.txt", b"hello").parent.parent
    assert held.is_file() and held.resolve().parent.parent == top


def test_an_uploaded_page_is_not_shown_as_a_page(client):
    for name in ("evil.html", "evil.svg", "evil.xhtml", "evil.xml"):
        held = upload(client, name, "<svg onload='alert(1)'><script>alert(1)</script></svg>")
        headers = client.get(f"gradio_api/file={held}").headers
        assert headers["content-disposition"].startswith("attachment")
        assert headers["content-type"] == "application/octet-stream"


def test_no_address_of_the_servers_own_network_is_called(client, listener):
    address, calls = listener
    file = {"path": address, "url": address, "meta": {"_type": "gradio.FileData"}}
    for given in ({"video": file}, {"subtitles": file}):
        said = call(client, **given)
        assert "event: error" in said and "event: complete" not in said
    assert client.get(f"gradio_api/file={address}").status_code >= 400
    assert client.get(f"gradio_api/proxy={address}").status_code >= 400
    assert calls == []


@pytest.mark.parametrize("name", ["model", "read_out", "question"])
def test_a_path_as_another_parameter_names_no_file(client, name, tmp_path):
    track = upload(client, "a.srt", "1\n00:00:01,000 --> 00:00:02,000\nopen the jar\n")
    subtitles = {"path": str(track), "meta": {"_type": "gradio.FileData"}}
    (tmp_path / "secret.txt").write_text(SECRET)
    said = call(client, **{"subtitles": subtitles, name: f"../../../..{tmp_path}/secret.txt"})
    assert SECRET not in said
    assert "event: complete" in said if name == "question" else "choose one of" in said


@pytest.mark.parametrize("session", ["undefined", "../x"])
def test_a_session_that_is_guessed_has_no_video(client, session):
    address = "gradio_api/call/ask"
    given = ["how do i open the jar", 5, "confident", ""]
    event = client.post(address, json={"data": given, "session_hash": session}).json()["event_id"]
    assert "event: error" in client.get(f"{address}/{event}").text
