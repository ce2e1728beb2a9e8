"""How near questions come to what is said in videos that answer them, and in others.

python -m tools.unrelated --data-root ROOT [--checkpoint FOLDER]

Each validation question is put to its own video, to another one of its data set, and to one of
another data set. Writes docs/results/unrelated.json.
"""

from __future__ import annotations

import argparse
import json
import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from mutualsl.answer import UNRELATED_BELOW
from mutualsl.atomic import write_json
from mutualsl.checkpoint import load_model
from mutualsl.data import dataset_in, prepare
from mutualsl.data.batch import Collator
from mutualsl.data.example import Example
from mutualsl.data.split_sets import DISJOINT, OFFICIAL
from mutualsl.evaluation.record import current_commit, weights_id
from mutualsl.models.mutualsl import MutualSL
from tools.example_features import CHECKPOINT, ROOT

RESULTS = ROOT / "docs" / "results" / "unrelated.json"
SPLIT, SEED, MOST = "val", 0, 400
SPLIT_SETS = {
    "tutorialvqa": DISJOINT,
    "vehiclevqa": DISJOINT,
    "medvidqa": OFFICIAL,
    "synthetic": None,
}
SHARES = (0.02, 0.05, 0.5, 0.95, 0.98)


def main() -> None:
    """Measure the checkpoint's sentence reader on what of the data is there."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--data-root", type=Path, required=True)
    parser.add_argument("--checkpoint", type=Path, default=CHECKPOINT)
    options = parser.parse_args()
    checkpoint, chance = load_model(options.checkpoint), random.Random(SEED)
    model = checkpoint.model
    assert isinstance(model, MutualSL)
    reader = model.sentence_reader
    assert reader is not None
    collator = Collator(
        tokenizer=checkpoint.tokenizer, row_width=model.config.row_width, window_tokens=512
    )
    data = {}
    for name, split_set in SPLIT_SETS.items():
        folder = options.data_root / name
        source = dataset_in(folder, SPLIT, split_set)
        examples = [e for e in source.load(folder, SPLIT, split_set) if e.video.cues]
        chosen = chance.sample(examples, min(MOST, len(examples)))
        data[name] = prepare(chosen, checkpoint.tokenizer)

    def below(examples: Sequence[Example]) -> dict[str, Any]:
        found = [reader.related(collator([example]))[0] for example in examples]
        nearness = np.array(found, dtype=float)
        share = round(100 * float((nearness < UNRELATED_BELOW).mean()), 1)
        quantiles = {str(q): round(float(np.quantile(nearness, q)), 3) for q in SHARES}
        return {"n": len(found), "below_percent": share, "quantiles": quantiles}

    rows = {}
    for name, examples in data.items():
        others = [e for other, own in data.items() if other != name for e in own]
        near = [_elsewhere(example, examples, chance) for example in examples]
        far = [_elsewhere(example, others, chance) for example in examples]
        rows[name] = {
            "own video": below(examples),
            "another video of the data set": below(near),
            "a video of another data set": below(far),
        }
        print(name, json.dumps(rows[name]))
    record = {
        "threshold": UNRELATED_BELOW,
        "split": SPLIT,
        "split_sets": SPLIT_SETS,
        "seed": SEED,
        "weights": weights_id(options.checkpoint),
        "commit": current_commit(),
        "date": date.today().isoformat(),
        "rows": rows,
    }
    write_json(RESULTS, record)


def _elsewhere(example: Example, others: Sequence[Example], chance: random.Random) -> Example:
    """The same question about another video."""
    videos = [e.video for e in others if e.video.video_id != example.video.video_id]
    return replace(example, video=chance.choice(videos))


if __name__ == "__main__":
    main()
