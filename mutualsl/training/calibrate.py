"""After training: whom to believe how far, what scores mean, where the visual domain ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import count

import torch

from mutualsl.data import Example
from mutualsl.data.batch import Collator
from mutualsl.data.ceilings import gold_inside
from mutualsl.device import precision
from mutualsl.models import Localizer
from mutualsl.models.decoding import RIGHT_IOU
from mutualsl.models.statistics import ScoreCalibration
from mutualsl.prediction import HeadPredictions, Prediction
from mutualsl.spans import Span, iou, reaches
from mutualsl.training.sampling import validation_batches
from mutualsl.training.shares import ENOUGH, Collate, fit_shares

Asked = tuple[Example, HeadPredictions]  # and raw answers

DOMAIN_MARGIN = 1.5  # how much farther than the farthest validation video is still in domain
UNLIKE = 3.0  # how many times the limit of before says that pictures are others altogether

log = logging.getLogger(__name__)


def calibrate(
    model: Localizer,
    collator: Collator,
    validation: Mapping[str, Sequence[Example]],
    reader_alone: bool = False,
    looked_at: Set[str] | None = None,
) -> None:
    """Fit shares, both heads' score calibration and the limit of the visual domain on validation.

    The limit is fitted on the parts whose videos the model has learned from, by their names
    (`looked_at`; `None`: all); what lies beyond it says nothing of how far a visual score is right.

    The model is asked on the device that it is on, in the bits in which it will be asked there.
    Questions that both heads answer are asked three times, so that each is also seen alone.
    Where only the second of a model's textual scorers has learned anything, it is `reader_alone`
    that is believed.
    """
    device = next(model.buffers()).device
    collate = _on(device, collator)
    with precision(device):
        names = [name for name in validation if looked_at is None or name in looked_at]
        _limit_domain(model, collate, [e for name in names for e in validation[name]])
        fit_shares(model, collate, validation, reader_alone)
    fit_scores(model, collator, validation)


def fit_scores(
    model: Localizer,
    collator: Collator,
    validation: Mapping[str, Sequence[Example]],
    progress: Callable[[float], None] = lambda share: None,
) -> dict[str, int]:
    """Fit both heads' score calibration alone, as `calibrate` does; spans stay as they are.

    Returns how many questions each curve was fitted on; those that no question fits are left out.
    """
    everything = [e for examples in validation.values() for e in examples]
    both = [e for e in everything if e.video.rows is not None and e.video.cues]
    one = [e for e in everything if e.video.rows is None or not e.video.cues]
    device = next(model.buffers()).device
    collate, asked = _on(device, collator), count(1)

    def ask(examples: Sequence[Example], most: int) -> Iterator[Asked]:
        for answered in _ask(model, collate, examples):
            progress(next(asked) / most)
            yield answered

    with precision(device):
        answered = [*ask(both, len(one) + 3 * len(both))]
        # A head that had no company is seen alone as it is; it counts each question once.
        heads = {id(e): (_known(h.visual), h.textual) for e, h in answered}
        in_company = [e for e in both if None not in heads[id(e)]]
        one += [replace(e, video=e.video.without_video()) for e in in_company]
        one += [replace(e, video=e.video.without_subtitles()) for e in in_company]
        answered = [*ask(one, len(one) + len(both)), *answered]
    visual = [(e, _known(h.visual), h.textual) for e, h in answered]
    textual = [(e, h.textual, _known(h.visual)) for e, h in answered]
    counts = _fit("visual", model.visual_calibration, visual)
    counts |= _fit("textual", model.textual_calibration, textual)
    if not counts:
        log.warning(
            "scores are not fitted: none of %d validation questions has an answer of a predictor "
            "that has learned", len(everything),
        )  # fmt: skip
    elif min(counts.values()) < ENOUGH:
        log.warning(
            "scores are fitted on as few as %d validation questions; below %d they say little",
            min(counts.values()), ENOUGH,
        )  # fmt: skip
    return counts


def _known(visual: Prediction | None) -> Prediction | None:
    """A visual span, unless it is a guess about pictures unlike any that were learned from."""
    return visual if visual is not None and visual.in_domain else None


def _on(device: torch.device, collator: Collator) -> Collate:
    return lambda examples: collator(examples).to(device)


def _limit_domain(model: Localizer, collate: Collate, examples: Sequence[Example]) -> None:
    statistics = model.row_statistics
    if statistics is None or not examples:
        return
    distances: list[float] = []
    for group in validation_batches(examples):
        batch = collate(group)
        distance = statistics.distance(batch.rows, batch.row_mask)
        distances += distance[batch.has_video].tolist()
    if distances:  # else there is no video to judge by, and the limit stays what it was
        former, limit = float(statistics.limit), DOMAIN_MARGIN * max(distances)
        if limit > UNLIKE * former:
            log.warning(
                "the pictures are unlike those that the checkpoint has learned from (%.1f, up to "
                "%.1f was known), so nearly any video counts as known now; to learn from other "
                "pictures, begin without a checkpoint",
                limit,
                former,
            )
        statistics.limit.fill_(limit)


@torch.inference_mode()
def _ask(model: Localizer, collate: Collate, examples: Sequence[Example]) -> Iterator[Asked]:
    for group in validation_batches(examples) if examples else []:
        batch = collate(group)
        raw = model.predict_raw(batch, top_k=1)
        yield from zip(group, raw, strict=True)


def _fit(
    head: str,
    calibration: ScoreCalibration,
    answered: Sequence[tuple[Example, Prediction | None, Prediction | None]],
) -> dict[str, int]:
    """Fit on the questions that the head answered; `answered` is question, head, other head.

    With and without the other head are two curves. Returns how many questions fit each.
    """
    counts = {}
    found = [(example, own, other) for example, own, other in answered if own is not None]
    for together in (False, True):
        some = [each for each in found if (each[2] is not None) == together]
        if not some:
            continue
        confidence = torch.tensor([own.score for _, own, _ in some])
        correct = torch.tensor([_is_right(own.span, example) for example, own, _ in some])
        pairs = [(own, other) for _, own, other in some if other is not None]
        others = torch.tensor([other.score for _, other in pairs]) if pairs else None
        agreement = torch.tensor([iou(a.span, b.span) for a, b in pairs]) if pairs else None
        calibration.fit(confidence, correct, others, agreement)
        counts[f"{head} {'beside' if together else 'alone'}"] = len(some)
    return counts


def _is_right(span: Span, example: Example) -> bool:
    """Whether a span, to the millisecond as answers are written, counts as right."""
    assert example.gold is not None, "calibration needs gold spans"
    written = Span(round(span.start_second, 3), round(span.end_second, 3))
    return reaches(iou(written, gold_inside(example.gold, example.video)), RIGHT_IOU)
