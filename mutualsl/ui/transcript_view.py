"""The transcript as evidence: every cue, and how likely each predictor starts or ends there.

The cues are drawn once a video, the evidence once an answer; transcript.js lays one over the other,
so a further question about a long transcript sends a few numbers and not the whole text again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from zlib import crc32

import numpy as np

from mutualsl.answer import Answer
from mutualsl.encoded import EncodedVideo
from mutualsl.prediction import Curve, Prediction
from mutualsl.spans import Span, shared_second
from mutualsl.subtitles import Cue
from mutualsl.ui.text import escaped, short_clock, span_data

HEADS = ("visual", "textual")
JUST_SECOND = 1e-3
_PART = 100  # cues that a browser draws together, once they come into view
_BARS = (
    '<span class="tr-bars" aria-hidden="true"><i class="visual"></i><i class="visual"></i>'
    '<i class="textual"></i><i class="textual"></i></span>'
)
_OUT = '<button type="button" class="tr-out" data-cue="{}">without this line</button>'


def transcript(
    encoded: EncodedVideo | None,
    left_out: Sequence[Cue] = (),
    places: Sequence[int] | None = None,
    whole: EncodedVideo | None = None,
) -> str:
    """HTML of all cues with a search field; nothing without subtitles.

    `left_out` are cues that the encoded video lacks because the visitor took them away; `places`
    are those of its own cues in the `whole` transcript, `None` where it is whole.
    """
    if encoded is None or not (encoded.subtitles or left_out):
        return ""
    says = "Bars: visual start and end, textual start and end; the darker, the likelier there."
    own = encoded.subtitles.cues if encoded.subtitles is not None else ()
    numbered = zip(range(len(own)) if places is None else places, own, strict=False)
    cues = [_cue(cue, _BARS, _OUT.format(place)) for place, cue in numbered]
    return _transcript(cues, says, whole or encoded, _left_out(left_out))


def marked_transcript(encoded: EncodedVideo | None, spans: Mapping[str, Span]) -> str:
    """HTML of all cues, each with a mark for every one of `spans` that it lies in."""
    if encoded is None or not encoded.subtitles:
        return ""
    cues = [_cue(cue, _marks(cue, spans)) for cue in encoded.subtitles.cues]
    keys = " ".join(f'<span class="tr-key {kind}"><i></i>{kind}</span>' for kind in spans)
    return _transcript(cues, f"Marks show which spans a line lies in: {keys}", encoded)


def _marks(cue: Cue, spans: Mapping[str, Span]) -> str:
    own = Span(cue.start_second, cue.end_second)
    inside = [kind for kind, span in spans.items() if shared_second(own, span) > 0]
    bars = "".join(
        f'<i class="{kind}{" is-inside" if kind in inside else ""}"></i>' for kind in spans
    )
    said = f'<span class="only-heard">in {", ".join(inside)}: </span>' if inside else ""
    return f'<span class="tr-bars tr-marks" aria-hidden="true">{bars}</span>{said}'


def _transcript(cues: Sequence[str], says: str, whole: EncodedVideo, left_out: str = "") -> str:
    language = whole.subtitles.language if whole.subtitles is not None else None
    written = f' lang="{escaped(language)}"' if language else ""
    parts = (cues[first : first + _PART] for first in range(0, len(cues), _PART))
    lists = "".join(
        f'<ol class="tr-part" style="--rows:{len(part)}">{"".join(part)}</ol>' for part in parts
    )
    return (
        f'<section class="tr" data-of="{_number(whole)}" aria-label="Transcript"><header>'
        f"<h3>Transcript</h3><p>{says}</p>"
        '<input type="search" class="tr-search" placeholder="Search the transcript"'
        ' aria-label="Search the transcript"><span class="tr-count" role="status"></span></header>'
        f'{left_out}<div class="tr-cues"{written}>{lists}</div></section>'
    )


def _number(whole: EncodedVideo) -> int:
    """By which transcript.js knows a transcript again."""
    cues = whole.subtitles.as_read if whole.subtitles is not None else ()
    said = [str(whole.path), *(cue.text for cue in cues)]
    return crc32("\n".join(said).encode())


def _left_out(cues: Sequence[Cue]) -> str:
    """The lines that were taken away, and the way back."""
    if not cues:  # its place is kept, so that what follows it is not drawn anew
        return '<div class="tr-left-out" hidden></div>'
    lines = "".join(
        f'<li dir="auto"><time>{short_clock(cue.start_second)}</time> {_on_one_line(cue)}</li>'
        for cue in cues
    )
    return (
        '<div class="tr-left-out"><p>Asked without:</p>'
        f'<ul>{lines}</ul><button type="button" class="chip" data-bring-back>Bring back'
        f" {'this line' if len(cues) == 1 else 'these lines'}</button></div>"
    )


def _cue(cue: Cue, bars: str, after: str = "") -> str:
    own = Span(cue.start_second, cue.end_second)
    return (
        f'<li><button type="button" class="tr-cue" {span_data(own)}>{bars}'
        f"<time>{short_clock(cue.start_second)}</time>"
        f'<span class="tr-text" dir="auto">{_on_one_line(cue)}</span></button>{after}</li>'
    )


def _on_one_line(cue: Cue) -> str:
    return escaped(" ".join(cue.text.split()))


def evidence(encoded: EncodedVideo | None, answer: Answer | None) -> str:
    """What transcript.js lays over it: each cue's probabilities in per mille, and spans."""
    if encoded is None or answer is None or not encoded.subtitles:
        return ""
    cues = encoded.subtitles.cues
    heads = {head: getattr(answer, head) for head in HEADS}
    found = {
        head: {
            "start": _by_cue(prediction.start_curve, cues, head, JUST_SECOND),
            "end": _by_cue(prediction.end_curve, cues, head, -JUST_SECOND),
            "span": _span(prediction),
        }
        for head, prediction in heads.items()
        if prediction is not None and prediction.in_domain
    }
    return f'<div hidden data-evidence="{escaped(json.dumps(found))}"></div>'


def _span(prediction: Prediction) -> list[float]:
    return [round(second, 3) for second in prediction.span]


def _by_cue(curve: Curve, cues: Sequence[Cue], head: str, just_second: float) -> list[int]:
    """Per mille of the probability that falls to each cue, up to where the next one begins.

    The textual predictor has one point a cue; the seconds of the visual one are gathered. Where a
    cue begins, a start (`just_second` later) is its own, and an end that of the cue before.
    """
    if head == "textual":
        return [round(1000 * float(value)) for value in curve[:, 1]]
    starts = np.array([cue.start_second for cue in cues])
    place = (np.searchsorted(starts, curve[:, 0] + just_second) - 1).clip(0)
    mass = np.bincount(place, weights=curve[:, 1], minlength=len(cues))
    return [round(1000 * float(value)) for value in mass]
