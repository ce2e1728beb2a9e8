"""A script as pictures and as subtitles."""

from __future__ import annotations

from collections.abc import Iterator

from mutualsl.data.synthetic.drawing.distractors import distractor
from mutualsl.data.synthetic.drawing.interlude import Frame
from mutualsl.data.synthetic.drawing.presenter import talk
from mutualsl.data.synthetic.drawing.sprite import Image
from mutualsl.data.synthetic.drawing.stage import Stage
from mutualsl.data.synthetic.drawing.title import title
from mutualsl.data.synthetic.script import Script, Shot
from mutualsl.subtitles import Cue

SIZE = (320, 180)
RATE_HZ = 12.5


def render_frames(
    script: Script,
    size: tuple[int, int] = SIZE,
    rate_hz: float = RATE_HZ,
    *,
    freeze: bool = False,
) -> Iterator[Image]:
    """RGB pictures (H, W, 3) of the whole video; `size` is (width, height).

    `freeze` shows every step at rest, as its first frame is, for all its time: what such a video
    tells about an action is nothing.
    """
    count = round(script.duration_second * rate_hz)
    shots = iter(script.shots)
    shot = next(shots)
    show = shot_pictures(script, shot, size, freeze=freeze)
    for number in range(count):
        second = number / rate_hz
        if second >= shot.end_second - 1e-6:
            shot = next(shots)
            show = shot_pictures(script, shot, size, freeze=freeze)
        yield show(second - shot.start_second)


def shot_pictures(
    script: Script, shot: Shot, size: tuple[int, int], *, freeze: bool = False
) -> Frame:
    """The pictures of one shot, as a function of the seconds since the shot began."""
    if shot.step is None:
        if shot.kind == "title":
            return title(size, shot.seed, script.title)
        return (talk if shot.kind == "talk" else distractor)(size, shot.seed)
    stage = Stage(script.steps[shot.step].attributes, shot, size)
    if freeze:
        rest = stage.frame(0.0)
        return lambda _: rest
    before = shot.start_second - shot.step_start_second
    return lambda second: stage.frame(before + second)


def subtitles_of(script: Script) -> list[Cue]:
    """The narration, in order."""
    return list(script.cues)
