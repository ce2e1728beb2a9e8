"""The full model on a GPU: each speed beside the floor that its operations and bytes set.

python -m benchmarks.gpu [--dry]      --dry prints, and writes no results file

Exits with 2 where there is no GPU. Weights are random: what numbers they are costs no time.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import time
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchmarks.common import CHECKPOINT, WORK, median_second, save
from benchmarks.floors import (
    BF16,
    Rates,
    Work,
    best_second,
    forget_peak,
    measure_rates,
    operations,
    result,
    synchronize,
    training_work,
    weight_bytes,
)
from benchmarks.i3d import random_network, video
from mutualsl.data import Example, TextTokenizer, VideoInput
from mutualsl.data.batch import Collator
from mutualsl.device import AtOnce, precision
from mutualsl.features import extract
from mutualsl.features.i3d import I3DEncoder
from mutualsl.models import MutualSL, MutualSLConfig
from mutualsl.models.profiles import profile
from mutualsl.spans import Span
from mutualsl.subtitles import Cue
from mutualsl.training.config import Part
from mutualsl.training.full import HEADS, WIDTH, paper_medvidqa
from mutualsl.training.sampling import Source
from mutualsl.training.trainer import Trainer
from mutualsl.video import probe, read_frames

EXTRACTION_LIMIT = 1.15  # of the slower of decoding alone and the network alone
CUE_TOKENS = 10
ROW_WIDTH = 1024
DEBERTA_LARGE: dict[str, Any] = {  # as microsoft/deberta-v3-large is published
    "model_type": "deberta-v2", "vocab_size": 128100, "hidden_size": 1024,
    "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096,
    "max_position_embeddings": 512, "relative_attention": True, "position_buckets": 256,
    "norm_rel_ebd": "layer_norm", "share_att_key": True, "pos_att_type": "p2c|c2p",
    "layer_norm_eps": 1e-7, "max_relative_positions": -1, "position_biased_input": False,
    "type_vocab_size": 0,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Size:
    """How much is measured."""

    text_encoder: dict[str, Any] = field(default_factory=lambda: DEBERTA_LARGE)
    width: int = WIDTH
    heads: int = HEADS
    clips: int = 256
    video_second: int = 120
    tokens: tuple[int, ...] = (2048, 4096)  # of a transcript
    questions: int = 8  # at once
    steps: int = 8  # of training


def clips(encoder: I3DEncoder, size: Size, rates: Rates) -> dict[str, Any]:
    """I3D from frames in memory to rows."""
    frames = np.zeros((size.clips * encoder.frames_per_row, 224, 224, 3), np.uint8)
    one = torch.zeros(1, 3, encoder.frames_per_row, 224, 224, device=encoder.device)
    each = operations(lambda: encoder.network(one.to(encoder.dtype)))
    work = Work(size.clips * each, weight_bytes(encoder.network) + frames.nbytes)
    forget_peak(encoder.device)
    second = best_second(lambda: encoder.encode(frames), encoder.device)
    return result("clip", size.clips, second, work, rates, encoder.device)


def extraction(encoder: I3DEncoder, path: Path) -> dict[str, Any]:
    """A video file to rows, against each of the two halves of that alone."""
    info = probe(path)

    def decoded() -> np.ndarray:
        with read_frames(path, encoder.request) as reader:
            return np.concatenate([chunk.frames for chunk in reader])

    frames = decoded()
    second, decoding, network = median_second(
        lambda: extract(path, info, encoder), decoded, lambda: encoder.encode(frames), rounds=3
    )
    return {
        "seconds_of_video": round(info.duration_second),
        "second": round(second, 3),
        "decoding_second": round(decoding, 3),
        "network_second": round(network, 3),
        "ratio": round(second / max(decoding, network), 3),
        "limit": EXTRACTION_LIMIT,
    }


def full_model(size: Size, device: torch.device) -> MutualSL:
    """The model of the recipe `paper_medvidqa`."""
    config = MutualSLConfig(
        row_width=ROW_WIDTH, text_encoder=size.text_encoder, width=size.width, heads=size.heads,
        **profile("literal"),
    )  # fmt: skip
    return MutualSL(config).to(device).eval()


def questions(
    model: MutualSL, tokens: int, size: Size, rates: Rates, device: torch.device
) -> dict[str, Any]:
    """Questions about videos with transcripts of so many tokens, from values to spans."""
    examples, collator = _examples(size.questions, tokens), _collator()
    at_once = AtOnce(size.questions, "questions")
    each = _forward_operations(model, examples[0], device)

    def ask() -> None:
        with precision(device), torch.inference_mode():
            at_once.over(
                len(examples), lambda part: model.predict(collator(examples[part]).to(device))
            )

    moved = BF16 * sum(p.numel() for p in model.parameters())
    forget_peak(device)
    second = best_second(ask, device)
    work = Work(size.questions * each, moved)
    return result("question", size.questions, second, work, rates, device) | {
        "tokens": tokens, "at_once": at_once.most,
    }  # fmt: skip


def training(
    model: MutualSL, tokens: int, size: Size, rates: Rates, device: torch.device
) -> dict[str, Any]:
    """Steps of the trainer by the recipe `paper_medvidqa`; the first two are not counted."""
    (stage,) = paper_medvidqa().stages
    config = replace(stage.train, epochs=1)
    examples, collator = _examples(config.max_questions * (size.steps + 2), tokens), _collator()
    forward = config.max_questions * _forward_operations(model, examples[0], device)
    parameters = sum(p.numel() for p in model.parameters())
    out = WORK / "gpu-training"
    shutil.rmtree(out, ignore_errors=True)
    began: list[float] = []

    def note(*_: object) -> None:
        synchronize(device)
        began.append(time.perf_counter())

    part = Part(dataset="random", per_epoch=len(examples))
    hook = model.register_forward_pre_hook(note)
    forget_peak(device)
    source = Source(part=part, examples=examples)
    Trainer(model, collator, [source], {}, config, out, lambda averaged: None).train()
    hook.remove()
    shutil.rmtree(out)
    took = [after - before for before, after in zip(began[2:], began[3:], strict=False)]
    work = training_work(forward, parameters)
    return result("step", 1, statistics.median(took), work, rates, device) | {
        "tokens": tokens, "questions": config.max_questions, "parameters": parameters,
    }  # fmt: skip


def _forward_operations(model: MutualSL, example: Example, device: torch.device) -> int:
    batch = _collator()([example]).to(device)
    with precision(device):
        return operations(lambda: model(batch))


def _examples(count: int, tokens: int) -> list[Example]:
    """Questions, each about a video of its own with rows and cues."""
    chance = np.random.default_rng(0)
    cue_count = tokens // CUE_TOKENS
    seconds = 2 * cue_count
    cues = tuple(Cue(2.0 * i, 2.0 * i + 1.9, "") for i in range(cue_count))
    return [
        Example(
            video=VideoInput(
                video_id=str(number),
                duration_second=float(seconds),
                rows=chance.random((seconds, ROW_WIDTH), dtype=np.float32),
                cues=cues,
                cue_tokens=tuple(
                    tuple(map(int, chance.integers(1000, 20_000, CUE_TOKENS))) for _ in cues
                ),
            ),
            question="When is the bandage put around the hand?",
            gold=Span(seconds / 4, seconds / 2),
        )
        for number in range(count)
    ]


def _collator() -> Collator:
    """One window for a whole transcript; whose words they are costs no time either."""
    tokenizer = TextTokenizer.from_folder(CHECKPOINT)
    return Collator(tokenizer=tokenizer, row_width=ROW_WIDTH, window_tokens=16_384)


def measure(size: Size, device: torch.device) -> dict[str, Any]:
    """Everything, one after the other."""
    rates = measure_rates(device)
    encoder = I3DEncoder(random_network(), device.type)
    found: dict[str, Any] = {
        "rates": rates._asdict(),
        "clips": clips(encoder, size, rates),
        "extraction": extraction(encoder, video(size.video_second)),
    }
    del encoder
    model = full_model(size, device)
    found["questions"] = [questions(model, n, size, rates, device) for n in size.tokens]
    found["training"] = [training(model, n, size, rates, device) for n in size.tokens]
    return found


def main() -> int:
    """Measure and write results/gpu.json; 2 without a GPU."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--dry", action="store_true")
    options = parser.parse_args()
    if not torch.cuda.is_available():
        print("benchmarks.gpu: no CUDA device here; run it where there is one", file=sys.stderr)
        return 2
    found = {"device": torch.cuda.get_device_name(), **measure(Size(), torch.device("cuda"))}
    if options.dry:
        print(json.dumps(found, indent=2))
    else:
        save("gpu", found)
    return 0


if __name__ == "__main__":
    sys.exit(main())
