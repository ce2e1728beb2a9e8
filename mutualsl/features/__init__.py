"""Visual encoders and the rows they make of a video."""

from mutualsl.features.base import VisualEncoder
from mutualsl.features.cache import FeatureCache
from mutualsl.features.extract import VisualFeatures, extract
from mutualsl.features.mini import MiniEncoder

VISUAL_ENCODERS = {
    "mini": MiniEncoder.from_folder,
}

__all__ = ["VISUAL_ENCODERS", "FeatureCache", "VisualEncoder", "VisualFeatures", "extract"]
