"""A desk of the tab without models, and what a visitor sees of it."""

import threading
from types import SimpleNamespace

import gradio as gr

from mutualsl.ui.analyse.catalogue import read_catalogue
from mutualsl.ui.analyse.handlers import AnalysisDesk
from mutualsl.ui.analyse.turns import AnalysisTurns
from mutualsl.ui.analyse.views import OUTPUTS
from tests.ui.values import answer, encoded_video, prediction

NO_FORM = (None,) * 5  # not drawn yet
CHOICE = "mine / test"


class FakeLocalizer:
    """Answers at once; waits before each video if it is told to."""

    encoder = SimpleNamespace(name="mini")

    def __init__(self):
        self.go_on = threading.Event()
        self.go_on.set()
        self.started = threading.Event()
        self.asked = 0

    def encode_video(self, video, subtitles, progress=None, features=None):
        self.started.set()
        self.go_on.wait(10)
        if progress is not None:
            progress("text", 0.0)
        return encoded_video(cues=subtitles.cues, duration=10.0)

    def answer_any(self, encoded, questions, read_out):
        self.asked += len(questions)
        return [answer(textual=prediction(0.0, 4.0), question=q) for q in questions]


class FakeShelf:
    def __init__(self):
        self.localizer = FakeLocalizer()
        self.wanted = set()

    def get(self, name):
        self.wanted.add(name)
        return self.localizer


def desk(tmp_path, root=None):
    catalogue = read_catalogue(root) if root else None
    made = tmp_path / "made"
    made.mkdir()
    return AnalysisDesk(FakeShelf(), catalogue, made)


def seen(views):
    """The last value of each output that was changed."""
    found = {}
    for own in views:
        for name, value in zip(OUTPUTS, own, strict=True):
            if value != gr.skip():
                found[name] = value
    return found


def arrived(own, views, turns, before=None, form=NO_FORM):
    """What is seen when predictions have been opened, with `form` on the page at the end."""
    return seen([*views, *own.arrive(before, turns, *form)])


def ran(own, model="fake", other=None):
    """What is seen when a model has answered all questions."""
    turns = AnalysisTurns()
    return arrived(own, own.run(CHOICE, model, other, turns), turns)


def typed(opened, tags="", note="", start="", end=""):
    """The form of the question in view, filled in."""
    return opened.mark, tags, note, start, end


def click(place):
    return SimpleNamespace(place=place)
