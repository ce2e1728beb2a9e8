"""The named endpoints `/encode` and `/ask`: the same path as the page, JSON in and out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import gradio as gr

from mutualsl.encoded import EncodedVideo
from mutualsl.errors import VideoError
from mutualsl.ui.handlers import Desk
from mutualsl.ui.limits import MODEL_CONCURRENCY
from mutualsl.ui.status import sentence
from mutualsl.ui.views import Loaded

T = TypeVar("T")


def add_endpoints(desk: Desk) -> None:
    """Add both endpoints to the Blocks being built; each caller has a state of their own."""
    loaded = gr.State(None)
    video, subtitles = gr.File(visible=False), gr.File(visible=False)
    question, result = gr.Textbox(visible=False), gr.JSON(visible=False)

    def encode(video: str | None, subtitles: str | None = None) -> tuple[dict[str, Any], Loaded]:
        fresh = _said(lambda: desk.prepare(video, subtitles, _silent), video, subtitles)
        return encoded_json(fresh.encoded, desk.localizer.model), fresh

    def ask(question: str, loaded: Loaded | None) -> dict[str, Any]:
        return _said(lambda: _ask(desk, question, loaded))

    shared: dict[str, Any] = {
        "concurrency_limit": MODEL_CONCURRENCY,
        "concurrency_id": "model",
    }
    gr.Button(visible=False).click(
        encode, [video, subtitles], [result, loaded], api_name="encode", **shared
    )
    gr.Button(visible=False).click(ask, [question, loaded], result, api_name="ask", **shared)


def encoded_json(encoded: EncodedVideo, model: dict[str, Any]) -> dict[str, Any]:
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


def _ask(desk: Desk, question: str, loaded: Loaded | None) -> dict[str, Any]:
    if loaded is None:
        raise VideoError("no video yet: call /encode with a video or subtitles before /ask")
    return desk.localizer.ask(loaded.encoded, question).to_dict()


def _silent(stage: str, fraction: float) -> None:
    """Callers of the API wait without progress."""


def _said(function: Callable[[], T], *paths: str | None) -> T:
    """Run it; errors become readable messages of the API."""
    try:
        return function()
    except Exception as error:  # an unforeseen one is logged by sentence()
        raise gr.Error(sentence(error, *paths), print_exception=False) from error
