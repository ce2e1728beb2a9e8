"""The small blocks of Fig. 2 that are shared between models.

Letters: B questions, K rows, N text segments, M any sequence, D model width.
"""

from __future__ import annotations

from typing import TypeVar

import torch
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import PackedSequence, pack_padded_sequence, pad_packed_sequence

Sequences = TypeVar("Sequences", Tensor, PackedSequence)

MASKED = -1e30  # a logit that no softmax sees; finite, so that fully masked rows stay finite


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

    S is the trilinear similarity; A = softmax_text(S) T; B = softmax_text(S) softmax_rows(S)^T V,
    VSLNet's order, whose rows sum to one. Returns (B, K, D).
    """

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.row_weight = nn.Linear(width, 1, bias=False)
        self.text_weight = nn.Linear(width, 1, bias=False)
        self.product_weight = nn.Parameter(torch.empty(width))
        nn.init.normal_(self.product_weight, std=width**-0.5)
        self.project = nn.Linear(4 * width, width)
        self.dropout = nn.Dropout(dropout)

    def similarity(self, rows: Tensor, text: Tensor) -> Tensor:
        """Trilinear S (B, K, N) = w1 v + w2 t + w3 (v * t)."""
        rows, text = self.dropout(rows), self.dropout(text)
        product = (rows * self.product_weight) @ text.transpose(1, 2)
        return self.row_weight(rows) + self.text_weight(text).transpose(1, 2) + product

    def forward(self, rows: Tensor, text: Tensor, row_mask: Tensor, text_mask: Tensor) -> Tensor:
        """Attend `rows` (B, K, D) to `text` (B, N, D) and back."""
        similarity = self.similarity(rows, text)
        over_text = similarity.masked_fill(~text_mask[:, None, :], MASKED).softmax(dim=2)
        over_rows = similarity.masked_fill(~row_mask[:, :, None], MASKED).softmax(dim=1)
        to_text = over_text @ text
        to_rows = over_text @ (over_rows.transpose(1, 2) @ rows)
        return self.project(torch.cat([rows, to_text, rows * to_text, rows * to_rows], dim=-1))


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
