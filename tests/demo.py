"""The demo videos in assets/ and their questions."""

import json
from dataclasses import dataclass
from pathlib import Path

from mutualsl.spans import Span

ROOT = Path(__file__).resolve().parent.parent
ASSETS = ROOT / "assets"


@dataclass(frozen=True)
class Demo:
    """One video of assets/questions.json."""

    video: Path
    subtitles: Path | None  # None: its embedded text track
    questions: tuple[str, ...]
    gold: tuple[Span, ...]


def read_demos() -> dict[str, Demo]:
    """All demo videos by the first word of their names."""
    listed = json.loads((ASSETS / "questions.json").read_text(encoding="utf-8"))
    return {
        entry["video"].split("-")[0]: Demo(
            video=ASSETS / entry["video"],
            subtitles=ASSETS / entry["subtitles"] if entry["subtitles"] else None,
            questions=tuple(q["question"] for q in entry["questions"]),
            gold=tuple(Span(q["start"], q["end"]) for q in entry["questions"]),
        )
        for entry in listed
    }
