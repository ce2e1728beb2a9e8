"""Inception-I3D as fast as the hardware allows: the rows of `inception`, computed otherwise.

Batch norms are part of the convolutions before them, and memory is laid out channels-last. On a
CPU pools go axis by axis, and where it multiplies bytes faster than anything else, the two layers
in which half of the work lies do that. Letters: B clips, C channels, T frames, H x W pixels.
"""

from __future__ import annotations

import copy
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.nn.utils.fusion import fuse_conv_bn_eval

from mutualsl.device import multiplies_bytes
from mutualsl.features.inception import InceptionI3D, Unit
from mutualsl.features.network import channels_last

HALF_RANGE = 127.5  # a byte x of a picture is (x - 127.5) / 127.5: -1 is black, 1 is white
ZERO = 127  # the byte nearest to 0
LARGEST_BYTE, LARGEST_WEIGHT = 255, 127
LEAST = 1e-12  # instead of dividing by 0


def faster(network: InceptionI3D, device: torch.device, dtype: torch.dtype) -> InceptionI3D:
    """A copy in eval mode, on the device, that takes clips as bytes (B, 3, 16, 224, 224)."""
    network = copy.deepcopy(network).eval()
    on_cpu = device.type == "cpu"
    for module in list(network.modules()):
        if isinstance(module, Unit) and isinstance(module.bn, nn.BatchNorm3d):
            module.conv3d = fuse_conv_bn_eval(module.conv3d, module.bn)
            module.bn = nn.Identity()
        for name, pool in list(module.named_children()):
            if on_cpu and isinstance(pool, nn.MaxPool3d):
                setattr(module, name, PoolByAxis(pool))
    layers = (network.Conv3d_1a_7x7, network.Conv3d_2c_3x3)
    first, heaviest = (cast(Unit, layer) for layer in layers)
    if on_cpu and multiplies_bytes() and dtype != torch.float16:
        network.Conv3d_1a_7x7 = FirstByBytes(first, dtype)
        network.Conv3d_2c_3x3 = ByBytes(heaviest, dtype)
    else:
        network.Conv3d_1a_7x7 = FromBytes(first)
    return channels_last(network.to(device, dtype))


class FromBytes(nn.Module):
    """The first layer, for clips of bytes."""

    def __init__(self, unit: Unit) -> None:
        super().__init__()
        self.unit = unit

    def forward(self, clips: Tensor) -> Tensor:
        """(B, 3, T, H, W) bytes to what the layer makes of them in [-1, 1]."""
        # In this order no digit is lost in 16 bits.
        scaled = clips.to(self.unit.conv3d.weight.dtype).sub_(HALF_RANGE).div_(HALF_RANGE)
        x: Tensor = self.unit(scaled)
        return x


class ByBytes(nn.Module):
    """A `Unit` behind a ReLU, in products of bytes: twice as fast as in 16 bits.

    Weights are scaled for each output and inputs for each clip, so that the largest is a whole
    byte; batch norm is to be part of the convolution. Sums are exact, what comes out is of `dtype`.
    """

    def __init__(self, unit: Unit, dtype: torch.dtype) -> None:
        super().__init__()
        convolution = unit.conv3d
        weight, bias = convolution.weight.detach(), convolution.bias
        assert bias is not None
        self.dtype = dtype
        self.bias = bias.detach()
        self.geometry = (convolution.stride, convolution.padding, convolution.dilation, 1)
        self.scales = weight.abs().amax((1, 2, 3, 4)).clamp_(min=LEAST) / LARGEST_WEIGHT
        self.zeros = torch.zeros(len(weight), dtype=torch.long)
        rounded = (weight / self.scales.view(-1, 1, 1, 1, 1)).round_().to(torch.int8)
        self.weight = torch.ops.onednn.qconv_prepack(rounded, self.scales, 1.0, 0, *self.geometry)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T, H, W), no number below zero, to (B, `outputs`, T, H, W)."""
        largest = x.amax((1, 2, 3, 4), keepdim=True).clamp_(min=LEAST)
        # Also with the errors of 16 bits (2 ** -9) no quotient is as large as 255.5.
        given = (x / (largest / LARGEST_BYTE)).round_().to(torch.uint8)
        y = self.convolve(given, 1 / LARGEST_BYTE).mul_(largest)
        return y.add_(self.bias.to(self.dtype).view(-1, 1, 1, 1)).relu_()

    def convolve(
        self, x: Tensor, scale: float, zero: int = 0, bias: Tensor | None = None
    ) -> Tensor:
        """The convolution alone, of bytes (B, C, T, H, W) that stand for (x - zero) * scale."""
        y: Tensor = torch.ops.onednn.qconv3d_pointwise(
            *(x, scale, zero, self.weight, self.scales, self.zeros, bias),
            *(*self.geometry, 1.0, 0, self.dtype, "none", [], ""),
        )
        return y


class FirstByBytes(ByBytes):
    """The first layer in products of bytes: of the pictures no digit is lost."""

    def __init__(self, unit: Unit, dtype: torch.dtype) -> None:
        super().__init__(unit, dtype)
        self.behind = unit.behind
        half = (HALF_RANGE - ZERO) / HALF_RANGE  # the byte that counts as zero is too small by it
        self.bias = self.bias - half * unit.conv3d.weight.detach().sum((1, 2, 3, 4))

    def forward(self, clips: Tensor) -> Tensor:
        """(B, 3, T, H, W) bytes to what the layer makes of them in [-1, 1]."""
        padded = functional.pad(clips, (0, self.behind) * 3, value=ZERO)
        return self.convolve(padded, 1 / HALF_RANGE, ZERO, self.bias).relu_()


class PoolByAxis(nn.Module):
    """The same as `nn.MaxPool3d` on what a ReLU gives, one axis after the other.

    It is faster on a CPU, and there alone: elsewhere every axis is one more pass over the memory.

    Kernels are 1, 2 or 3 wide; those of stride 1 are padded on both sides, others behind only.
    """

    def __init__(self, pool: nn.MaxPool3d) -> None:
        super().__init__()
        self.kernel = _three(pool.kernel_size)
        self.stride = _three(pool.stride)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T, H, W), no number below zero, to the maxima of all windows."""
        # The bits of such numbers sort as the numbers do, and integers are compared faster.
        maxima = x.view(torch.int16) if x.dtype == torch.bfloat16 else x
        for axis in (4, 3, 2):
            maxima = _along(maxima, axis, self.kernel[axis - 2], self.stride[axis - 2])
        return maxima.view(x.dtype)


def _along(x: Tensor, axis: int, kernel: int, stride: int) -> Tensor:
    """Maxima of the windows along one axis."""
    if kernel == 1:
        return x
    if stride == 1:
        behind, maxima = x, x.clone()
    else:
        behind, odd = x.reshape(*x.shape[:axis], -1, 2, *x.shape[axis + 1 :]).unbind(axis + 1)
        maxima = torch.maximum(behind, odd)
    rest = maxima.shape[axis] - 1
    if kernel == 3:
        most = maxima.narrow(axis, 0, rest)
        torch.maximum(most, behind.narrow(axis, 1, rest), out=most)
    if stride == 1:
        most = maxima.narrow(axis, 1, rest)
        torch.maximum(most, x.narrow(axis, 0, rest), out=most)
    return maxima


def _three(size: int | tuple[int, ...]) -> tuple[int, ...]:
    return (size,) * 3 if isinstance(size, int) else size
