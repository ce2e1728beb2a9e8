"""A requirement is met at its limit and not beyond."""

from mutualsl.evaluation.report.targets import targets
from tests.evaluation.results import control, record


def verdicts(results):
    return {target.what: target.verdict for target in targets(results)}


def test_each_predictor_is_judged_on_the_kind_that_asks_for_it():
    found = verdicts(record())
    assert found["visual predictor, questions of kind `shown`"] == "met"  # 45.0
    assert found["textual predictor, questions of kind `spoken`"] == "not met"  # 49.99


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
    assert not any("kind" in what for what in verdicts(results))
