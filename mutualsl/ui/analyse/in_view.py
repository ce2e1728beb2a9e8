"""A question comes into view: its spans at once, video and curves as soon as they are there.

Only questions of a run have a video and curves: a predictions file holds neither.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from mutualsl.encoded import EncodedVideo
from mutualsl.evaluation.evaluate import encode
from mutualsl.prediction import HeadPredictions
from mutualsl.ui import status
from mutualsl.ui.analyse.detail import axis
from mutualsl.ui.analyse.opened import Opened, Source
from mutualsl.ui.analyse.views import question, view, what_is_open
from mutualsl.ui.loading import playable
from mutualsl.ui.progress import Report
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.watching import Steps, watched


def come_into_view(
    shelf: Shelf, folder: Path, before: Opened, opened: Opened, changes: dict[str, Any]
) -> Steps[None]:
    """The question of `opened`, with `changes` of other parts; made files go into `folder`.

    What is known of the question in view `before` is taken over where it holds for this one.
    """
    if before.place is None or before.result.video_id != opened.result.video_id:
        opened = replace(opened, encoded=None, playing=None)
    if before.place != opened.place:
        opened = replace(opened, heads=None)
    yield view(**question(opened), **changes)
    source = opened.source
    if source is None:
        return
    where = str(source.choice.folder)
    if opened.encoded is None:

        def read(report: Report) -> Opened:
            encoded, playing = _video(shelf, folder, source, opened, report)
            return replace(opened, encoded=encoded, playing=playing)

        found = yield from watched(read, "video", where, view=view)
        if found is None:
            return
        opened = found
        yield view(**question(opened))
    if opened.heads is None:

        def ask(report: Report) -> HeadPredictions:
            report("question", 0.0)
            return _asked(shelf, source, opened)

        heads = yield from watched(ask, "question", where, view=view)
        if heads is None:
            return
        opened = replace(opened, heads=heads)
        yield view(opened=opened, timeline=axis(opened))
    yield view(status=status.notice(what_is_open(opened)))


def _video(
    shelf: Shelf, folder: Path, source: Source, opened: Opened, report: Report
) -> tuple[EncodedVideo, Path | None]:
    """A video of the data set, and a file that browsers can play; never one from elsewhere."""
    assert opened.place is not None
    localizer, choice = shelf.get(source.model), source.choice
    example = source.examples[opened.place]
    encoded = encode(localizer, example, choice.folder, choice.shown(), report)
    return encoded, playable(encoded, folder, report)


def _asked(shelf: Shelf, source: Source, opened: Opened) -> HeadPredictions:
    """The same answer as in the run, which kept no curves: those of thousands would be too much."""
    assert opened.encoded is not None
    (answer,) = shelf.get(source.model).answer_any(
        opened.encoded, [opened.result.question], read_out="confident"
    )
    return HeadPredictions(answer.visual, answer.textual)
