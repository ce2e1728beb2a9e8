"""The localizers, by name."""

from mutualsl.models.base import (
    Candidate,
    FittedLocalizer,
    HeadPredictions,
    Localizer,
    NeuralLocalizer,
    Prediction,
)
from mutualsl.models.mor import MoR, MoRConfig
from mutualsl.models.mutualsl import MutualSL, MutualSLConfig
from mutualsl.models.vptsl import VPTSL, VPTSLConfig

MODELS: dict[str, tuple[type[Localizer], type]] = {  # model, its config
    "mor": (MoR, MoRConfig),
    "mutualsl": (MutualSL, MutualSLConfig),
    "vptsl": (VPTSL, VPTSLConfig),
}

__all__ = [
    "MODELS",
    "Candidate",
    "FittedLocalizer",
    "HeadPredictions",
    "Localizer",
    "MutualSL",
    "MutualSLConfig",
    "NeuralLocalizer",
    "Prediction",
    "available_models",
]


def available_models() -> list[str]:
    """Names that `MODELS` knows."""
    return sorted(MODELS)
