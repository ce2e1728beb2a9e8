"""The encoders that a checkpoint names: where they are, and whether they fit it."""

from __future__ import annotations

from pathlib import Path

import torch

from mutualsl.checkpoint import Checkpoint, TextSource, VisualSource, load_text_encoder
from mutualsl.errors import CheckpointError
from mutualsl.features import VisualEncoder
from mutualsl.features.missing import MissingEncoder
from mutualsl.features.published import I3D_FILES, PUBLISHED, published_weights, understood
from mutualsl.models.questions import FrozenLanguageModel
from mutualsl.places import named_by


def visual_place(folder: Path, source: VisualSource, visual: str | Path | None) -> Path:
    """Where the weights of a checkpoint's visual encoder are looked for: as told, or as it says.

    What is told may be the name of published weights. Raises `CheckpointError` for a place that is
    not there.
    """
    if visual is None:
        return named_by(folder, source.folder)
    if str(visual) in PUBLISHED and not Path(visual).exists():
        return Path(visual)  # its weights are fetched
    if not Path(visual).exists():
        raise CheckpointError(f"{visual}: no such file or folder of weights; check the name")
    place = Path(visual).absolute()  # a link keeps its name, which says what kind of file it is
    if source.encoder in PUBLISHED and published_weights(place) is None:
        raise CheckpointError(
            f"{visual}: none of {', '.join(I3D_FILES)} is in that folder; name the file of weights "
            "itself"
        )
    return place


def question_encoder(
    folder: Path, source: TextSource | None, device: torch.device
) -> FrozenLanguageModel | None:
    """What reads questions for a checkpoint in `folder` that has no language model of its own.

    Raises `CheckpointError` where it cannot be read.
    """
    if source is None:
        return None
    language = load_text_encoder(named_by(folder, source.folder))
    return FrozenLanguageModel(language.language_model.to(device))


def at_hand(checkpoint: Checkpoint, encoder: VisualEncoder) -> VisualEncoder:
    """`encoder`, or in place of one that only stands in for it the one whose weights have come.

    Nobody looks for weights that a model has no use for. Raises `WeightsMissing` where they have
    not come, and `CheckpointError` where they do not fit.
    """
    if not isinstance(encoder, MissingEncoder) or not checkpoint.model.looks:
        return encoder
    found = encoder.opened()
    _check_rows(checkpoint, found)
    return found


def check_fit(
    checkpoint: Checkpoint, encoder: VisualEncoder, questions: FrozenLanguageModel | None
) -> None:
    """Raise `CheckpointError` for encoders that the model was not trained with."""
    _check_rows(checkpoint, encoder)
    if checkpoint.text is None and checkpoint.model.reads_question_vectors:
        raise CheckpointError(
            "the model reads what a frozen language model says of a question, and its config.json "
            "names none as 'text'; fetch or train it again"
        )
    if checkpoint.text is not None and (
        questions is None or questions.fingerprint != checkpoint.text.fingerprint
    ):
        found = "none" if questions is None else questions.fingerprint
        raise CheckpointError(
            f"the model was trained on questions as {checkpoint.text.fingerprint} reads them, "
            f"the language model given is {found}; use the one the checkpoint names"
        )


def _check_rows(checkpoint: Checkpoint, encoder: VisualEncoder) -> None:
    if not understood(encoder.fingerprint, checkpoint.visual.fingerprint):
        raise CheckpointError(
            f"the model was trained on rows of {checkpoint.visual.fingerprint}, the visual "
            f"encoder makes {encoder.fingerprint}; use the encoder the checkpoint names"
        )
