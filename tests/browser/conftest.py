"""The page served by `python app.py`, a Chromium to visit it with, and visitors."""

import contextlib
import os

import pytest
from playwright.sync_api import expect

from mutualsl.subtitles import Cue, write_subtitles
from tests.browser.page import ANSWER_MS, AnswerPage, new_page
from tools.chromium import NoChromium, profiles
from tools.serving import serving

NO_CHROMIUM = "NO CHROMIUM: the page is NOT TESTED here; install chromium and run again"


@pytest.fixture(scope="session")
def server(checkpoint, own_cache, tmp_path_factory):
    """The page with the weights that come with the project."""
    with serving(checkpoint, tmp_path_factory.mktemp("server") / "stderr.txt") as server:
        yield server


@pytest.fixture(autouse=True)
def no_traceback_in_the_log(server):
    """Whatever a visitor does, nothing in the server breaks."""
    before = len(server.log.read_text())
    yield
    assert "Traceback" not in server.log.read_text()[before:]


@pytest.fixture(scope="session")
def browsers(tmp_path_factory):
    """The system's Chromium with a profile of its own, for every visitor who is there at once.

    Without a Chromium tests are skipped, or fail where one is required.
    """
    with contextlib.ExitStack() as started:
        try:
            start = started.enter_context(profiles())
        except NoChromium:
            required = os.environ.get("MUTUALSL_REQUIRE_BROWSER") == "1"
            (pytest.fail if required else pytest.skip)(NO_CHROMIUM)
        there = []

        def browser(number):
            while number >= len(there):
                there.append(start(tmp_path_factory.mktemp("profile")))
            return there[number]

        yield browser


@pytest.fixture
def browser(browsers):
    """A Chromium for whoever is alone."""
    return browsers(0)


@pytest.fixture
def visit(browsers, server):
    """Open the page as a new visitor, with the options of `new_page`."""
    visitors = []

    def opened(**options) -> AnswerPage:
        visitors.append(AnswerPage(new_page(browsers(len(visitors)), **options)))
        return visitors[-1].open(server.url)

    yield opened
    wrongs = [wrong for visitor in visitors for wrong in visitor.close()]
    assert wrongs == []


@pytest.fixture(scope="session")
def one_cue(tmp_path_factory):
    """Subtitles for the short video. Their only cue is what the textual predictor must point at."""
    path = tmp_path_factory.mktemp("one cue") / "one cue.srt"
    write_subtitles([Cue(3.0, 4.5, "Pour the kettle.")], path)
    return path


@pytest.fixture(scope="session")
def short(localizer, short_video, one_cue):
    """The short video with its only cue, encoded."""
    return localizer.encode_video(short_video, one_cue)


@pytest.fixture
def asked(visit, demos, localizer, kitchen):
    """The kitchen video with an answer on the page, and that answer."""
    visitor = visit(viewport={"width": 1440, "height": 1000})
    question = demos["kitchen"].questions[0]
    visitor.try_example(question)
    answer = localizer.ask(kitchen, question)
    visitor.shows(answer)
    expect(visitor["evidence"].locator("[data-evidence]")).to_be_attached(timeout=ANSWER_MS)
    return visitor, answer
