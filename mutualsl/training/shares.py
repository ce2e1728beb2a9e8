"""How far the first of a model's two textual scorers is believed, fitted on validation."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import torch

from mutualsl.data import Example
from mutualsl.data.batch import Batch
from mutualsl.data.ceilings import gold_inside
from mutualsl.models import Localizer, NeuralLocalizer
from mutualsl.spans import iou
from mutualsl.training.sampling import validation_batches

Collate = Callable[[Sequence[Example]], Batch]  # on the device of the model

SHARES = tuple(i / 20 for i in range(20)) + (1.0,)  # what may be believed of one of two
ENOUGH = 30  # questions to choose a share by, and for scores that say something

log = logging.getLogger(__name__)


@torch.inference_mode()
def fit_shares(
    model: Localizer,
    collate: Collate,
    validation: Mapping[str, Sequence[Example]],
    reader_alone: bool,
) -> None:
    """Choose the shares with the best mean of mIoU.

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
                    gold = gold_inside(example.gold, example.video)
                    sums[i] += iou(own.textual.span, gold) / size
    return SHARES[int(sums.argmax())] if bool(sums.max() > sums.min()) else None
