"""When things are said: cues of a step near it, early or late now and then, and small talk."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

import numpy as np

from mutualsl.data.synthetic.script import Kind
from mutualsl.data.synthetic.wording import FILLERS, GOODBYES, GREETINGS, choose
from mutualsl.subtitles import Cue

Told: TypeAlias = tuple[str, ...]
Interval: TypeAlias = tuple[float, float]

GAP_SECOND = 0.16
SHIFTED_SHARE = 0.25  # steps whose narration comes 2-5 s early or late


def cue_second(text: str) -> float:
    """How long it takes to say something."""
    return float(np.clip(0.34 * len(text.split()) + 0.5, 1.5, 4.0))


def spoken_second(told: Told) -> float:
    """How long it takes to say several cues in a row."""
    return sum(map(cue_second, told)) + GAP_SECOND * max(0, len(told) - 1)


class Timetable:
    """Who speaks when; nobody interrupts."""

    def __init__(self, duration_second: float) -> None:
        self.duration_second = duration_second
        self.cues: list[Cue] = []

    def fits(self, start: float, end: float) -> bool:
        """Whether nobody speaks in between, and the video lasts that long."""
        inside = start >= 0.2 and end <= self.duration_second - 0.1
        return inside and all(
            end + 0.1 <= cue.start_second or cue.end_second + 0.1 <= start for cue in self.cues
        )

    def say(self, told: Told, wanted_second: float, slack_second: float) -> Interval | None:
        """Say all of it as near to the wanted time as possible; None if there is no room."""
        length = spoken_second(told)
        for shift in np.arange(0.0, slack_second + 0.01, 0.2):
            for start in (wanted_second + float(shift), wanted_second - float(shift)):
                if self.fits(start, start + length):
                    return self._put(told, start)
        return None

    def gaps(self) -> list[Interval]:
        """Silent stretches, in order."""
        cues = sorted(self.cues, key=lambda cue: cue.start_second)
        edges = [0.0, *(t for cue in cues for t in (cue.start_second, cue.end_second))]
        edges.append(self.duration_second)
        return list(zip(edges[::2], edges[1::2], strict=True))

    def _put(self, told: Told, start: float) -> Interval:
        clock = start
        for text in told:
            end = clock + cue_second(text)
            self.cues.append(Cue(round(clock, 3), round(end, 3), text))
            clock = end + GAP_SECOND
        return round(start, 3), round(clock - GAP_SECOND, 3)


def place_narration(
    random: np.random.Generator,
    spans: Sequence[Interval],
    kinds: Sequence[Kind],
    told: Sequence[Told],
    duration_second: float,
) -> tuple[tuple[Cue, ...], list[Interval]]:
    """All cues of a video, and the gold span of each step.

    `spans` is when each step is on screen or, for one that is only spoken of, when there is time
    to say it.
    """
    table = Timetable(duration_second)
    golds = list(spans)
    for i, kind in enumerate(kinds):
        if kind == "spoken":
            spare = spans[i][1] - spans[i][0] - spoken_second(told[i])
            said = table.say(told[i], spans[i][0] + float(random.uniform(0.2, 0.8)) * spare, 2.0)
            assert said is not None, "room was made for what is only spoken"
            golds[i] = said
    for i, kind in enumerate(kinds):
        if kind == "both":
            _tell_beside(random, table, spans[i], told[i])
    _chat(random, table)
    return tuple(sorted(table.cues, key=lambda cue: cue.start_second)), golds


def _tell_beside(random: np.random.Generator, table: Timetable, span: Interval, told: Told) -> None:
    """Say what is on screen, over it or as near to it as there is silence."""
    shift = float(random.uniform(-0.8, 1.2))
    if random.random() < SHIFTED_SHARE:
        shift = float(random.uniform(2, 5) * random.choice((-1, 1)))
    middle = (span[0] + span[1] - spoken_second(told)) / 2
    wanted = middle * 0.5 + span[0] * 0.5 + shift
    for slack in (3.0, 6.0, 1000.0):
        if table.say(told, wanted, slack):
            return
    raise AssertionError("a video always has some silent seconds")


def _chat(random: np.random.Generator, table: Timetable) -> None:
    """A greeting, a goodbye, and talk that tells nothing in some of the silence."""
    gaps = table.gaps()
    fillers = [FILLERS[i] for i in random.permutation(len(FILLERS))]
    for i, (start, end) in enumerate(gaps):
        clock = start + float(random.uniform(0.3, 1.0))
        while fillers and random.random() < 0.75:
            text = fillers.pop()
            if i == 0 and start == 0.0 and clock < 1.3:
                text = choose(random, GREETINGS)
            elif i == len(gaps) - 1 and end - clock < 6:
                text = choose(random, GOODBYES)
            if not table.fits(clock, clock + cue_second(text)) or clock + cue_second(text) > end:
                break
            table.say((text,), clock, 0.0)
            clock += cue_second(text) + float(random.uniform(0.2, 1.5))
