"""Tables of README and model card, docs/results.md and its plots, from results files alone.

python -m mutualsl.evaluation.report.tables
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mutualsl.atomic import write_whole
from mutualsl.errors import DataError, MutualSLError
from mutualsl.evaluation.report.markdown import fill
from mutualsl.evaluation.report.page import PLOTS, Results, page, plots, readme_table
from mutualsl.evaluation.report.speed import BENCHMARKS, speed_table
from mutualsl.evaluation.report.systems import TITLES

ROOT = Path(__file__).resolve().parents[3]
METRICS = Path("checkpoints/mutualsl-mini/metrics.json")
CARD_NAME = "README.md"
DOCS = Path("docs")
RESULTS = DOCS / "results"


def generate(root: Path) -> dict[Path, str]:
    """The generated files of a repository, path and text; nothing is written.

    Raises `DataError` when a results file is missing, naming the command that writes it.
    """
    results = read_results(root)
    readme = root / "README.md"
    text = fill(readme.read_text(encoding="utf-8"), "results", readme_table(results.shipped))
    return {
        root / DOCS / "results.md": page(results),
        readme: fill(text, "speed", speed_table(results.speed)),
        **dict(_cards(root)),
        **{root / DOCS / PLOTS / name: drawing for name, drawing in plots(results).items()},
    }


def read_results(root: Path) -> Results:
    """Every results file of a repository; only the shipped metrics must be there."""
    references = sorted((root / RESULTS / "references").glob("*.json"))
    command = "python -m mutualsl.evaluation"
    return Results(
        shipped=_read(root, METRICS, f"{command}.collect"),
        speed={
            name: _read(root, path, f"python -m benchmarks.{name}")
            for name in BENCHMARKS
            if (root / (path := Path(f"benchmarks/results/{name}.json"))).exists()
        },
        references=[_read(root, p.relative_to(root), f"{command}.references") for p in references],
        official=_read_if_there(root, RESULTS / "official.json", f"{command}.collect"),
        tables=[
            _read(root, path.relative_to(root), f"mutualsl reproduce {path.stem}")
            for path in map((root / RESULTS).joinpath, (f"{name}.json" for name in TITLES))
            if path.exists()
        ],
    )


def leftover_plots(root: Path, generated: dict[Path, str]) -> list[Path]:
    """Plots in `docs/results` that no results file asks for any more."""
    return [path for path in sorted((root / RESULTS).glob("*.svg")) if path not in generated]


def _cards(root: Path) -> Iterator[tuple[Path, str]]:
    """The model card of every checkpoint that has been evaluated, with its own numbers."""
    for metrics in sorted((root / METRICS.parent.parent).glob(f"*/{METRICS.name}")):
        record = _read(root, metrics.relative_to(root), "python -m mutualsl.evaluation.collect")
        card = metrics.with_name(CARD_NAME)
        yield card, fill(card.read_text(encoding="utf-8"), "results", readme_table(record))


def _read(root: Path, path: Path, command: str) -> dict[str, Any]:
    try:
        record: dict[str, Any] = json.loads((root / path).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise DataError(f"{path.as_posix()}: no usable results; `{command}` writes them") from error
    return record


def _read_if_there(root: Path, path: Path, command: str) -> dict[str, Any] | None:
    return _read(root, path, command) if (root / path).exists() else None


def write(root: Path) -> None:
    """Write every generated file of a repository and remove plots of results that are gone."""
    pages = generate(root)
    for path, text in pages.items():
        write_whole(path, text)
    for path in leftover_plots(root, pages):
        path.unlink()


def main() -> int:
    """`write` for this repository; 2 for a user error."""
    try:
        write(ROOT)
    except MutualSLError as error:
        print(f"mutualsl: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
