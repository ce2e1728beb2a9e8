"""IoU of all questions at once is that of one pair after the other."""

import numpy as np
import pytest

from mutualsl.evaluation.ious import SCORED, measure, of_spans
from mutualsl.spans import Span, iou
from tests.evaluation.rows import head, random_rows, results, row


def inside(span, duration):
    return Span(max(0.0, span.start_second), min(span.end_second, duration))


def test_every_column_is_the_best_of_its_spans():
    odd = [
        row("early", textual=head((-5.0, 15.0))),
        row("late", visual=head((90.0, 300.0)), gold=(80.0, 140.0)),
        row("inverted", visual=head((20.0, 10.0))),
        row("no gold", textual=head((1.0, 2.0)), gold=(5.0, 5.0)),
    ]
    given = results([*random_rows(200), *odd])
    found = measure(given)
    for result, values, has in zip(given, found.values, found.given, strict=True):
        heads = [own for own in (result.visual, result.textual) if own]
        chosen = {
            "visual": [result.visual.span] if result.visual else [],
            "textual": [result.textual.span] if result.textual else [],
            "answer": [result.answer.span],
            "oracle": [own.span for own in heads],
            "oracle@5": [span for own in heads for span in own.candidates[:5]],
        }
        duration = result.duration_second
        best = [
            max((iou(inside(s, duration), inside(result.gold, duration)) for s in own), default=0.0)
            for own in chosen.values()
        ]
        assert tuple(chosen) == SCORED
        assert values == pytest.approx(best, abs=1e-12)
        assert has.tolist() == [bool(own) for own in chosen.values()]


def test_no_questions():
    assert measure([]).values.shape == (0, len(SCORED)) and not np.any(measure([]).given)


def test_spans_by_themselves_are_measured_alike():
    found = of_spans(
        [(90.0, 300.0), (0.0, 5.0), None], [(80.0, 140.0), None, (1.0, 2.0)], [100.0] * 3
    )
    assert found.tolist() == [0.5, 0.0, 0.0]
