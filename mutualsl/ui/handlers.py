"""What happens when a visitor does something: thin, and without any state of their own.

Everything of a visitor lives in `gr.State` and comes in as an argument. Handlers yield one value
for each part of the page, made by `view`, so each says only what it changes.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TypeVar

import gradio as gr

from mutualsl.answer import Answer
from mutualsl.encoded import EncodedVideo
from mutualsl.inference import AnswerLocalizer
from mutualsl.spans import Span
from mutualsl.ui import limits, status
from mutualsl.ui.examples import DemoVideo, known_answers
from mutualsl.ui.made_files import forget_old, new_file
from mutualsl.ui.player import file_url
from mutualsl.ui.progress import Report, Work
from mutualsl.ui.text import clock, escaped, file_name
from mutualsl.ui.turns import Turns
from mutualsl.ui.views import (
    Loaded,
    View,
    emptied,
    locked,
    ready,
    shown,
    unasked,
    unlocked,
    view,
    what_ifs,
)
from mutualsl.video import export_clip, playable_copy

T = TypeVar("T")
Steps = Generator[View, None, T]


@dataclass(frozen=True, slots=True)
class Desk:
    """What all visitors share: the model, the examples, and a folder for files that are made."""

    localizer: AnswerLocalizer
    examples: tuple[DemoVideo, ...]
    folder: Path

    def load(
        self, video: str | None, subtitles: str | None, before: Loaded | None, turns: Turns
    ) -> Iterator[View]:
        """A file was given or taken away: read what is there now.

        A question that was asked is asked again, unless it was about another video.
        """
        if video is None and subtitles is None:
            turns.supersede()
            yield view(**emptied(), status=status.notice(), ask=unlocked(), asked=False)
            return
        if before is not None and before.encoded.path not in (None, video and Path(video)):
            yield view(asked=False)
        yield from turns.read(self._load(video, subtitles))

    def ask(
        self,
        question: str,
        loaded: Loaded | None,
        video: str | None,
        subtitles: str | None,
        turns: Turns,
    ) -> Iterator[View]:
        """A question was asked; it waits if its video is still on the way."""
        nothing = loaded is None and video is None and subtitles is None
        yield view(asked=bool(question.strip()) or not nothing)
        if turns.reading:
            turns.waiting = question
            return
        if loaded is not None:
            yield from turns.answer(self._answer(loaded, question))
        elif nothing:
            text = "Load a video first; your question is kept and answered then."
            yield view(status=status.notice(text))
        else:
            yield from self._load_and_answer(video, subtitles, question, turns)

    def ask_again(
        self, asked: bool, question: str, loaded: Loaded | None, turns: Turns
    ) -> Iterator[View]:
        """Answer the question that waited for its video, or for a change of it."""
        if loaded is None or not asked or turns.reading:
            yield view()
            return
        change_failed = bool(loaded.answers) and turns.waiting is None  # its reason is shown
        yield from [view()] if change_failed else turns.answer(self._answer(loaded, question))

    def try_example(
        self, event: gr.EventData, loaded: Loaded | None, turns: Turns
    ) -> Iterator[View]:
        """An example's question was clicked: load its video unless it is the one shown, and ask."""
        example = self.examples[int(event.example)]
        question = example.questions[int(event.question)]
        if loaded is not None and loaded.encoded.path == example.video:
            yield view(question=question)
            yield from turns.answer(self._answer(loaded, question))
            return
        video = str(example.video)
        subtitles = str(example.subtitles) if example.subtitles else None
        yield view(
            video_file=video,
            subtitle_file=subtitles,
            question=question,
            ask=locked(),
        )
        yield from self._load_and_answer(video, subtitles, question, turns)

    def change(
        self, other: Callable[[Loaded], Loaded], loaded: Loaded | None, turns: Turns
    ) -> Iterator[View]:
        """What is asked about is to be another version of the same video."""
        if loaded is None:
            yield view()
            return
        yield from turns.read(self._change(other, loaded))

    def show_again(self, event: gr.EventData, loaded: Loaded | None) -> Iterator[View]:
        """An earlier answer was clicked."""
        place = int(event.answer)
        if loaded is not None and 0 <= place < len(loaded.answers):
            question = loaded.answers[place].question
            yield view(question=question, clip="", **shown(loaded, place))
        else:
            yield view()

    def save_clip(self, event: gr.EventData, loaded: Loaded | None) -> Iterator[View]:
        """Cut a span out of the visitor's video, frame-accurately, and offer it as a file."""
        if loaded is None or loaded.encoded.path is None:
            yield view(status=status.notice("Load a video first."))
            return
        source, span = loaded.encoded.path, Span(float(event.start), float(event.end))
        times = "-".join(clock(second).replace(":", "m", 1).replace(":", "m") for second in span)
        out = new_file(self.folder, f"{Path(loaded.encoded.name).stem} {times}s.mp4")

        def cut(report: Report) -> Path:
            return export_clip(source, span, out, lambda fraction: report("clip", fraction))

        made = yield from _watched(cut, "clip", str(source))
        if made is not None:
            name = escaped(made.name)
            link = f'<a class="clip" href="{file_url(made)}" download="{name}">Save {name}</a>'
            yield view(status=ready(loaded), clip=link)

    def _load(self, video: str | None, subtitles: str | None) -> Steps[Loaded | None]:
        yield view(**emptied(), ask=locked())
        loaded = yield from _watched(
            lambda report: self.prepare(video, subtitles, report), "video", video, subtitles
        )
        if loaded is None:
            yield view(ask=unlocked())
        else:
            yield view(**unasked(loaded), ask=unlocked())
        return loaded

    def _change(self, other: Callable[[Loaded], Loaded], loaded: Loaded) -> Steps[None]:
        changed = yield from _watched(lambda report: other(loaded), "text")
        yield view(**(what_ifs(loaded) if changed is None else unasked(changed)))

    def _load_and_answer(
        self, video: str | None, subtitles: str | None, question: str, turns: Turns
    ) -> Steps[None]:
        loaded = yield from turns.read(self._load(video, subtitles))
        if loaded is not None:
            yield from turns.answer(self._answer(loaded, turns.waiting or question))

    def _answer(self, loaded: Loaded, question: str) -> Steps[None]:
        """Each line of `question` is one; the last answer stays on the page."""
        yield view(ask=locked(), asked=True, clip="")
        lines = [line for line in question.splitlines() if line.strip()][: limits.MAX_QUESTIONS]
        for line in lines or [question]:
            answer = yield from _watched(partial(self._ask, loaded.encoded, line), "question")
            if answer is None:
                break
            answers = (*loaded.answers, answer)[-limits.MAX_HISTORY :]
            loaded = replace(loaded, answers=answers)
            yield view(loaded=loaded, **shown(loaded, len(answers) - 1))
        yield view(ask=unlocked())

    def _ask(self, encoded: EncodedVideo, question: str, report: Report) -> Answer:
        return self.localizer.ask(encoded, question)

    def prepare(self, video: str | None, subtitles: str | None, report: Report) -> Loaded:
        """Encode a video and its subtitles; only what the library accepted reaches the player."""
        encoded = self.localizer.encode_video(video, subtitles, progress=report)
        if video is not None:
            encoded = replace(encoded, name=file_name(video))
        playing = None
        forget_old(self.folder)
        if encoded.path is not None and encoded.info is not None:
            playing = playable_copy(
                encoded.path, encoded.info, self.folder, lambda done: report("copy", done)
            )
        embedded = subtitles is None and encoded.subtitles is not None
        gold = known_answers(self.examples, encoded.path)
        return Loaded(encoded, playing, embedded, encoded, gold=gold)


def _watched(
    function: Callable[[Report], T], first_stage: str, *paths: str | None
) -> Steps[T | None]:
    """Run long work with its progress in the status line; `None` when it failed and was said."""
    work = Work(function, first_stage)
    for update in work:
        yield view(status=status.running(update))
    try:
        return work.result()
    except Exception as error:  # the page is the last to hear of it: say it, never break
        yield view(status=status.failed(error, *paths))
        return None
