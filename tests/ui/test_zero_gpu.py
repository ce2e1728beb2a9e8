"""ZeroGPU, against a stand-in for `spaces` that pickles and refuses as the real one does."""

import importlib.util
import inspect
import pickle
import sys
from contextlib import contextmanager
from functools import wraps
from types import SimpleNamespace

import gradio as gr
import pytest

from mutualsl.encoded import ASK_AT_ONCE
from mutualsl.errors import CheckpointError, MutualSLError, VideoError, WeightsMissing
from mutualsl.features import FeatureCache
from mutualsl.features.missing import MissingEncoder
from mutualsl.subtitles import Cue, Subtitles
from mutualsl.ui import lent_gpu, zero_gpu
from mutualsl.ui import shelf as shelf_module
from mutualsl.ui import work as work_module
from mutualsl.ui.api import Endpoints
from mutualsl.ui.handlers import Desk
from mutualsl.ui.reader import Reader
from mutualsl.ui.shelf import Shelf, read_models
from mutualsl.ui.status import UNEXPECTED
from mutualsl.ui.turns import Turns
from mutualsl.ui.views import OUTPUTS, Loaded
from tests.contract import without_timings

QUESTION = "how do i open the jar"


def copied(value):
    return pickle.loads(pickle.dumps(value))


class Html(str):
    """A message as the real one gives it to the page; `str` of it is another text."""

    def __str__(self):
        return "[Create an account](https://example.org)"


@contextmanager
def nameless():
    """What goes wrong in the other process is known here by its class alone."""
    try:
        yield
    except Exception as error:
        raise gr.Error(type(error).__name__, title="ZeroGPU worker error") from error


class Calls(list):
    """What was run with a GPU, and for how many seconds."""

    refusal = None  # what the scheduler raises instead
    free = 0  # how many it lets through before


@pytest.fixture
def calls(monkeypatch, tiny_models):
    """What is run with a GPU; the page's modules as on ZeroGPU."""
    calls = Calls()

    def gpu(duration):
        def decorate(function):
            @wraps(function)
            def lent(*arguments):
                if calls.refusal is not None and len(calls) >= calls.free:
                    raise calls.refusal
                calls.append((function.__name__, duration(*arguments)))
                with nameless():
                    result = function(*copied(arguments))
                    return result if inspect.isgenerator(result) else copied(result)

            @wraps(function)
            def steps(*arguments):
                running = lent(*arguments)
                while True:
                    with nameless():
                        step = copied(next(running, None))
                    if step is None:
                        return
                    yield step

            return steps if inspect.isgeneratorfunction(function) else lent

        return decorate

    monkeypatch.setitem(sys.modules, "spaces", SimpleNamespace(GPU=gpu))
    monkeypatch.setenv("SPACES_ZERO_GPU", "true")
    for name in ("zero_gpu", "lent_gpu"):
        found = importlib.util.find_spec(f"mutualsl.ui.{name}")
        module = importlib.util.module_from_spec(found)
        monkeypatch.setitem(sys.modules, found.name, module)
        found.loader.exec_module(module)
    for module in (shelf_module, work_module):
        monkeypatch.setattr(module, "zero_gpu", sys.modules["mutualsl.ui.zero_gpu"])
    return calls


def lent_module():
    return sys.modules["mutualsl.ui.lent_gpu"]


@pytest.fixture
def lent(calls, tiny_models, tmp_path):
    """A shelf whose model has an empty feature cache."""
    shelf = Shelf(read_models(tiny_models), "cpu")
    shelf.get("one").cache = FeatureCache(tmp_path)
    return shelf


@pytest.fixture
def loaded(lent):
    """Subtitles alone, ready for questions."""
    subtitles = Subtitles(cues=(Cue(1, 2, "open the jar"),))
    encoded = lent.get("one").encode_video(None, subtitles)
    return Loaded(encoded, None, encoded, "one")


@pytest.fixture
def desk(lent, tmp_path):
    return Desk(lent, Reader(lent, (), tmp_path))


