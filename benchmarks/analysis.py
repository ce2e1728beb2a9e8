"""Opening 10,000 predictions in the tab `Analyse`, against parsing the file alone.

python -m benchmarks.analysis
"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

from benchmarks.common import WORK, Measure, median_second, ratio, save, where_time_goes
from mutualsl.ui.analyse.opened import open_file
from mutualsl.ui.analyse.views import opened_anew
from mutualsl.ui.memory import collect_rarely

QUESTIONS, VIDEOS, LENGTH_SECOND = 10_000, 400, 300.0
LIMIT_SECOND = 2.0
LIMIT = 5.0  # of the time that parsing the file takes


def main() -> None:
    """Measure and write results/analysis.json."""
    path = predictions()

    def parse() -> None:
        for line in path.read_text(encoding="utf-8").splitlines():
            json.loads(line)

    def opening() -> None:
        opened_anew(open_file(str(path), None, {}, lambda stage, fraction: None))

    collect_rarely()  # as the server does
    parse()  # the first call of each sets up memory
    opening()
    second, parse_second = median_second(opening, parse, rounds=5)
    save(
        "analysis",
        [
            Measure(
                what=f"opening {QUESTIONS:,} predictions to analyse",
                value=round(second, 3),
                unit="s",
                limit=LIMIT_SECOND,
            ),
            ratio("opening them", second, parse_second, LIMIT, "parsing the file alone"),
        ],
        what="a predictions.jsonl read, analysed and drawn for the page",
        reference="json.loads of every line of the file",
        reference_second=round(parse_second, 4),
        time_goes_to=where_time_goes(opening, {"reading and analysing": open_file}),
    )


def predictions(questions: int = QUESTIONS) -> Path:
    """A file of random spans, five candidates for each predictor."""
    WORK.mkdir(parents=True, exist_ok=True)
    chance = random.Random(0)
    path = WORK / f"predictions-{questions}.jsonl"
    rows = (json.dumps(_row(number, chance)) + "\n" for number in range(questions))
    path.write_text("".join(rows), encoding="utf-8")
    return path


def _row(number: int, chance: random.Random) -> dict[str, Any]:
    heads = {head: _head(chance) for head in ("visual", "textual")}
    return {
        **heads,
        "answer": {key: heads["textual"][key] for key in ("span", "score")} | {"source": "textual"},
        "sample_id": str(number),
        "video_id": f"video-{number % VIDEOS}",
        "question": f"How do I turn the red jar around for the {number}th time?",
        "duration": LENGTH_SECOND,
        "gold": _span(chance),
        "gold_covered": chance.random(),
        "ceilings": {"cues": chance.random(), "rows": chance.random()},
    }


def _head(chance: random.Random) -> dict[str, Any]:
    score, spans = round(chance.random(), 4), [_span(chance) for _ in range(5)]
    return {"span": spans[0], "score": score, "candidates": [[*span, score] for span in spans]}


def _span(chance: random.Random) -> list[float]:
    start, end = sorted(round(chance.uniform(0, LENGTH_SECOND), 3) for _ in range(2))
    return [start, end + 0.001]


if __name__ == "__main__":
    main()
