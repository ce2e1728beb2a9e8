"""What stands in a cue and how it matches the question, read for the textual predictor alone.

Letters: B questions, N cues, H language model width, M matches of a cue, D model width.
"""

from __future__ import annotations

from torch import Tensor, nn

from mutualsl.models.layers import SequenceEncoder
from mutualsl.models.matching import CUE_MATCHES
from mutualsl.models.text_encoder import Segments


class MatchReader(nn.Module):
    """Cue vectors (B, N, D) with what the matches (B, N, M) and the cues' own words add to them.

    At first it adds nothing. It is a way of its own for what few transcripts can teach, so that
    learning it leaves alone what both predictors share (`docs/decisions/0021-frozen-sentences.md`).
    """

    def __init__(self, text_width: int, width: int, dropout: float) -> None:
        super().__init__()
        self.dropout = nn.Dropout(dropout)
        self.cues = nn.Linear(width, width)
        self.words = nn.Linear(3 * text_width, width)
        self.matches = nn.Linear(CUE_MATCHES, width)
        self.encode = SequenceEncoder(width, dropout=dropout)
        self.add = nn.Linear(width, width)
        nn.init.zeros_(self.add.weight)
        nn.init.zeros_(self.add.bias)

    def forward(self, cues: Tensor, segments: Segments, matches: Tensor) -> Tensor:
        """(B, N, D), segments (B, N + 1, H), (B, N, M) -> (B, N, D)."""
        words = self.words(self.dropout(segments.joined()[:, 1:]))
        known = self.cues(self.dropout(cues)) + words
        return cues + self.add(self.encode(known + self.matches(matches), segments.mask[:, 1:]))
