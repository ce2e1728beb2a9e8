"""Start and end probabilities of one question to a prediction in seconds with candidates."""

from __future__ import annotations

from collections.abc import Callable

import torch
from torch import Tensor

from mutualsl.models.base import Candidate, Prediction
from mutualsl.models.losses import SpanLogits
from mutualsl.models.statistics import ScoreCalibration
from mutualsl.spans import Span, suppress_overlaps, top_pairs

ToSeconds = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]
TOLERANCE = 0.25  # edges moved by up to this share of the span leave an IoU of about 0.5 or more


def confidence(
    log_probs: SpanLogits, start_second: Tensor, end_second: Tensor, span: Span
) -> Tensor:
    """How sure the model is of spans close to `span`, beyond chance; a scalar in [0, 1].

    The mass of starts near the start times the mass of ends near the end, so a boundary that is
    merely spread over neighbouring seconds does not look like doubt. What even positions would
    have there is taken off: where there is only one cue to choose, choosing it says nothing.
    Log-probabilities and their seconds are (M,).
    """
    reach = TOLERANCE * span.length_second
    near_start = (start_second - span.start_second).abs() <= reach + 1e-3
    near_end = (end_second - span.end_second).abs() <= reach + 1e-3
    mass = log_probs.start.exp()[near_start].sum() * log_probs.end.exp()[near_end].sum()
    chance = near_start.float().mean() * near_end.float().mean()
    return ((mass - chance) / (1.0 - chance).clamp_min(1e-6)).clamp(0.0, 1.0)


def decode_span(
    log_probs: SpanLogits,
    start_second: Tensor,
    end_second: Tensor,
    to_seconds: ToSeconds,
    calibration: ScoreCalibration,
    *,
    top_k: int,
    in_domain: bool = True,
) -> Prediction:
    """Joint best start <= end and its alternatives, thinned by NMS at IoU 0.5. Eq. 1.

    `log_probs`, `start_second` and `end_second` are (M,) over one question's valid positions;
    `to_seconds` maps start and end indices (P,) to seconds. A candidate's score is the calibrated
    score of the span times how probable the candidate is beside it.
    """
    pairs = top_pairs(*log_probs)
    starts, ends = to_seconds(
        torch.tensor([pair[0] for pair in pairs]), torch.tensor([pair[1] for pair in pairs])
    )
    spans = [Span(s, e) for s, e in zip(starts.tolist(), ends.tolist(), strict=True)]
    ranked = [(span, pair[2]) for span, pair in zip(spans, pairs, strict=True)]
    kept = suppress_overlaps(ranked, top_k)
    best, best_log_prob = kept[0]
    score = float(calibration(confidence(log_probs, start_second, end_second, best)))
    candidates = tuple(
        Candidate(span, score * float(torch.tensor(log_prob - best_log_prob).exp().clamp_max(1.0)))
        for span, log_prob in kept
    )
    return Prediction(
        span=best,
        score=score,
        candidates=candidates,
        start_curve=torch.stack([start_second, log_probs.start.exp()], dim=1).cpu().numpy(),
        end_curve=torch.stack([end_second, log_probs.end.exp()], dim=1).cpu().numpy(),
        in_domain=in_domain,
    )
