"""The faster copy of the network behind `i3d`: the same rows, whatever the hardware multiplies."""

import pytest
import torch
from torch import nn

from mutualsl.device import multiplies_bytes
from mutualsl.features import faster as module
from mutualsl.features.faster import ByBytes, FirstByBytes, FromBytes, PoolByAxis, faster
from mutualsl.features.inception import Unit

CPU, META = torch.device("cpu"), torch.device("meta")
by_bytes = pytest.mark.skipif(not multiplies_bytes(), reason="this CPU multiplies no bytes")


@pytest.fixture(scope="module")
def small():
    """Clips of bytes whose sides halve as often as those of 224 pixels, for less work."""
    chance = torch.Generator().manual_seed(1)
    return torch.randint(0, 256, (2, 3, 16, 64, 64), generator=chance, dtype=torch.uint8)


@pytest.fixture(scope="module")
def rows(network, small):
    """What the plain network makes of them."""
    with torch.inference_mode():
        return network(small.float() / 127.5 - 1)


def slow_layers(network):
    slow = (nn.BatchNorm3d, nn.MaxPool3d)
    return len([layer for layer in network.modules() if isinstance(layer, slow)])


def test_the_faster_network_gives_the_same_rows(network, small, rows, monkeypatch):
    monkeypatch.setattr(module, "multiplies_bytes", lambda: False)
    fast = faster(network, CPU, torch.float32)
    assert [slow_layers(each) for each in (network, fast)] == [57 + 13, 0]
    with torch.inference_mode():
        torch.testing.assert_close(fast(small), rows, rtol=1e-3, atol=1e-4)
    assert slow_layers(faster(network, META, torch.float32)) == 13  # pools by axis on a CPU alone


@by_bytes
@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
def test_products_of_bytes_give_the_same_rows(network, small, rows, dtype):
    fast = faster(network, CPU, dtype)
    kinds = {type(layer) for layer in fast}
    assert {FirstByBytes, ByBytes} <= kinds and FromBytes not in kinds
    with torch.inference_mode():
        assert torch.cosine_similarity(fast(small), rows).min() >= 0.9999


@by_bytes
@pytest.mark.parametrize("largest", [0.0, 1e-3, 40.0])
def test_a_layer_by_bytes_is_the_layer_however_large_its_input(largest):
    chance = torch.Generator().manual_seed(0)
    unit = Unit(8, 6, 3)
    unit.conv3d = nn.Conv3d(8, 6, 3, padding=1)
    unit.bn = nn.Identity()
    x = torch.rand(3, 8, 4, 9, 9, generator=chance) * largest
    x[1] /= 100  # each clip has its own scale
    fast = ByBytes(unit, torch.float32)
    with torch.inference_mode():
        plain, quick = unit(x), fast(x)
        torch.testing.assert_close(fast(x[1:2]), quick[1:2])  # whatever is beside it
    for one, other in zip(plain, quick, strict=True):
        torch.testing.assert_close(one, other, rtol=0, atol=0.02 * float(one.max()))


@by_bytes
def test_the_largest_input_does_not_become_the_smallest():
    """In 16 bits a number divided by its own 255th is not always 255; 256 would become 0."""
    unit = Unit(1, 1, 1)
    unit.conv3d = nn.Conv3d(1, 1, 1)
    unit.bn = nn.Identity()
    nn.init.ones_(unit.conv3d.weight)
    nn.init.zeros_(unit.conv3d.bias)
    x = torch.linspace(0.1, 20, 4000).to(torch.bfloat16).view(-1, 1, 1, 1, 1)
    with torch.inference_mode():
        torch.testing.assert_close(ByBytes(unit, torch.bfloat16)(x), x, rtol=0.01, atol=0.0)


@by_bytes
def test_the_first_layer_by_bytes_is_the_first_layer(network, small):
    first = network.Conv3d_1a_7x7
    unit = Unit(3, 64, 7, stride=2)
    unit.conv3d, unit.bn = nn.utils.fusion.fuse_conv_bn_eval(first.conv3d, first.bn), nn.Identity()
    with torch.inference_mode():
        plain, quick = FromBytes(unit)(small), FirstByBytes(unit, torch.float32)(small)
        torch.testing.assert_close(plain, first(small.float() / 127.5 - 1), rtol=1e-3, atol=1e-4)
    assert (plain - quick).norm() < 0.01 * plain.norm()
    inside = (..., slice(2, -2), slice(3, -3), slice(3, -3))  # where nothing is padding
    assert abs(float((plain - quick)[inside].mean())) < 2e-4 * float(plain.mean())


@pytest.mark.parametrize("device, dtype", [(CPU, torch.float16), (META, torch.bfloat16)])
def test_elsewhere_bytes_become_numbers(network, device, dtype, monkeypatch):
    monkeypatch.setattr(module, "multiplies_bytes", lambda: True)
    fast = faster(network, device, dtype)
    assert isinstance(fast.Conv3d_1a_7x7, FromBytes) and isinstance(fast.Conv3d_2c_3x3, Unit)


def test_bytes_only_where_the_processor_multiplies_them(monkeypatch):
    for flags in ({"avx512_bf16": True}, {"avx512_vnni": True}):
        monkeypatch.setattr(torch.cpu, "get_capabilities", lambda flags=flags: flags)
        assert multiplies_bytes() == ("avx512_vnni" in flags)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16])
@pytest.mark.parametrize(
    ("kernel", "stride", "padding"),
    [(3, 1, 1), (3, 2, 0), (2, 2, 0), ((1, 3, 3), (1, 2, 2), 0)],
)
def test_pools_by_axis_are_exact(dtype, kernel, stride, padding):
    pool = nn.MaxPool3d(kernel, stride, padding, ceil_mode=True)
    chance = torch.Generator().manual_seed(0)
    x = torch.randn(2, 5, 4, 6, 8, generator=chance).relu().to(dtype)
    for layout in (torch.contiguous_format, torch.channels_last_3d):
        given = x.contiguous(memory_format=layout)
        before = given.clone()
        assert torch.equal(PoolByAxis(pool)(given), pool(x))
        assert torch.equal(given, before)