def test_elsewhere_there_is_no_trace_of_it(shelf):
    assert not zero_gpu.ACTIVE
    assert not isinstance(shelf.get("one"), lent_gpu.LentGpu)


def test_one_call_for_a_video_and_one_for_a_question(lent, calls, shelf, short_video):
    localizer, seen = lent.get("one"), []
    encoded = localizer.encode_video(short_video, progress=lambda *step: seen.append(step))
    assert calls == [("_extract", 10 + round(0.15 * 8))]
    assert [fraction for stage, fraction in seen if stage == "features"][-1] == 1.0
    answer = localizer.ask(encoded, QUESTION)
    assert calls[1:] == [("_predict", 10)]
    plain = shelf.get("one")
    expected = plain.ask(plain.encode_video(short_video), QUESTION)
    assert without_timings(answer.to_dict()) == without_timings(expected.to_dict())
    localizer.encode_video(short_video)  # from the cache, without a GPU
    assert len(calls) == 2


def test_a_video_longer_than_a_gpu_is_lent_is_refused(lent, calls, monkeypatch, short_video):
    monkeypatch.setattr(lent_module(), "MAX_LENT_SECOND", 10.5)
    with pytest.raises(VideoError, match=r"lent here for 10.5 s at a time"):
        lent.get("one").encode_video(short_video)
    assert calls == []


def test_no_gpu_is_asked_for_without_the_weights(lent, calls, short_video):
    localizer = lent.get("one")
    localizer.encoder = MissingEncoder(
        name="i3d", fingerprint="i3d-aaaa", row_width=1024, why="no weights here"
    )
    with pytest.raises(WeightsMissing, match="no weights here"):
        localizer.encode_video(short_video)
    assert calls == []


def test_nothing_of_the_localizer_is_lost(lent, shelf):
    localizer, plain = lent.get("one"), shelf.get("one")
    assert vars(localizer).keys() == {*vars(plain), "name"}
    assert localizer.visual_folder == plain.visual_folder
    assert localizer.checkpoint.about == plain.checkpoint.about


