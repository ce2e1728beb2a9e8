"""How well the best choice of edges could do: what is lost by answering in cues or in rows."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Iterable, Sequence

from mutualsl.data.example import Example, VideoInput
from mutualsl.spans import Span, iou
from mutualsl.subtitles import Cue

Edges = tuple[Sequence[float], Sequence[float]]  # possible starts and ends in seconds, sorted


def cue_ceiling(examples: Iterable[Example]) -> float | None:
    """Best mIoU (percent) of spans from the start of a cue to the end of a cue.

    Over questions whose video has subtitles and whose gold is known; `None` without any.
    """
    edges: dict[str, Edges] = {}
    values = []
    for example in examples:
        video, gold = example.video, example.gold
        if gold is not None and video.cues:
            if video.video_id not in edges:
                edges[video.video_id] = cue_edges(video)
            values.append(best_iou(gold_inside(gold, video), edges[video.video_id]))
    return _percent(values)


def row_ceiling(examples: Iterable[Example]) -> float | None:
    """Best mIoU (percent) of spans of whole one-second rows; `None` without any gold."""
    found = ((e.video, gold_inside(e.gold, e.video)) for e in examples if e.gold is not None)
    return _percent([best_iou(gold, row_edges(video, gold)) for video, gold in found])


def gold_inside(gold: Span, video: VideoInput) -> Span:
    """Gold cut to the video, as metrics see it (`evaluation.ious.inside`)."""
    return Span(max(0.0, gold.start_second), min(gold.end_second, video.duration_second))


def cue_edges(video: VideoInput) -> Edges:
    """Where cues start, and where they end, inside the video."""
    inside = [cue for cue in video.cues if cue.start_second < video.duration_second]
    ends = {min(cue.end_second, video.duration_second) for cue in inside}
    return sorted({cue.start_second for cue in inside}), sorted(ends)


def row_edges(video: VideoInput, gold: Span) -> Edges:
    """Where the one-second rows next to the edges of gold start, and where they end.

    The last row ends with the video. Rows farther away are never the best choice (`best_iou`).
    """
    last = math.ceil(video.duration_second) - 1
    near = (math.floor(edge) + step for edge in gold for step in (-1, 0, 1))
    starts = sorted({min(max(row, 0), last) for row in near}) if last >= 0 else []
    return starts, [min(start + 1.0, video.duration_second) for start in starts]


def best_iou(gold: Span, edges: Edges) -> float:
    """Highest IoU with gold of a span from any start to any end.

    IoU falls to both sides of each gold edge, so only the nearest on either side can be best.
    """
    starts = _around(edges[0], gold.start_second)
    ends = _around(edges[1], gold.end_second)
    return max((iou(Span(s, e), gold) for s in starts for e in ends), default=0.0)


def covered_share(gold: Span, cues: Sequence[Cue]) -> float:
    """Share of a span in [0, 1] during which at least one cue is shown."""
    covered, reached = 0.0, gold.start_second
    for cue in sorted(cues, key=lambda cue: cue.start_second):
        end = min(cue.end_second, gold.end_second)
        covered += max(0.0, end - max(cue.start_second, reached))
        reached = max(reached, end)
    return covered / gold.length_second if gold.length_second > 0 else 0.0


def _around(edges: Sequence[float], second: float) -> Sequence[float]:
    place = bisect_right(edges, second)
    return edges[max(0, place - 1) : place + 1]


def _percent(values: Sequence[float]) -> float | None:
    return 100.0 * sum(values) / len(values) if values else None
