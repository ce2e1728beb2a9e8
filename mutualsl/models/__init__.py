"""The localizers, by name."""

from mutualsl.models.base import Candidate, HeadPredictions, Localizer, NeuralLocalizer, Prediction
from mutualsl.models.mutualsl import MutualSL, MutualSLConfig

MODELS: dict[str, tuple[type[NeuralLocalizer], type]] = {  # model, its config
    "mutualsl": (MutualSL, MutualSLConfig),
}

__all__ = [
    "MODELS",
    "Candidate",
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
