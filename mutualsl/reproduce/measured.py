"""What a run measured, as a small file: it stays when the run's folder with its weights is gone."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mutualsl.atomic import write_json
from mutualsl.description import CONFIG, describe
from mutualsl.evaluation.collect import read_json
from mutualsl.evaluation.metrics import COLUMNS
from mutualsl.evaluation.transfer import Log, read_log
from mutualsl.reproduce.questions import Questions
from mutualsl.reproduce.runs import SeededRun, outdated
from mutualsl.training.run_note import NOTE, is_note_of

Measured = Mapping[str, Any]
MEASURED = "measured"  # folder of such files, below that of the runs and in docs/results
HEADS = ("visual", "textual", "answer")


def measured(run: SeededRun, questions: Questions, earlier: Path | None = None) -> Measured | None:
    """What is known of a run on these questions: from its folder, else from a file in `earlier`.

    A run in the folder that was stopped gives way to one that was finished earlier.
    """
    own = _of_folder(run, questions) if run.answered(questions) else None
    if own is not None and not own["stopped"]:
        return own
    return _of_earlier(run, questions, earlier) or own


def file_of(name: str, seed: int) -> Path:
    """Where the file of a run lies in a folder of them; `name` is that of its folder."""
    return Path(name) / f"seed-{seed}.json"


def write(run: Measured, folder: Path) -> None:
    """Write the file that `measured` finds in the folder `earlier`."""
    write_json(folder / file_of(run["run"], run["seed"]), run)


def _of_folder(run: SeededRun, questions: Questions) -> Measured:
    about, out = run.about, run.answers(questions)
    evaluation, metrics = read_json(out / "run.json"), read_json(out / "metrics.json")
    return {
        "run": run.folder.parent.name,
        "seed": run.seed,
        **{name: evaluation[name] for name in ("commit", "date", "weights")},
        "data": questions.data.name,
        "split_set": questions.data.split_set,
        "split": questions.data.split,
        "questions": questions.identity,
        "visual": read_json(run.checkpoint / CONFIG)["visual"]["fingerprint"],
        "learned_from": about.get("learned_from"),
        "learned_id": run.learned_id,
        "stopped": about.get("stopped"),
        "parameters": describe(run.checkpoint).parameter_count,
        "training_second": about["training_second"],
        "training_cpu_second": about.get("training_cpu_second"),
        "metrics": {
            head: {name: metrics[head][name] for name in (*COLUMNS, "n", "n_answered")}
            for head in HEADS
        },
        "by_kind": {
            kind: {head: part[head]["mIoU"] for head in HEADS}
            for kind, part in metrics.get("by_kind", {}).items()
        },
        "transfer": _transfer(run),
        "recipe": json.loads((run.folder / NOTE).read_text()),
    }


def _of_earlier(run: SeededRun, questions: Questions, earlier: Path | None) -> Measured | None:
    """The file of a run by the same recipe on the same questions."""
    path = None if earlier is None else earlier / file_of(run.folder.parent.name, run.seed)
    if path is None or not path.is_file():
        return None
    found = read_json(path)
    same = found["questions"] == questions.identity
    same = same and is_note_of(json.dumps(found["recipe"]), run.config)
    same = same and run.reads_rows_of(found["visual"], found["learned_from"])
    learned = found["learned_from"], found.get("learned_id")
    return found if same and not outdated(run.reads, *learned, questions) else None


def _transfer(run: SeededRun) -> Log | None:
    """Transfer weights of the last stage that has them."""
    logs = sorted(run.folder.glob("*/log.jsonl"), key=lambda path: path.stat().st_mtime)
    found = (read_log(path) for path in reversed(logs))
    return next((log for log in found if any(log.values())), None)
