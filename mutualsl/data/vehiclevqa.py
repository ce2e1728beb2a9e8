"""Data set `vehiclevqa`: 9,482 questions about 107 videos on how a car is used (Luo et al.).

DIR/fold_<1-10>*.csv        as published (also in DIR/Data_10_folds), all ten
DIR/videos/<video_id>.*     optional: the whole videos, not their segments

A question belongs to one segment of a video, `v_<video>_<segment>`, whose captions stand beside
it as WebVTT. All segments of a video together are its track.
"""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from mutualsl.data.dataset import Dataset, Part, parts_of
from mutualsl.data.example import Example, VideoInput
from mutualsl.data.record import Record, read_csv_records
from mutualsl.data.split_sets import DISJOINT, OFFICIAL, take, unlisted
from mutualsl.errors import SubtitleError
from mutualsl.spans import Span
from mutualsl.subtitles import Cue, parse_subtitles

NAME = "vehiclevqa"
FOLDS = {"train": range(1, 9), "val": range(9, 10), "test": range(10, 11)}
COLUMNS = ("video_id", "question_id", "video_trans", "question")
RAW_COUNT, VIDEO_COUNT = 9482, 107
QUESTION_COUNTS = {
    OFFICIAL: {"train": 7392, "val": 915, "test": 905},
    DISJOINT: {"train": 7531, "val": 829, "test": 852},
}

_NO_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment of a video: its captions, and when they begin and end."""

    text: str
    cues: tuple[Cue, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a fold."""

    split: str
    video_id: str
    segment_id: str
    question_id: str
    question: str


def load(root: str | Path, split: str, split_set: str | None = None) -> list[Example]:
    """Questions of one split; gold is from the first to the last caption of their segment.

    A question is left out where an earlier one, in the order of the folds, asks the same of the
    same span of the same video. The length of a video is not published: it is taken to end with
    its last caption. All folds are read for any split. Raises `DataError` naming file and line.
    """
    folds = _read(Path(root))
    return take(NAME, split, split_set, folds.examples)


class _Folds:
    """All rows, and the segments they speak of."""

    def __init__(self, rows: list[Row], segments: dict[str, Segment]) -> None:
        self.rows = rows
        self.segments = segments

    def examples(self, split: str) -> list[Example]:
        """The distinct questions of a split."""
        return [
            Example(
                video=self.videos[row.video_id],
                question=row.question,
                sample_id=row.question_id,
                gold=self.segments[row.segment_id].span,
            )
            for row in self.distinct
            if row.split == split
        ]

    @cached_property
    def distinct(self) -> list[Row]:
        """The first of all rows that ask the same of the same span of the same video."""
        first: dict[tuple[str, Span, str], Row] = {}
        for row in self.rows:
            span = self.segments[row.segment_id].span
            first.setdefault((row.video_id, span, _plain(row.question)), row)
        return list(first.values())

    @cached_property
    def videos(self) -> dict[str, VideoInput]:
        """Every video with the captions of all its segments, by time."""
        cues: dict[str, list[Cue]] = {}
        for segment_id, segment in self.segments.items():
            cues.setdefault(_video_of(segment_id), []).extend(segment.cues)
        return {
            video_id: VideoInput(
                video_id=video_id,
                duration_second=max(cue.end_second for cue in found),
                at_least=True,
                cues=tuple(sorted(found, key=lambda cue: (cue.start_second, cue.end_second))),
            )
            for video_id, found in cues.items()
        }


def parts(root: Path) -> list[Part]:
    """The splits as released, and those that share no video; each needs every fold."""
    files = [_fold(root, fold) for folds in FOLDS.values() for fold in folds]
    return parts_of(QUESTION_COUNTS, lambda split, split_set: files)


def remarks(root: Path) -> list[str]:
    """How many questions and videos the folds hold, and how many questions are repeated."""
    if parts(root)[0].missing:
        return []
    folds = _read(root)
    asked, distinct, videos = len(folds.rows), len(folds.distinct), folds.videos
    found = [f"{asked - distinct} of {asked} questions repeat an earlier one and are left out"]
    if asked != RAW_COUNT:
        found.append(f"the folds hold {asked} questions; {RAW_COUNT} were published")
    if len(videos) != VIDEO_COUNT:
        found.append(f"the folds hold {len(videos)} videos; {VIDEO_COUNT} were published")
    if unknown := unlisted(NAME, videos):
        found.append(f"videos in no disjoint split: {', '.join(unknown)}")
    return found


def _read(root: Path) -> _Folds:
    rows: list[Row] = []
    segments: dict[str, Segment] = {}
    for split, folds in FOLDS.items():
        for fold in folds:
            for record in read_csv_records(_fold(root, fold), COLUMNS):
                rows.append(_row(record, split, segments))
    return _Folds(rows, segments)


def _row(record: Record, split: str, segments: dict[str, Segment]) -> Row:
    segment_id, text = record.file_name("video_id"), record.raw_text("video_trans")
    if not re.fullmatch(r".+_\d+", segment_id):
        raise record.error(f"video_id {segment_id!r} does not end with the segment's number")
    if segment_id not in segments:
        segments[segment_id] = _segment(record, text)
    elif segments[segment_id].text != text:
        raise record.error(f"video_trans differs from that of an earlier row of {segment_id}")
    return Row(
        split=split,
        video_id=_video_of(segment_id),
        segment_id=segment_id,
        question_id=record.text("question_id"),
        question=record.text("question"),
    )


def _segment(record: Record, text: str) -> Segment:
    headed = text if text.startswith("WEBVTT") else f"WEBVTT\n\n{text}"
    try:
        cues = parse_subtitles(headed.encode(), "video_trans").cues
    except SubtitleError as error:
        raise record.error(str(error)) from error
    start_second = min(cue.start_second for cue in cues)
    return Segment(text, cues, Span(start_second, max(cue.end_second for cue in cues)))


def _video_of(segment_id: str) -> str:
    return segment_id.rpartition("_")[0]


def _plain(question: str) -> str:
    """A question without what makes no difference: case, punctuation, spaces."""
    return " ".join(question.lower().translate(_NO_PUNCTUATION).split())


def _fold(root: Path, fold: int) -> Path:
    """The file of a fold, under its short or its published name; the short one if it has none."""
    names = [f"fold_{fold}.csv", f"fold_{fold}_*.csv", f"Data_10_folds/fold_{fold}_*.csv"]
    found = (path for name in names for path in sorted(root.glob(name)))
    return next(found, root / names[0])


DATASET = Dataset(load=load, parts=parts, remarks=remarks)
