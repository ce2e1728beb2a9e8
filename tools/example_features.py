"""What the visual encoder sees in the demo videos, in assets/features: they are not read again.

python -m tools.example_features
"""

from __future__ import annotations

import shutil
from pathlib import Path

from mutualsl.features import FeatureCache
from mutualsl.inference import AnswerLocalizer
from mutualsl.ui.examples import FEATURES, read_examples

ROOT = Path(__file__).resolve().parent.parent
ASSETS, CHECKPOINT = ROOT / "assets", ROOT / "checkpoints" / "mutualsl-mini"


def main() -> None:
    """Write one entry for each demo video; those of another encoder or video go."""
    shutil.rmtree(ASSETS / FEATURES, ignore_errors=True)
    cache = FeatureCache(ASSETS / FEATURES)
    localizer = AnswerLocalizer.from_pretrained(CHECKPOINT, "cpu")
    localizer.cache = cache
    for example in read_examples(ASSETS):
        localizer.encode_video(example.video, "none")
    for name in sorted(cache.entries()):
        print(f"{name}: {(cache.folder / name).stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
