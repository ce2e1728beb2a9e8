"""The few pieces of Markdown that generated pages are made of."""

from __future__ import annotations

from collections.abc import Sequence

from mutualsl.errors import DataError


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


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
    return f"{interval[0]:.1f} to {interval[1]:.1f}" if interval else "-"
