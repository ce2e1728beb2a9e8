"""What every script promises: who sees what, when, and in which split."""

import json
from collections import Counter
from dataclasses import replace
from functools import cache

import pytest

from mutualsl.data.synthetic import make_script, questions_of
from mutualsl.data.synthetic.dataset import annotation_of
from mutualsl.data.synthetic.grammar import is_kept, is_possible
from mutualsl.data.synthetic.narration import place_narration
from mutualsl.data.synthetic.script import TICK_SECOND, stream
from mutualsl.data.synthetic.storyboards import STORYBOARDS
from mutualsl.data.synthetic.vocabulary import (
    COLOURS,
    OBJECTS,
    UNIVERSAL_ACTIONS,
    kept_for_test,
)

MANY = 250


@cache
def script_of(split, index):
    return make_script(split, 0, index)


def scripts(split, count=MANY):
    return [script_of(split, index) for index in range(count)]


def test_same_arguments_give_the_same_script():
    assert make_script("val", 3, 7) == make_script("val", 3, 7)
    assert questions_of(make_script("val", 3, 7)) == questions_of(make_script("val", 3, 7))


def test_split_seed_and_index_each_change_the_script():
    base = make_script("train", 0, 0)
    for other in (("val", 0, 0), ("train", 1, 0), ("train", 0, 1)):
        assert make_script(*other).shots != base.shots
        assert make_script(*other).video_id != base.video_id


def test_streams_of_different_keys_are_different():
    assert stream("a", 1).integers(2**31) != stream("a", 2).integers(2**31)


def test_a_fifth_is_shown_only_and_a_fifth_spoken_only():
    kinds = Counter(step.kind for script in scripts("train") for step in script.steps)
    total = kinds.total()
    assert kinds["shown"] / total == pytest.approx(0.2, abs=0.02)
    assert kinds["spoken"] / total == pytest.approx(0.2, abs=0.02)


def test_a_quarter_of_the_videos_differ_by_motion_alone():
    share = sum(script.motion_only for script in scripts("train")) / MANY
    assert share == pytest.approx(0.25, abs=0.07)
    script = make_script("train", 0, 0, motion_only=True)
    rest = {replace(step.attributes, action="") for step in script.steps}
    actions = {step.attributes.action for step in script.steps}
    assert len(rest) == 1
    assert len(actions) == len(script.steps) >= 7
    assert actions <= set(UNIVERSAL_ACTIONS)


def test_gold_of_what_is_shown_is_its_time_on_screen():
    for script in scripts("test", 60):
        for step in script.steps:
            shots = [shot for shot in script.shots if shot.step == step.index]
            if step.kind == "spoken":
                assert not shots
                continue
            assert (shots[0].start_second, shots[-1].end_second) == (
                step.start_second,
                step.end_second,
            )
            assert 4.9 <= step.end_second - step.start_second <= 10.1


def test_gold_of_what_is_only_spoken_is_its_narration_over_other_pictures():
    for script in scripts("val", 60):
        for step in script.steps:
            if step.kind != "spoken":
                continue
            starts = {cue.start_second for cue in script.cues}
            ends = {cue.end_second for cue in script.cues}
            assert step.start_second in starts
            assert step.end_second in ends
            beneath = [
                shot.kind
                for shot in script.shots
                if shot.start_second < step.end_second and step.start_second < shot.end_second
            ]
            assert "step" not in beneath


def test_times_are_in_order_and_inside_the_video():
    for script in scripts("train", 80):
        assert script.shots[0].start_second == 0
        assert script.shots[-1].end_second == script.duration_second
        for shot, following in zip(script.shots, script.shots[1:], strict=False):
            assert shot.start_second < shot.end_second == following.start_second
            assert shot.end_second / TICK_SECOND == pytest.approx(
                round(shot.end_second / TICK_SECOND), abs=1e-6
            )
        for step in script.steps:
            assert 0 <= step.start_second < step.end_second <= script.duration_second
        for cue, following in zip(script.cues, script.cues[1:], strict=False):
            assert cue.start_second < cue.end_second <= following.start_second


def test_videos_last_about_ninety_seconds():
    lengths = [script.duration_second for script in scripts("train")]
    assert 80 < sum(lengths) / len(lengths) < 100
    assert make_script("train", 0, 0, length_second=12).duration_second < 40


def test_narration_is_mostly_over_its_step_and_sometimes_early_or_late():
    shifts = []
    for i in range(200):
        random = stream("narration test", i)
        told = ("Now shake the red jar.",)
        cues, _ = place_narration(random, [(20.0, 27.0)], ["both"], [told], 50.0)
        own = next(cue for cue in cues if cue.text == told[0])
        shifts.append((own.start_second + own.end_second) / 2 - 23.5)
    far = sum(abs(shift) > 3 for shift in shifts) / len(shifts)
    assert 0.1 < far < 0.35
    assert min(shifts) < -3
    assert max(shifts) > 2
    assert max(map(abs, shifts)) < 8


def test_nobody_is_interrupted_when_time_is_short():
    told = [("Lift the red jar.", "Do that a few times.")] * 3
    spans = [(2.0, 4.0), (4.0, 6.0), (6.0, 8.0)]
    cues, _ = place_narration(stream("short"), spans, ["both"] * 3, told, 30.0)
    assert sum(cue.text == "Lift the red jar." for cue in cues) == 3
    for cue, following in zip(cues, cues[1:], strict=False):
        assert cue.end_second <= following.start_second


def test_kept_combinations_never_occur_before_the_test():
    for split in ("train", "val"):
        for script in scripts(split, 500):
            assert not any(is_kept(step.attributes) for step in script.steps)


def test_most_test_steps_are_kept_combinations():
    steps = [step for script in scripts("test", 60) for step in script.steps]
    assert sum(is_kept(step.attributes) for step in steps) / len(steps) > 0.5


def test_a_fifth_of_all_combinations_is_kept():
    everything = [
        kept_for_test(action, thing, colour)
        for action in UNIVERSAL_ACTIONS
        for thing in OBJECTS
        for colour in COLOURS
    ]
    assert sum(everything) / len(everything) == pytest.approx(0.2, abs=0.03)


@pytest.mark.parametrize("storyboard", STORYBOARDS, ids=lambda board: board.name)
def test_demo_videos_hold_kept_combinations_only(storyboard):
    assert all(is_kept(a) and is_possible(a) for a in storyboard.attributes())


def test_every_step_is_possible():
    for script in scripts("train", 60):
        assert all(is_possible(step.attributes) for step in script.steps)


def test_labels_survive_json():
    script = make_script("train", 0, 1)
    labels = json.loads(json.dumps(annotation_of(script)))
    assert labels["duration"] == script.duration_second
    assert len(labels["steps"]) == len(script.steps)
    for shot in labels["shots"]:
        assert (shot["step"] is None) == (shot["shot"] != "step") == (shot["action"] is None)
