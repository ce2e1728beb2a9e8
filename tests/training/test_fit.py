"""What a system learns from that is fitted instead of trained."""

from collections import Counter
from dataclasses import replace

from mutualsl.data import jsonl
from mutualsl.data.synthetic import write_dataset
from mutualsl.models.mor import MoR
from mutualsl.training.recipes import RECIPES
from mutualsl.training.run import run
from tests import tiny
from tests.demo import ROOT

FEW = {"workers": 1, "text_only": True, "length_second": 25.0}


def marks(golds, durations):
    """What tells questions apart: gold span and length of the video, in milliseconds."""
    pairs = zip(golds, durations, strict=True)
    return Counter(tuple(round(1000 * s) for s in (*gold, length)) for gold, length in pairs)


def test_mor_sees_every_training_question_once_and_no_other(tmp_path, monkeypatch):
    folder = tmp_path / "data" / "synthetic"
    for split, videos in (("train", 3), ("val", 1), ("test", 2)):
        write_dataset(folder, videos, 0, split, **FEW)
    there = {}
    for split in ("train", "val", "test"):
        asked = jsonl.load(folder, split)
        there[split] = marks([e.gold for e in asked], [e.video.duration_second for e in asked])
    seen = Counter()

    def noted(model, batches, *given):
        batches = list(batches)
        for batch in batches:
            seen.update(marks(batch.gold.tolist(), batch.timeline.duration_second.tolist()))
        return grow(model, batches, *given)

    grow = MoR.fit
    monkeypatch.setattr(MoR, "fit", noted)
    recipe = replace(
        RECIPES["mor_synthetic"](),
        text_encoder=str(tiny.save_language_model(tmp_path / "language model")),
        window_tokens=48,
        sizes={"trees": 2, "depth": 2},
    )
    run(recipe, tmp_path / "data", tmp_path / "run", ROOT / "checkpoints" / "visual-mini")
    assert seen == there["train"] and seen.total() > 3
    assert not seen & there["val"] and not seen & there["test"]
