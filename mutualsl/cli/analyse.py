"""`mutualsl analyse`: what is right and wrong in a predictions file, as a page and as a table."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from mutualsl.cli.options import folder_to_write


def analyse(
    predictions: Annotated[Path, typer.Argument(help="predictions.jsonl of `mutualsl evaluate`.")],
    out: Annotated[
        Path,
        typer.Option(help="Folder for report.html and questions.csv.", callback=folder_to_write),
    ],
    compare: Annotated[
        Path | None, typer.Option(help="Another predictions.jsonl on the same questions.")
    ] = None,
) -> None:
    """Write an error analysis: classes, plots, and every question worst first."""
    from mutualsl.atomic import write_whole
    from mutualsl.evaluation.analysis import analyse as analyse_results
    from mutualsl.evaluation.analysis import write_csv
    from mutualsl.evaluation.compare import compare as compare_results
    from mutualsl.evaluation.predictions import read_predictions
    from mutualsl.evaluation.report.analysis_page import analysis_page

    results = read_predictions(predictions)
    compared = compare_results(results, read_predictions(compare)) if compare else None
    analysis = analyse_results(results)
    name = _readable(predictions.absolute().parent.name)
    files = _readable(str(predictions)), _readable(str(compare))
    write_csv(analysis, out / "questions.csv", compared=compared)
    write_whole(out / "report.html", analysis_page(analysis, name, compared, files))
    print(out / "report.html")


def _readable(path: str) -> str:
    """A path to be shown, which need not be text."""
    return path.encode(errors="replace").decode()
