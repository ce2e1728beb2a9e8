"""Results files as `mutualsl evaluate` and the benchmarks leave them, with made-up numbers."""

import json


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
    kinds = {"shown": heads(45.0, 20.0, 45.5), "spoken": heads(20.0, 49.99, 47.0)}
    run = {"data": "synthetic", "split": "test", "split_set": None, "read_out": "confident"}
    other = {"data": "mine", "split": "val", "split_set": "disjoint", "read_out": "textual"}
    silent = heads(0.0, 31.0, 31.0) | {"visual": metrics(0.0, answered=0)}
    return {
        "commit": "0123456789abcdef",
        "seed": 3,
        "date": "2001-02-03",
        "weights": "feed",
        "rows": [
            {**run, "n": 30, **heads(41.0, 42.0, 43.0), "by_kind": kinds},
            {**other, "n": 30, **silent},
        ],
        "controls": {
            "as asked": control(41.0, 42.0),
            "question about another video": control(13.0, 13.01),
        },
    }


def benchmarks():
    """benchmarks/results/*.json by name."""
    facts = {
        "machine": {"cpus": 2, "processor": "x86_64", "python": "3.11", "torch": "2"},
        "date": "2001-02-03",
    }
    runs = [{"minutes": 8}, {"minutes": 60}]
    memory = {"hour_peak_memory_mb": 1234, "memory_limit_mb": 2000}
    return {
        "loading": {"second": 15.0, "ratio": 1.61, "limit": 1.6, **facts},
        "question": {"second": 0.3, "ratio": 1.4, "limit": 1.5, **facts},
        "length": {"runs": runs, **memory, "hour_to_shortest_time_per_minute": 1.02, **facts},
    }


def write_repository(root):
    """A repository with results and a README that has both markers."""
    files = {"checkpoints/mutualsl-mini/metrics.json": record()}
    files |= {f"benchmarks/results/{name}.json": found for name, found in benchmarks().items()}
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(content))
    blocks = "".join(
        f"<!-- {name} -->\nold\n<!-- /{name} -->\nafter\n" for name in ("results", "speed")
    )
    (root / "README.md").write_text(f"before\n{blocks}")
