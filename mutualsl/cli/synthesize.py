"""`mutualsl synthesize`: rendered how-to videos, or written talks, as a data set."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from mutualsl.cli.options import folder_to_write
from mutualsl.cli.output import progress


def synthesize(
    out: Annotated[
        Path,
        typer.Option(
            help="Folder to write (data set layout `jsonl`). Rendered videos that are there are "
            "kept, so other settings, such as --frozen, need another folder.",
            callback=folder_to_write,
        ),
    ],
    videos: Annotated[int, typer.Option(min=1, help="How many videos.")] = 10,
    seed: Annotated[int, typer.Option(help="Same seed, same videos.")] = 0,
    split: Annotated[str, typer.Option(help="train, val or test.")] = "train",
    workers: Annotated[int, typer.Option(min=1, help="Processes.")] = os.cpu_count() or 1,
    frozen: Annotated[bool, typer.Option(help="Control: steps show their first frame.")] = False,
    text_only: Annotated[bool, typer.Option(help="Subtitles and questions, no pictures.")] = False,
    assets: Annotated[bool, typer.Option(help="Make the demo videos instead.")] = False,
    talks: Annotated[
        bool,
        typer.Option(help="The written talks instead, by --out and --seed alone."),
    ] = False,
) -> None:
    """Render how-to videos with subtitles, questions and gold spans, or write the talks."""
    from mutualsl.data.dataset import SPLITS
    from mutualsl.data.synthetic import make_assets, write_dataset
    from mutualsl.data.talks import write_talks

    if split not in SPLITS:
        raise typer.BadParameter(f"--split {split!r}: choose one of {', '.join(SPLITS)}")
    if assets:
        make_assets(out)
        return
    if talks:
        write_talks(out, seed)
        return
    with progress("rendering") as report:
        write_dataset(
            out, videos, seed, split,
            workers=workers, frozen=frozen, text_only=text_only,
            progress=lambda f: report("rendering", f),
        )  # fmt: skip
