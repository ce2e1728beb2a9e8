"""Everything in metrics.json follows from the rows."""

import numpy as np
import pytest

from mutualsl.evaluation.distributions import iou_histogram, reliability
from mutualsl.evaluation.ious import HEADS, SCORED, measure
from mutualsl.evaluation.summary import summary
from mutualsl.spans import Span, iou
from tests.evaluation.rows import head, random_rows, results, row


def brute_force(rows):
    """IoU of every question, worked out from the JSON alone."""
    found = {name: [] for name in SCORED}
    for own in rows:
        gold = Span(*own["gold"])

        def right(span, gold=gold):
            return iou(Span(*span), gold)

        one = {name: right(own[name]["span"]) if own[name] else 0.0 for name in HEADS}
        heads = [own[name] for name in ("visual", "textual") if own[name]]
        first = [right(c[:2]) for h in heads for c in h["candidates"][:5]]
        found["oracle"].append(max(one["visual"], one["textual"]))
        found["oracle@5"].append(max(first, default=0.0))
        for name in HEADS:
            found[name].append(one[name])
    return found


@pytest.fixture(scope="module")
def rows():
    return random_rows(150, seed=3)


@pytest.fixture(scope="module")
def found(rows):
    return summary(results(rows))


def test_metrics_equal_brute_force(rows, found):
    for name, values in brute_force(rows).items():
        assert found[name]["mIoU"] == pytest.approx(100 * np.mean(values))
        for limit in (0.3, 0.5, 0.7):
            share = 100 * sum(v >= limit for v in values) / len(values)
            assert found[name][f"R1@{limit}"] == pytest.approx(share)
        assert found[name]["n"] == 150
    for name in ("visual", "textual"):
        assert found[name]["n_answered"] == sum(own[name] is not None for own in rows)
    both_missing = sum(own["visual"] is None and own["textual"] is None for own in rows)
    assert found["oracle"]["n_answered"] == found["oracle@5"]["n_answered"] == 150 - both_missing
    assert found["answer"]["n_answered"] == 150


def test_an_oracle_is_never_worse_than_what_it_chooses_from(rows):
    values = dict(zip(SCORED, measure(results(rows)).values.T, strict=True))
    assert (values["oracle"] >= np.maximum(values["visual"], values["textual"])).all()
    assert (values["oracle@5"] >= values["oracle"]).all()


def test_only_the_first_five_candidates_count():
    wrong = [(50.0, 60.0)] * 4
    sixth = row(textual=head((40.0, 50.0), candidates=[*wrong, (10.0, 20.0)]))
    fifth = row(textual=head((40.0, 50.0), candidates=[*wrong[:3], (10.0, 20.0)]))
    assert summary(results([sixth]))["oracle@5"]["mIoU"] == 0.0
    assert summary(results([fifth]))["oracle@5"]["mIoU"] == 100.0


def test_spans_are_cut_to_the_length_of_the_video():
    late = row(textual=head((90.0, 100.0)), gold=(90.0, 110.0))
    assert summary(results([late]))["textual"]["mIoU"] == 100.0


def test_slices_partition_the_questions(found):
    assert list(found["by_slice"]) == [
        "answer length", "position", "subtitle coverage", "question word", "kind",
    ]  # fmt: skip
    for labels in found["by_slice"].values():
        assert len(labels) > 1
        for name in SCORED:
            counts = [heads[name]["n"] for heads in labels.values()]
            assert sum(counts) == 150 and min(counts) > 0
            for column in ("mIoU", "R1@0.5"):
                weighted = sum(h[name]["n"] * h[name][column] for h in labels.values()) / 150
                assert weighted == pytest.approx(found[name][column])


def test_kinds_stand_alone_too_and_only_where_the_data_has_them(found):
    assert found["by_kind"] == found["by_slice"]["kind"]
    mixed = summary(results([row("a", kind="shown"), row("b")]))
    assert mixed["by_kind"].keys() == {"shown"}
    assert mixed["by_slice"]["kind"].keys() == {"shown", "unknown"}
    plain = summary(results([row("a"), row("b")]))
    assert "by_kind" not in plain and "kind" not in plain["by_slice"]


def test_intervals_contain_what_they_are_about(found):
    assert found["intervals"]["level_percent"] == 95.0
    for unit in ("questions", "videos"):
        for name in SCORED:
            for column, (low, high) in found["intervals"][unit][name].items():
                assert low <= found[name][column] <= high
                assert high - low < 60


def test_one_video_gives_no_interval_over_videos():
    rows = [row(str(n), gold=(0.0, 10.0 + n)) for n in range(6)]
    intervals = summary(results(rows))["intervals"]
    assert intervals["videos"] is None
    low, high = intervals["questions"]["answer"]["mIoU"]
    assert 10.0 < low < 12.5 < high < 15.0


def test_what_promises_nothing_is_not_asked_whether_it_came_true():
    """A fallback, and a guess outside what a predictor has learned."""
    guess = head((0.0, 50.0), 0.9) | {"in_domain": False}
    rows = [row("a", textual=head((10.0, 20.0), 0.8)), row("b", visual=guess, source="fallback")]
    found = summary(results(rows))["reliability"]
    assert found.keys() == {"textual", "answer"}
    assert found["answer"] == found["textual"]


def test_a_histogram_counts_every_given_span_once(found):
    for name in HEADS:
        counts = found["histogram"][name]
        assert len(counts) == 11
        assert sum(counts) == found[name]["n_answered"]
    assert iou_histogram(np.array([0.0, 0.0, 0.05, 0.15, 1.0])) == [2, 1, 1, *[0] * 7, 1]


def test_a_head_that_never_answered_has_no_distribution():
    found = summary(results([row("a", textual=head((1.0, 2.0)))]))
    for kind in ("histogram", "reliability"):
        assert found[kind].keys() == {"textual", "answer"}


def test_reliability_is_exact_where_scores_are_right():
    scores = np.array([0.25] * 4 + [1.0] * 2)
    right = reliability(scores, np.array([0.5, 0.0, 0.4, 0.1, 0.9, 0.7]))
    assert right["n"] == [0, 0, 4, 0, 0, 0, 0, 0, 0, 2]
    assert right["score"][2] == right["hits"][2] == 0.25
    assert right["score"][0] is None and right["hits"][9] == 1.0
    assert right["ece"] == 0.0
    assert reliability(scores, np.zeros(6))["ece"] == pytest.approx(0.5)  # (4 * 0.25 + 2) / 6
