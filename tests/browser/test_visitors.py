"""Visitors at the same time never meet: on the page, and at the endpoints."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from gradio_client import Client, handle_file
from gradio_client.exceptions import AppError

from tests.contract import check_answer, without_timings

pytestmark = pytest.mark.browser


def test_two_visitors_see_their_own(visit, demos, localizer, kitchen, garden):
    cook, gardener = visit(), visit()
    visitors = ((cook, demos["kitchen"], kitchen), (gardener, demos["garden"], garden))
    for page, demo, _ in visitors:
        page.try_example(demo.questions[0])
    for page, demo, encoded in visitors:
        page.shows(localizer.ask(encoded, demo.questions[0]))
    same = "What happens at the end?"
    for page, _, _ in visitors:
        page.ask(same)
    for page, _, encoded in visitors:
        page.shows(localizer.ask(encoded, same))
    sources = {page.video.evaluate("video => video.currentSrc") for page in (cook, gardener)}
    assert len(sources) == 2


@pytest.fixture
def caller(server, tmp_path):
    """Connect to the endpoints as a new caller."""
    return lambda: Client(server.url, verbose=False, download_files=tmp_path)


def test_the_endpoints_give_the_answer_of_the_command_line(caller, demos, localizer, kitchen):
    demo, client = demos["kitchen"], caller()
    encoded = client.predict(
        handle_file(demo.video), handle_file(demo.subtitles), api_name="/encode"
    )
    assert (encoded["schema"], encoded["video"]) == (1, demo.video.name)
    assert encoded["duration"] == pytest.approx(kitchen.duration_second, abs=1e-3)
    record = client.predict(demo.questions[0], api_name="/ask")
    check_answer(record)
    expected = localizer.ask(kitchen, demo.questions[0]).to_dict()
    assert without_timings(record) == without_timings(expected)


def test_callers_have_their_own_video(caller, demos, localizer, kitchen, garden):
    def call(name):
        demo, client = demos[name], caller()
        track = handle_file(demo.subtitles) if demo.subtitles else None
        client.predict(handle_file(demo.video), track, api_name="/encode")
        return [client.predict(question, api_name="/ask") for question in demo.questions[:2]]

    with ThreadPoolExecutor(2) as pool:
        given = dict(zip(("kitchen", "garden"), pool.map(call, ("kitchen", "garden")), strict=True))
    for name, encoded in (("kitchen", kitchen), ("garden", garden)):
        for question, record in zip(demos[name].questions, given[name], strict=False):
            expected = localizer.ask(encoded, question).to_dict()
            assert without_timings(record) == without_timings(expected)


def test_the_endpoints_refuse_with_a_sentence(caller, tmp_path):
    client = caller()
    with pytest.raises(AppError, match="video"):
        client.predict("Where is the kettle?", api_name="/ask")
    fake = tmp_path / "fake.mp4"
    fake.write_text("Not a video.")
    with pytest.raises(AppError, match=r"^(?!.*Traceback).*fake\.mp4"):
        client.predict(handle_file(fake), None, api_name="/encode")
