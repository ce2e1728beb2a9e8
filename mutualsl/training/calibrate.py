"""After training: whom to believe how far, what scores mean, where the visual domain ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import count

import torch

from mutualsl.data import Example
from mutualsl.data.batch import Batch, Collator
from mutualsl.device import precision
from mutualsl.models import Localizer, NeuralLocalizer
from mutualsl.models.decoding import RIGHT_IOU
from mutualsl.models.statistics import ScoreCalibration
from mutualsl.prediction import HeadPredictions, Prediction
from mutualsl.spans import Span, iou, reaches
from mutualsl.training.sampling import validation_batches

Collate = Callable[[Sequence[Example]], Batch]  # on the device of the model
Asked = tuple[Example, HeadPredictions]  # and raw answers

SHARES = tuple(i / 20 for i in range(20)) + (1.0,)  # what may be believed of one of two
DOMAIN_MARGIN = 1.5  # how much farther than the farthest validation video is still in domain
ENOUGH = 30  # questions to choose a share by, and for scores that say something
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
        _share_out(model, collate, validation, reader_alone)
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
    collate, most = _on(device, collator), len(one) + 3 * len(both)
    asked = count(1)

    def ask(examples: Sequence[Example]) -> Iterator[Asked]:
        for answered in _ask(model, collate, examples):
            progress(next(asked) / most)
            yield answered

    with precision(device):
        answered = [*ask(both)]
        # A head that had no company is seen alone as it is; it counts each question once.
        heads = {id(e): (_known(h.visual), h.textual) for e, h in answered}
        in_company = [e for e in both if None not in heads[id(e)]]
        one += [replace(e, video=e.video.without_video()) for e in in_company]
        one += [replace(e, video=e.video.without_subtitles()) for e in in_company]
        answered = [*ask(one), *answered]
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


@torch.inference_mode()
def _share_out(
    model: Localizer,
    collate: Collate,
    validation: Mapping[str, Sequence[Example]],
    reader_alone: bool,
) -> None:
    """How far to believe the first of a model's two textual scorers: the best mean of mIoU.

    One share is for transcripts alone, or beside pictures that the model does not know, and one
    for those beside pictures that it knows. Where it knows nearly all, their transcripts fit the
    first. A reader that never had a say (both shares are 1) is asked however few there are, and
    where few are beside known pictures the first share is for both.
    """
    if not isinstance(model, NeuralLocalizer) or model.share is None:
        return
    if "subtitles" in model.untrained:  # there is no textual span
        return
    if reader_alone:
        model.share.fill_(0.0)
        return
    parts = [[e for e in examples if e.video.cues] for examples in validation.values()]
    apart = [_by_pictures(model, collate, part) for part in parts]
    alone, beside = ([each[known] for each in apart] for known in (False, True))
    if sum(map(len, alone)) < ENOUGH:
        alone = [[replace(e, video=e.video.without_video()) for e in part] for part in parts]
    former, sizes = model.share.tolist(), [len(part) for part in parts]
    unheard = former == [1.0, 1.0]
    found = [
        _best_share(model, collate, [*zip(asked, sizes, strict=True)], where, least)
        for asked, where, least in (
            (alone, "without pictures", 1 if unheard else ENOUGH),
            (beside, "beside known pictures", ENOUGH),
        )
    ]
    shares = [old if new is None else new for new, old in zip(found, former, strict=True)]
    if unheard and found[1] is None:
        shares[1] = shares[0]
    model.share.copy_(torch.tensor(shares))


def _by_pictures(
    model: NeuralLocalizer, collate: Collate, part: Sequence[Example]
) -> dict[bool, list[Example]]:
    """The questions of a part by whether the model knows their pictures."""
    found: dict[bool, list[Example]] = {False: [], True: []}
    for group in validation_batches(part) if part else []:
        for example, known in zip(group, model.knows(collate(group)).tolist(), strict=True):
            found[known].append(example)
    return found


def _best_share(
    model: NeuralLocalizer,
    collate: Collate,
    asked: Sequence[tuple[Sequence[Example], int]],
    where: str,
    least: int,
) -> float | None:
    """The share with the best mean IoU; `None` below `least` questions, or if it does not matter.

    `asked` are questions of each part, and how large the part is: all have the same weight.
    """
    assert model.share is not None
    count = sum(len(examples) for examples, _ in asked)
    if 0 < count < ENOUGH:
        log.warning(
            "%d validation questions %s are %s to choose how far the sentence reader is "
            "believed there (%d would do)",
            count, where, "too few" if count < least else "few", ENOUGH,
        )  # fmt: skip
    if count < least:
        return None
    sums = torch.zeros(len(SHARES))
    for examples, size in asked:
        for group in validation_batches(examples) if examples else []:
            batch = collate(group)
            model.share.fill_(0.5)  # so that both are asked
            output = model(batch)
            for i, share in enumerate(SHARES):
                model.share.fill_(share)
                for example, own in zip(group, model.decode(output, batch, 1), strict=True):
                    assert example.gold is not None and own.textual is not None
                    sums[i] += iou(own.textual.span, example.gold) / size
    return SHARES[int(sums.argmax())] if bool(sums.max() > sums.min()) else None


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
    return reaches(iou(written, example.gold), RIGHT_IOU)
