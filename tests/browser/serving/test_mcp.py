"""Clients of the Model Context Protocol use the endpoints as tools, and leave nothing behind."""

import ast
import base64
import os
import signal
import time

import pytest
from anyio.from_thread import start_blocking_portal
from mcp import ClientSession
from mcp.client.streamable_http import streamable_http_client

from tools.serving import serving

pytestmark = pytest.mark.browser
QUESTION = "how do i open the jar"
DEADLINE_SECOND = 20


def data_url(path, kind):
    return f"data:{kind};base64,{base64.b64encode(path.read_bytes()).decode()}"


def videos(folder):
    """Names of the videos below a folder, whose folders may vanish meanwhile."""
    return [name for _, _, names in os.walk(folder) for name in names if name.endswith(".mp4")]


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


def test_a_client_gets_the_answer_that_is_computed_alone(
    tiny_models, short_video, one_cue, shelf, tmp_path, monkeypatch
):
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    monkeypatch.setenv("TMPDIR", str(temporary))
    files = {
        "video": data_url(short_video, "video/mp4"),
        "subtitles": data_url(one_cue, "application/x-subrip"),
    }
    calls = [
        ("localize", {**files, "question": QUESTION}),
        ("localize", {"question": QUESTION}),
        ("localize", {"video": "/etc/passwd", "question": QUESTION}),
    ]
    with serving(tiny_models, tmp_path / "stderr.txt", "--device", "cpu", "--mcp") as server:
        with start_blocking_portal() as loop:  # Playwright has one in this thread
            names, (answered, nothing, path) = loop.call(use, server.url, calls)
        assert videos(temporary)
        os.kill(server.pid, signal.SIGTERM)
        deadline = time.monotonic() + DEADLINE_SECOND
        while videos(temporary) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not videos(temporary)
    assert {"encode", "ask", "localize"} <= set(names)
    one = shelf.get("one")
    expected = one.ask(one.encode_video(short_video, one_cue), QUESTION).to_dict()
    assert not answered[0]
    given = ast.literal_eval(answered[1])  # Gradio writes an object as Python does
    assert {head: given[head] for head in ("visual", "textual", "answer")} == {
        head: expected[head] for head in ("visual", "textual", "answer")
    }
    assert nothing == (True, "Nothing to ask about: give a video, a subtitle file, or both")
    assert path[0] and "provide a url" in path[1]
