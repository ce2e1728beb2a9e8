"""The answer object that the command line, Python and the page all give, checked key by key."""

from itertools import combinations

import pytest

from mutualsl.spans import Span, iou

ROUNDING = 2e-3  # spans are given to the millisecond


def check_answer(record, top_k=5):
    """Assert everything that is promised of an answer, whatever it says."""
    assert list(record) == [
        *("schema", "video", "question", "duration", "visual", "textual", "answer"),
        *("agreement", "warnings", "model", "timings"),
    ]
    assert record["schema"] == 1
    assert isinstance(record["video"], str) and isinstance(record["question"], str)
    assert all(isinstance(warning, str) for warning in record["warnings"])
    assert record["timings"].keys() == {"video", "features", "question"}
    assert all(second >= 0 for second in record["timings"].values())
    assert record["model"]["name"] and record["model"]["trained_on"]
    for head in (record["visual"], record["textual"]):
        if head is not None:
            _check_head(head, record["duration"], top_k)
    _check_choice(record)


def _check_head(head, duration, top_k):
    assert head.keys() == {"span", "score", "candidates", "in_domain"}
    assert isinstance(head["in_domain"], bool)
    spans = [Span(*candidate[:2]) for candidate in head["candidates"]]
    scores = [candidate[2] for candidate in head["candidates"]]
    assert 1 <= len(spans) <= top_k
    assert head["span"] in [list(span) for span in spans]
    assert scores == sorted(scores, reverse=True)
    for span in spans:
        assert 0 <= span.start_second < span.end_second <= duration
    for score in (head["score"], *scores):
        assert 0 <= score <= 1
    for one, other in combinations(spans, 2):
        assert iou(one, other) < 0.5 + ROUNDING


def _check_choice(record):
    answer, visual, textual = record["answer"], record["visual"], record["textual"]
    assert answer.keys() == {"span", "source", "score"}
    if answer["source"] == "fallback":
        assert answer["span"] == [0.0, record["duration"]]
    else:
        chosen = record[answer["source"]]
        assert (answer["span"], answer["score"]) == (chosen["span"], chosen["score"])
        assert chosen["in_domain"]
    if visual is None or textual is None:
        assert record["agreement"] is None
    else:
        both = iou(Span(*visual["span"]), Span(*textual["span"]))
        assert record["agreement"] == pytest.approx(both, abs=ROUNDING)


def without_timings(record):
    """What two askers of the same question must agree on."""
    return {key: value for key, value in record.items() if key != "timings"}
