"""Shots laid end to end: steps with their cuts, and what comes between them."""

from __future__ import annotations

from itertools import pairwise

import numpy as np

from mutualsl.data.synthetic.script import Shot, ShotKind, on_tick


class ShotList:
    """Grows at its end; `presenter` is the one face that talks, any face if None."""

    def __init__(self, random: np.random.Generator, wall: int, presenter: int | None) -> None:
        self.random, self.wall, self.presenter = random, wall, presenter
        self.shots: list[Shot] = []
        self.end_second = 0.0

    def add(self, kind: ShotKind, length_second: float) -> None:
        """A shot that shows no step."""
        seed = self._seed()
        if kind == "talk" and self.presenter is not None:
            seed = self.presenter
        start, end = self.end_second, on_tick(self.end_second + length_second)
        self._append(Shot(start_second=start, end_second=end, kind=kind, seed=seed, wall=self.wall))

    def between(self, length_second: float) -> None:
        """Something that is not a step: talk, a distractor, or one after the other."""
        kinds: tuple[ShotKind, ShotKind] = ("distractor", "talk")
        if self.random.random() < 0.5:
            kinds = ("talk", "distractor")
        if length_second > 5 and self.random.random() < 0.6:
            share = float(self.random.uniform(0.35, 0.65))
            self.add(kinds[0], length_second * share)
            self.add(kinds[1], length_second * (1 - share))
        else:
            self.add(kinds[0], length_second)

    def step(self, index: int, length_second: float) -> tuple[float, float]:
        """A step, with up to two cuts between a wide and a close view; returns its span."""
        start, end = self.end_second, on_tick(self.end_second + length_second)
        seed, cuts = self._seed(), self._cuts(length_second)
        edges = [start, *(on_tick(start + share * (end - start)) for share in cuts), end]
        close_up = bool(self.random.random() < 0.25)
        for shot_start, shot_end in pairwise(edges):
            self._append(
                Shot(
                    start_second=shot_start,
                    end_second=shot_end,
                    kind="step",
                    seed=seed,
                    step=index,
                    step_start_second=start,
                    close_up=close_up,
                    wall=self.wall,
                )
            )
            close_up = not close_up
        return start, end

    def _cuts(self, length_second: float) -> list[float]:
        """Where a step is cut, as shares of its length."""
        random = self.random
        cuts = [float(random.uniform(0.35, 0.65))] if random.random() < 0.55 else []
        if cuts and length_second > 7.5 and random.random() < 0.4:
            cuts = [float(random.uniform(0.25, 0.4)), float(random.uniform(0.6, 0.75))]
        return cuts

    def _append(self, shot: Shot) -> None:
        self.shots.append(shot)
        self.end_second = shot.end_second

    def _seed(self) -> int:
        return int(self.random.integers(2**31))
