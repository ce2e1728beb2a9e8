"""Inception-I3D with random weights whose activations stay in a usual range through all layers."""

import torch
from torch import nn

from mutualsl.features.inception import InceptionI3D


def realistic(seed: int = 0) -> InceptionI3D:
    """In eval mode; batch norms have statistics of their own, as trained ones do."""
    chance = torch.Generator().manual_seed(seed)
    network = InceptionI3D().eval()
    for module in network.modules():
        if isinstance(module, nn.Conv3d):
            nn.init.kaiming_normal_(module.weight, generator=chance)
        elif isinstance(module, nn.BatchNorm3d):
            module.running_mean.normal_(0, 0.2, generator=chance)
            module.running_var.uniform_(0.5, 2.0, generator=chance)
            nn.init.uniform_(module.weight, 0.7, 1.3, generator=chance)
            nn.init.normal_(module.bias, 0, 0.2, generator=chance)
    return network
