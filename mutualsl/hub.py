"""Folders of the Hugging Face Hub: fetched into its cache once, and pushed.

`HF_HUB_OFFLINE=1` keeps to what is in the cache, `HF_TOKEN` or `hf auth login` says who asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from huggingface_hub import HfApi, constants, snapshot_download
from huggingface_hub.errors import (
    GatedRepoError,
    HfHubHTTPError,
    HFValidationError,
    LocalEntryNotFoundError,
    LocalTokenNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from mutualsl.errors import CheckpointError, in_a_line

LOG_IN = "log in with `hf auth login`, or set HF_TOKEN"


def fetch(repo_id: str, files: Sequence[str], **options: Any) -> Path:
    """The folder in the cache that holds a repository's newest files of these names or patterns.

    Args:
        repo_id: `owner/name`.
        files: what to fetch; everything else in the repository is left there.
        options: `revision`, `token`, `cache_dir`, `force_download`, `local_files_only`, as
            `huggingface_hub.snapshot_download` takes them.

    Raises:
        CheckpointError: it does not exist, may not be read, or cannot be reached.
    """
    try:
        return Path(snapshot_download(repo_id, allow_patterns=list(files), **options))
    except GatedRepoError as error:
        raise CheckpointError(
            f"{repo_id}: its owner gives access on request; ask for it at "
            f"{constants.ENDPOINT}/{repo_id} and {LOG_IN}"
        ) from error
    except RevisionNotFoundError as error:
        raise CheckpointError(
            f"{repo_id}: has no revision {options.get('revision')!r}; leave it out for the newest"
        ) from error
    except (RepositoryNotFoundError, HFValidationError) as error:
        raise CheckpointError(
            f"{repo_id}: neither a folder here nor a repository of the Hub that you may read; "
            f"check the name, or {LOG_IN}"
        ) from error
    except LocalEntryNotFoundError as error:
        offline = constants.HF_HUB_OFFLINE or options.get("local_files_only")
        why = "the Hub is switched off (HF_HUB_OFFLINE)" if offline else "the Hub is out of reach"
        raise CheckpointError(
            f"{repo_id}: not a folder here, not in the cache, and {why}; "
            "fetch it once with a network, or name a folder"
        ) from error
    except Exception as error:  # networks fail in many ways, in classes of several libraries
        raise CheckpointError(
            f"{repo_id}: could not be fetched ({in_a_line(error)}); try again"
        ) from error


def create(repo_id: str, *, private: bool | None = None, token: str | bool | None = None) -> str:
    """The whole name, `owner/name`, of a model repository, which is made if it is not there.

    Raises `CheckpointError` when the Hub cannot be reached or does not let this user write there.
    """
    with _writing_to(repo_id):
        api = HfApi(token=token)
        return str(api.create_repo(repo_id=repo_id, private=private, exist_ok=True).repo_id)


def push(folder: Path, repo_id: str, *, token: str | bool | None = None, **options: Any) -> str:
    """Upload a folder to a model repository; the URL of the commit.

    `options` are those of `huggingface_hub.upload_folder`. Raises what `create` does.
    """
    with _writing_to(repo_id):
        api = HfApi(token=token)
        commit = api.upload_folder(
            repo_id=repo_id, repo_type="model", folder_path=folder, **options
        )
        return str(commit.commit_url)


@contextmanager
def _writing_to(repo_id: str) -> Iterator[None]:
    """Raises `CheckpointError` for whatever keeps from writing to a repository."""
    try:
        yield
    except (HfHubHTTPError, HFValidationError, LocalTokenNotFoundError) as error:
        raise CheckpointError(
            f"{repo_id}: the Hub does not take it ({in_a_line(error)}); check the name, and "
            f"{LOG_IN}, with a token that may write"
        ) from error
    except Exception as error:  # networks fail in many ways, in classes of several libraries
        raise CheckpointError(
            f"{repo_id}: could not be pushed ({in_a_line(error)}); try again with a network"
        ) from error
