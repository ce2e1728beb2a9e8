"""The network behind `i3d`: sizes and padding; few clips, for they are slow."""

import pytest
import torch
from torch.nn import functional

from mutualsl.features.inception import InceptionI3D

# (channels, frames, height, width) behind each layer, for 16 frames of 224 x 224.
SHAPES = {
    "Conv3d_1a_7x7": (64, 8, 112, 112),
    "MaxPool3d_2a_3x3": (64, 8, 56, 56),
    "Conv3d_2b_1x1": (64, 8, 56, 56),
    "Conv3d_2c_3x3": (192, 8, 56, 56),
    "MaxPool3d_3a_3x3": (192, 8, 28, 28),
    "Mixed_3b": (256, 8, 28, 28),
    "Mixed_3c": (480, 8, 28, 28),
    "MaxPool3d_4a_3x3": (480, 4, 14, 14),
    "Mixed_4b": (512, 4, 14, 14),
    "Mixed_4c": (512, 4, 14, 14),
    "Mixed_4d": (512, 4, 14, 14),
    "Mixed_4e": (528, 4, 14, 14),
    "Mixed_4f": (832, 4, 14, 14),
    "MaxPool3d_5a_2x2": (832, 2, 7, 7),
    "Mixed_5b": (832, 2, 7, 7),
    "Mixed_5c": (1024, 2, 7, 7),
}


@pytest.fixture(scope="module")
def layers(network):
    """What comes out of every layer for one clip, and the row."""
    clip = torch.rand(1, 3, 16, 224, 224, generator=torch.Generator().manual_seed(1)) * 2 - 1
    seen = {}
    handles = [
        layer.register_forward_hook(lambda _, __, out, name=name: seen.update({name: out}))
        for name, layer in network.named_children()
    ]
    with torch.inference_mode():
        row = network(clip)
    for handle in handles:
        handle.remove()
    return clip, seen, row


def test_every_layer_has_its_size(layers):
    _, seen, row = layers
    assert {name: tuple(out.shape[1:]) for name, out in seen.items()} == SHAPES
    assert row.shape == (1, 1024) and (row >= 0).all()


def test_a_row_is_the_pooled_last_layer(layers):
    _, seen, row = layers
    pooled = functional.avg_pool3d(seen["Mixed_5c"], (2, 7, 7), stride=1)
    torch.testing.assert_close(row, pooled.flatten(1))


def same(x, kernel, stride):
    """TensorFlow's padding, worked out from the size at hand."""
    pads = []
    for size, k, s in zip(x.shape[:1:-1], kernel[::-1], stride[::-1], strict=True):
        total = max(k - (size % s or s), 0)
        pads += [total // 2, total - total // 2]
    return functional.pad(x, pads)


def by_hand(network, x):
    """The row of a clip with padding by rule, batch norm by formula and pools by window."""
    weights = network.state_dict()

    def unit(x, name, stride=1):
        kernel = weights[f"{name}.conv3d.weight"]
        x = functional.conv3d(same(x, kernel.shape[2:], (stride,) * 3), kernel, stride=stride)
        mean, variance, scale, shift = (
            weights[f"{name}.bn.{key}"].view(1, -1, 1, 1, 1)
            for key in ("running_mean", "running_var", "weight", "bias")
        )
        return torch.relu((x - mean) / torch.sqrt(variance + 0.001) * scale + shift)

    def pool(x, kernel, stride):
        return functional.max_pool3d(same(x, kernel, stride), kernel, stride)

    def mixed(x, name):
        return torch.cat(
            [
                unit(x, f"{name}.b0"),
                unit(unit(x, f"{name}.b1a"), f"{name}.b1b"),
                unit(unit(x, f"{name}.b2a"), f"{name}.b2b"),
                unit(pool(x, (3, 3, 3), (1, 1, 1)), f"{name}.b3b"),
            ],
            dim=1,
        )

    x = pool(unit(x, "Conv3d_1a_7x7", stride=2), (1, 3, 3), (1, 2, 2))
    x = pool(unit(unit(x, "Conv3d_2b_1x1"), "Conv3d_2c_3x3"), (1, 3, 3), (1, 2, 2))
    x = pool(mixed(mixed(x, "Mixed_3b"), "Mixed_3c"), (3, 3, 3), (2, 2, 2))
    for letter in "bcdef":
        x = mixed(x, f"Mixed_4{letter}")
    x = pool(x, (2, 2, 2), (2, 2, 2))
    return mixed(mixed(x, "Mixed_5b"), "Mixed_5c").mean(dim=(2, 3, 4))


@pytest.fixture(scope="module")
def small():
    """Clips whose sides halve as often as those of 224 pixels, for less work."""
    return torch.rand(2, 3, 16, 64, 64, generator=torch.Generator().manual_seed(1)) * 2 - 1


def test_the_network_does_what_the_published_layers_do(network, small):
    with torch.inference_mode():
        torch.testing.assert_close(network(small), by_hand(network, small), rtol=1e-3, atol=1e-4)


def test_layers_are_called_as_in_the_published_file():
    with torch.device("meta"):
        sizes = {name: tuple(v.shape) for name, v in InceptionI3D().state_dict().items()}
    assert sizes["Conv3d_1a_7x7.conv3d.weight"] == (64, 3, 7, 7, 7)
    assert sizes["Mixed_3b.b1b.bn.running_mean"] == (128,)
    assert sizes["Mixed_4e.b2b.conv3d.weight"] == (64, 32, 3, 3, 3)
    assert sizes["Mixed_5c.b3b.conv3d.weight"] == (128, 832, 1, 1, 1)
    kinds = {name.split(".", 1)[1] for name in sizes if "Mixed" not in name}
    counted = {"bn.num_batches_tracked"}
    learned = {"conv3d.weight", "bn.weight", "bn.bias", "bn.running_mean", "bn.running_var"}
    assert kinds == learned | counted
    assert len([name for name in sizes if name.endswith("conv3d.weight")]) == 57
