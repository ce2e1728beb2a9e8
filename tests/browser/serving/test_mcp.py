"""Clients of the Model Context Protocol use the endpoints as tools; nothing of theirs stays."""

import ast
import asyncio
import base64
import os
import signal
import time

import pytest
from gradio_client import Client, handle_file
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from tests.browser.conftest import serving

pytestmark = pytest.mark.browser
QUESTION = "how do i open the jar"
DEADLINE_SECOND = 20


def data_url(path, kind):
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


async def use(url, calls):
    """The names of the tools, and what each call of one gives: whether it failed, and its text."""
    async with (
        streamable_http_client(f"{url}gradio_api/mcp/") as (read, write, *_),
        ClientSession(read, write) as session,
    ):
        await session.initialize()
        names = [tool.name for tool in (await session.list_tools()).tools]
        results = [await session.call_tool(*call) for call in calls]
    return names, [(result.isError, result.content[0].text) for result in results]


def files(folder):
    """Everything in it that is not a folder itself."""
    return [path for path in folder.rglob("*") if not path.is_dir()]


def test_a_client_gets_the_answer_that_is_computed_alone_and_the_server_keeps_no_file(
    tiny_models, short_video, one_cue, shelf, tmp_path, monkeypatch
):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    given = {
        "video": data_url(short_video, "video/mp4"),
        "subtitles": data_url(one_cue, "application/x-subrip"),
    }
    calls = [
        ("localize", {**given, "question": QUESTION}),
        ("localize", {"question": QUESTION}),
        ("localize", {"video": "/etc/passwd", "question": QUESTION}),
    ]
    with serving(tiny_models, tmp_path / "stderr.txt", "--device", "cpu", "--mcp") as server:
        names, (answered, nothing, path) = asyncio.run(use(server.url, calls))
        caller = Client(server.url, verbose=False, download_files=tmp_path)
        caller.predict(handle_file(short_video), api_name="/encode")
        assert any(file.suffix == ".mp4" for file in files(temporary))
        os.kill(server.pid, signal.SIGTERM)
        deadline = time.monotonic() + DEADLINE_SECOND
        while files(temporary) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert files(temporary) == []
    assert "Traceback" not in (tmp_path / "stderr.txt").read_text()
    assert {"encode", "ask", "localize"} <= set(names)
    one = shelf.get("one")
    expected = one.ask(one.encode_video(short_video, one_cue), QUESTION).to_dict()
    assert not answered[0]
    found = ast.literal_eval(answered[1])  # Gradio writes an object as Python does
    assert {head: found[head] for head in ("visual", "textual", "answer")} == {
        head: expected[head] for head in ("visual", "textual", "answer")
    }
    assert nothing == (True, "Nothing to ask about: give a video, a subtitle file, or both")
    assert path[0] and "provide a url" in path[1]
