"""`mutualsl evaluate`: a checkpoint scored on a data set."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from mutualsl.cli.options import DEFAULT_CHECKPOINT, Checkpoint, Device, Visual, folder_to_write
from mutualsl.cli.output import progress


def evaluate(
    dataset: Annotated[str, typer.Option(help="Name of the data set.")],
    data_root: Annotated[Path, typer.Option(help="Its folder.")],
    split: Annotated[str, typer.Option(help="train, val or test.")],
    out: Annotated[
        Path,
        typer.Option(
            help="Folder for predictions.jsonl and metrics.json.", callback=folder_to_write
        ),
    ],
    split_set: Annotated[
        str | None, typer.Option(help="official, disjoint, or a folder of split files.")
    ] = None,
    checkpoint: Checkpoint = DEFAULT_CHECKPOINT,
    visual: Visual = None,
    read_out: Annotated[str, typer.Option(help="confident or textual.")] = "confident",
    device: Device = "auto",
    frozen_root: Annotated[
        Path | None, typer.Option(help="The same rendered videos, frozen: adds controls.json.")
    ] = None,
) -> None:
    """Score a checkpoint on a data set."""
    from mutualsl.answer import check_read_out
    from mutualsl.data import DATASETS
    from mutualsl.errors import DataError, known
    from mutualsl.evaluation.controls import check_frozen, run_controls
    from mutualsl.evaluation.evaluate import evaluate as run
    from mutualsl.evaluation.record import write_run
    from mutualsl.inference import AnswerLocalizer
    from mutualsl.places import locate

    source = known("data set", dataset, DATASETS)
    chosen = check_read_out(read_out)
    examples = source.load(data_root, split, split_set)
    if not examples:
        raise DataError(f"{data_root}: split {split!r} has no questions; choose another --split")
    checkpoint = locate(checkpoint)
    localizer = AnswerLocalizer.from_pretrained(checkpoint, device, visual)
    if frozen_root is not None:
        check_frozen(localizer, examples, data_root, frozen_root)
    with progress("evaluating") as report:
        metrics = run(
            localizer, examples, data_root, out, dataset=source,
            read_out=chosen, progress=lambda f: report("evaluating", f),
        )  # fmt: skip
    write_run(
        out, folder=checkpoint, checkpoint=localizer.checkpoint, dataset=dataset,
        data_root=data_root, split=split, split_set=split_set, read_out=read_out,
    )  # fmt: skip
    if frozen_root is not None:
        metrics |= {"controls": run_controls(localizer, examples, data_root, frozen_root, out)}
    print(json.dumps(metrics, indent=2))
