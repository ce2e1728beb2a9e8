"""What the page shows: one value for each of its parts, whatever has happened."""

from __future__ import annotations

from collections.abc import Generator, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import gradio as gr

from mutualsl.answer import Answer
from mutualsl.encoded import EncodedVideo
from mutualsl.explain import what_changed, why_they_differ
from mutualsl.spans import Span
from mutualsl.ui import cards, status
from mutualsl.ui.answer_report import answer_report
from mutualsl.ui.history import history
from mutualsl.ui.limits import MAX_HISTORY
from mutualsl.ui.parts import View, values
from mutualsl.ui.player import player
from mutualsl.ui.timeline_view import timeline
from mutualsl.ui.tracks import track_choices
from mutualsl.ui.transcript_view import evidence, transcript
from mutualsl.ui.what_if import (
    Asked,
    WhatIf,
    compared_with,
    left_out_cues,
    shown_places,
    why_missing,
)

OUTPUTS = (
    *("status", "ask", "loaded", "player", "timeline", "results", "clip", "transcript"),
    *("evidence", "offset", "history", "given", "track", "model", "model_choice"),
)
INPUTS = ("video_file", "subtitle_file", "question")
"""What a visitor gives. Only an example and an earlier answer write there, and what empties the box
of subtitles: Gradio may set what was typed back to what it wrote last, for every event that could
write."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A visitor's video, ready for questions and for playing."""

    encoded: EncodedVideo
    playing: Path | None  # a file that browsers can play
    whole: EncodedVideo  # as it was read; `encoded` is what is left of it under `what_if`
    model: str  # name of the model that it is encoded for
    answers: tuple[Answer, ...] = ()  # to the questions about it so far
    gold: Mapping[str, Span] = field(default_factory=dict)  # true answers, by question
    what_if: WhatIf = WhatIf()
    earlier: tuple[Asked, ...] = ()  # under another `what_if`, or of another text track
    unused: str | None = None  # name of a subtitle file that was not read, as it is an example's

    @property
    def file(self) -> str | None:
        """Its video on the server, of which visitors see only the name."""
        return None if self.whole.path is None else str(self.whole.path)

    def asked(self) -> tuple[Asked, ...]:
        """All that has been answered about it."""
        return (*self.earlier, *(Asked(answer, self.what_if) for answer in self.answers))


def with_answer(loaded: Loaded, answer: Answer) -> Loaded:
    """The same video with one more answer, which takes the place of what it repeats."""

    def repeated(other: Answer) -> bool:
        return (other.question, other.model) == (answer.question, answer.model)

    others = (other for other in loaded.answers if not repeated(other))
    return replace(loaded, answers=(*others, answer)[-MAX_HISTORY:])


def view(**changes: Any) -> View:
    """One value for each output; those that are not named stay as they are."""
    return values(OUTPUTS, changes)


def filled(step: View, **inputs: Any) -> View:
    """The same step of an event that may write in what a visitor gives."""
    return [*step, *values(INPUTS, inputs)]


def filling(steps: Generator[View], **inputs: Any) -> Iterator[View]:
    """The steps of an event that may write in what a visitor gives; the first writes `inputs`.

    It is never the last: when an event ends, its last step is sent to the page once more, and a
    visitor may have given something else by then.
    """
    with closing(steps):
        for number, step in enumerate(steps):
            if number > 0:
                yield filled(step)
            else:
                yield filled(step, **inputs)
                yield filled(view())


def emptied() -> dict[str, Any]:
    """No video."""
    return {
        "loaded": None,
        "player": player(None, None),
        "timeline": timeline(None),
        "results": cards.results(None),
        "clip": "",
        "transcript": "",
        "evidence": "",
        "history": "",
        **dict.fromkeys(("offset", "given", "track"), gr.update(visible=False)),
    }


def unasked(loaded: Loaded) -> dict[str, Any]:
    """A video about which nothing has been asked."""
    return {
        "status": ready(loaded),
        "loaded": loaded,
        "player": player(loaded.encoded, loaded.playing),
        "timeline": timeline(loaded.encoded),
        "results": cards.results(None),
        "transcript": transcript(
            loaded.encoded,
            left_out_cues(loaded.whole, loaded.what_if),
            shown_places(loaded.whole, loaded.what_if),
            loaded.whole,
        ),
        "evidence": "",
        "history": _history(loaded),
        **what_ifs(loaded),
    }


def what_ifs(loaded: Loaded, written: bool = True) -> dict[str, Any]:
    """What can be changed about a video, as it is now; if not `written`, as the visitor has it."""
    subtitles = loaded.whole.subtitles
    spoken = subtitles is not None
    both = spoken and loaded.whole.input.rows is not None
    number = subtitles.track_number if subtitles is not None else None
    tracks = track_choices(loaded.whole.info) if number is not None else []
    what_if = loaded.what_if
    return {
        "offset": gr.update(visible=spoken, **_value(what_if.offset_second, written)),
        "given": gr.update(visible=both, **_value(what_if.given, written)),
        "track": gr.update(choices=tracks, value=number, visible=len(tracks) > 1),
    }


def _value(value: Any, written: bool) -> dict[str, Any]:
    return {"value": value} if written else {}


def shown(loaded: Loaded, place: int) -> dict[str, Any]:
    """One of the answers about a video."""
    answer = loaded.answers[place]
    before = compared_with(answer, loaded.answers[:place], loaded.earlier)
    why = why_they_differ(loaded.encoded, answer)
    change = what_changed(before, answer) if before is not None else None
    gold = loaded.gold.get(answer.question)
    return {
        "status": ready(loaded),
        "results": cards.results(
            answer,
            playable=loaded.playing is not None,
            missing=why_missing(loaded.whole, loaded.encoded, loaded.what_if),
            why=why,
            change=change,
            report=answer_report(
                loaded.encoded, answer, why=why, change=change, gold=gold, before=before
            ),
        ),
        "timeline": timeline(loaded.encoded, answer, gold=gold, before=before),
        "evidence": evidence(loaded.encoded, answer),
        "history": _history(loaded, place),
    }


def _history(loaded: Loaded, place: int | None = None) -> str:
    return history(loaded.answers, loaded.earlier, place, loaded.what_if.said())


def as_it_is(loaded: Loaded, differ: bool) -> dict[str, Any]:
    """A video with the last answer about it; what was said meanwhile stays in the status line.

    What a visitor may be changing about the video is written only where views of it `differ`.
    """
    last = shown(loaded, len(loaded.answers) - 1) if loaded.answers else {}
    whole = unasked(loaded) | last | what_ifs(loaded, written=differ)
    return {name: value for name, value in whole.items() if name not in {"status", "loaded"}}


def ready(loaded: Loaded) -> str:
    """The status line when nothing runs."""
    return status.ready(loaded.encoded, loaded.unused)


def locked() -> Any:
    """A button that waits."""
    return gr.update(interactive=False)


def unlocked() -> Any:
    """A button that can be pressed."""
    return gr.update(interactive=True)
