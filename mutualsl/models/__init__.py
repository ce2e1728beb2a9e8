"""The localizers, by name."""

from mutualsl.models.acrm import ACRM, ACRMConfig
from mutualsl.models.base import FittedLocalizer, Localizer, NeuralLocalizer
from mutualsl.models.mor import MoR, MoRConfig
from mutualsl.models.mutualsl import MutualSL
from mutualsl.models.profiles import MutualSLConfig
from mutualsl.models.ranet import RaNet, RaNetConfig
from mutualsl.models.tmlga import TMLGA, TMLGAConfig
from mutualsl.models.vptsl import VPTSL, VPTSLConfig
from mutualsl.models.vslbase import VSLBase, VSLBaseConfig
from mutualsl.models.vslnet import VSLNet, VSLNetConfig
from mutualsl.prediction import Candidate, HeadPredictions, Prediction

MODELS: dict[str, tuple[type[Localizer], type]] = {  # model, its config
    "acrm": (ACRM, ACRMConfig),
    "mor": (MoR, MoRConfig),
    "mutualsl": (MutualSL, MutualSLConfig),
    "ranet": (RaNet, RaNetConfig),
    "tmlga": (TMLGA, TMLGAConfig),
    "vptsl": (VPTSL, VPTSLConfig),
    "vslbase": (VSLBase, VSLBaseConfig),
    "vslnet": (VSLNet, VSLNetConfig),
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
