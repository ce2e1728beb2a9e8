"""The timeline: film-strip, cues, both predictors' curves and spans on one axis, as a string.

It shows the whole video; zoom.js makes it wider than its frame, which scrolls, and then draws the
cues, curves and time marks that are in view more finely.
"""

from __future__ import annotations

import base64
from collections.abc import Sequence

from mutualsl.answer import Answer
from mutualsl.encoded import EncodedVideo
from mutualsl.prediction import Prediction
from mutualsl.spans import Span, clock
from mutualsl.ui import limits
from mutualsl.ui.axis import HEADS, Pair, merged, next_best, pairs, pictures, share, ticks
from mutualsl.ui.text import escaped, short_clock
from mutualsl.ui.timeline_lanes import (
    band,
    before_mark,
    candidate_marks,
    curves,
    pair_lane,
    place,
)

ROOM_FOR_TICK = 0.88  # of a narrow axis, to the right of which no time fits
_ZOOM = (
    '<span class="tl-zoom" role="group" aria-label="Zoom of the time axis">'
    '<span class="tl-view" role="status"></span>'
    '<button type="button" data-zoom="out" aria-label="Zoom out">−</button>'
    '<button type="button" data-zoom="in" aria-label="Zoom in">+</button>'
    '<button type="button" data-zoom="whole">Whole video</button></span>'
)
CURVE_KEYS = (
    '<span class="tl-key line"><i></i>likely start</span>'
    '<span class="tl-key dashed"><i></i>likely end</span>'
)
NEXT_KEY = '<span class="tl-key next"><i></i>next best</span>'


def timeline(
    encoded: EncodedVideo | None,
    answer: Answer | None = None,
    *,
    gold: Span | None = None,
    before: Answer | None = None,
) -> str:
    """HTML of the timeline; before a question only the film-strip and the cues, empty before both.

    `gold` is the true answer where it is known, `before` the answer before something was changed.
    Every lane spans the full width of `.tl-track`, so a time is a share of that width.
    """
    if encoded is None or encoded.duration_second <= 0:
        return '<p class="tl-empty">The timeline appears here once a video is loaded.</p>'
    duration = encoded.duration_second
    lanes = [film_strip(encoded.thumbnails, duration), cue_ribbon(encoded, duration)]
    compared: list[Pair] = []
    if answer is not None:
        for head in HEADS:
            earlier = before_mark(head, getattr(before, head, None), duration)
            lanes.append(_head_lane(head, getattr(answer, head), earlier, duration))
        compared = pairs(answer, gold)
        lanes += [*(pair_lane(pair, duration) for pair in compared), _answer_band(answer, duration)]
    return framed("tl", duration, lanes, _keys(answer, before), compared)


def framed(
    name: str,
    duration: float,
    lanes: Sequence[str],
    keys: str,
    compared: Sequence[Pair],
    playing: bool = True,
) -> str:
    """Lanes above round times in a frame that zooms, below `keys` of what their marks mean.

    `name` tells it from others on the page, and `compared` are those of its lanes that stand below
    the answer. Only where something can play there is a playhead, and time and cue are written.
    """
    now, playhead, role = "", "", 'role="img" aria-label="Spans on the time axis of the video"'
    if playing:
        now = '<span class="tl-now" aria-hidden="true">0:00.0</span>'
        now += '<span class="tl-said" aria-hidden="true"></span>'
        playhead = '<div class="tl-playhead"></div>'
        role = (
            'tabindex="0" role="slider" aria-label="Time in the video" aria-valuemin="0"'
            f' aria-valuemax="{duration:.1f}" aria-valuenow="0"'
            f' aria-valuetext="0:00.0 of {clock(duration)}"'
        )
    said = " ".join(pair.words for pair in compared)
    return (
        f'<div class="tl"><div class="tl-legend">{now}{keys}{_ZOOM}</div><div class="tl-scroll">'
        f'<div class="tl-track" data-duration="{duration:.3f}" style="--pairs:{len(compared)}"'
        f' {role} aria-describedby="{name}-words">'
        f"{''.join(lanes)}{_ticks(duration)}{playhead}</div></div>"
        f'<p id="{name}-words" class="only-heard">{escaped(said)}</p></div>'
    )


def _keys(answer: Answer | None, before: Answer | None) -> str:
    keys = ""
    if answer is not None:
        keys = "".join(
            f'<span class="tl-key {head}"><i></i>{name} predictor</span>'
            for head, name in HEADS.items()
        )
        keys += CURVE_KEYS + NEXT_KEY
    if before is not None:
        keys += '<span class="tl-key before"><i></i>before</span>'
    return keys


def film_strip(thumbnails: Sequence[tuple[float, bytes]], duration: float) -> str:
    """Pictures side by side; one that is given more room than it fills is repeated."""
    shown = pictures(thumbnails, duration, limits.MAX_PICTURE_BYTES)
    if not shown:
        return '<div class="tl-lane tl-film is-empty">No pictures</div>'
    strip = "".join(
        '<i style="background-image:url(data:image/jpeg;base64,'
        f'{base64.b64encode(jpeg).decode("ascii")})"></i>'
        for jpeg in shown
    )
    return f'<div class="tl-lane tl-film" aria-hidden="true">{strip}</div>'


def cue_ribbon(encoded: EncodedVideo, duration: float) -> str:
    """Where something is said; of very many cues neighbours are drawn as one."""
    cues = encoded.subtitles.cues if encoded.subtitles is not None else ()
    if not cues:
        return '<div class="tl-lane tl-cues is-empty">No subtitles</div>'
    marks = []
    for cue in merged(cues, limits.MAX_CUE_BINS):
        text = " ".join(cue.text.split())
        if len(text) > limits.MAX_CUE_TEXT:
            text = text[: limits.MAX_CUE_TEXT - 1] + "…"
        marks.append(
            f'<i style="{place(cue.start_second, cue.end_second, duration)}"'
            f' title="{escaped(text)}"></i>'
        )
    return f'<div class="tl-lane tl-cues">{"".join(marks)}</div>'


def _head_lane(head: str, prediction: Prediction | None, earlier: str, duration: float) -> str:
    name = HEADS[head]
    if prediction is None:
        return (
            f'<div class="tl-lane tl-head {head} is-empty">{name} predictor: no span{earlier}</div>'
        )
    muted = "" if prediction.in_domain else " is-muted"
    label = f"{name} predictor"
    return (
        f'<div class="tl-lane tl-head {head}{muted}">{curves(prediction, duration)}{earlier}'
        f"{candidate_marks(label, next_best(prediction), duration)}"
        f"{band(label, prediction.span, duration)}</div>"
    )


def _answer_band(answer: Answer, duration: float) -> str:
    """The believed span across all lanes; nothing for a fallback, which believes no span."""
    if answer.source == "fallback":
        return ""
    return f'<div class="tl-answer {answer.source}" style="{place(*answer.span, duration)}"></div>'


def _ticks(duration: float) -> str:
    """Time marks at round seconds."""
    marks = "".join(_tick(second, duration) for second in ticks(duration))
    return f'<div class="tl-ticks" aria-hidden="true">{marks}</div>'


def _tick(second: float, duration: float) -> str:
    """A mark with its time to the right; to the left where that would leave the axis."""
    left = share(second, duration)
    if left <= ROOM_FOR_TICK:
        return f'<span style="left:{100 * left:.3f}%">{short_clock(second)}</span>'
    right = 100 * (1 - left)
    return f'<span class="is-last" style="right:{right:.3f}%">{short_clock(second)}</span>'
