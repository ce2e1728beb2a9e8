"""`mutualsl reproduce`: a table or figure, trained, answered and written down."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from mutualsl.cli.options import DEFAULT_VISUAL, Device, folder_to_write
from mutualsl.cli.output import progress


def reproduce(
    table: Annotated[str, typer.Argument(help="table1, table2, figure3, profiles or lessons.")],
    data_root: Annotated[
        Path,
        typer.Option(exists=True, file_okay=False, help="Folder with one folder per data set."),
    ],
    out: Annotated[
        Path, typer.Option(help="Folder for runs and results.", callback=folder_to_write)
    ],
    budget_minutes: Annotated[
        float | None,
        typer.Option(min=0.0, help="Divided over the runs that are missing. Default: no limit."),
    ] = None,
    seeds: Annotated[int, typer.Option(min=1, help="Runs of every system.")] = 3,
    workers: Annotated[
        int, typer.Option(min=1, help="Runs at a time, which share the cores of this machine.")
    ] = 1,
    measured: Annotated[
        Path | None,
        typer.Option(
            help="Folder of runs measured before, such as docs/results/measured of a checkout: "
            "those by the same recipe on the same questions are not made again."
        ),
    ] = None,
    visual: Annotated[Path, typer.Option(help="Visual encoder.")] = DEFAULT_VISUAL,
    device: Device = "auto",
    publish: Annotated[
        bool, typer.Option(help="Put the results into docs/results.md of this checkout.")
    ] = True,
) -> None:
    """Make a table of the paper: train what is missing, use what is there, score all alike.

    The same command again goes on where it stopped. When time is up, what is being answered is
    still answered to the end.
    """
    from mutualsl.evaluation.report import tables
    from mutualsl.reproduce import publish as results
    from mutualsl.reproduce.budget import Budget
    from mutualsl.reproduce.work import Reproduction

    work = Reproduction(
        table=table, root=data_root, out=out, visual=visual, seeds=seeds, device=device,
        workers=workers, measured=measured,
    )  # fmt: skip
    with progress("reading") as report:
        record = work.make(Budget(budget_minutes), report)
    print(results.write(record, out))
    if publish and (tables.ROOT / tables.RESULTS).is_dir():
        print(f"mutualsl: {results.publish(record, out, tables.ROOT)}", file=sys.stderr)
