"""Answers without learning: by place, by matching words and by copying.

The few settings (length and place of a window, width of smoothing) are chosen on the train part.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import product

import numpy as np

from mutualsl.data.example import Example, VideoInput
from mutualsl.data.lexical import bm25, counts, inverse_frequency, tfidf_cosine
from mutualsl.evaluation.ious import of_spans
from mutualsl.evaluation.metrics import Floats
from mutualsl.spans import Span

Spans = list[Span | None]
Settings = dict[str, float]
Reference = Callable[[Sequence[Example], Sequence[Example]], tuple[Spans, Settings]]

LENGTHS = (0.5, 0.75, 1.0, 1.25, 1.5, 2.0)  # of a window, in median train answers
WIDTHS = (0.1, 0.2, 0.35, 0.5, 0.75)  # standard deviation of smoothing, in the same unit
CROWDING = (0.0, 0.5, 1.0)  # 0 adds neighbouring cues up, 1 takes their mean
PLACES = tuple(i / 10 for i in range(11))  # of a window: 0 the beginning of the video, 1 its end
MIDDLE_SECOND = 62  # the MedVidQA run "peak detection" of DoSSIER answers with so much (2022)
TUNED_ON = 1500  # train questions, evenly spaced


def whole_video(train: Sequence[Example], asked: Sequence[Example]) -> tuple[Spans, Settings]:
    """Everything."""
    return [Span(0.0, e.video.duration_second) for e in asked], {}


def random_span(train: Sequence[Example], asked: Sequence[Example]) -> tuple[Spans, Settings]:
    """The length of some train answer at some place of the video, the same in every measurement."""
    chance = random.Random(0)
    lengths = [e.gold.length_second for e in train if e.gold]
    spans: Spans = []
    for example in asked:
        length_second = chance.choice(lengths)
        room_second = max(0.0, example.video.duration_second - length_second)
        spans.append(_window(chance.random() * room_second, length_second, example.video))
    return spans, {}


def middle_window(train: Sequence[Example], asked: Sequence[Example]) -> tuple[Spans, Settings]:
    """About as long as an answer in MedVidQA, in the middle of every video: chosen on nothing."""
    spans: Spans = []
    for example in asked:
        middle_second = example.video.duration_second / 2
        spans.append(_window(middle_second - MIDDLE_SECOND / 2, MIDDLE_SECOND, example.video))
    return spans, {}


def fixed_window(train: Sequence[Example], asked: Sequence[Example]) -> tuple[Spans, Settings]:
    """The same length at the same relative place of every video."""

    def place(examples: Sequence[Example], length_second: float, place: float) -> Spans:
        spans: Spans = []
        for example in examples:
            room_second = max(0.0, example.video.duration_second - length_second)
            spans.append(_window(place * room_second, length_second, example.video))
        return spans

    median = _median_answer_second(train)
    lengths = sorted({*(median * n for n in LENGTHS), 2.5 * median, 3.0 * median})
    settings = [{"length_second": n, "place": p} for n, p in product(lengths, PLACES)]
    return _tuned(place, settings, train, asked)


def bm25_window(train: Sequence[Example], asked: Sequence[Example]) -> tuple[Spans, Settings]:
    """The run of cues of about one length that matches the question best as one text."""

    def match(examples: Sequence[Example], length_second: float) -> Spans:
        spans: Spans = [None] * len(examples)
        for video, rows in _by_video(examples):
            start = np.array([cue.start_second for cue in video.cues])
            end = np.maximum.accumulate([cue.end_second for cue in video.cues])
            first = np.arange(len(start))
            last = np.maximum(first, np.searchsorted(end, start + length_second, "right") - 1)
            words_asked, words_said = counts(*_texts(examples, video, rows))
            until = np.concatenate([np.zeros_like(words_said[:1]), words_said.cumsum(axis=0)])
            windows = until[last + 1] - until[first]
            found = bm25(words_asked, windows, inverse_frequency(words_said)).argmax(axis=1)
            for row, window in zip(rows, found, strict=True):
                spans[row] = Span(float(start[window]), float(end[last[window]]))
        return spans

    median = _median_answer_second(train)
    return _tuned(match, [{"length_second": median * n} for n in LENGTHS], train, asked)


def tfidf_peak(train: Sequence[Example], asked: Sequence[Example]) -> tuple[Spans, Settings]:
    """A median train answer around the place where cues most resemble the question."""
    median = _median_answer_second(train)

    def match(examples: Sequence[Example], width_second: float, crowding: float) -> Spans:
        spans: Spans = [None] * len(examples)
        for video, rows in _by_video(examples):
            middle = np.array([(cue.start_second + cue.end_second) / 2 for cue in video.cues])
            nearness = np.exp(-0.5 * ((middle[:, None] - middle) / width_second) ** 2)
            alike = tfidf_cosine(*counts(*_texts(examples, video, rows)))
            peaks = (alike @ (nearness / nearness.sum(axis=0) ** crowding)).argmax(axis=1)
            for row, peak in zip(rows, peaks, strict=True):
                spans[row] = _window(float(middle[peak]) - median / 2, median, video)
        return spans

    settings = [{"width_second": median * n, "crowding": c} for n, c in product(WIDTHS, CROWDING)]
    found, chosen = _tuned(match, settings, train, asked)
    return found, {**chosen, "length_second": median}


def nearest_question(train: Sequence[Example], asked: Sequence[Example]) -> tuple[Spans, Settings]:
    """The span of the most similar train question on the same video; none without one."""
    known: dict[str, list[Example]] = {}
    for example in train:
        known.setdefault(example.video.video_id, []).append(example)
    spans: Spans = [None] * len(asked)
    for video, rows in _by_video(asked, with_cues=False):
        if near := known.get(video.video_id):
            questions = [asked[row].question for row in rows], [e.question for e in near]
            best = tfidf_cosine(*counts(*questions)).argmax(axis=1)
            for row, choice in zip(rows, best, strict=True):
                spans[row] = near[choice].gold
    return spans, {}


REFERENCES: Mapping[str, Reference] = {
    "random": random_span,
    "whole video": whole_video,
    f"middle {MIDDLE_SECOND} s": middle_window,
    "best fixed window": fixed_window,
    "BM25 window": bm25_window,
    "TF-IDF peak": tfidf_peak,
    "nearest train question": nearest_question,
}


def _tuned(
    answer: Callable[..., Spans],
    settings: Sequence[Settings],
    train: Sequence[Example],
    asked: Sequence[Example],
) -> tuple[Spans, Settings]:
    """Answers with the settings that have the highest mIoU on train questions."""
    some = train[:: max(1, len(train) // TUNED_ON)]
    best = max(settings, key=lambda chosen: float(ious_of(answer(some, **chosen), some).mean()))
    return answer(asked, **best), best


def ious_of(spans: Spans, examples: Sequence[Example]) -> Floats:
    """IoU of each span with gold, inside the video; 0 for none."""
    golds, ends = [e.gold for e in examples], [e.video.duration_second for e in examples]
    return of_spans(spans, golds, ends)


def _median_answer_second(train: Sequence[Example]) -> float:
    return float(np.median([e.gold.length_second for e in train if e.gold]))


def _by_video(
    examples: Sequence[Example], with_cues: bool = True
) -> Iterator[tuple[VideoInput, list[int]]]:
    """Each video, by default only those with subtitles, and the rows of its questions."""
    rows: dict[str, list[int]] = {}
    for row, example in enumerate(examples):
        rows.setdefault(example.video.video_id, []).append(row)
    for own in rows.values():
        video = examples[own[0]].video
        if video.cues or not with_cues:
            yield video, own


def _texts(
    examples: Sequence[Example], video: VideoInput, rows: Iterable[int]
) -> tuple[list[str], list[str]]:
    return [examples[row].question for row in rows], [cue.text for cue in video.cues]


def _window(start_second: float, length_second: float, video: VideoInput) -> Span:
    """A window moved, and if need be cut, to lie inside the video."""
    start = min(max(0.0, start_second), max(0.0, video.duration_second - length_second))
    return Span(start, min(start + length_second, video.duration_second))
