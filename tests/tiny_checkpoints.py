"""Folders of tiny models as `mutualsl train` writes them: small and fast, and they know nothing."""

import json
from pathlib import Path

import torch

from mutualsl.checkpoint import Checkpoint, TextSource, VisualSource, load_model, save_checkpoint
from mutualsl.features.mini import MiniConfig, MiniEncoder
from mutualsl.features.network import MiniNetwork
from mutualsl.models.questions import fingerprint as text_fingerprint
from tests import tiny

ENCODER = MiniConfig(rate_hz=2, width=32, height=18, channels=(4, 4, 4, tiny.ROW_WIDTH))


def write_visual(folder: Path, seed: int) -> str:
    """A visual encoder; returns its fingerprint."""
    torch.manual_seed(seed)
    MiniEncoder(ENCODER, MiniNetwork(ENCODER.channels)).save(folder, {})
    return MiniEncoder.from_folder(folder).fingerprint


def write_model(
    folder: Path, name: str, seed: int, visual: str, fingerprint: str, **sizes: object
) -> Path:
    """A localizer with a card and numbers."""
    checkpoint = Checkpoint(
        name="mutualsl",
        model=tiny.model(seed, **sizes),
        tokenizer=tiny.tokenizer(),
        window_tokens=24,
        visual=VisualSource(encoder="mini", fingerprint=fingerprint, folder=f"../{visual}"),
        about={"name": name, "trained_on": f"nothing, seed {seed}"},
    )
    save_checkpoint(checkpoint, folder)
    (folder / "README.md").write_text(f"# {name}\n\nThe **card** of {name}.\n")
    head = {"mIoU": 10.0 * seed, "n": 4, "n_answered": 4}
    row = {"data": "jars", "split": "test", "split_set": None, "read_out": "confident", "n": 4}
    row |= {"visual": head, "textual": head, "answer": head}
    (folder / "metrics.json").write_text(json.dumps({"rows": [row]}))
    return folder


def write_visual_only(folder: Path, reader: Path) -> Path:
    """A VSLNet on the rows of the localizer `reader`, whose language model reads its questions."""
    beside = load_model(reader)
    language_model = beside.model.text_encoder.language_model
    checkpoint = Checkpoint(
        name="vslnet",
        model=tiny.system("vslnet"),
        tokenizer=tiny.tokenizer(),
        window_tokens=24,
        visual=beside.visual,
        text=TextSource(fingerprint=text_fingerprint(language_model), folder=f"../{reader.name}"),
        about={"name": folder.name, "trained_on": "nothing"},
    )
    save_checkpoint(checkpoint, folder)
    return folder


def write_models(root: Path) -> Path:
    """`one` and `two` with one visual encoder, `three` with another, `broken`; returns `one`."""
    shared, other = write_visual(root / "visual-a", 0), write_visual(root / "visual-b", 1)
    write_model(root / "two", "two", 2, "visual-a", shared)
    write_model(root / "three", "three", 3, "visual-b", other)
    broken = write_model(root / "broken", "broken", 4, "visual-a", shared)
    (broken / "model.safetensors").write_bytes(b"not weights")
    return write_model(root / "one", "one", 1, "visual-a", shared)
