"""Saving and pushing a localizer, with the names and results of `PyTorchModelHubMixin`."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import torch
from torch import Tensor

from mutualsl.atomic import atomic_output, write_whole
from mutualsl.card import model_card
from mutualsl.checkpoint import Checkpoint, save_checkpoint
from mutualsl.errors import CheckpointError
from mutualsl.places import (
    CARD,
    CHECKPOINT_FILES,
    ENCODER_FILES,
    METRICS,
    PICKLED,
    TEXT,
    VISUAL,
    named_by,
)
from mutualsl.weights import WEIGHTS, write_weights, writing


class Shareable:
    """What was loaded from a folder can be saved into another, which needs nothing beside it."""

    checkpoint: Checkpoint
    folder: Path | None  # where it was loaded from
    visual: Path | None  # where its visual encoder was: a folder, or a file of published weights

    @property
    def visual_folder(self) -> Path:
        """Where its visual encoder is. Raises `CheckpointError` when it came from no folder."""
        if self.visual is None:
            raise CheckpointError(
                "this localizer was put together from parts, so its visual encoder has no files; "
                "load it with from_pretrained"
            )
        return self.visual

    def save_pretrained(
        self,
        save_directory: str | Path,
        *,
        repo_id: str | None = None,
        push_to_hub: bool = False,
        model_card_kwargs: dict[str, Any] | None = None,
        **push_to_hub_kwargs: Any,
    ) -> str | None:
        """Write model, tokenizer, visual encoder and model card; a card that is there stays.

        Args:
            save_directory: folder to write, made if it is not there.
            repo_id: with `push_to_hub`, where to; the folder's name by default.
            push_to_hub: push it as well.
            model_card_kwargs: front matter of the card, as `huggingface_hub.ModelCardData` has it.
            push_to_hub_kwargs: what `push_to_hub` takes.

        Returns:
            The URL of the commit if it was pushed.
        """
        out, source = Path(save_directory), self.visual_folder
        assert self.folder is not None, "visual_folder has refused it"
        visual, text = self.checkpoint.visual, self.checkpoint.text
        if source.exists():
            _save_visual(source, out / VISUAL)
            visual = replace(visual, folder=VISUAL)
        else:  # published weights, fetched by whoever uses it
            visual = replace(visual, folder=visual.encoder)
        if text is not None:
            _save_text(named_by(self.folder, text.folder), out / TEXT)
            text = replace(text, folder=TEXT)
        saved = replace(self.checkpoint, visual=visual, text=text)
        save_checkpoint(saved, out)
        if self.folder.resolve() != out.resolve():
            (out / METRICS).unlink(missing_ok=True)  # of what was saved here before
        _copy(self.folder, out, (METRICS,))
        if not (out / CARD).is_file():
            own = self.folder / CARD
            about = own.read_text(encoding="utf-8") if own.is_file() else ""
            whole = repo_id if repo_id and "/" in repo_id else None  # else its owner is not known
            card = model_card(saved, about, whole, **(model_card_kwargs or {}))
            write_whole(out / CARD, card)
        if not push_to_hub:
            return None
        return self.push_to_hub(
            repo_id or out.resolve().name,
            model_card_kwargs=model_card_kwargs,
            **push_to_hub_kwargs,
        )

    def push_to_hub(
        self,
        repo_id: str,
        *,
        commit_message: str = "Push model using mutualsl.",
        private: bool | None = None,
        token: str | None = None,
        branch: str | None = None,
        create_pr: bool | None = None,
        allow_patterns: list[str] | str | None = None,
        ignore_patterns: list[str] | str | None = None,
        delete_patterns: list[str] | str | None = None,
        model_card_kwargs: dict[str, Any] | None = None,
    ) -> str:
        """Save it and upload that as one commit to the model repository `repo_id`; its URL.

        The repository is made if it is not there; `branch` is the one to commit to, `create_pr`
        makes a pull request of the commit, and the patterns choose what is uploaded or deleted. An
        upload of everything deletes what a checkpoint before has left there, numbers and encoders;
        `delete_patterns=[]` keeps it.
        Raises `CheckpointError` when the Hub cannot be reached or does not let this user write.
        """
        from mutualsl.hub import create, push  # what talks to the Hub takes long to import

        if delete_patterns is None and allow_patterns is None and ignore_patterns is None:
            delete_patterns = list(CHECKPOINT_FILES)  # but for what is uploaded now
        _ = self.visual_folder  # raises before a repository is made
        repo_id = create(repo_id, private=private, token=token)
        with TemporaryDirectory() as folder:
            self.save_pretrained(folder, repo_id=repo_id, model_card_kwargs=model_card_kwargs)
            return push(
                Path(folder),
                repo_id,
                token=token,
                commit_message=commit_message,
                revision=branch,
                create_pr=create_pr,
                allow_patterns=allow_patterns,
                ignore_patterns=ignore_patterns,
                delete_patterns=delete_patterns,
            )


def _save_visual(source: Path, target: Path) -> None:
    """A folder of an encoder as it is, or the file of Inception-I3D's weights, as safetensors."""
    from mutualsl.features.i3d import read_weights, weights_file

    _copy(source, target, ENCODER_FILES)
    if not any(source.glob("*.safetensors")):
        write_weights(_apart(read_weights(weights_file(source))), target / WEIGHTS)
    _forget_others(source, target)


def _save_text(source: Path, target: Path) -> None:
    """A language model's config and weights, the latter as safetensors whatever they were."""
    _copy(source, target, ENCODER_FILES)
    if not any(source.glob("*.safetensors")):
        weights = torch.load(source / PICKLED, map_location="cpu", weights_only=True)
        write_weights(_apart(weights), target / WEIGHTS)
    _forget_others(source, target)


def _forget_others(source: Path, target: Path) -> None:
    """Remove weights of what was saved in `target` before, once what is saved now is there."""
    own = {path.name for path in source.glob("*.safetensors")} or {WEIGHTS}
    for path in target.glob("*.safetensors"):
        if path.name not in own and path.resolve() != source.resolve():
            path.unlink()


def _apart(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Each tensor with memory of its own: safetensors keeps none that share it."""
    return {name: weight.clone().contiguous() for name, weight in weights.items()}


def _copy(source: Path, target: Path, patterns: tuple[str, ...]) -> None:
    """Copy the files of these names, unless both folders are one."""
    with writing(target):
        target.mkdir(parents=True, exist_ok=True)
    if source.resolve() == target.resolve():
        return
    for pattern in patterns:
        for path in source.glob(pattern):
            with writing(target), atomic_output(target / path.name) as partial:
                shutil.copyfile(path, partial)
