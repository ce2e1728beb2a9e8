"""From a recipe to a checkpoint folder: load, train, calibrate, save."""

from __future__ import annotations

import json
import os
import random
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from mutualsl.checkpoint import Checkpoint, VisualSource, save_checkpoint
from mutualsl.data import Collator, Example, TextTokenizer, jsonl, prepare
from mutualsl.data.example import Rows
from mutualsl.errors import DataError
from mutualsl.evaluation.record import current_commit
from mutualsl.features import FeatureCache, extract
from mutualsl.features.mini import MiniEncoder
from mutualsl.models import MutualSL, MutualSLConfig
from mutualsl.models.text_encoder import TextEncoder
from mutualsl.spans import iou
from mutualsl.training.recipes import Part, RunConfig
from mutualsl.training.sampling import Source, make_batches
from mutualsl.training.trainer import train
from mutualsl.training.visual import VisualTrainConfig, load_clips, train_visual
from mutualsl.video import content_hash, probe

Loader = Callable[[Part, str], list[Example]]
WARMUP_QUESTIONS = 3000  # asked in an epoch of the warm-up
WARMUP_VALIDATION = 150
DOMAIN_MARGIN = 1.5  # how much farther than the farthest validation video is still in domain


def run_visual(config: VisualTrainConfig, root: Path, out: Path) -> None:
    """Train `mini` on `root/synthetic` and write its checkpoint folder."""
    folder = root / "synthetic"
    probe_encoder = _untrained(config)
    training = load_clips(folder, "train", probe_encoder)
    validation = load_clips(folder, "val", probe_encoder, training.names)
    encoder, accuracy = train_visual(
        training, validation, config, lambda record: print(json.dumps(record), flush=True)
    )
    encoder.save(
        out,
        {
            "recipe": "visual_mini",
            "trained_on": "rendered how-to videos only; no camera footage",
            "seed": config.seed,
            "epochs": config.epochs,
            "commit": current_commit(),
            "seconds_of_video": len(training),
            "val_accuracy_percent": accuracy,
        },
    )


def run_localizer(config: RunConfig, root: Path, out: Path, visual: Path) -> None:
    """Train MutualSL as the recipe says and write `out/checkpoint`; continues a stopped run.

    `visual` is the folder of the visual encoder whose rows the model learns to read.
    """
    encoder = MiniEncoder.from_folder(visual)
    weights = str(files(config.text_encoder) / "model")
    tokenizer = TextTokenizer.from_file(Path(weights) / "tokenizer.json")
    text_encoder = TextEncoder.from_pretrained(weights)
    load = _loader(root, tokenizer, encoder)
    collator = Collator(
        tokenizer=tokenizer, row_width=encoder.row_width, window_tokens=config.window_tokens
    )
    torch.manual_seed(config.train.seed)
    model = MutualSL(
        MutualSLConfig(
            row_width=encoder.row_width,
            text_encoder=text_encoder.config,
            width=config.width,
            dropout=config.dropout,
            mutual=config.mutual,
        ),
        text_encoder,
    )
    sources = [_source(part, load(part, "train")) for part in config.parts]
    validation = {part.dataset: _some(load(part, "val"), part.validation) for part in config.parts}
    statistics = model.feature_projection.statistics
    statistics.fit(torch.from_numpy(np.concatenate(_all_rows(sources))))
    if config.visual_warmup is not None:
        _warm_up(model, collator, sources, load, config, out / "warmup")
    best = out / "best.safetensors"
    train(
        model, collator, sources, validation, config.train, out,
        lambda results: save_file(model.state_dict(), best),
    )  # fmt: skip
    model.load_state_dict(load_file(best))
    model.eval()
    _calibrate(model, collator, validation)
    about = {
        "name": config.name,
        "recipe": config.name.replace("-", "_"),
        "trained_on": config.trained_on,
        "seed": config.train.seed,
        "commit": current_commit(),
        "parts": [asdict(part) for part in config.parts],
        "training_videos": {s.name: _video_ids(s) for s in sources},
        "train": asdict(config.train),
        "visual_warmup": asdict(config.visual_warmup) if config.visual_warmup else None,
    }
    source = VisualSource(
        encoder="mini", fingerprint=encoder.fingerprint, folder=f"../{visual.resolve().name}"
    )
    save_checkpoint(
        Checkpoint(
            name="mutualsl",
            model=model,
            tokenizer=tokenizer,
            window_tokens=config.window_tokens,
            visual=source,
            about=about,
        ),
        out / "checkpoint",
    )


