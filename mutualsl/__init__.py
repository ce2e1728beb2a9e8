"""Visual answer localization with MutualSL: load a video once, ask questions, get spans.

>>> from mutualsl import AnswerLocalizer
>>> localizer = AnswerLocalizer.from_pretrained("checkpoints/mutualsl-mini")
>>> encoded = localizer.encode_video("video.mp4", "video.srt")
>>> localizer.ask(encoded, "how do I open the jar?").span
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mutualsl.answer import Answer
    from mutualsl.checkpoint import load_model
    from mutualsl.inference import AnswerLocalizer, EncodedVideo
    from mutualsl.models import available_models
    from mutualsl.spans import Span

__all__ = [
    "Answer",
    "AnswerLocalizer",
    "EncodedVideo",
    "Span",
    "available_models",
    "load_model",
]
__version__ = "0.1.0"

_HOMES = {
    "Answer": "mutualsl.answer",
    "AnswerLocalizer": "mutualsl.inference",
    "EncodedVideo": "mutualsl.inference",
    "Span": "mutualsl.spans",
    "available_models": "mutualsl.models",
    "load_model": "mutualsl.checkpoint",
}


def __getattr__(name: str) -> Any:
    """Import a public name on first use, so that `import mutualsl` costs no torch."""
    if name not in _HOMES:
        raise AttributeError(f"module 'mutualsl' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
