"""The localizers, by name."""

from mutualsl.models.acrm import ACRM, ACRMConfig
from mutualsl.models.base import Candidate, HeadPredictions, Localizer, NeuralLocalizer, Prediction
from mutualsl.models.mutualsl import MutualSL
from mutualsl.models.profiles import MutualSLConfig
from mutualsl.models.ranet import RaNet, RaNetConfig
from mutualsl.models.tmlga import TMLGA, TMLGAConfig
from mutualsl.models.vslbase import VSLBase, VSLBaseConfig
from mutualsl.models.vslnet import VSLNet, VSLNetConfig

MODELS: dict[str, tuple[type[NeuralLocalizer], type]] = {  # model, its config
    "acrm": (ACRM, ACRMConfig),
    "mutualsl": (MutualSL, MutualSLConfig),
    "ranet": (RaNet, RaNetConfig),
    "tmlga": (TMLGA, TMLGAConfig),
    "vslbase": (VSLBase, VSLBaseConfig),
    "vslnet": (VSLNet, VSLNetConfig),
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
