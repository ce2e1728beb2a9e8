"""Data set `tutorialvqa`: 6,195 questions about 76 image-editing tutorials (Colas et al. 2020).

DIR/{train,dev,test}.json, DIR/videos.json      as published; dev.json is the split `val`
DIR/helpx_photoshop_tutorials.events.json       optional: when each sentence is said (PsTuts-VQA)
DIR/videos/<video_id>.*                         optional

Questions are answered by segments, and only segments have published times. A sentence gets its
times from the events file; without one, from its place among the segments around it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from mutualsl.data.dataset import Dataset, Part, parts_of
from mutualsl.data.example import Example, VideoInput
from mutualsl.data.record import Record, read_json_records
from mutualsl.data.sentences import time_sentences
from mutualsl.data.split_sets import DISJOINT, OFFICIAL, take, unlisted
from mutualsl.spans import Span

NAME = "tutorialvqa"
FILES = {"train": "train.json", "val": "dev.json", "test": "test.json"}
VIDEOS, EVENTS = "videos.json", "helpx_photoshop_tutorials.events.json"
VIDEO_COUNT = 76
QUESTION_COUNTS = {
    OFFICIAL: {"train": 3718, "val": 1238, "test": 1239},
    DISJOINT: {"train": 5212, "val": 517, "test": 466},
}

Sentences = tuple[int, int]  # first and last sentence of an answer, inclusive


@dataclass(frozen=True, slots=True)
class Tutorial:
    """A video's timed sentences, and the published times of its segments."""

    video: VideoInput
    segments: dict[Sentences, Span]


def load(root: str | Path, split: str, split_set: str | None = None) -> list[Example]:
    """Questions of one split; gold is the published times of the segment that answers.

    The length of a video is not published: it is taken to end with its last sentence. Raises
    `DataError` naming file and record.
    """
    root = Path(root)
    tutorials: dict[str, Tutorial] = {}

    def official(part: str) -> list[Example]:
        records = read_json_records(root / FILES[part])
        if not tutorials:
            tutorials.update(_tutorials(root))
        return [
            _example(record, tutorials, f"{NAME}-{part}-{n}") for n, record in enumerate(records)
        ]

    return take(NAME, split, split_set, official)


def parts(root: Path) -> list[Part]:
    """The splits as released, and those that share no video, which need all files."""

    def files(split: str, split_set: str) -> list[Path]:
        names = [FILES[split]] if split_set == OFFICIAL else FILES.values()
        return [root / name for name in (*names, VIDEOS)]

    return parts_of(QUESTION_COUNTS, files)


def remarks(root: Path) -> list[str]:
    """Where the sentences' times come from, and whether every video is there."""
    if not (root / VIDEOS).is_file():
        return []
    found = []
    tutorials, events = _tutorials(root), _event_times(root)
    if len(tutorials) != VIDEO_COUNT:
        found.append(f"{VIDEOS} has {len(tutorials)} videos; {VIDEO_COUNT} were published")
    if unknown := unlisted(NAME, tutorials):
        found.append(f"videos in no disjoint split: {', '.join(unknown)}")
    if untimed := len(tutorials.keys() - events.keys()):
        found.append(
            f"{untimed} videos are not in {EVENTS}: their sentences are placed between the "
            "segments' times, by their length"
        )
    if holes := sum(span is None for times in events.values() for span in times):
        found.append(
            f"{holes} sentences have no usable times in {EVENTS}: they are placed between the "
            "sentences around them, by their length"
        )
    return found


def _tutorials(root: Path) -> dict[str, Tutorial]:
    events = _event_times(root)
    records = read_json_records(root / VIDEOS)
    return {name: _tutorial(r, name, events) for r in records for name in [r.file_name("video_id")]}


def _tutorial(record: Record, video_id: str, events: dict[str, list[Span | None]]) -> Tutorial:
    transcript = record.texts("transcript")
    segments: dict[Sentences, Span] = {}
    for segment in record.records("segments"):
        indexes, times = segment.record("sentence_indexes"), segment.record("timestamps")
        key = indexes.index("start"), indexes.index("end")
        if not key[0] <= key[1] < len(transcript):
            raise segment.error(f"has sentences {key}, but there are {len(transcript)}")
        segments.setdefault(key, Span(times.second("start"), times.second("end")))
    times_of_sentences = events.get(video_id)
    if times_of_sentences is None:
        starts = {first: span.start_second for (first, _), span in segments.items()}
        ends = {last: span.end_second for (_, last), span in segments.items()}
    elif len(times_of_sentences) == len(transcript):
        known = {i: span for i, span in enumerate(times_of_sentences) if span is not None}
        starts = {i: span.start_second for i, span in known.items()}
        ends = {i: span.end_second for i, span in known.items()}
    else:
        raise record.error(
            f"has {len(transcript)} sentences, {EVENTS} has {len(times_of_sentences)} for it"
        )
    cues = time_sentences(transcript, starts, ends)
    said_until = max((cue.end_second for cue in cues), default=0.0)
    last_answer = max((span.end_second for span in segments.values()), default=0.0)
    duration_second = max(said_until, last_answer)
    video = VideoInput(video_id=video_id, duration_second=duration_second, at_least=True, cues=cues)
    return Tutorial(video, segments)


def _event_times(root: Path) -> dict[str, list[Span | None]]:
    """When each sentence is said, by video; `None` where a time is missing or runs backwards."""
    if not (root / EVENTS).is_file():
        return {}
    return {
        record.text("video_id"): [
            _event_time(sentence)
            for segment in record.records("segments")
            for sentence in segment.records("sentences")
        ]
        for record in read_json_records(root / EVENTS)
    }


def _event_time(sentence: Record) -> Span | None:
    if sentence.values.get("begin") is None or sentence.values.get("end") is None:
        return None
    span = Span(sentence.second("begin"), sentence.second("end"))
    return span if span.length_second > 0 else None


def _example(record: Record, tutorials: dict[str, Tutorial], sample_id: str) -> Example:
    video_id = record.text("video_id")
    if video_id not in tutorials:
        raise record.error(f"video {video_id} is not in {VIDEOS}")
    tutorial = tutorials[video_id]
    answer = record.index("answer_start"), record.index("answer_end")
    if answer not in tutorial.segments:
        raise record.error(f"video {video_id} has no segment of sentences {answer} in {VIDEOS}")
    return Example(
        video=tutorial.video,
        question=record.text("question"),
        sample_id=sample_id,
        gold=tutorial.segments[answer],
    )


DATASET = Dataset(load=load, parts=parts, remarks=remarks)