def _warm_up(
    model: MutualSL,
    collator: Collator,
    sources: Sequence[Source],
    load: Loader,
    config: RunConfig,
    out: Path,
) -> None:
    """Train on pictures and questions alone, and leave the best weights in the model."""
    assert config.visual_warmup is not None
    pictured = [s for s in sources if any(e.video.rows is not None for e in s.examples)]
    silent = [
        replace(s, examples=_without_subtitles(s.examples), per_epoch=WARMUP_QUESTIONS)
        for s in pictured
    ]
    names = {s.name for s in pictured}
    validation = {
        part.dataset: _without_subtitles(_some(load(part, "val"), WARMUP_VALIDATION))
        for part in config.parts
        if part.dataset in names
    }
    best = out / "best.safetensors"
    train(
        model, collator, silent, validation, config.visual_warmup, out,
        lambda results: save_file(model.state_dict(), best),
    )  # fmt: skip
    model.load_state_dict(load_file(best))
    for parameter in model.parameters():
        parameter.requires_grad_(True)


def _without_subtitles(examples: Sequence[Example]) -> list[Example]:
    return [replace(example, video=example.video.without_subtitles()) for example in examples]


def _untrained(config: VisualTrainConfig) -> MiniEncoder:
    from mutualsl.features.network import MiniNetwork

    return MiniEncoder(config.encoder, MiniNetwork(config.encoder.channels))


def _loader(root: Path, tokenizer: TextTokenizer, encoder: MiniEncoder) -> Loader:
    """Examples of a part with token ids, and rows where the data set has the video."""
    cache = FeatureCache(root / ".features", limit_bytes=2**40)

    def load(part: Part, split: str) -> list[Example]:
        folder = root / part.dataset

        def rows_of(video_id: str) -> Rows | None:
            path = jsonl.find_video(folder, video_id)
            if path is None:
                return None
            return cache.get_or_make(
                content_hash(path), encoder.fingerprint, lambda: extract(path, probe(path), encoder)
            ).rows

        examples = jsonl.load(folder, split, part.split_set)
        if not examples:
            raise DataError(f"{folder}: the {split} split is empty")
        names = {example.video.video_id for example in examples}
        with ThreadPoolExecutor(os.cpu_count()) as pool:  # decoding happens in worker processes
            rows = dict(zip(names, pool.map(rows_of, names), strict=True))
        return prepare(examples, tokenizer, rows.__getitem__)

    return load


def _source(part: Part, examples: list[Example]) -> Source:
    return Source(
        name=part.dataset,
        examples=examples,
        per_epoch=part.per_epoch,
        drop_video=part.drop_video,
        drop_subtitles=part.drop_subtitles,
    )


def _some(examples: list[Example], count: int) -> list[Example]:
    return random.Random(0).sample(examples, min(count, len(examples)))


def _video_ids(source: Source) -> list[str]:
    return sorted({example.video.video_id for example in source.examples})


def _all_rows(sources: Sequence[Source]) -> list[Rows]:
    videos = {e.video.video_id: e.video.rows for source in sources for e in source.examples}
    return [rows for rows in videos.values() if rows is not None]


def _calibrate(model: MutualSL, collator: Collator, validation: dict[str, list[Example]]) -> None:
    """Fit both heads' score calibration and the limit of the visual domain on validation data."""
    pairs: dict[str, list[tuple[float, bool]]] = {"visual": [], "textual": []}
    distances = [0.0]
    everything = [e for examples in validation.values() for e in examples]
    for group in make_batches(everything, random.Random(0), max_tokens=6144, max_questions=32):
        batch = collator(group)
        distance = model.feature_projection.statistics.distance(batch.rows, batch.row_mask)
        distances += distance[batch.has_video].tolist()
        for example, heads in zip(group, model.predict(batch, top_k=1), strict=True):
            assert example.gold is not None
            for name, head in (("visual", heads.visual), ("textual", heads.textual)):
                if head is not None:
                    pairs[name].append((head.score, iou(head.span, example.gold) >= 0.5))
    model.feature_projection.statistics.limit.fill_(DOMAIN_MARGIN * max(distances))
    for name, calibration in (
        ("visual", model.visual_calibration),
        ("textual", model.textual_calibration),
    ):
        if pairs[name]:
            scores, correct = zip(*pairs[name], strict=True)
            calibration.fit(torch.tensor(scores), torch.tensor(correct))


Run = RunConfig | VisualTrainConfig


def run(config: Run, root: Path, out: Path, visual: Path) -> None:
    """Start the run a recipe describes."""
    if isinstance(config, VisualTrainConfig):
        run_visual(config, root, out)
    else:
        run_localizer(config, root, out, visual)
