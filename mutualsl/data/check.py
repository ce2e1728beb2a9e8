"""What a copy of a data set holds, what it lacks, and what its splits give away."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mutualsl.data.ceilings import cue_ceiling, row_ceiling
from mutualsl.data.dataset import Dataset, Part
from mutualsl.data.example import Example
from mutualsl.data.folders import (
    find_features,
    find_subtitles,
    is_video,
    past_end_second,
    why_unusable,
)
from mutualsl.data.record import TOLERANCE_SECOND, WHERE_TO_GET
from mutualsl.errors import DataError, some_of
from mutualsl.spans import Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Leak:
    """What a split shares with the training split of its split set."""

    videos: int  # videos that occur in both
    questions: int  # questions asked word for word in training, of any video
    spans: int  # questions with the gold span of a training question on the same video


@dataclass(frozen=True, kw_only=True, slots=True)
class SplitReport:
    """Counts of one split; ceilings are mIoU in percent, `None` where there is nothing to snap to.

    Gold is outside when it begins before 0, ends after the video, or does not end after it begins.
    """

    split_set: str | None
    split: str
    questions: int
    expected: int | None
    videos: int
    without_subtitles: tuple[str, ...]
    without_video: tuple[str, ...]
    with_features: dict[str, int]  # videos with a file of feature rows, by encoder
    gold_outside: tuple[str, ...]
    cue_ceiling: float | None
    row_ceiling: float | None
    leak: Leak | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Report:
    """What `check` found: one entry a split, and everything a person should know besides."""

    splits: tuple[SplitReport, ...]
    findings: tuple[str, ...]


def check(
    dataset: Dataset, root: Path, progress: Callable[[float], None] = lambda fraction: None
) -> Report:
    """Read every split that is there; raises `DataError` if none is, or one cannot be read."""
    parts = dataset.parts(root)
    present = [part for part in parts if not part.missing]
    if not present:
        lacking = f"{parts[0].missing[0]} is missing" if parts else "no <split>.jsonl is in it"
        raise DataError(f"{root}: {lacking}; {WHERE_TO_GET}")
    findings = [_absence(part) for part in parts if part.missing]
    reports = []
    train: dict[str | None, list[Example]] = {}
    for done, part in enumerate(present, start=1):
        examples = dataset.load(root, part.split, part.split_set)
        if part.split == "train":
            train[part.split_set] = examples
        ids = sorted({e.video.video_id for e in examples})
        videos = {video_id: dataset.find_video(root, video_id) for video_id in ids}
        report = _split_report(root, part, examples, train.get(part.split_set), videos)
        reports.append(report)
        findings += _odd(report, examples)
        files = _odd_files(root, examples, videos)
        findings += [finding for finding in files if finding not in findings]
        progress(done / len(present))
    return Report(splits=tuple(reports), findings=(*findings, *dataset.remarks(root)))


def _split_report(
    root: Path,
    part: Part,
    examples: Sequence[Example],
    train: Sequence[Example] | None,
    videos: Mapping[str, Path | None],
) -> SplitReport:
    return SplitReport(
        split_set=part.split_set,
        split=part.split,
        questions=len(examples),
        expected=part.question_count,
        videos=len(videos),
        without_subtitles=_silent(examples),
        without_video=tuple(name for name, path in videos.items() if path is None),
        with_features=_with_features(root, videos),
        gold_outside=tuple(e.sample_id for e in examples if is_outside(e)),
        cue_ceiling=cue_ceiling(examples),
        row_ceiling=row_ceiling(examples),
        leak=None if part.split == "train" or train is None else leak(train, examples),
    )


def leak(train: Iterable[Example], other: Sequence[Example]) -> Leak:
    """What questions share with those trained on; case and spaces make no difference."""
    train = list(train)
    questions = {_plain(e.question) for e in train}
    spans = {_place(e) for e in train}
    return Leak(
        videos=len({e.video.video_id for e in train} & {e.video.video_id for e in other}),
        questions=sum(_plain(e.question) in questions for e in other),
        spans=sum(_place(e) in spans for e in other),
    )


def _absence(part: Part) -> str:
    """A sentence about a split that cannot be read for want of files."""
    count = f" ({part.question_count:,} questions)" if part.question_count else ""
    names = ", ".join(file.name for file in part.missing)
    return f"{_name(part.split_set, part.split)}{count} cannot be read: {names} is missing"


def _odd(report: SplitReport, examples: Sequence[Example]) -> list[str]:
    """Sentences about a split that is not what was published, or not what can be scored."""
    name = _name(report.split_set, report.split)
    found = []
    if report.expected not in (None, report.questions):
        found.append(f"{name} has {report.questions:,} questions; expected are {report.expected:,}")
    if report.gold_outside:
        listed = some_of(report.gold_outside)
        found.append(f"{name}: gold outside the video, or without length, in {listed}")
    ids = Counter(e.sample_id for e in examples)
    if repeated := sorted(i for i, count in ids.items() if count > 1):
        found.append(f"{name}: more than one question is called {some_of(repeated)}")
    return found


def _odd_files(
    root: Path, examples: Sequence[Example], videos: Mapping[str, Path | None]
) -> list[str]:
    """Sentences about files of a split that give nothing, or may give nothing."""
    known = {e.video.video_id: e.video.known_second for e in examples}
    silent = _silent(examples)
    reasons = (why_unusable(find_subtitles(root, n), known[n]) for n in silent)
    found = [f"subtitles are not used: {why}" for why in reasons if why is not None]
    heard = sorted(known.keys() - set(silent))
    over = {n: past_end_second(find_subtitles(root, n), known[n]) for n in heard}
    if long := [f"{name} ({s:.1f} s)" for name, s in over.items() if s > TOLERANCE_SECOND]:
        found.append(
            f"cues end after the video, where they are cut: {some_of(long)}; if a video is longer, "
            "correct its duration"
        )
    found += [
        f"counted and read as a video: {path.name}, which ends like none; take it away if it is "
        "none, or training stops there"
        for path in videos.values()
        if path is not None and not is_video(path)
    ]
    return found


def _silent(examples: Sequence[Example]) -> tuple[str, ...]:
    """Videos without a cue."""
    return tuple(sorted({e.video.video_id for e in examples if not e.video.cues}))


def _with_features(root: Path, videos: Collection[str]) -> dict[str, int]:
    """How many of the videos have feature rows, by encoder."""
    encoders = sorted(folder.name for folder in root.glob("features/*") if folder.is_dir())
    counts = {e: sum(find_features(root, e, name) is not None for name in videos) for e in encoders}
    return {encoder: count for encoder, count in counts.items() if count}


def _name(split_set: str | None, split: str) -> str:
    return f"{split_set}, {split}" if split_set else split


def is_outside(example: Example) -> bool:
    """Whether a question is answered before or after its video, or by a span without length."""
    gold = example.gold
    return gold is not None and (
        gold.start_second < -TOLERANCE_SECOND
        or gold.end_second > example.video.duration_second + TOLERANCE_SECOND
        or gold.length_second <= 0
    )


def _plain(question: str) -> str:
    return " ".join(question.lower().split())


def _place(example: Example) -> tuple[str, Span | None]:
    gold = example.gold
    if gold is not None:
        gold = Span(round(gold.start_second, 2), round(gold.end_second, 2))
    return example.video.video_id, gold
