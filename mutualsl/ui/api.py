"""The named endpoints: the same path as the page, JSON in and out. docs/api.md shows them in use.

`/encode` and `/ask` share a caller's session; `/localize` does both in one call and keeps nothing.
Each takes steps while it works, so that it ends between two of them when its caller leaves.
What their functions say of themselves is what callers and MCP clients read.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import gradio as gr

from mutualsl.answer import ReadOut, check_question, check_read_out, record
from mutualsl.encoded import EncodedVideo
from mutualsl.errors import MutualSLError, QuestionError, VideoError
from mutualsl.ui.limits import MAX_TOP_K, MODEL_CONCURRENCY
from mutualsl.ui.loading import encode
from mutualsl.ui.progress import Report, Work
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.status import sentence
from mutualsl.ui.switching import for_model
from mutualsl.ui.views import Loaded

T = TypeVar("T")
Record = dict[str, Any]
Kept = tuple[Record, Loaded]  # a result, and what stays in the caller's session


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What callers can do; a file arrives as the path of something they uploaded."""

    shelf: Shelf

    def encode(
        self, video: str | None = None, subtitles: str | None = None, model: str = ""
    ) -> Iterator[Kept]:
        """Read a how-to video and its subtitles once, so that /ask can answer questions about it.

        The video stays in the caller's session, so callers without one use /localize instead.

        Args:
            video: a video file (mp4, mkv, webm, mov, avi); optional where subtitles are given
            subtitles: a subtitle file (srt, vtt, ass); without it a track in the video
            model: name of the model; the first of the page's list where empty

        Returns:
            What is known of the video, in the form of an answer whose spans are null
        """
        work = partial(self._encode, video, subtitles, model)
        loaded = yield from _worked(work, "video", video, subtitles)
        yield encoded_json(loaded.encoded, self.shelf.get(loaded.model).model), loaded

    def ask(
        self,
        question: str,
        top_k: float = 5,
        read_out: str = "confident",
        model: str = "",
        loaded: Loaded | None = None,
    ) -> Iterator[Record]:
        """Find where the video that /encode has read answers a question.

        Args:
            question: what to look for, as a sentence in English
            top_k: how many candidates each predictor gives at most
            read_out: confident takes the surer predictor, textual the one that reads subtitles
            model: name of the model; the one of /encode where empty

        Returns:
            The visual and the textual span in seconds, the one to believe, and their scores
        """

        if loaded is None:
            raise _said(VideoError("no video yet: call /encode with a video or subtitles first"))
        how = _checked(question, top_k, read_out)
        ask = partial(self._ask, loaded, question, how, model)
        yield (yield from _worked(ask, "question", loaded.file))

    def localize(
        self,
        video: str | None = None,
        subtitles: str | None = None,
        question: str = "",
        top_k: float = 5,
        read_out: str = "confident",
        model: str = "",
    ) -> Iterator[Record]:
        """Find where in a how-to video a question is answered, in one call that keeps no session.

        A video that was read before, by whomever, is not read again.

        Args:
            video: a video file (mp4, mkv, webm, mov, avi); optional where subtitles are given
            subtitles: a subtitle file (srt, vtt, ass); without it a track in the video
            question: what to look for, as a sentence in English
            top_k: how many candidates each predictor gives at most
            read_out: confident takes the surer predictor, textual the one that reads subtitles
            model: name of the model; the first of the page's list where empty

        Returns:
            The visual and the textual span in seconds, the one to believe, and their scores
        """

        how = _checked(question, top_k, read_out)

        def answered(report: Report) -> Record:
            loaded = self._encode(video, subtitles, model, report)
            return self._ask(loaded, question, how, "", report)

        yield (yield from _worked(answered, "video", video, subtitles))

    def _encode(
        self, video: str | None, subtitles: str | None, model: str, report: Report
    ) -> Loaded:
        name = model or self.shelf.names[0]
        encoded = encode(self.shelf, name, video, subtitles, report)
        return Loaded(encoded, None, encoded, name)

    def _ask(
        self, loaded: Loaded, question: str, how: tuple[int, ReadOut], model: str, report: Report
    ) -> Record:
        loaded = for_model(self.shelf, loaded, model or loaded.model, report)
        report("question", 0.0)
        return self.shelf.get(loaded.model).ask(loaded.encoded, question, *how).to_dict()


def add_endpoints(shelf: Shelf) -> None:
    """Add the endpoints to the Blocks being built; each caller has a state of their own."""
    endpoints = Endpoints(shelf)
    loaded, result = gr.State(None), gr.JSON(visible=False)
    video, subtitles = gr.File(visible=False), gr.File(visible=False)
    question, model = gr.Textbox(visible=False), gr.Textbox("", visible=False)
    top_k, read_out = gr.Number(5, visible=False), gr.Textbox("confident", visible=False)
    how = [top_k, read_out, model]
    for function, inputs, outputs in (
        (endpoints.encode, [video, subtitles, model], [result, loaded]),
        (endpoints.ask, [question, *how, loaded], [result]),
        (endpoints.localize, [video, subtitles, question, *how], [result]),
    ):
        gr.Button(visible=False).click(
            function,
            inputs,
            outputs,
            api_name=function.__name__,
            concurrency_limit=MODEL_CONCURRENCY,
            concurrency_id="endpoints",  # visitors of the page stand in line before few of them
        )


def encoded_json(encoded: EncodedVideo, model: Record) -> Record:
    """The object of an answer before any question: what is known of the video alone."""
    timings = {**encoded.timings, "question": 0.0}
    return record(encoded.name, encoded.duration_second, model, encoded.warnings, timings)


def _checked(question: str, top_k: float, read_out: str) -> tuple[int, ReadOut]:
    """How to ask; what no model can be asked is refused, before anything slow."""
    try:
        check_question(question or "")
        number = isinstance(top_k, int | float) and not isinstance(top_k, bool)
        if not number or not 1 <= top_k <= MAX_TOP_K or top_k != int(top_k):
            raise QuestionError(f"top_k is {top_k!r}; give a whole number from 1 to {MAX_TOP_K}")
        chosen = check_read_out(read_out)
    except MutualSLError as error:
        raise _said(error) from error
    return int(top_k), chosen


def _worked(
    function: Callable[[Report], T], first_stage: str, *paths: str | None
) -> Generator[Any, None, T]:
    """Run it in the machine's line, with steps that say nothing; ending them early stops it."""
    work = Work(function, first_stage)
    for _ in work:
        yield gr.skip()
    try:
        return work.result()
    except Exception as error:  # an unforeseen one is logged by sentence()
        raise _said(error, *paths) from error


def _said(error: Exception, *paths: str | None) -> gr.Error:
    """An error as a readable message of the API."""
    return gr.Error(sentence(error, *paths), print_exception=False)
