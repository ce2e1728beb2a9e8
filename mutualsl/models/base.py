"""What every localizer offers: batch in, predictions in seconds out."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, ClassVar, Self

import torch
from torch import Tensor, nn

from mutualsl.data.batch import Batch, Sentence
from mutualsl.models.statistics import RowStatistics, ScoreCalibration
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.prediction import HeadPredictions, Prediction
from mutualsl.spans import iou

FROM_ENCODERS = ("row_width", "text_width", "text_encoder")  # config fields that no recipe sets


class Localizer(nn.Module, ABC):
    """Anything that answers a batch of questions; all it knows is parameters and buffers."""

    # Which of "video" and "subtitles" it looks at, and which of them it cannot do without.
    reads: ClassVar[tuple[str, ...]] = ("video", "subtitles")
    needs: ClassVar[tuple[str, ...]] = ()
    # The question comes as vectors of a language model that stays as it is and is stored elsewhere:
    # `Batch.question_vectors`.
    reads_question_vectors: ClassVar[bool] = False

    def __init__(self, config: Any) -> None:
        super().__init__()
        self.config = config  # a frozen dataclass, see `MODELS`
        self.visual_calibration = ScoreCalibration()
        self.textual_calibration = ScoreCalibration()

    @classmethod
    @abstractmethod
    def create(cls, config: Callable[..., Any], row_width: int, text_encoder: TextEncoder) -> Self:
        """A new one for rows of this width and this language model.

        `config` makes the config of what else it needs, the fields of `FROM_ENCODERS`.
        """

    @abstractmethod
    def predict_raw(self, batch: Batch, top_k: int = 5) -> list[HeadPredictions]:
        """Like `predict`, with raw confidences for scores, which calibration is fitted on."""

    @torch.inference_mode()
    def predict(self, batch: Batch, top_k: int = 5) -> list[HeadPredictions]:
        """Both predictors' answers, one entry a question; `None` for what it cannot know."""
        return [self.calibrate(raw) for raw in self.predict_raw(batch, top_k)]

    def calibrate(self, raw: HeadPredictions) -> HeadPredictions:
        """Scores as probabilities; a visual span outside the domain says nothing of the other."""
        visual, textual = raw.visual, raw.textual
        witness = visual if visual is not None and visual.in_domain else None
        return HeadPredictions(
            visual and calibrated(visual, self.visual_calibration, textual),
            textual and calibrated(textual, self.textual_calibration, witness),
            raw.related,
        )

    @property
    def row_statistics(self) -> RowStatistics | None:
        """What rows it has learned from; `None` where it looks at none."""
        return None

    @property
    def untrained(self) -> tuple[str, ...]:
        """Modalities that it reads, but not with a predictor that was ever trained."""
        return ()

    @property
    def looks(self) -> bool:
        """Whether pictures make a difference to what it answers."""
        return "video" in self.reads and "video" not in self.untrained

    def has_learned_from(self, modalities: Collection[str]) -> None:
        """Never show a span that needs another modality, where a model can do without it."""

    def prepare(self, sentences: tuple[Sentence, ...]) -> None:
        """Do ahead of the first question what depends on a video's cues alone, if anything does."""

    def weights(self) -> dict[str, Tensor]:
        """What a file must hold: parameters and buffers, those used in two places once."""
        once = {name for name, _ in [*self.named_parameters(), *self.named_buffers()]}
        return {name: value for name, value in self.state_dict().items() if name in once}

    def load_weights(self, weights: Mapping[str, Tensor]) -> None:
        """Take what `weights` returned. Raises `RuntimeError` where names or shapes differ."""
        found = self.load_state_dict(dict(weights), strict=False)
        missing = self.weights().keys() & set(found.missing_keys)
        if missing or found.unexpected_keys:
            wrong = [*sorted(missing), *found.unexpected_keys]
            raise RuntimeError(f"{len(wrong)} parameters do not match, {wrong[0]} for one")


class FittedLocalizer(Localizer):
    """A localizer that sees all its training questions once; `seed` decides what is drawn."""

    @abstractmethod
    def fit(self, batches: Iterable[Batch], seed: int, deadline: float | None = None) -> str | None:
        """Learn from questions with gold spans; what was left out at `deadline`, in words.

        `deadline` is a reading of `time.monotonic`. Some of everything is always learned.
        """


class NeuralLocalizer(Localizer):
    """A localizer that is trained by gradient descent.

    `forward` needs no labels; `losses` returns named terms whose sum is minimised; `decode` turns
    an output into predictions in seconds.
    """

    @abstractmethod
    def losses(self, output: Any, batch: Batch) -> dict[str, Tensor]:
        """Named loss terms (scalars); the trainer minimises their sum."""

    @abstractmethod
    def decode(self, output: Any, batch: Batch, top_k: int = 5) -> list[HeadPredictions]:
        """Predictions in seconds, one entry a question, with raw confidences for scores."""

    @torch.inference_mode()
    def predict_raw(self, batch: Batch, top_k: int = 5) -> list[HeadPredictions]:
        """Forward and decode, without gradients."""
        return self.decode(self(batch), batch, top_k)

    def checkpoint_gradients(self, on: bool) -> None:
        """Recompute activations in the backward pass instead of keeping them, where that helps."""

    def set_dropout(self, share: float) -> None:
        """Let every dropout layer but the language model's, which has none, hide this share."""
        for module, attribute in self.dropouts():
            setattr(module, attribute, share)

    def dropouts(self) -> Iterator[tuple[nn.Module, str]]:
        """Those layers, each with the name of the attribute that holds its share."""
        for name, module in self.named_modules():
            if "language_model." in name:
                continue
            if isinstance(module, nn.Dropout):
                yield module, "p"
            elif isinstance(module, nn.RNNBase) and module.num_layers > 1:
                yield module, "dropout"

    @property
    def share(self) -> Tensor | None:
        """Where two score the same cues, how far the first is believed, 0 to 1; `None`: one does.

        (2,): without pictures that it `knows`, and with them. It is fitted on validation questions
        and stored with the weights.
        """
        return None

    def knows(self, batch: Batch) -> Tensor:
        """For each question (B,) whether it has pictures like those that were learned from.

        A model with a `share` has one for where it does not know them and one for where it does.
        """
        return torch.zeros_like(batch.has_video)

    def never_trained(self, name: str) -> bool:
        """Whether the parameter `name` stays as it is in every training."""
        return False

    def logs(self, output: Any, batch: Batch) -> dict[str, float]:
        """Numbers worth a line in the training log beside the losses."""
        return {}


def calibrated(
    prediction: Prediction, calibration: ScoreCalibration, other: Prediction | None
) -> Prediction:
    """The prediction with raw confidences made into probabilities, beside the other predictor's."""
    own = torch.tensor(prediction.score)
    if other is None:
        score = float(calibration(own))
    else:
        agreement = torch.tensor(iou(prediction.span, other.span))
        score = float(calibration(own, torch.tensor(other.score), agreement))
    best = max(prediction.score, 1e-9)
    candidates = tuple(
        replace(c, score=score * (c.score / best if i else 1.0))
        for i, c in enumerate(prediction.candidates)
    )
    return replace(prediction, score=score, candidates=candidates)
