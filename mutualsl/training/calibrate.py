"""After training: how far scores can be trusted, and where the visual domain ends."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch

from mutualsl.data import Collator, Example
from mutualsl.models import MutualSL
from mutualsl.spans import iou
from mutualsl.training.sampling import validation_batches

DOMAIN_MARGIN = 1.5  # how much farther than the farthest validation video is still in domain
RIGHT_IOU = 0.5


def calibrate(
    model: MutualSL, collator: Collator, validation: Mapping[str, Sequence[Example]]
) -> None:
    """Fit both heads' score calibration and the limit of the visual domain on validation data."""
    pairs: dict[str, list[tuple[float, bool]]] = {"visual": [], "textual": []}
    distances = [0.0]
    everything = [e for examples in validation.values() for e in examples]
    for group in validation_batches(everything):
        batch = collator(group)
        distance = model.feature_projection.statistics.distance(batch.rows, batch.row_mask)
        distances += distance[batch.has_video].tolist()
        for example, heads in zip(group, model.predict(batch, top_k=1), strict=True):
            assert example.gold is not None
            for name, head in (("visual", heads.visual), ("textual", heads.textual)):
                if head is not None:
                    right = iou(head.span, example.gold) >= RIGHT_IOU
                    pairs[name].append((head.score, right))
    model.feature_projection.statistics.limit.fill_(DOMAIN_MARGIN * max(distances))
    for name, calibration in (
        ("visual", model.visual_calibration),
        ("textual", model.textual_calibration),
    ):
        if pairs[name]:
            scores, correct = zip(*pairs[name], strict=True)
            calibration.fit(torch.tensor(scores), torch.tensor(correct))
