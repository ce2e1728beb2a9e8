"""A Hub without a network: repositories are folders, and what was asked of it is kept."""

from __future__ import annotations

import shutil
from pathlib import Path
from types import SimpleNamespace

import pytest
from huggingface_hub.utils import filter_repo_objects

import mutualsl.hub


class StandInHub:
    """What `mutualsl.hub` calls of `huggingface_hub`; `refusal`, if there is one, is raised."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        self.refusal: Exception | None = None
        self.asked: list[dict] = []
        monkeypatch.setattr(mutualsl.hub, "snapshot_download", self.snapshot_download)
        monkeypatch.setattr(mutualsl.hub, "HfApi", lambda token: self.api(token))

    def repository(self, repo_id: str) -> Path:
        """The folder of a repository, made if it is not there."""
        folder = self.folder / "hub" / repo_id
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def snapshot_download(self, repo_id, *, allow_patterns, **options) -> str:
        self._ask(call="download", repo_id=repo_id, **options)
        source = self.repository(repo_id)
        snapshot = self.folder / "cache" / repo_id / "snapshots" / "0123abc"
        _copy(source, snapshot, _matching(source, allow_patterns))
        return str(snapshot)

    def api(self, token) -> SimpleNamespace:
        def create_repo(*, repo_id, **options):
            self._ask(call="create", repo_id=repo_id, token=token, **options)
            return SimpleNamespace(repo_id=repo_id if "/" in repo_id else f"me/{repo_id}")

        def upload_folder(*, repo_id, folder_path, **options):
            self._ask(call="upload", repo_id=repo_id, **options)
            repository = self.repository(repo_id)
            delete = options["delete_patterns"]
            for name in [] if delete is None else _matching(repository, delete):
                (repository / name).unlink()
            chosen = (options["allow_patterns"], options["ignore_patterns"])
            _copy(folder_path, repository, _matching(folder_path, *chosen))
            return SimpleNamespace(commit_url=f"https://huggingface.co/{repo_id}/commit/0123abc")

        return SimpleNamespace(create_repo=create_repo, upload_folder=upload_folder)

    def _ask(self, **call) -> None:
        self.asked.append(call)
        if self.refusal is not None:
            raise self.refusal


def _matching(folder: Path, allow_patterns, ignore_patterns=None) -> list[str]:
    """The files of a folder that both patterns let through."""
    names = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
    return list(
        filter_repo_objects(names, allow_patterns=allow_patterns, ignore_patterns=ignore_patterns)
    )


def _copy(source: Path, target: Path, names: list[str]) -> None:
    for name in names:
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source / name, target / name)
