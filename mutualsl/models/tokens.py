"""Cues as tokens and back, for a textual predictor that scores tokens.

Letters: B questions, N cues, T tokens of all cues.
"""

from __future__ import annotations

import torch
from torch import Tensor

from mutualsl.models.layers import MASKED
from mutualsl.models.losses import SpanLogits
from mutualsl.models.text_encoder import CueTokens


def edge_tokens(start_cue: Tensor, end_cue: Tensor, tokens: CueTokens) -> tuple[Tensor, Tensor]:
    """First token of the start cue and last token of the end cue; cues and tokens are (B,).

    For a cue without tokens it is the next cue's first or the last cue's last token.
    """
    before = (tokens.cue < start_cue[:, None]) & tokens.mask
    until = (tokens.cue <= end_cue[:, None]) & tokens.mask
    last = (tokens.mask.sum(dim=1) - 1).clamp_min(0)
    return before.sum(dim=1).minimum(last), (until.sum(dim=1) - 1).clamp_min(0)


def learned(
    cues: SpanLogits,
    token_spans: SpanLogits | None,
    tokens: CueTokens | None,
    start_cue: Tensor,
    end_cue: Tensor,
) -> tuple[SpanLogits, Tensor, Tensor]:
    """Logits that losses are about, of tokens where there are, and a span (B,) on their axis."""
    if tokens is None or token_spans is None:
        return cues, start_cue, end_cue
    return token_spans, *edge_tokens(start_cue, end_cue, tokens)


def of_cues(logits: SpanLogits, tokens: CueTokens, cue_mask: Tensor) -> SpanLogits:
    """Log-probabilities of cues (B, N) from logits of tokens (B, T): a cue has all its tokens'.

    A cue without tokens cannot be chosen. They carry no gradient.
    """
    edges = logits.log_probs()
    start, end = (_summed(edge.detach(), tokens, cue_mask) for edge in (edges.start, edges.end))
    return SpanLogits(start, end)


def _summed(log_probs: Tensor, tokens: CueTokens, cue_mask: Tensor) -> Tensor:
    """Logarithm of the sum over each cue's tokens, (B, T) -> (B, N)."""
    probs = log_probs.exp() * tokens.mask
    sums = torch.zeros(cue_mask.shape, device=probs.device).scatter_add(1, tokens.cue, probs)
    return sums.clamp_min(torch.finfo(sums.dtype).tiny).log().masked_fill(sums == 0, MASKED)
