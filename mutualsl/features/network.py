"""The network behind `mini`: a few (2+1)-D convolutions over one second of small frames.

Tran et al., "A Closer Look at Spatiotemporal Convolutions", CVPR 2018, on pytorchvideo's layers,
much smaller, and fed with frame differences beside the frames so that motion is easy to see.
Letters: B clips, C channels, T frames, H x W pixels, F row width.
"""

from __future__ import annotations

from typing import TypeVar

import torch
from pytorchvideo.layers.convolutions import create_conv_2plus1d
from torch import Tensor, nn
from torch.nn import functional

Network = TypeVar("Network", bound=nn.Module)


def conv_2plus1d(inputs: int, outputs: int, *, spatial_stride: int = 1) -> nn.Module:
    """A (1, 3, 3) and a (3, 1, 1) convolution with batch norm and ReLU after each."""
    factorised = create_conv_2plus1d(
        in_channels=inputs,
        out_channels=outputs,
        inner_channels=outputs,
        conv_xy_first=True,
        kernel_size=(3, 3, 3),
        stride=(1, spatial_stride, spatial_stride),
        padding=(1, 1, 1),
        norm=nn.BatchNorm3d,
        activation=nn.ReLU,
    )
    return nn.Sequential(factorised, nn.BatchNorm3d(outputs), nn.ReLU(inplace=True))


def channels_last(network: Network) -> Network:
    """The network with weights laid out for channels-last convolutions, which are faster."""
    for parameter in network.parameters():
        if parameter.ndim == 5:
            parameter.data = parameter.data.contiguous(memory_format=torch.channels_last_3d)
    return network


class MiniNetwork(nn.Module):
    """Clips (B, 3, T, H, W) in [0, 1] to features (B, F), F the last of `channels`."""

    def __init__(self, channels: tuple[int, ...] = (24, 48, 96, 160)) -> None:
        super().__init__()
        stem = channels[0]
        self.stem = nn.Sequential(
            nn.Conv3d(6, stem, (1, 3, 3), (1, 2, 2), (0, 1, 1), bias=False),
            nn.BatchNorm3d(stem),
            nn.ReLU(inplace=True),
        )
        pairs = zip(channels[:-1], channels[1:], strict=True)
        self.stages = nn.ModuleList(conv_2plus1d(a, b, spatial_stride=2) for a, b in pairs)
        self.refine = conv_2plus1d(channels[-1], channels[-1])

    def forward(self, clips: Tensor) -> Tensor:
        """Mean over time and space of the last feature map."""
        x = self.stem(torch.cat([clips - 0.5, self.differences(clips)], dim=1))
        for stage in self.stages[:-1]:
            x = stage(x)
        # Fast motion has been seen by now; half the frame rate is enough for what it adds up to.
        x = self.stages[-1](functional.avg_pool3d(x, (2, 1, 1)))
        x = x + self.refine(x)
        pooled: Tensor = x.mean(dim=(2, 3, 4))
        return pooled

    @staticmethod
    def differences(clips: Tensor) -> Tensor:
        """Each frame minus the one before it, amplified; zero for the first."""
        change = (clips[:, :, 1:] - clips[:, :, :-1]) * 4.0
        return torch.cat([torch.zeros_like(clips[:, :, :1]), change], dim=2)
