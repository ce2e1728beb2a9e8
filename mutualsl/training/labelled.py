"""Rendered videos second by second, each labelled with what it shows.

Each second is labelled with its kind of shot and, inside a step, with the step's attributes
(`annotations/<video_id>.json`). Letters: M clips, T frames.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from mutualsl.data.folders import find_video
from mutualsl.errors import DataError
from mutualsl.features.base import VisualEncoder
from mutualsl.video import read_frames

ATTRIBUTES = ("shot", "action", "object", "colour", "place", "tool")
UNKNOWN = -1
MOSTLY = 0.6  # share of a second that a shot must cover to label it

Clips = npt.NDArray[np.uint8]  # (M, T, H, W, 3)


@dataclass(frozen=True, kw_only=True)
class LabelledClips:
    """Every second of a split, with one label index per attribute (`UNKNOWN` where none holds)."""

    videos: list[Clips]  # the M clips, video by video: too many to hold twice in one array
    labels: npt.NDArray[np.int64]  # (M, attributes)
    names: dict[str, list[str]]  # attribute -> label names

    def __len__(self) -> int:
        return len(self.labels)

    def gather(self, chosen: Sequence[int]) -> Clips:
        """The chosen clips, copied into one array."""
        firsts = np.cumsum([0, *(len(clips) for clips in self.videos)])
        owner = np.searchsorted(firsts, chosen, side="right") - 1
        pairs = zip(owner, chosen, strict=True)
        return np.stack([self.videos[o][i - firsts[o]] for o, i in pairs])


def load_clips(
    root: Path, split: str, encoder: VisualEncoder, names: dict[str, list[str]] | None = None
) -> LabelledClips:
    """Decode all videos of a split into memory (about 220 kB a second of video)."""
    notes = [json.loads(p.read_text()) for p in sorted((root / "annotations").glob("*.json"))]
    notes = [note for note in notes if note["split"] == split]
    if not notes:
        raise DataError(
            f"{root / 'annotations'}: no annotated videos of the split {split!r}; "
            f"`mutualsl synthesize --split {split} --out {root}` renders some"
        )
    names = names or _label_names(notes)

    def decode(note: dict[str, Any]) -> Clips:
        path = find_video(root, note["video_id"])
        if path is None:
            raise DataError(f"{root}: {note['video_id']} is annotated, but its video is missing")
        with read_frames(path, encoder.request) as reader:
            frames = np.concatenate([chunk.frames for chunk in reader])
        count = len(frames) // encoder.frames_per_row
        frames = frames[: count * encoder.frames_per_row]
        return frames.reshape(count, encoder.frames_per_row, *frames.shape[1:])

    with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoding happens in worker processes
        videos = list(pool.map(decode, notes))
    labels = [
        _second_labels(note["shots"], second, names)
        for note, clips in zip(notes, videos, strict=True)
        for second in range(len(clips))
    ]
    return LabelledClips(videos=videos, labels=np.array(labels), names=names)


def _label_names(notes: list[dict[str, Any]]) -> dict[str, list[str]]:
    shots = [shot for note in notes for shot in note["shots"]]
    return {a: sorted({s[a] for s in shots if s.get(a) is not None}) for a in ATTRIBUTES}


def _second_labels(
    shots: list[dict[str, Any]], second: int, names: dict[str, list[str]]
) -> list[int]:
    """Labels of the shot that covers most of [second, second + 1)."""

    def cover(shot: dict[str, Any]) -> float:
        return float(min(shot["end"], second + 1) - max(shot["start"], second))

    shot = max(shots, key=cover)
    if cover(shot) < MOSTLY:
        return [UNKNOWN] * len(ATTRIBUTES)
    return [names[a].index(shot[a]) if shot.get(a) in names[a] else UNKNOWN for a in ATTRIBUTES]
