"""Timeline: THE look-up table between seconds, feature rows and subtitle cues (Eq. 12-13).

Letters: B videos, K rows, N cues. Row k covers [k, k + 1) * row_second. Features have one row a
second, which files outside the models rely on; a model may average them to longer or shorter rows
(`divided`), so models convert nowhere else. Cues may overlap and their ends need not be sorted, so
endpoints are matched, never containment.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from mutualsl.spans import batched_iou


@dataclass(frozen=True, kw_only=True, slots=True)
class Timeline:
    """Time axes of a batch of videos.

    Every method is batched over B; the axes of one video (`of_one`) take any number of indices.
    """

    duration_second: Tensor  # (B,)
    row_second: Tensor  # (B,) length of one row
    row_count: Tensor  # (B,) valid rows, 0 without video
    cue_start_second: Tensor  # (B, N) padded
    cue_end_second: Tensor  # (B, N) padded
    cue_mask: Tensor  # (B, N) true where a cue is

    def of_one(self, question: int) -> Timeline:
        """The time axes of one question of the batch, on the CPU, cut to its own length."""
        one = slice(question, question + 1)
        cues = int(self.cue_mask[question].sum())
        return Timeline(
            duration_second=self.duration_second[one].cpu(),
            row_second=self.row_second[one].cpu(),
            row_count=self.row_count[one].cpu(),
            cue_start_second=self.cue_start_second[one, :cues].cpu(),
            cue_end_second=self.cue_end_second[one, :cues].cpu(),
            cue_mask=self.cue_mask[one, :cues].cpu(),
        )

    def start_second_to_row(self, start_second: Tensor) -> Tensor:
        """Row that contains a start time (B,) -> (B,). The F_s table of Eq. 13."""
        return self._clip_row((start_second / self.row_second).floor())

    def end_second_to_row(self, end_second: Tensor) -> Tensor:
        """Last row that an end time still covers (B,) -> (B,). The F_e table of Eq. 13."""
        return self._clip_row((end_second / self.row_second).ceil() - 1)

    def start_second_to_cue(self, start_second: Tensor) -> Tensor:
        """Cue that begins nearest to a time (B,) -> (B,), the first on ties. Eq. 12, with |.|."""
        distance = (self.cue_start_second - start_second[:, None]).abs()
        return distance.masked_fill(~self.cue_mask, torch.inf).argmin(dim=1)

    def end_second_to_cue(self, end_second: Tensor, not_before: Tensor | None = None) -> Tensor:
        """Cue that ends nearest to a time (B,) -> (B,), the last on ties. Eq. 12, with |.|.

        `not_before` (B,) restricts the choice to cues from that index on.
        """
        distance = (self.cue_end_second - end_second[:, None]).abs()
        allowed = self.cue_mask
        if not_before is not None:
            allowed = allowed & (self._cue_index() >= not_before[:, None])
        distance = distance.masked_fill(~allowed, torch.inf)
        return distance.shape[1] - 1 - distance.flip(1).argmin(dim=1)

    def rows_to_seconds(self, start_row: Tensor, end_row: Tensor) -> tuple[Tensor, Tensor]:
        """Left edge of the first and right edge of the last row, inside the video; (B,) each."""
        end = ((end_row + 1) * self.row_second).minimum(self.duration_second)
        return start_row * self.row_second, end

    def cues_to_seconds(self, start_cue: Tensor, end_cue: Tensor) -> tuple[Tensor, Tensor]:
        """Begin of the first cue and latest end among start..end; (B,) each.

        An inverted pair gives an empty span at the first cue's begin.
        """
        starts = self.cue_start_second.expand(len(start_cue), -1)
        start = starts.gather(1, start_cue[:, None]).squeeze(1)
        index = self._cue_index()
        inside = (index >= start_cue[:, None]) & (index <= end_cue[:, None]) & self.cue_mask
        end = self.cue_end_second.masked_fill(~inside, -torch.inf).amax(dim=1)
        return start, torch.where(end_cue >= start_cue, end, start)

    def gold_rows(self, gold: Tensor) -> tuple[Tensor, Tensor]:
        """Start and end row targets (B,) of gold spans (B, 2) in seconds. Targets of Eq. 10."""
        start = self.start_second_to_row(gold[:, 0])
        return start, self.end_second_to_row(gold[:, 1]).maximum(start)

    def best_rows(self, gold: Tensor) -> tuple[Tensor, Tensor]:
        """Start and end rows (B,) whose span has the highest IoU with gold (B, 2). VSLNet's labels.

        IoU falls with the distance of an edge from gold's, on either side, so the rows around
        gold's edges are all that need comparing.
        """
        start, end = self.gold_rows(gold)
        last = (self.row_count - 1).clamp_min(0)
        pairs = [(s, e) for s in (start, (start + 1).minimum(last)) for e in (end, end - 1)]
        ious = torch.stack([self.row_iou(s, e, gold) * (e >= s) for s, e in pairs])
        starts, ends = (torch.stack(rows) for rows in zip(*pairs, strict=True))
        best = ious.argmax(dim=0, keepdim=True)
        return starts.gather(0, best)[0], ends.gather(0, best)[0]

    def divided(self, row_count: Tensor) -> Timeline:
        """The same rows averaged to this many (B,), of equal length, where the number changes."""
        changed = row_count != self.row_count
        row_second = self.row_second * self.row_count / row_count.clamp_min(1)
        row_second = torch.where(changed, row_second, self.row_second)
        return replace(self, row_count=row_count, row_second=row_second)

    def gold_cues(self, gold: Tensor) -> tuple[Tensor, Tensor]:
        """Start and end cue targets (B,) of gold spans (B, 2) in seconds. Targets of Eq. 11."""
        start = self.start_second_to_cue(gold[:, 0])
        end = self.end_second_to_cue(gold[:, 1])
        repaired = self.end_second_to_cue(gold[:, 1], not_before=start)
        return start, torch.where(end < start, repaired, end)

    def cues_to_rows(self, start_cue: Tensor, end_cue: Tensor) -> tuple[Tensor, Tensor]:
        """The textual span as rows: a teacher's label for the visual predictor. Eq. 13."""
        start_second, end_second = self.cues_to_seconds(start_cue, end_cue)
        return self.start_second_to_row(start_second), self.end_second_to_row(end_second)

    def rows_to_cues(self, start_row: Tensor, end_row: Tensor) -> tuple[Tensor, Tensor]:
        """The visual span as cues: a teacher's label for the textual predictor. Eq. 12."""
        start = self.start_second_to_cue(start_row * self.row_second)
        return start, self.end_second_to_cue((end_row + 1) * self.row_second)

    def cue_edges_to_rows(
        self, starts: Tensor, ends: Tensor, row_mask: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Probabilities of first and of last cues (B, N) as those of rows, (B, K). Eq. 13."""
        first, last = self.cue_start_second, self.cue_end_second
        return (
            _gathered(starts, self._of_each(self.start_second_to_row, first), row_mask),
            _gathered(ends, self._of_each(self.end_second_to_row, last), row_mask),
        )

    def row_edges_to_cues(self, starts: Tensor, ends: Tensor) -> tuple[Tensor, Tensor]:
        """Probabilities of first and of last rows (B, K) as those of cues, (B, N). Eq. 12."""
        edge = torch.arange(starts.shape[1], device=starts.device) * self.row_second[:, None]
        behind = edge + self.row_second[:, None]
        return (
            _gathered(starts, self._of_each(self.start_second_to_cue, edge), self.cue_mask),
            _gathered(ends, self._of_each(self.end_second_to_cue, behind), self.cue_mask),
        )

    def row_iou(self, start_row: Tensor, end_row: Tensor, gold: Tensor) -> Tensor:
        """IoU (B,) of a row span with gold seconds, before clipping to the video. Eq. 15."""
        start, end = start_row * self.row_second, (end_row + 1) * self.row_second
        return batched_iou(start, end, gold) * (end_row >= start_row)

    def cue_iou(self, start_cue: Tensor, end_cue: Tensor, gold: Tensor) -> Tensor:
        """IoU (B,) of a cue span with gold seconds; 0 when inverted. Eq. 18."""
        return batched_iou(*self.cues_to_seconds(start_cue, end_cue), gold)

    def _of_each(self, look_up: Callable[[Tensor], Tensor], seconds: Tensor) -> Tensor:
        """Indices (B, P) of P times of each video, by a table that takes one of each."""
        return torch.stack([look_up(second) for second in seconds.unbind(dim=1)], dim=1)

    def _clip_row(self, row: Tensor) -> Tensor:
        return row.long().clamp_min(0).minimum((self.row_count - 1).clamp_min(0))

    def _cue_index(self) -> Tensor:
        return torch.arange(self.cue_mask.shape[1], device=self.cue_mask.device)[None, :]


def _gathered(probabilities: Tensor, places: Tensor, mask: Tensor) -> Tensor:
    """Probabilities (B, P) added up where they are looked up, (B, M) as `mask`."""
    sums = torch.zeros(mask.shape, dtype=probabilities.dtype, device=probabilities.device)
    return sums.scatter_add(1, places, probabilities)