def test_longer_inputs_ask_for_more_seconds(lent, calls, demos):
    localizer = lent.get("one")
    video = localizer.encode_video(None, demos["kitchen"].subtitles)
    assert calls == []  # nothing to see
    tokens = video.input.token_count
    localizer.ask_many(video, [QUESTION] * 8)
    localizer.ask_many(video, [QUESTION])
    assert [second for _, second in calls] == [10 + 8 * tokens // 2000, 10 + tokens // 2000]


def test_several_lines_are_one_call(lent, calls, loaded, desk):
    questions = [f"{QUESTION} {number}" for number in range(3)]
    *_, last = desk.ask("\n".join(questions), loaded, None, None, "one", Turns())
    answers = last[OUTPUTS.index("loaded")].answers
    assert [answer.question for answer in answers] == questions
    assert [name for name, _ in calls] == ["_predict"]


def test_answers_that_are_there_stay_when_the_gpu_is_refused_for_the_next_ones(calls, loaded, desk):
    questions = [f"{QUESTION} {number}" for number in range(ASK_AT_ONCE + 1)]
    calls.refusal, calls.free = QUOTA, 1
    views = list(desk.ask("\n".join(questions), loaded, None, None, "one", Turns()))
    each = [view[OUTPUTS.index("loaded")] for view in views]
    (kept,) = (one for one in each if isinstance(one, Loaded))
    assert [answer.question for answer in kept.answers] == questions[:-1]
    assert "ZeroGPU quota" in views[-2][OUTPUTS.index("status")]


def test_errors_keep_their_text(lent, monkeypatch, short_video):
    localizer = lent.get("one")
    encoded = localizer.encode_video(short_video)
    held = lent_module()._localizers["one"]

    def refuse(*arguments):
        raise VideoError("the film is torn")

    monkeypatch.setattr(held, "extract", refuse)
    monkeypatch.setattr(held, "predict", refuse)
    localizer.cache = FeatureCache(localizer.cache.folder / "empty")
    with pytest.raises(VideoError, match="the film is torn"):
        localizer.encode_video(short_video)
    with pytest.raises(VideoError, match="the film is torn"):
        localizer.ask(encoded, QUESTION)


def test_leaving_stops_the_work_there(lent, short_video):
    localizer = lent.get("one")

    class Left(Exception):
        pass

    def leave(stage, fraction):
        if stage == "features":
            raise Left

    with pytest.raises(Left):
        localizer.encode_video(short_video, progress=leave)


def test_a_gpu_that_is_taken_away_is_said(lent, monkeypatch, short_video):
    def aborted(name, info):
        yield 0.5
        raise gr.Error("GPU task aborted", title="ZeroGPU worker error", print_exception=False)

    monkeypatch.setattr(lent_module(), "_extract", aborted)
    with pytest.raises(MutualSLError, match="^ZeroGPU worker error: GPU task aborted$"):
        lent.get("one").encode_video(short_video)


QUOTA = gr.Error("You have exceeded your quota. Try again in 3:20:00. ", title="ZeroGPU quota")
NO_GPU = gr.Error(Html('No GPU.\n<a href="x">Create</a> an account'), title="ZeroGPU queue")


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (QUOTA, "ZeroGPU quota: You have exceeded your quota. Try again in 3:20:00."),
        (NO_GPU, "ZeroGPU queue: No GPU. Create an account"),
    ],
)
def test_what_the_scheduler_refuses_is_said_in_its_words(
    lent, calls, short_video, loaded, desk, caplog, refusal, said
):
    video = str(short_video)
    endpoints, calls.refusal = Endpoints(lent), refusal
    for steps in (
        endpoints.encode(video),
        endpoints.ask(QUESTION, loaded=loaded),
        endpoints.localize(video, question=QUESTION),
    ):
        with pytest.raises(gr.Error) as caught:
            list(steps)
        assert caught.value.message == said
    for views in (
        desk.load(video, None, None, "one", Turns()),
        desk.ask(QUESTION, loaded, None, None, "one", Turns()),
    ):
        assert any(f">{said}</p>" in str(view[OUTPUTS.index("status")]) for view in views)
    assert calls == [] and caplog.text == ""


def test_what_nobody_foresaw_there_is_logged_and_said_plainly(
    lent, monkeypatch, short_video, loaded, desk, caplog
):
    class Torn(Exception):
        """Fits into no pickle, as it is known in this function only."""

    def fail(*arguments):
        raise Torn("the film")

    held = lent_module()._localizers["one"]
    monkeypatch.setattr(held, "extract", fail)
    monkeypatch.setattr(held, "predict", fail)
    for views in (
        desk.load(str(short_video), None, None, "one", Turns()),
        desk.ask(QUESTION, loaded, None, None, "one", Turns()),
    ):
        caplog.clear()
        assert any(UNEXPECTED in str(view[OUTPUTS.index("status")]) for view in views)
        assert "Torn: the film" in caplog.text and ", in fail" in caplog.text


def test_all_models_are_there_before_anyone_visits(calls, tiny_models):
    shelf = Shelf(read_models(tiny_models), "cpu")
    shelf.open_before_serving()
    assert lent_module()._localizers.keys() == {*shelf.names} - {"broken"}


def test_a_damaged_model_stops_the_page_only_where_visitors_begin_with_it(
    calls, tiny_models, caplog
):
    models = read_models(tiny_models)
    shelf = Shelf(models, "cpu")
    shelf.open_before_serving()
    (record,) = caplog.records
    assert "broken is not loaded: " in record.getMessage()
    with pytest.raises(CheckpointError):
        shelf.get("broken")
    first = [model for model in models if model.name == "broken"]
    with pytest.raises(CheckpointError):
        Shelf([*first, *models], "cpu").open_before_serving()
