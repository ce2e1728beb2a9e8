"""MoR: where an answer begins and how long it is, by regression from curves of similarity.

"DoSSIER at MedVidQA 2022", BioNLP 2022 shared task, https://github.com/ProjectDossier/MedVid2022
(`multi_output_regression.py`). That this run of theirs is the "MoR" of MutualSL's Table 1 is
inferred from the abbreviation. A random forest reads off how well each part of the transcript
matches the question; it gives times, not cues. How ours differs:
- no text read off the pictures (OCR): passages are lines of the transcript, alone and with the one,
  two and three lines that follow;
- the two sentence encoders are one, the frozen language model that every system here starts from;
  in place of the other stands the cosine of TF-IDF vectors. BM25 and the Dirichlet-smoothed
  likelihood count word pieces within the one video;
- begins in the last half per cent of a video stay there, instead of wrapping round to its start;
- an answer that would end after the video keeps its length and begins earlier; theirs is cut off;
- a split of a tree is tried at 64 even places of a feature.
Letters: B questions, N cues, P passages, S similarities, T trees.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mutualsl.data.batch import Batch, Sentence
from mutualsl.data.lexical import bm25, count_terms, dirichlet, inverse_frequency, tfidf_cosine
from mutualsl.errors import DataError
from mutualsl.models.base import FittedLocalizer
from mutualsl.models.decoding import RIGHT_IOU
from mutualsl.models.forest import Forest
from mutualsl.models.remembered import Remembered
from mutualsl.models.sentences import SentenceEncoder
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.prediction import Candidate, HeadPredictions, Prediction
from mutualsl.spans import Span, iou, reaches, suppress_overlaps
from mutualsl.timeline import Timeline

Floats = npt.NDArray[np.float64]
MERGED = (1, 2, 3, 4)  # lines of a passage
BINS = 100  # of begin time, as part of the video
SIMILARITIES = 4  # S
FEATURES = BINS * SIMILARITIES * 2 + 1  # highest and median of each bin; the video's length
LEAST = 1e-3  # of a video; no span is empty
REMEMBERED_BYTES = 50_000_000  # of width 384 about 60,000 passages


@dataclass(frozen=True, kw_only=True)
class MoRConfig:
    """Sizes of MoR."""

    text_encoder: dict[str, Any] = field(repr=False)  # a transformers config
    trees: int = 40
    depth: int = 10


class MoR(FittedLocalizer):
    """Two forests over the same features of question and transcript."""

    reads = needs = ("subtitles",)
    config: MoRConfig

    def __init__(self, config: MoRConfig, text_encoder: TextEncoder | None = None) -> None:
        super().__init__(config)
        encoder = text_encoder or TextEncoder.from_config(config.text_encoder)
        self.sentence_encoder = SentenceEncoder(encoder.language_model, shared_layers=0)
        self.start = Forest(config.trees, config.depth)  # as part of the video
        self.length = Forest(config.trees, config.depth)
        self._remembered = Remembered(REMEMBERED_BYTES)

    @classmethod
    def create(
        cls, config: Callable[..., MoRConfig], row_width: int, text_encoder: TextEncoder
    ) -> MoR:
        """A new one around a pre-trained language model."""
        return cls(config(text_encoder=text_encoder.config), text_encoder)

    def fit(self, batches: Iterable[Batch], seed: int, deadline: float | None = None) -> str | None:
        """Grow both forests on the questions that have subtitles.

        Of the time there is, half is for reading the questions, a quarter for each forest; what one
        does not use goes to the next.
        """
        samples: list[Tensor] = []
        targets: list[Tensor] = []
        enough, all_read = _halfway(deadline), True
        for batch in batches:
            if samples and enough is not None and time.monotonic() >= enough:
                all_read = False
                break
            assert batch.gold is not None, "fitting needs gold spans"
            there = batch.has_subtitles
            duration = batch.timeline.duration_second[there, None]
            samples.append(self.features(batch)[there])
            start, end = (batch.gold[there] / duration.clamp_min(1e-3)).unbind(dim=1)
            targets.append(torch.stack([start, end - start], dim=1))
        x, y = torch.cat(samples).double().numpy(), torch.cat(targets).double().numpy()
        if not len(x):
            raise DataError("MoR learns from subtitles alone, and no question's video has any")
        order = np.lexsort((*x.T, *y.T))  # trees do not depend on the order of the questions
        x, y = x[order], y[order]
        grown = self.start.fit(x, y[:, 0], seed, _halfway(deadline))
        grown = min(grown, self.length.fit(x, y[:, 1], seed, deadline))
        if all_read and grown == self.config.trees:
            return None
        read = "all" if all_read else f"only {len(x)}"
        return f"{read} questions, {grown} of {self.config.trees} trees"

    def predict_raw(self, batch: Batch, top_k: int = 5) -> list[HeadPredictions]:
        """A textual span where there are subtitles; sure where the trees agree."""
        samples = self.features(batch).to(self.start.value.device)
        start, length = self.start(samples).cpu(), self.length(samples).cpu()
        return [
            HeadPredictions(None, _prediction(batch.timeline.of_one(b), start[b], length[b], top_k))
            if batch.has_subtitles[b]
            else HeadPredictions(None, None)
            for b in range(len(batch))
        ]

    def features(self, batch: Batch) -> Tensor:
        """What the forests look at, (B, `FEATURES`); zero without subtitles."""
        found = np.zeros((len(batch), FEATURES), np.float32)
        for b, cues in enumerate(batch.cue_sentences):
            if cues:
                timeline = batch.timeline.of_one(b)
                begins = timeline.cue_start_second[0].double().numpy()
                duration = float(timeline.duration_second[0])
                alike = self._similarities(batch.question_sentences[b], cues)
                found[b] = binned(alike, np.tile(begins, len(MERGED)), duration)
        return torch.from_numpy(found)

    def _similarities(self, question: Sentence, cues: tuple[Sentence, ...]) -> Floats:
        """(P, S): of the question with every passage of one video."""
        passages = _passages(cues)
        vectors = self._vectors(cues, passages)
        asked, said = count_terms([question[1:-1]], [passage[1:-1] for passage in passages])
        meaning = vectors.float() @ self.sentence_encoder([question])[0].cpu()
        alike = [
            meaning.double().numpy(),
            tfidf_cosine(asked, said)[0],
            bm25(asked, said, inverse_frequency(said))[0],
            dirichlet(asked, said)[0],
        ]
        return np.stack(alike, axis=1)

    def _vectors(self, cues: tuple[Sentence, ...], passages: Sequence[Sentence]) -> Tensor:
        """(P, H) in 16 bits; computed once a video."""
        return self._remembered.get_or_make(
            cues, lambda: self.sentence_encoder(passages).half().cpu()
        )


def _halfway(deadline: float | None) -> float | None:
    return None if deadline is None else (time.monotonic() + deadline) / 2


def binned(alike: Floats, begin_second: Floats, duration_second: float) -> Floats:
    """Similarities (P, S) of passages that begin there, as features (`FEATURES`,).

    Each similarity runs from 0 to 1 over all passages; a bin without a passage is 0.
    """
    low, high = alike.min(axis=0), alike.max(axis=0)
    scaled = (alike - low) / np.where(high > low, high - low, 1.0)
    place = np.floor(begin_second / max(duration_second, 1e-3) * BINS + 0.5)
    place = np.clip(place, 0, BINS - 1).astype(np.int64)
    features = np.zeros((BINS, SIMILARITIES, 2))
    for number in np.unique(place):
        inside = scaled[place == number]
        features[number, :, 0], features[number, :, 1] = inside.max(axis=0), np.median(inside, 0)
    return np.append(features.ravel(), duration_second)


def _passages(cues: Sequence[Sentence]) -> list[Sentence]:
    """Every run of so many lines as `MERGED` says, at the end of the video of fewer."""
    first, last = cues[0][0], cues[0][-1]
    return [
        (first, *(token for cue in cues[i : i + count] for token in cue[1:-1]), last)
        for count in MERGED
        for i in range(len(cues))
    ]


def _prediction(timeline: Timeline, start: Tensor, length: Tensor, top_k: int) -> Prediction:
    """From what T trees say, as parts of the video: their mean, and what single ones would say."""
    duration = float(timeline.duration_second[0])

    def span(start_share: float, length_share: float) -> Span:
        length_share = min(max(LEAST, length_share), 1.0)
        start_second = min(max(0.0, start_share), 1.0 - length_share) * duration
        return Span(start_second, min(start_second + length_share * duration, duration))

    best = span(float(start.mean()), float(length.mean()))
    spans = [span(*pair) for pair in zip(start.tolist(), length.tolist(), strict=True)]
    near = [iou(best, other) for other in spans]
    score = sum(reaches(value, RIGHT_IOU) for value in near) / len(near)
    ranked = sorted(zip(spans, near, strict=True), key=lambda pair: -pair[1])
    kept = suppress_overlaps([(best, 1.0), *ranked], top_k)
    return Prediction(
        span=best,
        score=score,
        candidates=tuple(Candidate(one, score * value) for one, value in kept),
        start_curve=_curve(timeline.cue_start_second[0], start * duration),
        end_curve=_curve(timeline.cue_end_second[0], (start + length) * duration),
    )


def _curve(cue_second: Tensor, said_second: Tensor) -> npt.NDArray[np.float32]:
    """(N, 2): each cue's edge and the share of trees that it is the nearest to."""
    nearest = (cue_second[None, :] - said_second[:, None]).abs().argmin(dim=1)
    share = torch.bincount(nearest, minlength=len(cue_second)) / len(said_second)
    return torch.stack([cue_second, share], dim=1).float().numpy()
