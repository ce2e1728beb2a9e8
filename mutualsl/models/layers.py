"""The small blocks of Fig. 2 that are shared between models.

Letters: B questions, K rows, N text segments, M any sequence, D model width.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

Sequences = TypeVar("Sequences", Tensor, PackedSequence)

MASKED = -1e30  # a logit that no softmax sees; finite, so that fully masked rows stay finite
BLOCK = 512  # starts of spans that are compared with all ends at a time


def in_blocks(count: int, make: Callable[[slice], Tensor]) -> Tensor:
    """(B, N, N) from blocks of its `count` rows: all that is on the way there is of one block.

    Hours of cues have 100 MB of pairs, and there are many steps to one.
    """
    parts = [slice(begin, begin + BLOCK) for begin in range(0, max(count, 1), BLOCK)]
    first = make(parts[0])
    if len(parts) == 1:
        return first
    if torch.is_grad_enabled():
        return torch.cat([first, *map(make, parts[1:])], dim=1)
    whole = first.new_empty(len(first), count, first.shape[2])
    whole[:, parts[0]] = first
    for part in parts[1:]:
        whole[:, part] = make(part)
    return whole


def masked_mean(x: Tensor, mask: Tensor) -> Tensor:
    """Mean over valid positions: (B, M, D), (B, M) -> (B, D); zero where nothing is valid."""
    weights = mask.unsqueeze(-1).to(x.dtype)
    return (x * weights).sum(1) / weights.sum(1).clamp_min(1.0)


def run_recurrent(network: nn.RNNBase, x: Sequences) -> Sequences:
    """What an LSTM or GRU says at every position, (B, M, D) -> (B, M, hidden width), in float32.

    Autocast would have cuDNN compute in fp16, whatever its own 16 bits are, and nothing scales the
    gradients for that.
    """
    with torch.autocast(x.data.device.type, enabled=False):
        out: Sequences = network(x.float())[0]
        return out


def run_packed(network: nn.RNNBase, x: Tensor, mask: Tensor) -> Tensor:
    """Run an LSTM or GRU over the valid positions alone, so that none looks back from padding.

    (B, M, D), (B, M) -> (B, M, hidden width of all directions), padded positions zero.
    """
    lengths = mask.sum(1).clamp_min(1).cpu()
    packed = pack_padded_sequence(x, lengths, batch_first=True, enforce_sorted=False)
    out: Tensor
    read = run_recurrent(network, packed)
    out, _ = pad_packed_sequence(read, batch_first=True, total_length=x.shape[1])
    return out * mask.unsqueeze(-1)


class SequenceEncoder(nn.Module):
    """Depthwise-separable convolutions, self-attention and a linear layer, each residual.

    VSLNet's feature encoder (Zhang et al., ACL 2020) without its table of learned positions, so
    any length is possible: the convolutions tell neighbours apart, attention sees everything.
    (B, M, D) -> (B, M, D), padded positions zero.
    """

    def __init__(
        self, width: int, *, convolutions: int = 4, kernel: int = 7, heads: int = 4, dropout: float
    ) -> None:
        super().__init__()
        self.convolution_norms = nn.ModuleList(nn.LayerNorm(width) for _ in range(convolutions))
        self.convolutions = nn.ModuleList(
            nn.Sequential(
                nn.Conv1d(width, width, kernel, padding=kernel // 2, groups=width, bias=False),
                nn.Conv1d(width, width, 1),
            )
            for _ in range(convolutions)
        )
        self.attention_norm = nn.LayerNorm(width)
        self.query_key_value = nn.Linear(width, 3 * width)
        self.attention_out = nn.Linear(width, width)
        self.linear_norm = nn.LayerNorm(width)
        self.linear = nn.Linear(width, width)
        self.heads = heads
        self.dropout = nn.Dropout(dropout)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        """Encode `x` (B, M, D) where `mask` (B, M) is true."""
        keep = mask.unsqueeze(-1).to(x.dtype)
        for norm, convolution in zip(self.convolution_norms, self.convolutions, strict=True):
            y = (norm(x) * keep).transpose(1, 2)
            x = x + self.dropout(F.relu(convolution(y).transpose(1, 2)))
        x = x + self.dropout(self._attend(self.dropout(self.attention_norm(x)), mask))
        x = x + self.dropout(self.linear(self.dropout(self.linear_norm(x))))
        return x * keep

    def _attend(self, x: Tensor, mask: Tensor) -> Tensor:
        batch, length, width = x.shape
        shape = (batch, length, 3, self.heads, width // self.heads)
        query, key, value = self.query_key_value(x).view(shape).permute(2, 0, 3, 1, 4)
        # A row without any valid key attends evenly instead of producing NaN; it is zeroed later.
        usable = mask | ~mask.any(dim=1, keepdim=True)
        attended = F.scaled_dot_product_attention(
            query, key, value, attn_mask=usable[:, None, None, :]
        )
        return self.attention_out(attended.transpose(1, 2).reshape(batch, length, width))


class ContextQueryAttention(nn.Module):
    """Video rows and text segments look at each other. Eq. 3 and the unnumbered one before it.

    S is the trilinear similarity (B, K, N), w1 v + w2 t + w3 (v * t); A = softmax_text(S) T;
    B = softmax_text(S) softmax_rows(S)^T V, VSLNet's order, whose rows sum to one. S is never
    built, as hours of rows and cues have gigabytes of it: over the text the term w1 v is the same
    everywhere and over the rows w2 t is, so each softmax is an attention with the other one added
    to its scores.
    """

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.row_weight = nn.Linear(width, 1, bias=False)
        self.text_weight = nn.Linear(width, 1, bias=False)
        self.product_weight = nn.Parameter(torch.empty(width))
        nn.init.normal_(self.product_weight, std=width**-0.5)
        self.project = nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def forward(self, rows: Tensor, text: Tensor, row_mask: Tensor, text_mask: Tensor) -> Tensor:
        """Attend `rows` (B, K, D) to `text` (B, N, D) and back; returns (B, K, D)."""
        own_rows, own_text = self.dropout(rows), self.dropout(text)
        scaled = own_rows * self.product_weight
        of_text = self.text_weight(own_text).squeeze(-1).masked_fill(~text_mask, MASKED)
        of_rows = self.row_weight(own_rows).squeeze(-1).masked_fill(~row_mask, MASKED)
        over_text = partial(attend, scaled, own_text, of_text)
        to_text = over_text(text)
        to_rows = over_text(attend(own_text, scaled, of_rows, rows))
        return self.project(torch.cat([rows, to_text, rows * to_text, rows * to_rows], dim=-1))


def attend(query: Tensor, key: Tensor, added: Tensor, value: Tensor) -> Tensor:
    """softmax(q k + added) v: (B, P, D), (B, M, D), (B, M), (B, M, D) -> (B, P, D)."""
    return F.scaled_dot_product_attention(
        query.unsqueeze(1),
        key.unsqueeze(1),
        value.unsqueeze(1),
        attn_mask=added[:, None, None],
        scale=1.0,
    ).squeeze(1)


class Fusion(nn.Module):
    """Each row joined with the pooled text by a 1x1 convolution. Eq. 4, reading (i)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.pool_weight = nn.Linear(width, 1, bias=False)
        self.project = nn.Linear(2 * width, width)

    def pool(self, text: Tensor, text_mask: Tensor) -> Tensor:
        """Weighted mean (B, D) of text segments (B, N, D)."""
        scores = self.pool_weight(text).squeeze(-1).masked_fill(~text_mask, MASKED)
        return (scores.softmax(dim=1).unsqueeze(1) @ text).squeeze(1)

    def forward(self, rows: Tensor, text: Tensor, text_mask: Tensor) -> Tensor:
        """Fuse `rows` (B, K, D) with the pooled `text`; returns (B, K, D)."""
        pooled = self.pool(text, text_mask).unsqueeze(1).expand_as(rows)
        return self.project(torch.cat([rows, pooled], dim=-1))
