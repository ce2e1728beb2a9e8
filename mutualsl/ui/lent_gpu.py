"""A GPU for one call at a time, as ZeroGPU lends it.

There the package `spaces` runs a decorated function in a process forked from this one, with a GPU
for as many seconds as it asks for, and queues visitors for it. What the function is given and what
it returns travels in pickles, and errors lose their text on the way; so models are found by name
among those that were loaded before the page was served, and errors are returned. What the package
itself refuses (no quota left, no GPU free, the task aborted) it raises as `gr.Error`; only that is
said in its words.
"""

from __future__ import annotations

import re
import traceback
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import gradio as gr

from mutualsl.data.example import Example
from mutualsl.errors import MutualSLError, VideoError, WeightsMissing
from mutualsl.features import VisualFeatures
from mutualsl.features.missing import MissingEncoder
from mutualsl.inference import AnswerLocalizer, EncodedVideo
from mutualsl.prediction import HeadPredictions
from mutualsl.telling import listening
from mutualsl.ui.limits import MAX_LENT_SECOND
from mutualsl.ui.line import Line
from mutualsl.ui.progress import Report, Work
from mutualsl.ui.zero_gpu import ACTIVE, spaces
from mutualsl.video import VideoInfo

START_SECOND = 10  # until the weights are on the GPU
EXTRACT_SHARE = 0.15  # of a video's length; decoding takes most of it
TOKENS_A_SECOND = 2000  # of a large text encoder, with much to spare

_HTML_TAG = re.compile(r"<[^>]*>")
_localizers: dict[str, AnswerLocalizer] = {}  # the forked process finds them here


def _lent(second: Callable[..., int]) -> Callable[[Any], Any]:
    """Decorator: run it with a GPU for so many seconds, computed from its arguments."""
    return spaces.GPU(duration=second) if ACTIVE else lambda function: function


def _extract_second(name: str, info: VideoInfo) -> int:
    return START_SECOND + round(EXTRACT_SHARE * info.duration_second)


def _predict_second(name: str, examples: Sequence[Example], top_k: int) -> int:
    return START_SECOND + sum(e.video.token_count for e in examples) // TOKENS_A_SECOND


@_lent(_extract_second)
def _extract(
    name: str, info: VideoInfo
) -> Generator[float | VisualFeatures | Exception, None, None]:
    """How much is done, again and again; at the end the features, or why there are none."""

    def extract(report: Report) -> VisualFeatures:
        return _localizers[name].extract(info, lambda done: report("features", done))

    work = Work(extract, "features", Line(places=1, longest=0))
    for update in work:
        yield update.fraction
    try:
        yield work.result()
    except Exception as error:
        yield _returned(error)


@_lent(_predict_second)
def _predict(
    name: str, examples: Sequence[Example], top_k: int
) -> list[HeadPredictions] | Exception:
    try:
        with listening(None):  # whoever waits does so in the other process
            return _localizers[name].predict(examples, top_k)
    except Exception as error:
        return _returned(error)


def _returned(error: Exception) -> Exception:
    """One of ours as it is; of any other, which may not fit into a pickle, the traceback."""
    if isinstance(error, MutualSLError):
        return error
    return RuntimeError("".join(traceback.format_exception(error)))


@contextmanager
def _scheduled() -> Iterator[None]:
    """What is refused while a GPU is asked for or lent, as an error of ours in the same words."""
    try:
        yield
    except gr.Error as error:
        plain = _HTML_TAG.sub("", error.message)
        raise MutualSLError(" ".join(f"{error.title}: {plain}".split())) from error


class LentGpu(AnswerLocalizer):
    """A localizer that asks for a GPU once for each video and once for each group of questions."""

    name: str

    @classmethod
    def of(cls, name: str, localizer: AnswerLocalizer) -> LentGpu:
        """The same localizer, kept for the processes that will have a GPU."""
        _localizers[name] = localizer
        lent = cls.__new__(cls)
        vars(lent).update(vars(localizer))  # all of it: checked when it was loaded
        lent.name = name
        return lent

    def extract(self, info: VideoInfo, progress: Callable[[float], None]) -> VisualFeatures:
        """As the localizer does; a video whose features are in the cache never comes here.

        Raises `VideoError` for a video that takes longer than a GPU is lent, and `WeightsMissing`
        where the encoder's weights were not there when the page was served.
        """
        if isinstance(self.encoder, MissingEncoder):  # what a process fetches is gone with it
            raise WeightsMissing(self.encoder.why)
        if _extract_second(self.name, info) > MAX_LENT_SECOND:
            most = (MAX_LENT_SECOND - START_SECOND) / EXTRACT_SHARE / 60
            raise VideoError(
                f"{Path(info.path).name}: {info.duration_second / 60:.0f} minutes; a GPU is lent "
                f"here for {MAX_LENT_SECOND} s at a time, enough for {most:.0f} minutes of video; "
                "cut it, or ask about its subtitles alone"
            )
        with _scheduled(), closing(_extract(self.name, info)) as steps:
            for step in steps:
                if isinstance(step, VisualFeatures):
                    return step
                if isinstance(step, Exception):
                    raise step
                progress(step)
        raise MutualSLError("the GPU was taken away before the video was read; try again")

    def predict(self, examples: Sequence[Example], top_k: int = 5) -> list[HeadPredictions]:
        """As the localizer does."""
        with _scheduled():
            outcome: list[HeadPredictions] | Exception = _predict(self.name, examples, top_k)
        if isinstance(outcome, Exception):
            raise outcome
        return outcome

    def prepared(self, encoded: EncodedVideo) -> EncodedVideo:
        """As it is: what a process computes ahead is gone with it."""
        return encoded
