"""Another model for the same video."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from mutualsl.ui import status
from mutualsl.ui.progress import Report
from mutualsl.ui.shelf import Shelf
from mutualsl.ui.views import Loaded, locked, ready, unlocked, view
from mutualsl.ui.watching import Steps, watched
from mutualsl.ui.what_if import applied


def switch_model(
    shelf: Shelf, wanted: str, model: str, loaded: Loaded | None
) -> Steps[Loaded | None]:
    """Take the wanted model; the one there was stays where that fails.

    Returns the visitor's video for it.
    """
    yield view(ask=locked())
    if loaded is None:
        done = yield from watched(lambda report: shelf.get(wanted) is not None, "model")
        again = None
    else:
        again = yield from watched(partial(for_model, shelf, loaded, wanted), "model")
        done = again is not None
    if not done:
        yield view(ask=unlocked(), model_choice=model)
    elif again is None:
        yield view(ask=unlocked(), model=wanted, status=status.notice())
    else:
        yield view(ask=unlocked(), model=wanted, status=ready(again), loaded=again)
    return again


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
