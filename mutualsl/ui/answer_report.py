"""An answer as one HTML file that can be kept and sent: no script, no other file, no network."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from mutualsl.answer import Answer
from mutualsl.encoded import EncodedVideo
from mutualsl.prediction import Prediction
from mutualsl.spans import Span, clock, clock_range
from mutualsl.subtitles import Cue
from mutualsl.ui import limits
from mutualsl.ui.axis import HEADS, pairs
from mutualsl.ui.cards import CONFIDENCE, SOURCES
from mutualsl.ui.report_axis import report_axis
from mutualsl.ui.text import escaped, note_items, percent, short_clock

AROUND_SECOND = 15.0  # transcript that is quoted before and after each span
_STYLE = Path(__file__).parent / "report.css"
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"  # nothing may run or load


def answer_report(
    encoded: EncodedVideo,
    answer: Answer,
    *,
    why: str | None = None,
    change: str | None = None,
    gold: Span | None = None,
    before: Answer | None = None,
) -> str:
    """The whole page; `why` is a sentence on why the predictors differ.

    `gold` is the true answer where it is known, `before` the answer before something was changed,
    and `change` a sentence on what moved since.
    """
    question = escaped(answer.question)
    parts = [
        f'<h1 dir="auto">{question}</h1>',
        f"<p>Video: <b>{escaped(encoded.name)}</b>, {clock(encoded.duration_second)}</p>",
        _answer(answer),
        _spans(answer),
        _paragraph(why),
        _paragraph(f"Compared with before: {change}" if change else None),
        '<div class="wide" tabindex="0" role="region" aria-label="Time axis">'
        f"{report_axis(encoded, answer, gold, before)}</div>",
        _paragraph(" ".join(pair.words for pair in pairs(answer, gold))),
        *(_quoted(head, getattr(answer, head), encoded) for head in HEADS),
        _notes(answer.warnings),
        _model(answer),
    ]
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">'
        '<meta name="viewport" content="width=device-width">'
        f"<title>{question}</title><style>{_STYLE.read_text(encoding='utf-8')}</style></head>\n"
        f"<body>{''.join(parts)}</body></html>\n"
    )


def _answer(answer: Answer) -> str:
    score = "" if answer.chance is None else f", {percent(answer.chance)} {CONFIDENCE}"
    return (
        f'<p class="answer"><b>{clock_range(answer.span)}</b> {SOURCES[answer.source]}{score}</p>'
        f"{_paragraph(answer.doubt)}"
    )


def _spans(answer: Answer) -> str:
    rows = "".join(
        f'<tr class="{head}"><th scope="row">{name} predictor</th>'
        f"{_cells(getattr(answer, head), answer)}</tr>"
        for head, name in HEADS.items()
    )
    return (
        '<table><thead><tr><th scope="col">Who</th><th scope="col">Span</th>'
        f'<th scope="col">Score</th></tr></thead><tbody>{rows}</tbody></table>'
    )


def _cells(prediction: Prediction | None, answer: Answer) -> str:
    if prediction is None:
        return "<td>no span</td><td></td>"
    rated = "a guess" if answer.foreign is not None else percent(prediction.score)
    score = rated if prediction.in_domain else "a guess, which is not used"
    return f"<td>{clock_range(prediction.span)}</td><td>{score}</td>"


def _quoted(head: str, prediction: Prediction | None, encoded: EncodedVideo) -> str:
    """What is said around a span; what is said within it stands out."""
    if prediction is None or not encoded.subtitles:
        return ""
    span = prediction.span
    near = Span(span.start_second - AROUND_SECOND, span.end_second + AROUND_SECOND)
    cues = [cue for cue in encoded.subtitles if _meet(cue, near)]
    lines = "".join(
        f'<li{" class=inside" if _meet(cue, span) else ""} dir="auto">'
        f"<time>{short_clock(cue.start_second)}</time> {escaped(' '.join(cue.text.split()))}</li>"
        for cue in cues[: limits.MAX_REPORT_LINES]
    )
    more = len(cues) - limits.MAX_REPORT_LINES
    return (
        f'<h2 class="{head}">Said around the span of the {HEADS[head].lower()} predictor</h2>'
        f"<ul>{lines or '<li>Nothing.</li>'}</ul>{f'<p>And {more:,} more.</p>' if more > 0 else ''}"
    )


def _meet(cue: Cue, span: Span) -> bool:
    return cue.start_second < span.end_second and cue.end_second > span.start_second


def _notes(warnings: Sequence[str]) -> str:
    return f"<h2>To keep in mind</h2><ul>{note_items(warnings)}</ul>" if warnings else ""


def _model(answer: Answer) -> str:
    model = answer.model or {}
    name, seen = (escaped(str(model.get(key, "unknown"))) for key in ("name", "trained_on"))
    return f'<p class="model">Answered by {name}, trained on {seen}.</p>'


def _paragraph(text: str | None) -> str:
    return f"<p>{escaped(text)}</p>" if text else ""
