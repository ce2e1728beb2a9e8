"""The few pieces of Markdown that generated pages are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mutualsl.errors import DataError

NOTHING = "-"  # in a table, where there is no value


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def full_columns(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table without the columns that hold nothing."""
    kept = [i for i, _ in enumerate(header) if any(row[i] != NOTHING for row in rows)]
    return table([header[i] for i in kept], [[row[i] for i in kept] for row in rows])


def part_name(row: Mapping[str, Any], *more: str | None, between: str = ", ") -> str:
    """Data set, split set and split in words, and what else there is to tell it by."""
    parts = (row["data"], row["split_set"], row["split"], *more)
    return between.join(part for part in parts if part)


def commit_text(name: str) -> str:
    """The commit that something was measured at."""
    changed = " with uncommitted changes" if name.endswith("-dirty") else ""
    return f"`{name[:10]}`{changed}"


def fill(text: str, name: str, block: str) -> str:
    """`text` with everything between `<!-- name -->` and `<!-- /name -->` replaced."""
    opening, closing = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = text.partition(opening)
    _, ended, after = rest.partition(closing)
    if not (found and ended):
        raise DataError(f"no {opening} … {closing} block to fill; put both markers back")
    return f"{before}{opening}\n{block}\n{closing}{after}"


def percent(value: float) -> str:
    """One decimal."""
    return f"{value:.1f}"


def ends(interval: Sequence[float] | None) -> str:
    """An interval in percent, a dash where there is none."""
    return f"{interval[0]:.1f} to {interval[1]:.1f}" if interval else NOTHING
