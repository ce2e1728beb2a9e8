"""The values that subtitles are made of."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Cue:
    """One caption: plain text shown from start to end; lines are separated by a line feed."""

    start_second: float
    end_second: float
    text: str


@dataclass(frozen=True, slots=True)
class Repair:
    """One kind of thing that was mended or noticed, how often, and what it means."""

    kind: str
    count: int
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Subtitles:
    """The cues of one track in order of time, with everything that was done to them.

    `silent` are cues that have times but no words of their own (empty, or a rolling caption that
    only repeats the line before). No question can be about them, so `cues` leaves them out;
    they are written back to WebVTT, so that no cue of a file loses its times. Where a video ends
    before its subtitles do, `uncut` are the cues before they were cut to it: the first of them are
    those of `cues`, in the same order. Silent ones past the end are gone.
    """

    cues: tuple[Cue, ...]
    report: tuple[Repair, ...] = ()
    format: str = "webvtt"
    encoding: str | None = None
    language: str | None = None
    silent: tuple[Cue, ...] = ()
    track_number: int | None = None  # of a text track inside a video, 1 is its first
    uncut: tuple[Cue, ...] = ()

    @property
    def as_read(self) -> tuple[Cue, ...]:
        """The cues with those past the end of the video."""
        return self.uncut or self.cues

    def without(self, places: Collection[int]) -> Subtitles | None:
        """The same without some of the cues, by place in `as_read`; `None` where none is left.

        Those that are may all lie past the end of the video.
        """
        cues, uncut = (
            tuple(cue for place, cue in enumerate(each) if place not in places)
            for each in (self.cues, self.uncut)
        )
        return replace(self, cues=cues, uncut=uncut) if cues or uncut else None

    @property
    def end_second(self) -> float:
        """Return the latest end of a cue, 0 where there is none."""
        return max((cue.end_second for cue in self.cues), default=0.0)

    def __len__(self) -> int:
        return len(self.cues)

    def __iter__(self) -> Iterator[Cue]:
        return iter(self.cues)


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """What a format reader found: cues in file order with plain text, times not yet checked."""

    cues: list[Cue]
    format: str
    repairs: list[Repair]
    language: str | None = None
