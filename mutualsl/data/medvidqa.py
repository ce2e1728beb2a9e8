"""Data set `medvidqa`: first aid and medical how-to videos (Gupta, Attal, Demner-Fushman 2023).

DIR/{train,val,test}.json            as published; the test questions may be missing
DIR/subtitles/<video_id>.{vtt,srt}   optional: the data set has none of its own
DIR/videos/<video_id>.*              optional
"""

from __future__ import annotations

from pathlib import Path

from mutualsl.data.dataset import Dataset, Part, parts_of
from mutualsl.data.example import Example, VideoInput
from mutualsl.data.folders import read_cues
from mutualsl.data.record import Record, read_json_records
from mutualsl.data.split_sets import OFFICIAL, take
from mutualsl.spans import Span

NAME = "medvidqa"
QUESTION_COUNTS = {OFFICIAL: {"train": 2710, "val": 145, "test": 155}}


def load(root: str | Path, split: str, split_set: str | None = None) -> list[Example]:
    """Questions of one split; those of videos without subtitles are kept.

    Gold is whole seconds, clamped to [0, video_length] as the benchmark does; where nothing is left
    of it, the question is left out. Raises `DataError` naming file and record.
    """
    return take(NAME, split, split_set, lambda official: _official(Path(root), official))


def _official(root: Path, split: str) -> list[Example]:
    videos: dict[str, VideoInput] = {}
    examples = []
    for record in read_json_records(_file(root, split)):
        video_id, gold = record.file_name("video_id"), _clamped(record)
        if gold is None:
            continue
        if video_id not in videos:
            length_second = record.duration("video_length")
            videos[video_id] = VideoInput(
                video_id=video_id,
                duration_second=length_second,
                cues=read_cues(root, video_id, length_second),
            )
        examples.append(
            Example(
                video=videos[video_id],
                question=record.raw_text("question").strip(),
                sample_id=record.text("sample_id"),
                gold=gold,
            )
        )
    return examples


def parts(root: Path) -> list[Part]:
    """The three published splits."""
    return parts_of(QUESTION_COUNTS, lambda split, split_set: [_file(root, split)])


def remarks(root: Path) -> list[str]:
    """How many answers reach out of their video, or lie outside, by the published length."""
    present = [part for part in parts(root) if not part.missing]
    records = [record for part in present for record in read_json_records(part.files[0])]
    outside = sum(_clamped(record) is None for record in records)
    clamped = sum(_clamped(record) not in (None, _published(record)) for record in records)
    counts = {
        "reach out of [0, video_length] and were clamped": clamped,
        "lie outside of [0, video_length], so their questions were left out": outside,
    }
    return [f"{count} answers {what}" for what, count in counts.items() if count]


def _file(root: Path, split: str) -> Path:
    return root / f"{split}.json"


def _published(record: Record) -> Span:
    return Span(record.second("answer_start_second"), record.second("answer_end_second"))


def _clamped(record: Record) -> Span | None:
    """The part of an answer that lies in the video; `None` where there is no such part."""
    answer = _published(record)
    length_second = record.duration("video_length")
    inside = Span(max(0.0, answer.start_second), min(answer.end_second, length_second))
    outside = answer.start_second >= length_second or answer.end_second < 0.0
    return None if outside or inside.length_second <= 0.0 < answer.length_second else inside


DATASET = Dataset(load=load, parts=parts, remarks=remarks)
