"""The endpoints as functions, what they refuse, and what a caller cannot reach."""

from importlib import import_module

import httpx
import pytest
from gradio import Error
from gradio_client import Client, handle_file

from mutualsl.subtitles import Cue, write_subtitles
from mutualsl.ui import loading
from mutualsl.ui.api import Endpoints
from mutualsl.ui.app import build_app, launch
from mutualsl.ui.line import MACHINE
from tests.contract import check_answer, without_timings

QUESTION = "how do i open the jar"


@pytest.fixture
def endpoints(shelf):
    return Endpoints(shelf)


def last(steps):
    """What a caller gets in the end."""
    *_, result = steps
    return result


@pytest.fixture
def track(tmp_path):
    path = tmp_path / "track.srt"
    write_subtitles([Cue(1, 2, "open the jar"), Cue(3, 4, "close the box")], path)
    return str(path)


def test_in_one_call_or_in_two_the_answer_is_that_of_the_library(endpoints, shelf, track):
    one = last(endpoints.localize(None, track, QUESTION, 1, "textual", "two"))
    _, loaded = last(endpoints.encode(None, track))
    two = last(endpoints.ask(QUESTION, 1, "textual", "two", loaded))
    localizer = shelf.get("two")
    alone = localizer.ask(localizer.encode_video(None, track), QUESTION, 1, "textual").to_dict()
    for record in (one, two):
        check_answer(record, top_k=1)
        assert without_timings(record) == without_timings(alone)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"question": ""}, "empty"),
        ({"question": None}, "empty"),
        ({"question": "why " * 300}, "1,200 characters"),
        *[({"top_k": k}, "from 1 to 100") for k in (0, 101, 2.5, "5", True, None, float("inf"))],
        ({"read_out": "loud"}, "choose one of: confident, textual"),
        ({"model": "soup"}, "choose one of: broken, one, three, two"),
        ({"model": "broken"}, "fetch or train it again"),
        ({"subtitles": None}, "give a video"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(endpoints, track, changes, words):
    with pytest.raises(Error, match=words):
        last(endpoints.localize(**{"subtitles": track, "question": QUESTION, **changes}))


def test_a_question_before_any_video_is_refused(endpoints):
    with pytest.raises(Error, match="call /encode"):
        last(endpoints.ask(QUESTION))


def test_what_is_too_long_is_refused_before_it_is_read(
    endpoints, short_video, track, shelf, monkeypatch
):
    def never(*given):
        pytest.fail("nothing may be read")

    monkeypatch.setattr(type(shelf.get("one").encoder), "encode", never)
    monkeypatch.setattr(loading, "MAX_VIDEO_HOUR", 0.001)
    with pytest.raises(Error, match="The video lasts 0.0 hours; here it may last 0.001"):
        last(endpoints.encode(str(short_video), None))
    monkeypatch.setattr(loading, "MAX_CUES", 1)
    with pytest.raises(Error, match="The subtitles have 2 cues; here they may have 1"):
        last(endpoints.encode(None, track))


def test_a_few_cues_of_endless_text_are_refused(endpoints, tmp_path):
    path = tmp_path / "long.srt"
    write_subtitles([Cue(1, 2, "open the jar"), Cue(3, 4, "jar " * 150_000)], path)
    with pytest.raises(Error, match="have 600,011 characters; here they may have 600,000, cut"):
        last(endpoints.localize(None, str(path), QUESTION))


def test_a_refusal_leaves_no_place_taken(endpoints, track):
    with pytest.raises(Error):
        last(endpoints.encode(None, f"{track}.missing"))
    assert MACHINE._tickets == []


@pytest.fixture(scope="module")
def served(shelf, tmp_path_factory):
    page = build_app(shelf, tmp_path_factory.mktemp("no examples"))
    yield launch(page, ".", host="127.0.0.1", port=None), page
    page.close()


def test_the_page_of_visits_asks_nobody_for_news(served):
    """Gradio serves it beside ours, with settings of its own."""
    assert not import_module("gradio.monitoring_dashboard").demo.analytics_enabled


def test_only_the_endpoints_are_for_callers(served):
    _, page = served
    info = page.get_api_info()
    assert info["named_endpoints"].keys() == {"/encode", "/ask", "/localize"}
    assert info["unnamed_endpoints"] == {}
    for endpoint in info["named_endpoints"].values():
        assert endpoint["description"].endswith(".") and "Args" not in endpoint["description"]


def test_a_path_on_the_server_is_no_upload(served, short_video, track):
    url, _ = served
    call = f"{url}gradio_api/call/v2/localize"
    for name, path in (("video", str(short_video)), ("subtitles", track)):  # both could be read
        file = {"path": path, "meta": {"_type": "gradio.FileData"}}
        event = httpx.post(call, json={name: file, "question": QUESTION}).json()["event_id"]
        said = httpx.get(f"{call}/{event}", timeout=30).text
        assert "event: error" in said and "event: complete" not in said
        assert path not in said


def test_a_question_without_a_model_is_for_that_of_encode(served, track):
    client = Client(served[0], verbose=False)
    client.predict(None, handle_file(track), "two", api_name="/encode")
    answers = [client.predict(QUESTION, model=model, api_name="/ask") for model in ("", "one", "")]
    client.close()
    assert [answer["model"]["name"] for answer in answers] == ["two", "one", "two"]


def test_a_file_that_was_uploaded_is_read(served, track):
    url, _ = served
    call = f"{url}gradio_api/call/v2/localize"
    with open(track, "rb") as file:
        (path,) = httpx.post(f"{url}gradio_api/upload", files={"files": file}).json()
    given = {"path": path, "meta": {"_type": "gradio.FileData"}}
    event = httpx.post(call, json={"subtitles": given, "question": QUESTION}).json()["event_id"]
    assert "event: complete" in httpx.get(f"{call}/{event}", timeout=30).text
