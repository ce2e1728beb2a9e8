"""The plots of docs/results.md, as SVG, from results files and from nothing else."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from mutualsl.evaluation.distributions import BINS
from mutualsl.evaluation.report import svg

PANEL_WIDTH, PANEL_HEIGHT = 220.0, 170.0
LEFT, GAP, TOP, BELOW = 46.0, 54.0, 74.0, 48.0
SHARES = tuple((i / 4, f"{25 * i} %") for i in range(5))
SCATTER_STEPS = 20  # IoU is rounded to a twentieth
UNIT = ((0.0, "0"), (0.5, "0.5"), (1.0, "1"))
TEACHERS = {
    "weight_textual_to_visual": ("textual", "textual teaches visual (α)"),
    "weight_visual_to_textual": ("visual", "visual teaches textual (β)"),
}


def iou_plot(name: str, histogram: Mapping[str, Sequence[int]]) -> str:
    """How IoU is spread, a panel for each predictor that answered, one bar for no overlap."""
    shares = {
        head: [count / max(1, sum(counts)) for count in counts]
        for head, counts in histogram.items()
    }
    tallest = max((share for own in shares.values() for share in own), default=0.0)
    top = next(value for value, _ in SHARES[1:] if value >= tallest)
    parts = [svg.text(LEFT, 24, f"Share of spans by their IoU with the answer: {name}")]
    for number, (head, own) in enumerate(shares.items()):
        panel = _panel(number, (-1 / BINS, 1.0), (0.0, top))
        parts += panel.axes(
            ((-0.5 / BINS, "none"), *UNIT[1:]),
            [tick for tick in SHARES if tick[0] <= top],
            "IoU",
        )
        parts.append(svg.text(panel.left, TOP - 12, head, f"{head} fill"))
        for i, share in enumerate(own):
            low = (i - 1) / BINS
            what = "no overlap" if i == 0 else f"IoU {low:.1f} to {low + 1 / BINS:.1f}"
            tip = f"{what}: {histogram[head][i]} ({100 * share:.1f} %)"
            parts.append(panel.bar(head, low, low + 1 / BINS, share, tip))
    return _document(f"Histogram of IoU, {name}", len(shares), parts)


def reliability_plot(name: str, reliability: Mapping[str, Mapping[str, Any]]) -> str:
    """Scores against what came true, a panel for each predictor; on the diagonal both agree.

    A small number above a bin is how many spans had such a score.
    """
    parts = [svg.text(LEFT, 24, f"Share of spans with IoU ≥ 0.5 by their score: {name}")]
    for number, (head, found) in enumerate(reliability.items()):
        panel = _panel(number, (0.0, 1.0), (0.0, 1.0))
        parts += panel.axes(UNIT, SHARES, "score")
        label = f"{head}, calibration error {100 * found['ece']:.1f} %"
        parts.append(svg.text(panel.left, TOP - 22, label, f"{head} fill"))
        parts.append(panel.diagonal())
        kept = [i for i in range(BINS) if found["n"][i]]
        parts.append(panel.line(head, [(found["score"][i], found["hits"][i]) for i in kept]))
        for i in kept:
            middle = panel.x((i + 0.5) / BINS)
            parts.append(svg.text(middle, TOP - 5, str(found["n"][i]), "quiet small", "middle"))
    return _document(f"Reliability of scores, {name}", len(reliability), parts)


def scatter_plot(visual: Sequence[float], textual: Sequence[float]) -> str:
    """IoU of both predictors on the questions that both answered; a larger dot is more questions.

    What lies below the diagonal the visual predictor did better.
    """
    panel = _panel(0, (0.0, 1.0), (0.0, 1.0))
    parts = [svg.text(LEFT, 24, "IoU of the visual and of the textual span, question by question")]
    parts += panel.axes(UNIT, UNIT, "visual")
    parts.append(svg.text(panel.left, TOP - 12, "textual", "quiet"))
    parts.append(panel.diagonal())
    counts = Counter(
        (round(x * SCATTER_STEPS), round(y * SCATTER_STEPS))
        for x, y in zip(visual, textual, strict=True)
    )
    most = max(counts.values(), default=1)
    for (x, y), count in sorted(counts.items()):
        tip = f"visual {x / SCATTER_STEPS:.2f}, textual {y / SCATTER_STEPS:.2f}: {count}"
        radius = 1.5 + 4.5 * (count / most) ** 0.5
        parts.append(panel.dot("answer", x / SCATTER_STEPS, y / SCATTER_STEPS, radius, tip))
    return _document("IoU of both predictors", 1, parts)


def transfer_plot(curves: Mapping[str, Any], seeds: int) -> str:
    """Both transfer weights over training, as in the paper's Fig. 3; the band spans all seeds."""
    at, unit = curves["at"], curves["unit"]
    spread = (at[0] - 0.5, at[0] + 0.5) if len(at) == 1 else (at[0], at[-1])
    panel = svg.Panel(
        left=LEFT, top=TOP, width=2 * PANEL_WIDTH + GAP, height=PANEL_HEIGHT,
        x_range=spread, y_range=(0.0, 1.0),
    )  # fmt: skip
    many = f"mean of {seeds} seeds, band from least to greatest" if seeds > 1 else "one seed"
    parts = [svg.text(LEFT, 24, f"Transfer weights over training ({many})")]
    marks = sorted({0, len(at) // 2, len(at) - 1})
    parts += panel.axes([(at[i], f"{at[i]:g}") for i in marks], UNIT, unit)
    for number, (name, (head, label)) in enumerate(TEACHERS.items()):
        own = curves[name]
        low, high, mean = (
            list(zip(at, own[key], strict=True)) for key in ("least", "greatest", "mean")
        )
        parts += [panel.band(head, low, high), panel.line(head, mean)]
        parts.append(svg.text(LEFT + number * (PANEL_WIDTH + GAP), TOP - 12, label, f"{head} fill"))
    return _document("Transfer weights over training", 2, parts)


def _panel(number: int, x_range: tuple[float, float], y_range: tuple[float, float]) -> svg.Panel:
    return svg.Panel(
        left=LEFT + number * (PANEL_WIDTH + GAP), top=TOP, width=PANEL_WIDTH, height=PANEL_HEIGHT,
        x_range=x_range, y_range=y_range,
    )  # fmt: skip


def _document(title: str, panels: int, parts: Sequence[str]) -> str:
    width = LEFT + max(2, panels) * (PANEL_WIDTH + GAP) - GAP / 2
    return svg.document(width, TOP + PANEL_HEIGHT + BELOW, title, parts)
