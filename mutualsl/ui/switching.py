"""Another model for the same video."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import NamedTuple

from mutualsl.ui import status
from mutualsl.ui.progress import Report
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.views import Loaded, locked, ready, unlocked, view
from mutualsl.ui.watching import Steps, tried
from mutualsl.ui.what_if import applied


class Taken(NamedTuple):
    """Which model answers from now on."""

    model: str
    loaded: Loaded | None  # the visitor's video for it
    problem: str | None  # why it is still the one there was, as a status line


def switch_model(shelf: Shelf, wanted: str, model: str, loaded: Loaded | None) -> Steps[Taken]:
    """Take the wanted model; the one there was stays where that fails."""
    yield view(ask=locked())
    file = loaded.file if loaded is not None else None
    again, problem = yield from tried(partial(_taken, shelf, loaded, wanted), "model", file)
    if problem is not None:
        yield view(ask=unlocked(), model_choice=model, status=problem)
        return Taken(model, loaded, problem)
    said = status.notice() if again is None else ready(again)
    yield view(ask=unlocked(), model=wanted, status=said, loaded=again)
    return Taken(wanted, again, None)


def _taken(shelf: Shelf, loaded: Loaded | None, wanted: str, report: Report) -> Loaded | None:
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
