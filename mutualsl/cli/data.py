"""Command line `data`: what a copy of a data set holds."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from rich.table import Table

    from mutualsl.data.check import Report, SplitReport

app = typer.Typer(no_args_is_help=False)

MIN_WIDTH = 160  # of the tables, also where the terminal is narrower


@app.callback()
def about() -> None:
    """Look at data sets."""


@app.command()
def check(
    dataset: Annotated[str, typer.Option(help="Name of the data set.")],
    data_root: Annotated[Path, typer.Option(help="Its folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Count what is there, what is missing, and what the splits give away."""
    import json
    from dataclasses import asdict

    from mutualsl.cli.output import progress
    from mutualsl.data import DATASETS
    from mutualsl.data.check import check as run
    from mutualsl.errors import known

    source = known("data set", dataset, DATASETS)
    with progress("reading") as report:
        found = run(source, data_root, lambda fraction: report("reading", fraction))
    if as_json:
        about = {"dataset": dataset, "data_root": str(data_root)}
        print(json.dumps(about | asdict(found), indent=2, ensure_ascii=False))
    else:
        _print(found)


def _print(report: Report) -> None:
    from rich.console import Console

    from mutualsl.cli.output import printable

    console = Console(highlight=False, markup=False)
    console.width = max(console.width, MIN_WIDTH)
    console.print(_contents(report.splits))
    if any(split.leak for split in report.splits):
        console.print(_leaks(report.splits))
    for finding in report.findings:
        console.print(f"- {printable(finding)}", soft_wrap=True)


def _contents(splits: tuple[SplitReport, ...]) -> Table:
    table = _table(
        "What is there", "split", "questions", "expected", "videos", "no subtitles", "no video",
        "features", "gold outside", "cue edges", "rows",
        caption="cue edges, rows: the best mIoU (percent) of spans made of these, rows of 1 s",
    )  # fmt: skip
    for split in splits:
        table.add_row(
            _name(split),
            f"{split.questions:,}",
            "-" if split.expected is None else f"{split.expected:,}",
            f"{split.videos:,}",
            f"{len(split.without_subtitles):,}",
            f"{len(split.without_video):,}",
            ", ".join(f"{n:,} {encoder}" for encoder, n in split.with_features.items()) or "-",
            f"{len(split.gold_outside):,}",
            _percent(split.cue_ceiling),
            _percent(split.row_ceiling),
        )
    return table


def _leaks(splits: tuple[SplitReport, ...]) -> Table:
    table = _table(
        "What was already in the training split", "split", "questions", "videos", "same question",
        "same span of same video",
    )  # fmt: skip
    for split in splits:
        if leak := split.leak:
            table.add_row(
                _name(split),
                f"{split.questions:,}",
                f"{leak.videos:,} of {split.videos:,}",
                *(_share(count, split.questions) for count in (leak.questions, leak.spans)),
            )
    return table


def _table(title: str, *columns: str, caption: str | None = None) -> Table:
    from rich import box
    from rich.table import Table

    table = Table(
        title=title,
        caption=caption,
        box=box.SIMPLE,
        title_justify="left",
        caption_justify="left",
        pad_edge=False,
    )
    for number, column in enumerate(columns):
        table.add_column(column, justify="right" if number else "left", no_wrap=True)
    return table


def _name(split: SplitReport) -> str:
    return f"{split.split_set} {split.split}" if split.split_set else split.split


def _percent(value: float | None) -> str:
    return "-" if value is None else f"{value:.1f}"


def _share(count: int, total: int) -> str:
    return f"{count:,} ({100 * count / max(1, total):.1f} %)"
