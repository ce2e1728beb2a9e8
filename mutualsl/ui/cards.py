"""The result: the answer in words, and one card for each predictor."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

from mutualsl.answer import Answer
from mutualsl.explain import AGREE_IOU
from mutualsl.exports import EXPORTS
from mutualsl.prediction import Prediction
from mutualsl.spans import clock_range, reaches
from mutualsl.ui.axis import IOU_SCALE
from mutualsl.ui.text import escaped, note_items, percent, span_data

TITLES = {"visual": "Visual predictor", "textual": "Textual predictor"}
SUBJECTS = {"visual": "looks at the pictures", "textual": "reads the subtitles"}
SOURCES = {
    "visual": "From the visual predictor",
    "textual": "From the textual predictor",
    "fallback": "The whole video: neither predictor has an answer it can stand behind",
}
NUDGES_SECOND = (-1.0, -0.1, 0.1, 1.0)
CHANCE = "estimated chance that this span is right"
CONFIDENCE = f"{CHANCE}: that it shares at least half with the true one (IoU ≥ 0.5)"
EXPORTED = "The spans as the model gave them, without edges that were moved by hand"
_ICONS = {  # an eye and lines of text, so that colour is not the only mark
    "visual": '<path d="M2 12s3.6-7 10-7 10 7 10 7-3.6 7-10 7S2 12 2 12Z"/>'
    '<circle cx="12" cy="12" r="3"/>',
    "textual": '<path d="M4 6h16M4 12h16M4 18h10"/>',
}
_PLAY_SIGN = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M7 4.5v15l13-7.5z"/></svg>'


def results(
    answer: Answer | None,
    *,
    playable: bool = True,
    missing: Mapping[str, str] = MappingProxyType({}),
    why: str | None = None,
    change: str | None = None,
    report: str | None = None,
) -> str:
    """The answer line, both cards and the notes; with `None` the same cards, still empty.

    `playable` is false when only subtitles were loaded, so there is nothing to play or cut;
    `missing` says by predictor why it has no span if it has none; `why` is a sentence on why the
    predictors differ, `change` one on what moved since before; `report` is the answer as a page of
    its own, to be saved.
    """
    cards = "".join(
        _card(head, answer, playable, missing.get(head)) for head in ("visual", "textual")
    )
    line = _answer_line(answer, why, change, report)
    return f'{line}<div class="cards">{cards}</div>{_notes(answer)}'


def _answer_line(
    answer: Answer | None, why: str | None, change: str | None, report: str | None
) -> str:
    if answer is None:
        return (
            '<div class="answer is-waiting"><p id="answer-span">–</p>'
            "<p>Ask a question to see where its answer is.</p></div>"
        )
    doubt = f'<p class="doubt">{escaped(answer.doubt)}</p>' if answer.doubt else ""
    reason = f'<p class="why">{escaped(why)}</p>' if why else ""
    moved = f'<p class="change">Compared with before: {escaped(change)}</p>' if change else ""
    chance = "" if answer.chance is None else f" · {percent(answer.chance)} {CONFIDENCE}"
    return (
        f'<div class="answer {answer.source}" role="status">'
        f'<p class="answer-question" dir="auto">{escaped(answer.question)}</p>'
        f'<p class="answer-main"><span class="answer-label">Answer</span>'
        f'<strong id="answer-span">{clock_range(answer.span)}</strong></p>{doubt}'
        f"<p>{SOURCES[answer.source]}{chance}</p>{_agreement(answer)}"
        f"{reason}{moved}{_exports(answer, report)}</div>"
    )


def _exports(answer: Answer, report: str | None) -> str:
    """Links that hold the files themselves, so that nothing has to be made on the server."""
    stem = Path(answer.video_name).stem if answer.video_name not in {"", "-"} else "answer"
    links = [
        _file_link(way.name, f"{stem}.{way.suffix}", way.media_type, way.write(answer))
        for way in EXPORTS.values()
    ]
    if report is not None:
        links.append(_file_link("report", f"{stem}.html", "text/html", report))
    return f'<p class="exports" title="{EXPORTED}">Save all spans as {", ".join(links)}</p>'


def _file_link(name: str, file_name: str, media_type: str, text: str) -> str:
    data = base64.b64encode(text.encode()).decode("ascii")
    return f'<a download="{escaped(file_name)}" href="data:{media_type};base64,{data}">{name}</a>'


def _agreement(answer: Answer) -> str:
    """How far both spans overlap; said only where both are to be taken seriously."""
    if answer.agreement is None or not (answer.visual and answer.visual.in_domain):
        return ""
    if reaches(answer.agreement, AGREE_IOU):
        words = "The predictors agree"
    elif answer.agreement > 0:
        words = "The predictors overlap in part"
    else:
        words = "The predictors point to different places"
    return (
        f"<p>{words}: agreement (IoU) {answer.agreement:.2f}"
        f" (how far both spans overlap: {IOU_SCALE})</p>"
    )


def _card(head: str, answer: Answer | None, playable: bool, missing: str | None) -> str:
    prediction: Prediction | None = getattr(answer, head, None)
    chosen = answer is not None and answer.source == head
    muted = prediction is not None and not prediction.in_domain
    classes = f"card {head}{' is-answer' if chosen else ''}{' is-muted' if muted else ''}"
    badge = '<span class="badge">✓ Answer</span>' if chosen else ""
    if answer is None:
        body = _silent_body(head, "Waits for a question.")
    elif prediction is None:
        body = _silent_body(head, f"No span: {missing}." if missing else "No span.")
    else:
        body = _spoken_body(head, prediction, answer, playable)
    return (
        f'<section class="{classes}" aria-label="{TITLES[head]}"><header>'
        f'<svg class="icon" viewBox="0 0 24 24" aria-hidden="true">{_ICONS[head]}</svg>'
        f"<div><h3>{TITLES[head]}</h3><p>{SUBJECTS[head]}</p></div>{badge}</header>"
        f"{body}</section>"
    )


def _silent_body(head: str, why: str) -> str:
    return (
        f'<p class="span is-empty" id="{head}-span">–</p><p class="confidence">{why}</p>'
        f'<div class="actions"><button type="button" class="play" id="{head}-play" disabled>'
        f"{_PLAY_SIGN}Play</button></div>"
    )


def _spoken_body(head: str, prediction: Prediction, answer: Answer, playable: bool) -> str:
    rated = prediction.in_domain and answer.foreign is None
    if rated:
        condition = ", if it is answered here at all" if answer.unrelated else ""
        meaning = f"<b>{percent(prediction.score)}</b> {CHANCE}{condition}"
    elif prediction.in_domain:
        meaning = "A guess: this is not in the language that this model has learned."
    else:
        meaning = "Outside what this predictor has learned: a guess, which is not used."
    span, off = prediction.span, "" if playable else " disabled"
    name = TITLES[head].lower()
    return (
        f'<p class="span" id="{head}-span">{clock_range(span)}</p>'
        f'<p class="moved" {span_data(span)} hidden>Moved by hand from {clock_range(span)}</p>'
        f'<p class="confidence">{meaning}</p>'
        f'<div class="actions"><button type="button" class="play" id="{head}-play" data-play'
        f' {span_data(span)} aria-label="Play the span of the {name}"{off}>'
        f"{_PLAY_SIGN}Play</button>"
        f'<button type="button" class="save" data-save {span_data(span)}'
        f' aria-label="Download the clip of the {name}"{off}>Download clip</button>'
        f'<button type="button" class="loop" data-loop aria-pressed="false"'
        f' aria-label="Play the span of the {name} again and again"{off}>Loop</button></div>'
        f"{_nudges(off)}{_candidates(prediction, off)}"
    )


def _nudges(off: str) -> str:
    """Buttons that move the edges of the span that is played and saved."""
    groups = []
    for edge in ("start", "end"):
        buttons = "".join(
            f'<button type="button" data-nudge="{edge}" data-by="{by}"'
            f' aria-label="Move the {edge} by {by:+g} seconds"{off}>{by:+g}</button>'
            for by in NUDGES_SECOND
        )
        groups.append(f'<span class="nudge-group">{edge} {buttons}</span>')
    return f'<div class="nudges">{"".join(groups)}</div>'


def _candidates(prediction: Prediction, off: str) -> str:
    """Without scores: that of a further one tells how it compares with the best one only."""
    others = prediction.candidates[1:]
    if not others:
        return ""
    chips = "".join(
        f'<button type="button" class="chip" data-play {span_data(other.span)}{off}>'
        f"{clock_range(other.span)}</button>"
        for other in others
    )
    return f'<div class="candidates"><p>Next best, click to play</p>{chips}</div>'


def _notes(answer: Answer | None) -> str:
    if answer is None or not answer.warnings:
        return ""
    return f'<ul class="notes">{note_items(answer.warnings)}</ul>'
