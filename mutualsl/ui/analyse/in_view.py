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
from mutualsl.ui.analyse.turns import AnalysisTurns
from mutualsl.ui.analyse.views import question, view, what_is_open
from mutualsl.ui.loading import playable
from mutualsl.ui.progress import Report
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.watching import Steps, watched


def come_into_view(
    shelf: Shelf,
    folder: Path,
    before: Opened,
    opened: Opened,
    changes: dict[str, Any],
    turns: AnalysisTurns,
) -> Steps[None]:
    """The question of `opened`, with `changes` of other parts; made files go into `folder`.

    What is known of the question in view `before` is taken over where it holds for this one. A note
    on it that was saved meanwhile, or a file to compare with, stays.
    """
    if before.place is None or before.result.video_id != opened.result.video_id:
        opened = replace(opened, encoded=None, playing=None)
    if before.place != opened.place:
        opened = replace(opened, heads=None)
    turns.latest = opened
    yield view(**question(opened), **changes)
    source = opened.source
    if source is None:
        return
    where = str(source.choice.folder)
    if opened.encoded is None:

        def read(report: Report) -> tuple[EncodedVideo, Path | None]:
            return _video(shelf, folder, source, opened, report)

        found = yield from watched(read, "video", where, view=view)
        if found is None:
            return
        opened = _now(turns, opened, encoded=found[0], playing=found[1])
        yield view(**question(opened))
    if opened.heads is None:

        def ask(report: Report) -> HeadPredictions:
            report("question", 0.0)
            return _asked(shelf, source, opened)

        heads = yield from watched(ask, "question", where, view=view)
        if heads is None:
            return
        opened = _now(turns, opened, heads=heads)
        yield view(opened=opened, timeline=axis(opened))
    yield view(status=status.notice(what_is_open(opened)))


def latest(turns: AnalysisTurns, opened: Opened) -> Opened:
    """These predictions as the page was last told to remember them, which may be on its way."""
    found = turns.latest
    return found if found is not None and found.analysis is opened.analysis else opened


def _now(turns: AnalysisTurns, opened: Opened, **found: Any) -> Opened:
    """The question in view with what was found of it; another one may be in view by now."""
    now = latest(turns, opened)
    if now.place != opened.place:
        return replace(opened, **found)
    turns.latest = now = replace(now, **found)
    return now


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
