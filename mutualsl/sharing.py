"""Saving and pushing a localizer, with the names and results of `PyTorchModelHubMixin`."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from mutualsl.atomic import write_whole
from mutualsl.card import model_card
from mutualsl.checkpoint import Checkpoint, save_checkpoint
from mutualsl.errors import CheckpointError
from mutualsl.places import CARD, ENCODER_FILES, METRICS, TEXT, VISUAL


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
        if source.is_dir():  # published weights are fetched by whoever uses it
            _copy(source, out / VISUAL, ENCODER_FILES)
            visual = replace(visual, folder=VISUAL)
        if text is not None:
            _copy((self.folder / text.folder).resolve(), out / TEXT, ENCODER_FILES)
            text = replace(text, folder=TEXT)
        save_checkpoint(replace(self.checkpoint, visual=visual, text=text), out)
        _copy(self.folder, out, (METRICS,))
        if not (out / CARD).is_file():
            own = self.folder / CARD
            about = own.read_text(encoding="utf-8") if own.is_file() else ""
            card = model_card(self.checkpoint, about, repo_id, **(model_card_kwargs or {}))
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
        makes a pull request of the commit, and the patterns choose what is uploaded or deleted.
        Raises `CheckpointError` when the Hub cannot be reached or does not let this user write.
        """
        from mutualsl.hub import push  # what talks to the Hub takes long to import

        with TemporaryDirectory() as folder:
            self.save_pretrained(folder, repo_id=repo_id, model_card_kwargs=model_card_kwargs)
            return push(
                Path(folder),
                repo_id,
                private=private,
                token=token,
                commit_message=commit_message,
                revision=branch,
                create_pr=create_pr,
                allow_patterns=allow_patterns,
                ignore_patterns=ignore_patterns,
                delete_patterns=delete_patterns,
            )


def _copy(source: Path, target: Path, patterns: tuple[str, ...]) -> None:
    """Copy the files of these names, unless both folders are one."""
    target.mkdir(parents=True, exist_ok=True)
    if source.resolve() == target.resolve():
        return
    for pattern in patterns:
        for path in source.glob(pattern):
            shutil.copyfile(path, target / path.name)
