"""`mini`: this project's own visual encoder, trained on rendered how-to videos.

One row a second: 8 frames of 128 x 72 pixels through `MiniNetwork`. Letters: T frames, F row width.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save_file
from torch import Tensor

from mutualsl.atomic import atomic_output, write_json
from mutualsl.device import AtOnce, enough_memory
from mutualsl.errors import CheckpointError, in_a_line, memory_is_short
from mutualsl.features.base import Frames, Rows, by_rows
from mutualsl.features.network import MiniNetwork, channels_last
from mutualsl.finite import check_finite
from mutualsl.sizes import check_sizes, check_values, outline
from mutualsl.telling import listening
from mutualsl.video import FrameRequest

SECONDS_AT_ONCE = 64  # as many as `extract` has for it on a GPU


@dataclass(frozen=True, kw_only=True, slots=True)
class MiniConfig:
    """What the rows depend on beside the weights."""

    rate_hz: int = 8  # frames a second, and frames a row
    width: int = 128
    height: int = 72
    channels: tuple[int, ...] = (24, 48, 96, 160)


class MiniEncoder:
    """Frames to rows; safe to share between threads."""

    name = "mini"

    def __init__(self, config: MiniConfig, network: MiniNetwork, device: str = "cpu") -> None:
        self.config = config
        self.device = torch.device(device)
        self.network = channels_last(network).eval().to(self.device)
        self.fingerprint = fingerprint(config, network)
        self._at_once = AtOnce(SECONDS_AT_ONCE, "seconds of video")

    @classmethod
    def from_folder(cls, folder: str | Path, device: str = "cpu") -> MiniEncoder:
        """Load `config.json` and `model.safetensors`."""
        folder = Path(folder)
        try:
            fields = json.loads((folder / "config.json").read_text())["encoder"]
            config = MiniConfig(**{**fields, "channels": tuple(fields["channels"])})
            check_values(config)
            if min(config.rate_hz // 2, config.width, config.height) < 1:
                raise ValueError(f"{config.width} x {config.height}, {config.rate_hz} a second")
            sizes = outline(fields, lambda: MiniNetwork(config.channels))
            check_sizes(sizes, folder / "model.safetensors")
            network = MiniNetwork(config.channels)
            weights = load_file(folder / "model.safetensors")
            network.load_state_dict(
                {k: v.float() if v.is_floating_point() else v for k, v in weights.items()}
            )
        except (
            *(OSError, KeyError, IndexError, TypeError, ValueError, RuntimeError),
            *(RecursionError, SafetensorError),
        ) as error:
            if memory_is_short(error):  # the folder is not to blame
                raise
            raise CheckpointError(
                f"{folder}: not a checkpoint of the visual encoder 'mini' ({in_a_line(error)}); "
                "point to a folder with its config.json and model.safetensors"
            ) from error
        check_finite(network, folder)
        return cls(config, network, device)

    def save(self, folder: Path, about: dict[str, object]) -> None:
        """Write config, weights (16-bit) and `about` (how they came to be)."""
        weights = {
            k: (v.half() if v.is_floating_point() else v).contiguous()
            for k, v in self.network.state_dict().items()
        }
        with atomic_output(folder / "model.safetensors") as partial:
            save_file(weights, partial)
        record = {"name": self.name, "encoder": asdict(self.config), **about}
        write_json(folder / "config.json", record)

    @property
    def row_width(self) -> int:
        """Width F of a row."""
        return self.config.channels[-1]

    @property
    def request(self) -> FrameRequest:
        """The frames this encoder wants from one pass over a video."""
        config = self.config
        return FrameRequest(rate_hz=config.rate_hz, width=config.width, height=config.height)

    @property
    def frames_per_row(self) -> int:
        """Frames that make one row."""
        return self.config.rate_hz

    @torch.inference_mode()
    def encode(self, frames: Frames) -> Rows:
        """Rows (ceil(T / 8), F) of frames (T, H, W, 3); the last row repeats its last frame.

        Raises `MutualSLError` when not even one second fits into the memory of the device.
        """
        clips = torch.from_numpy(by_rows(frames, self.frames_per_row))  # (B, T, H, W, 3)
        # Who waits is told how much of the video is done, not how much of these frames.
        with enough_memory(self.device, "one second of video"), listening(None):
            parts = self._at_once.over(len(clips), lambda part: self._rows(clips[part]))
        rows: Rows = torch.cat(parts).numpy()
        return rows

    def _rows(self, clips: Tensor) -> Tensor:
        """Rows (B, F) of clips (B, T, H, W, 3)."""
        scaled = clips.to(self.device).permute(0, 4, 1, 2, 3).float().div_(255.0)
        scaled = scaled.contiguous(memory_format=torch.channels_last_3d)
        rows: Tensor = self.network(scaled).float().cpu()
        return rows


def fingerprint(config: MiniConfig, network: MiniNetwork) -> str:
    """Hash of everything that rows depend on: sampling, sizes and 16-bit weights."""
    digest = hashlib.sha256(json.dumps(asdict(config), sort_keys=True).encode())
    for name, value in sorted(network.state_dict().items()):
        digest.update(name.encode())
        stored = value.half() if value.is_floating_point() else value
        digest.update(stored.cpu().numpy().tobytes())
    return f"mini-{digest.hexdigest()[:16]}"
