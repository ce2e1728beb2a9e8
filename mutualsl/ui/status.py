"""One line that says where things stand: what runs, what is loaded, what went wrong."""

from __future__ import annotations

import logging
import re
from pathlib import Path

from mutualsl.atomic import DISK_FULL
from mutualsl.encoded import EncodedVideo
from mutualsl.errors import MutualSLError, WeightsMissing
from mutualsl.spans import clock
from mutualsl.subtitles.doctor import covered_second
from mutualsl.ui.progress import STAGES, Update
from mutualsl.ui.text import escaped, file_name, percent

log = logging.getLogger(__name__)

EMPTY = "Load a how-to video, ask a question, get the clip."
NO_ROOM = "The server has no room left for what it would make. Try again later."
NO_WEIGHTS = (
    "The weights of this model's visual encoder are not on this server at the moment. Ask about "
    "the subtitles alone, or try again later."
)
UNEXPECTED = "Something went wrong here, not with you. Try again, or try another file."


def notice(text: str = EMPTY) -> str:
    """A calm sentence."""
    return f'<p class="status" role="status">{escaped(text)}</p>'


def running(update: Update) -> str:
    """The stage, how much of it is done, and the seconds so far; or who is first."""
    if update.before is not None:
        return (
            f'<div class="status is-running" role="status"><p>{_before(update.before)}</p>'
            '<progress max="1" aria-label="Waiting"></progress></div>'
        )
    done = f": {percent(update.fraction)}" if update.fraction > 0 else ""
    # What changes four times a second is not read out each time.
    return (
        f'<div class="status is-running" role="status"><p>{STAGES[update.stage]}'
        f'<span aria-hidden="true">{done} · {update.elapsed_second:.1f} s</span></p>'
        f'<progress max="1" value="{update.fraction:.3f}"'
        f' aria-label="{STAGES[update.stage]}"></progress></div>'
    )


def stopped(*, reading: bool) -> str:
    """The visitor has cancelled what ran."""
    if reading:
        return notice("Stopped. Ask, or give a file, and the files are read again.")
    return notice("Stopped.")


def _before(count: int) -> str:
    """Where a visitor stands in line."""
    if count == 0:
        return "All places are taken; you are next."
    who = "1 visitor is" if count == 1 else f"{count} visitors are"
    return f"All places are taken; {who} before you."


def ready(encoded: EncodedVideo, unused: str | None = None) -> str:
    """What was loaded: the video, its subtitles, and every repair that was made to them.

    `unused` is the name of an example's subtitle file that was not read for another video.
    """
    name = encoded.name if encoded.info is not None else "Subtitles only"
    facts = [f"<b>{escaped(name)}</b>", clock(encoded.duration_second)]
    if encoded.info is not None:
        facts.append(f"{encoded.info.width} × {encoded.info.height}")
    subtitles = encoded.subtitles
    if subtitles is None:
        facts.append("Subtitles: none")
    else:
        kind = escaped(subtitles.format.upper())
        if subtitles.track_number is not None:
            kind = f"track {subtitles.track_number} of the video"
        lines = f"{len(subtitles):,} line{'' if len(subtitles) == 1 else 's'}"
        share = covered_second(subtitles.cues) / max(encoded.duration_second, 1e-6)
        facts.append(f"Subtitles: {kind}, {lines}, shown {percent(min(share, 1.0))} of the time")
    if unused is not None:
        facts.append(f"{escaped(unused)} belongs to an example and is not used")
    notes = list(encoded.warnings)
    if subtitles is not None:
        inside = len(encoded.info.text_tracks) if encoded.info is not None else 0
        if inside and subtitles.track_number is None:
            tracks = "text track" if inside == 1 else f"{inside} text tracks"
            notes.append(f"the subtitle file is used in place of the {tracks} inside the video")
        notes += [f"{repair.kind} ({repair.count}): {repair.detail}" for repair in subtitles.report]
    listed = "".join(f"<li>{escaped(note)}</li>" for note in notes)
    details = (
        f"<details><summary>Notes on the files: {len(notes)}</summary><ul>{listed}</ul></details>"
        if notes
        else ""
    )
    return f'<div class="status is-ready" role="status"><p>{" · ".join(facts)}</p>{details}</div>'


def failed(error: Exception, *paths: str | None) -> str:
    """Why it did not work, as an alert."""
    return f'<p class="status is-failed" role="alert">{escaped(sentence(error, *paths))}</p>'


def sentence(error: Exception, *paths: str | None) -> str:
    """What a visitor may read of an error; one that nobody foresaw is logged and said plainly.

    `paths` are files on the server; visitors see only their names.
    """
    if isinstance(error, OSError) and error.errno in DISK_FULL:
        log.error("the disk is full: %s", error)
        return NO_ROOM
    if isinstance(error, WeightsMissing):
        log.warning("a video was not read: %s", error)
        return NO_WEIGHTS
    if not isinstance(error, MutualSLError):
        log.error("unexpected error on the page", exc_info=error)
        return UNEXPECTED
    text = str(error)
    text = text[:1].upper() + text[1:]
    for path in paths:
        if path:
            stored, name = Path(path).name, file_name(path)
            text = text.replace(str(Path(path).resolve()), name).replace(str(path), name)
            text = re.sub(re.escape(stored), name.replace("\\", r"\\"), text, flags=re.IGNORECASE)
    return text
