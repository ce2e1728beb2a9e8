"""The named endpoints: the same path as the page, JSON in and out. docs/api.md shows them in use.

`/encode` and `/ask` share a caller's session; `/localize` does both in one call and keeps nothing.
What their functions say of themselves is what callers and MCP clients read.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar

import gradio as gr

from mutualsl.answer import READ_OUTS, ReadOut, check_question
from mutualsl.encoded import EncodedVideo
from mutualsl.errors import QuestionError, UnknownName, VideoError
from mutualsl.ui.limits import MAX_TOP_K, MODEL_CONCURRENCY
from mutualsl.ui.line import MACHINE
from mutualsl.ui.loading import encode
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.status import sentence
from mutualsl.ui.switching import for_model
from mutualsl.ui.views import Loaded

T = TypeVar("T")
Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What callers can do; a file arrives as the path of something they uploaded."""

    shelf: Shelf

    def encode(
        self, video: str | None = None, subtitles: str | None = None, model: str = ""
    ) -> tuple[Record, Loaded]:
        """Read a how-to video and its subtitles once, so that /ask can answer questions about it.

        The video stays in the caller's session, so callers without one use /localize instead.

        Args:
            video: a video file (mp4, mkv, webm, mov, avi); optional where subtitles are given
            subtitles: a subtitle file (srt, vtt, ass); without it a track in the video
            model: name of the model; the first of the page's list where empty

        Returns:
            What is known of the video, in the form of an answer whose spans are null
        """
        loaded = _said(lambda: self._encode(video, subtitles, model), video, subtitles)
        return encoded_json(loaded.encoded, self.shelf.get(loaded.model).model), loaded

    def ask(
        self,
        question: str,
        top_k: float = 5,
        read_out: str = "confident",
        model: str = "",
        loaded: Loaded | None = None,
    ) -> tuple[Record, Loaded]:
        """Find where the video that /encode has read answers a question.

        Args:
            question: what to look for, as a sentence in English
            top_k: how many candidates each predictor gives at most
            read_out: confident takes the surer predictor, textual the one that reads subtitles
            model: name of the model; the one of /encode where empty

        Returns:
            The visual and the textual span in seconds, the one to believe, and their scores
        """

        def answered() -> tuple[Record, Loaded]:
            if loaded is None:
                raise VideoError("no video yet: call /encode with a video or subtitles before /ask")
            return self._ask(loaded, question, top_k, read_out, model or loaded.model)

        return _said(answered)

    def localize(
        self,
        video: str | None = None,
        subtitles: str | None = None,
        question: str = "",
        top_k: float = 5,
        read_out: str = "confident",
        model: str = "",
    ) -> Record:
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

        def answered() -> Record:
            _check(question, top_k, read_out)
            loaded = self._encode(video, subtitles, model)
            record, _ = self._ask(loaded, question, top_k, read_out, loaded.model)
            return record

        return _said(answered, video, subtitles)

    def _encode(self, video: str | None, subtitles: str | None, model: str) -> Loaded:
        name = model or self.shelf.names[0]
        self.shelf.get(name)
        with MACHINE.place(_silent):
            encoded = encode(self.shelf, name, video, subtitles, _silent)
        return Loaded(encoded, None, encoded, name)

    def _ask(
        self, loaded: Loaded, question: str, top_k: float, read_out: str, model: str
    ) -> tuple[Record, Loaded]:
        chosen = _check(question, top_k, read_out)
        with MACHINE.place(_silent):
            loaded = for_model(self.shelf, loaded, model, _silent)
            answer = self.shelf.get(model).ask(loaded.encoded, question, int(top_k), chosen)
        return answer.to_dict(), loaded


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
        (endpoints.ask, [question, *how, loaded], [result, loaded]),
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
    return {
        "schema": 1,
        "video": encoded.name,
        "question": None,
        "duration": round(encoded.duration_second, 3),
        "visual": None,
        "textual": None,
        "answer": None,
        "agreement": None,
        "warnings": list(encoded.warnings),
        "model": model,
        "timings": {stage: round(second, 3) for stage, second in encoded.timings.items()},
    }


def _check(question: str, top_k: float, read_out: str) -> ReadOut:
    """Refuse what no model can be asked, before anything slow."""
    check_question(question or "")
    number = isinstance(top_k, int | float) and not isinstance(top_k, bool)
    if not number or not 1 <= top_k <= MAX_TOP_K or top_k != int(top_k):
        raise QuestionError(f"top_k is {top_k!r}; give a whole number from 1 to {MAX_TOP_K}")
    chosen = next((known for known in READ_OUTS if known == read_out), None)
    if chosen is None:
        raise UnknownName("read_out", read_out, READ_OUTS)
    return chosen


def _silent(*progress: object) -> None:
    """Callers of the API wait without progress."""


def _said(function: Callable[[], T], *paths: str | None) -> T:
    """Run it; errors become readable messages of the API."""
    try:
        return function()
    except Exception as error:  # an unforeseen one is logged by sentence()
        raise gr.Error(sentence(error, *paths), print_exception=False) from error
