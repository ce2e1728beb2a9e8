"""One question in full: what each predictor found, and where that lies on the time axis."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from mutualsl.evaluation.ious import FIRST, HEADS, SCORED, of_spans
from mutualsl.evaluation.predictions import QuestionResult
from mutualsl.prediction import Prediction
from mutualsl.spans import Span, clock_range
from mutualsl.ui.analyse.opened import Opened
from mutualsl.ui.axis import IOU_SCALE, Pair, overlap
from mutualsl.ui.span_axis import SpanLane, span_axis
from mutualsl.ui.text import escaped, percent, span_data

HINT = (
    "Only a predictions file was given, so there is no video to see. Start the page with "
    "--data-root and run the checkpoint on the data there to watch each span."
)
NO_VIDEO = "The data has no video for this question."
GUESS = "only a guess: outside what the predictor has learned"
KINDS = {"visual": "visual", "textual": "textual", "answer": "chosen"}
NAMES = {"gold": "Gold", "visual": "Visual", "textual": "Textual", "answer": "Answer"}


class Line(NamedTuple):
    """One span of the question."""

    kind: str  # as the style calls it
    name: str
    span: Span | None
    score: float | None = None
    iou: float | None = None
    said: str = ""  # what is wrong with it
    candidates: tuple[Span, ...] = ()
    curves: Prediction | None = None  # of the predictor, where it has just been asked
    guessed: bool = False  # outside what the predictor has learned


def lines(opened: Opened) -> Iterator[Line]:
    """Gold, both predictors, the answer, the answer of the other file, and the correction."""
    analysis, place, result = opened.analysis, opened.place, opened.result
    assert place is not None
    yield Line("gold", NAMES["gold"], result.gold)
    for head in HEADS:
        found = getattr(result, head)
        kind = analysis.classes[head][place].value
        said = kind if head != "answer" else f"{kind}, from: {result.source}"
        if found is None:
            yield Line(KINDS[head], NAMES[head], None, said=said)
            continue
        value = float(analysis.ious.values[place, SCORED.index(head)])
        further = tuple(scored.span for scored in found.candidates[1:FIRST])
        curves = getattr(opened.heads, head, None)
        line = Line(KINDS[head], NAMES[head], found.span, found.score, value, said, further, curves)
        if not found.in_domain:
            line = line._replace(said=f"{said}, {GUESS}", candidates=(), guessed=True)
        yield line
    if opened.compared is not None:
        other = opened.compared.second[place].answer
        own = _iou(other.span, result)
        yield Line("other", "Answer of B", other.span, other.score, own)
    if opened.note.span is not None:
        own = _iou(opened.note.span, result)
        yield Line("corrected", "Corrected", opened.note.span, iou=own)


def _iou(span: Span, result: QuestionResult) -> float:
    """With gold, both cut to the video as in the metrics."""
    return float(of_spans([span], [result.gold], [result.duration_second])[0])


def detail(opened: Opened) -> str:
    """HTML of the question, the way to the next one, and a table of its spans."""
    result = opened.result
    rows = "".join(_row(line, opened.playing is not None) for line in lines(opened))
    facts = [f"Video {result.video_id}", f"sample {result.sample_id}"]
    if opened.compared is not None and opened.place is not None:
        facts.append(f"change of the answer's IoU {opened.compared.changes[opened.place]:+.2f}")
    why = HINT if opened.source is None else NO_VIDEO if opened.encoded is not None else ""
    hint = "" if opened.playing or not why else f'<p class="hint">{why}</p>'
    return (
        f'<section class="detail" data-place="{opened.place}" aria-label="One question">'
        '<div class="detail-steps"><button type="button" class="chip" data-step="-1">‹ Previous'
        '</button><span class="detail-where" role="status"></span>'
        '<button type="button" class="chip" data-step="1">Next ›</button></div>'
        f'<h3 tabindex="-1" dir="auto">{escaped(result.question) or "(empty question)"}</h3>'
        f'<p class="facts">{escaped(" · ".join(facts))}</p>'
        '<div class="wide" tabindex="0" role="region" aria-label="Spans of this question"><table>'
        f'<thead><tr><th>span</th><th>time</th><th title="Overlap with gold; {IOU_SCALE}">IoU'
        "</th><th>score</th><th>what it is</th>"
        f"<th></th></tr></thead><tbody>{rows}</tbody></table></div>{hint}</section>"
    )


def axis(opened: Opened) -> str:
    """All spans on one time axis, with pictures and cues where there are any."""
    result = opened.result
    lanes: list[SpanLane | Pair] = []
    for line in lines(opened):
        drawn = (line.kind, line.name, line.span, line.candidates, line.curves, line.guessed)
        lanes.append(SpanLane(*drawn))
        shared = overlap(result.visual, result.textual) if line.kind == "textual" else None
        if shared is not None:
            lanes.append(shared)
    playing = opened.playing is not None
    return span_axis(result.duration_second, lanes, opened.encoded, playing=playing)


def _row(line: Line, playable: bool) -> str:
    shown = "–" if line.span is None else clock_range(line.span)
    measured = "–" if line.iou is None else f"{line.iou:.2f}"
    score = "–" if line.score is None else percent(line.score)
    play = ""
    if playable and line.span is not None and line.span.length_second > 0:
        play = (
            f'<button type="button" class="chip" data-play {span_data(line.span)}'
            f' aria-label="Play: {line.name}">Play</button>'
        )
    return (
        f'<tr class="{line.kind}"><th scope="row"><i></i>{line.name}</th><td>{shown}</td>'
        f'<td>{measured}</td><td>{score}</td><td dir="auto">{escaped(line.said)}</td>'
        f"<td>{play}</td></tr>"
    )
