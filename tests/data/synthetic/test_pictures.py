"""What the pictures show, and what they must not give away."""

from dataclasses import replace

import numpy as np
import pytest

from mutualsl.data.synthetic import make_script, render_frames
from mutualsl.data.synthetic.drawing.motions import MOTIONS, REST, Manner, moment_of
from mutualsl.data.synthetic.drawing.sprite import Sprite
from mutualsl.data.synthetic.drawing.stage import Stage
from mutualsl.data.synthetic.grammar import is_possible
from mutualsl.data.synthetic.render import shot_pictures
from mutualsl.data.synthetic.script import Attributes, Shot
from mutualsl.data.synthetic.vocabulary import (
    ACTIONS,
    COLOUR_VALUES,
    COLOURS,
    OBJECTS,
    OBJECTS_OF_ACTION,
    PLACES,
    TOOLS,
)

SMALL = (160, 90)
SHOT = Shot(start_second=0.0, end_second=6.0, kind="step", seed=5, step=0)


def step(action, thing="mug", tool="knife", **others):
    values = {"colour": "red", "place": "kitchen", "glass": True} | others
    return Attributes(tool=tool, object=thing, action=action, **values)


def some_object(action):
    return OBJECTS_OF_ACTION.get(action, ("mug",))[0]


def test_every_word_can_be_drawn():
    assert set(MOTIONS) == set(ACTIONS)
    assert set(COLOUR_VALUES) == set(COLOURS)
    for thing in OBJECTS:
        for tool, place in zip(TOOLS, list(PLACES) * 2, strict=False):
            Stage(step("lift", thing, tool, place=place), SHOT, SMALL).frame(0.5)


@pytest.mark.parametrize("close_up", [False, True])
def test_the_first_frame_does_not_depend_on_the_action(close_up):
    shot = replace(SHOT, close_up=close_up)
    for thing in ("mug", "pot", "cake", "bottle"):
        possible = [action for action in ACTIONS if is_possible(step(action, thing))]
        first, *others = [Stage(step(a, thing), shot, SMALL).frame(0.0) for a in possible]
        assert len(others) >= 10
        for other in others:
            np.testing.assert_array_equal(first, other)


@pytest.mark.parametrize("action", ACTIONS)
def test_motion_is_large_within_a_second(action):
    stage = Stage(step(action, some_object(action)), SHOT, SMALL)
    rest = stage.frame(0.0).astype(int)
    frames = [stage.frame(1 + i / 8).astype(int) for i in range(9)]
    moved = max(np.abs(a - b).mean() for a in frames for b in frames)
    assert moved > 1.5
    assert max(np.abs(frame - rest).mean() for frame in frames) > 2


def test_different_actions_look_different():
    clips = {
        action: np.stack([Stage(step(action), SHOT, SMALL).frame(k / 8) for k in range(9)])
        for action in ("turn", "lift", "shake", "slide", "press", "tap", "tilt", "flip", "push")
    }
    for a, first in clips.items():
        for b, second in clips.items():
            if a != b:
                assert np.abs(first.astype(int) - second).mean() > 1


@pytest.mark.parametrize("action", ACTIONS)
def test_motion_starts_at_rest_and_without_a_jump(action):
    manner = Manner(width=50, height=60, rim=60)
    assert moment_of(action, 0.0, manner) == REST
    early = moment_of(action, 0.02, manner)
    assert abs(early.tool.x - REST.tool.x) + abs(early.tool.y - REST.tool.y) < 3


def test_frozen_steps_stand_still_and_nothing_else_does():
    script = make_script("train", 0, 0, length_second=40)
    for shot in script.shots:
        show = shot_pictures(script, shot, SMALL, freeze=True)
        same = np.array_equal(show(0.2), show(1.3))
        assert same == (shot.kind == "step")


def test_a_frozen_step_shows_its_own_first_frame():
    script = make_script("train", 0, 1)
    first = next(shot for shot in script.shots if shot.kind == "step")
    frozen = shot_pictures(script, first, SMALL, freeze=True)(3.0)
    np.testing.assert_array_equal(frozen, shot_pictures(script, first, SMALL)(0.0))


def test_frames_are_deterministic_and_as_many_as_promised():
    script = make_script("val", 0, 0, length_second=10)
    once, again = (list(render_frames(script, SMALL, 5.0)) for _ in range(2))
    assert len(once) == round(script.duration_second * 5)
    assert all(frame.shape == (90, 160, 3) and frame.dtype == np.uint8 for frame in once)
    for a, b in zip(once, again, strict=True):
        np.testing.assert_array_equal(a, b)


def test_a_cut_falls_exactly_between_two_frames():
    script = make_script("val", 0, 0)
    shot = script.shots[1]
    frames = list(render_frames(script, SMALL, 12.5))
    cut = round(shot.start_second * 12.5)
    np.testing.assert_array_equal(frames[cut], shot_pictures(script, shot, SMALL)(0.0))
    assert np.abs(frames[cut].astype(int) - frames[cut - 1]).mean() > 5


def test_a_sprite_lands_where_it_is_placed_and_is_cut_at_the_edge():
    square = np.full((4, 4, 4), 255, np.uint8)
    sprite = Sprite(square, 0.0, 0.0, 1.0)
    frame = np.zeros((10, 10, 3), np.uint8)
    sprite.draw(frame, np.array([[1.0, 0, 3], [0, 1.0, 8]]))
    assert frame[9, 4].tolist() == [255, 255, 255]
    assert frame[4, 4].tolist() == [0, 0, 0]
    sprite.draw(frame, np.array([[1.0, 0, 30], [0, 1.0, 30]]))
    assert frame.sum() == frame[8:, 2:8].sum()
