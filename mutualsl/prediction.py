"""What predictors say, as values: no model is needed to show, compare or store them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from mutualsl.spans import Span

Curve = npt.NDArray[np.float32]  # (n, 2): second, probability


@dataclass(frozen=True, slots=True)
class Candidate:
    """One possible answer of a predictor."""

    span: Span
    score: float  # calibrated probability that its IoU with the answer is at least 0.5


@dataclass(frozen=True, eq=False, kw_only=True, slots=True)
class Prediction:
    """What one predictor says about one question."""

    span: Span
    score: float  # calibrated probability that IoU >= 0.5, in [0, 1]
    candidates: tuple[Candidate, ...]  # best first; the first is `span`
    start_curve: Curve  # one point a row (visual) or cue (textual)
    end_curve: Curve
    in_domain: bool = True  # false: the input lies outside what the predictor has learned


@dataclass(frozen=True, slots=True)
class HeadPredictions:
    """Both predictors' answers; `None` where a modality is missing."""

    visual: Prediction | None
    textual: Prediction | None
    related: float | None = None  # how near the nearest cue comes to the question, where known
