"""Results files as `mutualsl evaluate` and the benchmarks leave them, with made-up numbers."""

import json

from mutualsl.evaluation.summary import summary
from tests.evaluation.rows import random_rows, results


def metrics(miou, count=30, answered=None):
    """One predictor's metrics."""
    shares = {"R1@0.3": miou + 10, "R1@0.5": miou, "R1@0.7": miou - 10, "mIoU": miou}
    return {**shares, "n": count, "n_answered": count if answered is None else answered}


def heads(visual, textual, answer, **count):
    """All three, as in `metrics.json`."""
    return {
        "visual": metrics(visual, **count),
        "textual": metrics(textual, **count),
        "answer": metrics(answer, **count),
    }


def control(visual, textual, whole_video=8.0):
    """One line of `controls.json`."""
    return {"n": 30, "visual": visual, "textual": textual, "whole_video": whole_video}


def record():
    """A checkpoint's `metrics.json`."""
    kinds = {
        "shown": heads(50.0, 20.0, 45.5, count=20),
        "both": heads(80.0, 65.0, 45.5, count=10),
        "spoken": heads(20.0, 59.99, 47.0, count=20),
    }
    run = {"data": "synthetic", "split": "test", "split_set": None, "read_out": "confident"}
    other = {"data": "mine", "split": "val", "split_set": "disjoint", "read_out": "textual"}
    silent = heads(0.0, 31.0, 31.0) | {"visual": metrics(0.0, answered=0)}
    return {
        "commit": "0123456789abcdef",
        "seeds": [3],
        "date": "2001-02-03",
        "weights": "feed",
        "rows": [
            {**run, "n": 30, **heads(41.0, 42.0, 46.99), "by_kind": kinds},
            {**other, "n": 30, **silent},
        ],
        "controls": {
            "as asked": control(41.0, 42.0),
            "question about another video": control(13.0, 13.01),
        },
    }


def full_row(data="tutorialvqa", split_set="disjoint", kinds=False):
    """One evaluation with everything that `mutualsl evaluate` writes."""
    rows = [own | ({} if kinds else {"kind": None}) for own in random_rows()]
    run = {"data": data, "split": "test", "split_set": split_set, "read_out": "confident"}
    return {**run, "n": len(rows), **summary(results(rows))}


def full_record():
    """A record with one such row, as `collect` writes it."""
    return {**record(), "recipe": "some_recipe", "rows": [full_row(split_set="official")]}


def references(data="tutorialvqa", split_set="disjoint", count=60):
    """One file of docs/results/references."""
    intervals = {"R1@0.3": [1, 2], "R1@0.5": [1, 2], "R1@0.7": [1, 2], "mIoU": [11.0, 14.5]}
    found = {
        "whole video": metrics(12.5, count) | {"interval": intervals, "settings": {}},
        "nearest train question": metrics(0.0, count, answered=0)
        | {"interval": None, "settings": {}},
    }
    names = {"data": data, "split": "test", "split_set": split_set, "n": count}
    return {**names, "commit": "0123456789abcdef", "date": "2001-02-03", "references": found}


def curves():
    """Transfer weights over three epochs."""
    curve = {"mean": [0.2, 0.4, 0.5], "least": [0.1, 0.3, 0.5], "greatest": [0.3, 0.5, 0.5]}
    return {
        "unit": "epoch",
        "at": [1.0, 2.0, 3.0],
        "weight_textual_to_visual": curve,
        "weight_visual_to_textual": curve,
    }


def cell(row, data, split_set=None, mean=None, **more):
    """One cell of a record of `mutualsl reproduce`; without `mean` nothing was run."""
    found = {"row": row, "data": data, "split_set": split_set, "split": "test"}
    found |= {"recipe": "some_recipe", "settings": [], "missing": None, "seeds": [], "without": []}
    found |= {"stopped": {}, "not_run": {}, "remark": ""}
    if mean is not None:
        spread = {"mean": mean, "sd": 1.25}
        found |= {
            "seeds": [0, 1, 2],
            "scores": dict.fromkeys(("R1@0.3", "R1@0.5", "R1@0.7", "mIoU"), spread),
            "n": 60,
            "n_answered": 60,
            "parameters": 1234567,
            "epochs": [],
            "authors_epochs": None,
            "learners": [""],
            "sizes": {},
            "training_second": {"mean": 90.0, "sd": 1.0},
            "curves": None,
        }
    return found | more


def table(name, cells):
    """docs/results/<table>.json with these cells, on data with references."""
    parts = dict.fromkeys((own["data"], own["split_set"]) for own in cells)
    return {
        "table": name,
        "commit": "0123456789abcdef",
        "date": "2001-02-03",
        "read_out": "textual",
        "data": [
            {"data": data, "split_set": split_set, "split": "test", "questions": "feed"}
            | {"n": 60, "n_train": 2710}
            | {"modalities": ["subtitles"], "references": references()["references"]}
            for data, split_set in parts
        ],
        "cells": cells,
    }


def figure():
    """docs/results/figure3.json: one data set that says something, one that does not."""
    there = cell("transfer weights", "synthetic", mean=40.0, curves=curves())
    away = cell("transfer weights", "tutorialvqa", "official", missing="needs videos")
    return table("figure3", [there, away])


def measure(what, value, unit, limit, met, bound="at most", note=""):
    """One line of a benchmark."""
    return {"what": what, "value": value, "unit": unit, "limit": limit} | {
        "bound": bound, "note": note, "met": met,
    }  # fmt: skip


def benchmarks():
    """benchmarks/results/*.json by name; several have never been run."""
    facts = {
        "machine": {"cpus": 2, "processor": "x86_64", "python": "3.11", "torch": "2"},
        "date": "2001-02-03",
    }
    loading = measure("loading", 1.61, "× decoding alone", 1.6, False, note="15.00 s")
    length = [
        measure("a straight line", 0.995, "R²", 0.99, True, "at least"),
        measure("memory", 1234, "MB", 2000, True),
    ]
    soak = measure("failures", 0, "", None, None)
    return {
        "loading": {"measures": [loading], **facts},
        "length": {"measures": length, **facts},
        "soak": {"measures": [soak], **facts, "date": "2001-02-04"},
    }


def write_repository(root):
    """A repository with the results it must have and a README that has both markers."""
    files = {"checkpoints/mutualsl-mini/metrics.json": record()}
    files |= {f"benchmarks/results/{name}.json": found for name, found in benchmarks().items()}
    for name, content in files.items():
        write_json(root / name, content)
    blocks = "".join(
        f"<!-- {name} -->\nold\n<!-- /{name} -->\nafter\n" for name in ("results", "speed")
    )
    (root / "README.md").write_text(f"before\n{blocks}")
    card = root / "checkpoints" / "mutualsl-mini" / "README.md"
    card.write_text("card\n<!-- results -->\nold\n<!-- /results -->\nlimits\n")


def write_json(path, content):
    """A results file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content))
