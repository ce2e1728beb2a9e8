"""A requirement is met at its limit and not beyond."""

from mutualsl.evaluation.report.targets import gains, targets
from tests.evaluation.results import control, heads, record


def verdicts(results):
    return {target.what: target.verdict for target in targets(results)}


def test_kinds_count_by_their_questions():
    found = verdicts(record())
    both = "synthetic test: {} predictor, kinds `{}` and `both`"
    assert found[both.format("visual", "shown")] == "met"  # (50 x 20 + 80 x 10) / 30 = 60
    assert found[both.format("textual", "spoken")] == "met"
    results = record()
    results["rows"][0]["by_kind"]["both"]["textual"]["mIoU"] = 60.01
    assert verdicts(results)[both.format("textual", "spoken")] == "not met"  # 59.997


def test_the_answer_has_to_beat_the_better_predictor_by_five():
    results = record()
    what = "synthetic test: answer, above either predictor"
    assert verdicts(results)[what] == "not met"  # 46.99 against 42 + 5
    results["rows"][0]["answer"]["mIoU"] = 47.0
    assert verdicts(results)[what] == "met"


def test_each_data_set_is_judged_on_its_own_part():
    results = record()
    part = {"data": "tutorialvqa", "split": "test", "read_out": "confident", "n": 30}
    for split_set, expected in (("official", "not met"), ("disjoint", "met"), ("own", None)):
        results["rows"] = [part | {"split_set": split_set} | heads(0.0, 50.0, 50.0)]
        found = verdicts(results)
        assert found.get(f"tutorialvqa {split_set} test: textual predictor") == expected


def test_a_control_may_lie_five_above_the_whole_video():
    found = verdicts(record())
    assert found["visual predictor, control: question about another video"] == "met"  # 8 + 5
    assert found["textual predictor, control: question about another video"] == "not met"


def test_a_control_below_the_whole_video_is_as_good():
    results = record()
    results["controls"] = {"rows of another video": control(1.0, 40.0)}
    assert verdicts(results)["visual predictor, control: rows of another video"] == "met"


def test_only_rendered_test_questions_are_judged():
    results = record()
    results["rows"][0]["split"] = "val"
    assert not any("synthetic" in what for what in verdicts(results))


def cell(row, miou):
    found = {"row": row, "data": "synthetic", "split": "test"}
    return found | ({"scores": {"mIoU": {"mean": miou}}} if miou else {"missing": "needs videos"})


def test_transfer_has_to_give_both_predictors_two():
    rows = {"visual": (50.0, 52.0), "textual": (40.0, 41.99), "third": (None, 60.0)}
    cells = [
        cell(f"{head} predictor {how} transfer", miou)
        for head, both in rows.items()
        for how, miou in zip(("without", "with"), both, strict=True)
    ]
    found = {gain.what: gain.verdict for gain in gains({"table": "table2", "cells": cells})}
    assert found == {
        "synthetic test: gain of the visual predictor with transfer": "met",
        "synthetic test: gain of the textual predictor with transfer": "not met",
    }
    assert not list(gains({"table": "table1", "cells": cells}))
