"""A model that looks at pictures alone, as the page shows it."""

import shutil

import pytest

from mutualsl.spans import clock_range
from mutualsl.subtitles import Cue, write_subtitles
from mutualsl.ui.cards import SOURCES
from mutualsl.ui.handlers import Desk
from mutualsl.ui.reader import Reader
from mutualsl.ui.shelf import Shelf, read_models
from mutualsl.ui.turns import Turns
from tests.tiny_checkpoints import write_visual_only
from tests.ui.test_cards import button, text_of
from tests.ui.test_handlers import QUESTION, shown


@pytest.fixture
def desk(tiny_models, own_cache, tmp_path):
    root = tmp_path / "models"
    shutil.copytree(tiny_models.parent, root)
    shelf = Shelf(read_models(write_visual_only(root / "looking", root / "one")), "cpu")
    return Desk(shelf, Reader(shelf, (), tmp_path))


@pytest.fixture
def ask(desk, tmp_path):
    """What the page shows of a question about a video, if any, and about subtitles."""
    track = tmp_path / "track.srt"
    write_subtitles([Cue(1, 2, "open the jar"), Cue(3, 4, "close the box")], track)

    def asked(video):
        turns = Turns()
        *_, read = desk.load(video, str(track), None, "looking", turns)
        *_, last = desk.ask(QUESTION, shown(read, "loaded"), video, str(track), "looking", turns)
        (answer,) = shown(last, "loaded").answers
        return answer, shown(last, "results")

    return asked


def test_its_span_is_shown_and_that_it_reads_no_subtitles_is_said(ask, short_video):
    answer, page = ask(str(short_video))
    assert answer.textual is None and answer.source == "visual"
    assert text_of(page, "visual-span") == clock_range(answer.visual.span)
    assert text_of(page, "answer-span") == text_of(page, "visual-span")
    assert text_of(page, "textual-span") == "–" and "disabled" in button(page, "textual-play")
    assert "No span: this model has not learned to read subtitles." in page
    assert SOURCES["visual"] in page
    assert "The subtitles were not used: this model does not read them" in page


def test_of_subtitles_alone_it_says_that_it_needs_a_video(ask):
    answer, page = ask(None)
    assert answer.visual is None and answer.textual is None
    assert text_of(page, "visual-span") == text_of(page, "textual-span") == "–"
    assert SOURCES["fallback"] in page and "No span: no video is given." in page
    assert "This model cannot answer without a video" in page
