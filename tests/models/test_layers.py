"""Blocks that several models share."""

import pytest
import torch
from torch import nn

from mutualsl.models.layers import run_packed, run_recurrent


@pytest.mark.parametrize("kind", [nn.LSTM, nn.GRU])
def test_recurrent_networks_compute_in_32_bits_also_where_bf16_is_on(kind):
    torch.manual_seed(0)
    network, x = kind(8, 8, batch_first=True, bidirectional=True), torch.randn(2, 5, 8)
    mask = torch.arange(5)[None] < torch.tensor([[5], [3]])
    plain, packed = network(x)[0], run_packed(network, x, mask)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(run_recurrent(network, x), plain)
        assert torch.equal(run_packed(network, x, mask), packed)
        halved = run_recurrent(network, x.bfloat16())
    assert torch.equal(halved, network(x.bfloat16().float())[0])
