"""Another model for the same video."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import NamedTuple

from mutualsl.ui import status
from mutualsl.ui.progress import Report
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.turns import Turns
from mutualsl.ui.views import Loaded, locked, ready, unlocked, view
from mutualsl.ui.watching import Steps, tried
from mutualsl.ui.what_if import applied
from mutualsl.ui.work import Work


class _Taken(NamedTuple):
    """Which model answers from now on."""

    model: str
    loaded: Loaded | None  # the visitor's video for it
    problem: str | None  # why it is still the one there was, as a status line


def switched(
    work: Work,
    wanted: str,
    model: str,
    loaded: Loaded | None,
    turns: Turns,
    video: str | None = None,
    subtitles: str | None = None,
) -> Steps[None]:
    """Take the wanted model; the files are read with it where nothing is loaded yet."""
    turns.model = wanted
    if turns.reading and turns.wanted is None:
        loaded = None  # other files are on their way: they are read with the wanted model
    taken = yield from turns.read(
        _take(work.shelf, wanted, model, loaded),
        turns.waiting,
        loaded.what_if if loaded is not None else None,
    )
    if taken is None:
        return  # something else came in; `Desk.settle` takes the model after that
    turns.model = None
    used, again, problem = taken
    waiting = turns.waiting
    if again is not None:
        if not waiting and problem is None and again.answers:
            waiting = turns.asked or again.answers[-1].question
        if waiting:
            yield from work.answer(again, waiting, turns, problem)
    elif video is None and subtitles is None:
        return  # a question waits on
    elif waiting:
        yield from work.load_and_answer(video, subtitles, waiting, used, turns, problem)
    else:
        there = yield from turns.read(work.load(video, subtitles, used))
        if there is not None and problem is not None:
            yield view(status=problem)


def _take(shelf: Shelf, wanted: str, model: str, loaded: Loaded | None) -> Steps[_Taken]:
    """Take the wanted model; the one there was stays where that fails."""
    yield view(ask=locked())
    file = loaded.file if loaded is not None else None
    again, problem = yield from tried(partial(_with, shelf, loaded, wanted), "model", file)
    if problem is not None:
        yield view(ask=unlocked(), model_choice=model, status=problem)
        return _Taken(model, loaded, problem)
    said = status.notice() if again is None else ready(again)
    yield view(ask=unlocked(), model=wanted, status=said, loaded=again)
    return _Taken(wanted, again, None)


def _with(shelf: Shelf, loaded: Loaded | None, wanted: str, report: Report) -> Loaded | None:
    shelf.get(wanted)
    return None if loaded is None else for_model(shelf, loaded, wanted, report)


def for_model(shelf: Shelf, loaded: Loaded, model: str, report: Report) -> Loaded:
    """The same video for another model; pictures are looked at again only by another encoder."""
    if model == loaded.model:
        return loaded
    localizer, whole = shelf.get(model), loaded.whole
    if localizer.encoder.fingerprint == shelf.get(loaded.model).encoder.fingerprint:
        whole = localizer.with_subtitles(whole, whole.subtitles)
    else:
        again = localizer.encode_video(whole.path, whole.subtitles or "none", progress=report)
        whole = replace(again, name=whole.name)
    encoded = applied(localizer, whole, loaded.what_if)
    return replace(loaded, encoded=encoded, whole=whole, model=model)
