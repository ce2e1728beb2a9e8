"""The visual encoder `i3d`: rows, weights from anywhere, fast paths."""

import logging
import pickle
import warnings
from collections import OrderedDict

import numpy as np
import pytest
import torch
from safetensors.torch import save_file
from torch import nn

from mutualsl.device import fastest_dtype
from mutualsl.errors import CheckpointError, MutualSLError, WeightsMissing
from mutualsl.features import encoder_name, extract, i3d, open_encoder
from mutualsl.features.i3d import I3DEncoder, checked, fingerprint, read_weights
from mutualsl.features.inception import InceptionI3D
from mutualsl.features.published import I3D_FILES
from mutualsl.video import probe
from mutualsl.video.write import write_video


class Mean(nn.Module):
    """In place of the network: the mean and the first and last value of a clip, quickly."""

    def forward(self, clips):
        clips = clips.float() / 127.5 - 1
        ends = torch.stack([clips[:, 0, 0, 0, 0], clips[:, 2, -1, -1, -1]], dim=1)
        return torch.cat([clips.mean(dim=(2, 3, 4)), ends], dim=1)


@pytest.fixture
def quick(network):
    """An encoder whose rows cost next to nothing."""
    encoder = I3DEncoder(network, dtype=torch.float32)
    encoder.network = Mean()
    return encoder


def frames(count, seed=0):
    chance = np.random.default_rng(seed)
    small = chance.integers(0, 256, (count, 14, 14, 3), dtype=np.uint8)
    return small.repeat(16, axis=1).repeat(16, axis=2)


@pytest.mark.parametrize(("count", "rows"), [(1, 1), (15, 1), (16, 1), (17, 2), (33, 3)])
def test_a_row_for_every_second_begun_and_the_last_frame_repeats(quick, count, rows):
    given = frames(count)
    made = quick.encode(given)
    assert made.shape == (rows, 5) and made.dtype == np.float32
    padded = np.concatenate([given, np.repeat(given[-1:], rows * 16 - count, axis=0)])
    np.testing.assert_array_equal(made, quick.encode(padded))
    clips = padded.reshape(rows, 16, 224, 224, 3).astype(np.float32) / 127.5 - 1
    np.testing.assert_allclose(made[:, :3], clips.mean(axis=(1, 2, 3)), atol=1e-4)
    np.testing.assert_allclose(made[:, 3], clips[:, 0, 0, 0, 0], atol=1e-6)
    np.testing.assert_allclose(made[:, 4], clips[:, -1, -1, -1, 2], atol=1e-6)


def test_a_video_shorter_than_a_second_has_one_row(quick, tmp_path):
    write_video(tmp_path / "short.mp4", [np.full((90, 160, 3), 200, np.uint8)] * 5, 25.0)
    features = extract(tmp_path / "short.mp4", probe(tmp_path / "short.mp4"), quick)
    assert features.rows.shape == (1, 5)
    np.testing.assert_allclose(features.rows[0, :3], 200 / 127.5 - 1, atol=0.05)


@pytest.fixture(scope="module")
def plain(network):
    """Small frames, the second half unlike the first, and their rows from the plain network."""
    given = frames(32)[:, :32, :32].copy()
    given[16:] = np.linspace(0, 60, 32).astype(np.uint8)[:, None]
    clips = torch.from_numpy(given).view(2, 16, 32, 32, 3).permute(0, 4, 1, 2, 3)
    with torch.inference_mode():
        return given, network(clips.float() / 127.5 - 1)


@pytest.mark.parametrize("dtype", [torch.float32, torch.bfloat16, torch.float16])
def test_fast_rows_are_those_of_the_plain_network(network, plain, dtype):
    given, rows = plain
    count = 2 if dtype == torch.float32 else 1  # 16 bits are slow where they are emulated
    fast = torch.from_numpy(I3DEncoder(network, dtype=dtype).encode(given[: 16 * count]))
    assert fast.shape == (count, 1024)
    assert torch.cosine_similarity(fast, rows[:count]).min() >= 0.999
    assert torch.cosine_similarity(rows[:1], rows[1:]) < 0.995  # else it would say nothing


def test_16_bits_only_where_the_processor_multiplies_them(monkeypatch):
    cpu = torch.device("cpu")
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx2": True})
    assert fastest_dtype(cpu) == torch.float32
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: {"avx512_bf16": True})
    assert fastest_dtype(cpu) == torch.bfloat16


def test_out_of_memory_goes_on_with_fewer_clips(quick, monkeypatch, caplog):
    counts = []

    def limited(clips):
        counts.append(len(clips))
        if len(clips) > 1:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return Mean()(clips)

    expected = quick.encode(frames(80))
    quick._at_once.most = 4
    monkeypatch.setattr(quick, "network", limited)
    with caplog.at_level(logging.WARNING):
        rows = quick.encode(frames(80))
    np.testing.assert_array_equal(rows, expected)
    assert counts == [4, 2, 1, 1, 1, 1, 1]
    assert [r.getMessage() for r in caplog.records] == [
        "memory is short: from now on 2 clips at once",
        "memory is short: from now on 1 clips at once",
    ]
    quick.encode(frames(32))
    assert counts[7:] == [1, 1]  # it is not tried again and again


def test_no_memory_for_one_clip_is_said(quick, monkeypatch):
    def full(clips):
        raise torch.OutOfMemoryError("CUDA out of memory")

    monkeypatch.setattr(quick, "network", full)
    with pytest.raises(MutualSLError, match="memory of cpu is too small for one clip"):
        quick.encode(frames(16))


# Weights


def published(network):
    """What the published file holds: no counters of batches, and the classifier."""
    weights = OrderedDict(
        (name, value)
        for name, value in network.state_dict().items()
        if not name.endswith("num_batches_tracked")
    )
    weights["logits.conv3d.weight"] = torch.zeros(400, 1024, 1, 1, 1)
    weights["logits.conv3d.bias"] = torch.zeros(400)
    return weights


def test_no_memory_for_the_network_is_said(network, tmp_path, monkeypatch):
    def full(*given):
        raise torch.OutOfMemoryError("CUDA out of memory")

    torch.save(published(network), tmp_path / "rgb.pt")
    monkeypatch.setattr(i3d, "faster", full)
    with pytest.raises(MutualSLError, match="memory of cpu is too small for the visual encoder"):
        open_encoder("i3d", tmp_path / "rgb.pt")


@pytest.mark.parametrize("kind", ["old", "new", "parallel", "safetensors"])
def test_the_published_file_is_read_in_any_form(network, tmp_path, kind):
    weights = published(network)
    path = tmp_path / ("rgb.safetensors" if kind == "safetensors" else "rgb_imagenet.pt")
    if kind == "safetensors":
        save_file(weights, path)
    else:
        if kind == "parallel":
            weights = {f"module.{name}": value for name, value in weights.items()}
        torch.save(weights, path, _use_new_zipfile_serialization=kind == "new")
    encoder = open_encoder("i3d", path)
    assert encoder.fingerprint == fingerprint(network)
    assert (encoder.name, encoder.row_width, encoder.frames_per_row) == ("i3d", 1024, 16)
    request = encoder.request
    assert (request.rate_hz, request.width, request.height, request.crop) == (16, 224, 224, True)


def test_other_weights_have_another_fingerprint(network):
    other = InceptionI3D()
    other.load_state_dict(network.state_dict())
    assert fingerprint(other) == fingerprint(network)
    with torch.no_grad():
        other.Mixed_5c.b0.bn.bias[0] += 1
    assert fingerprint(other) != fingerprint(network)


def changed(weights, kind):
    first = "Conv3d_1a_7x7.conv3d.weight"
    if kind == "missing":
        for name in [name for name in weights if name.startswith("Mixed_5c.b0.")]:
            del weights[name]
    elif kind == "unknown":
        weights["Mixed_6a.b0.conv3d.weight"] = torch.zeros(1)
    elif kind == "shape":
        weights[first] = torch.zeros(64, 2, 7, 7, 7)  # as in the published weights for flow
    elif kind == "finite":
        weights[first] = torch.full((64, 3, 7, 7, 7), torch.nan)
    return weights


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("missing", r"missing: Mixed_5c.b0.bn.bias, Mixed_5c.b0.bn.running_mean and 3 more"),
        ("unknown", r"unknown: Mixed_6a.b0.conv3d.weight"),
        ("shape", r"Conv3d_1a_7x7.conv3d.weight \(64, 2, 7, 7, 7\) instead of \(64, 3, 7, 7, 7\)"),
        ("finite", r"not finite: Conv3d_1a_7x7.conv3d.weight"),
    ],
)
def test_weights_of_another_network_are_refused(network, tmp_path, kind, message):
    weights = changed(published(network), kind)
    with pytest.raises(CheckpointError, match=rf"{message}.*; get https") as caught:
        checked(weights, network.state_dict(), tmp_path / "rgb.pt")
    assert "MUTUALSL_I3D_WEIGHTS" in str(caught.value)


class Harmful:
    """Unpickled, it would raise a warning that a test can see."""

    def __reduce__(self):
        return warnings.warn, ("executed",)


@pytest.mark.parametrize("content", ["pickle", "text", "empty", "list", "number"])
def test_a_file_that_holds_no_weights_is_refused_and_never_executed(tmp_path, content):
    path = tmp_path / "rgb_imagenet.pt"
    if content == "pickle":
        path.write_bytes(pickle.dumps({"Conv3d_1a_7x7.conv3d.weight": Harmful()}, protocol=2))
    elif content == "text":
        path.write_text("<html>Not found</html>")
    elif content == "empty":
        path.touch()
    else:
        torch.save([torch.zeros(2)] if content == "list" else {"epoch": 3}, path)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(
            CheckpointError, match=r"rgb_imagenet.pt: not a file of weights"
        ) as error:
            read_weights(path)
    assert "delete it" in str(error.value) and "weights_only" not in str(error.value)


def test_weights_are_looked_for_in_order(network, tmp_path, monkeypatch):
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("MUTUALSL_CACHE", str(tmp_path / "cache"))
    with pytest.raises(WeightsMissing, match="HF_HUB_OFFLINE is set; get https.*--visual"):
        I3DEncoder.from_folder(tmp_path)
    cached = tmp_path / "cache" / "weights" / "rgb_imagenet.pt"
    cached.parent.mkdir(parents=True)
    cached.touch()
    assert i3d.weights_file(tmp_path) == cached
    monkeypatch.setenv("MUTUALSL_I3D_WEIGHTS", str(tmp_path / "own.pt"))
    with pytest.raises(CheckpointError, match=r"own.pt: no such file"):
        i3d.weights_file(tmp_path)
    (tmp_path / "own.pt").touch()
    assert i3d.weights_file(tmp_path) == tmp_path / "own.pt"
    (tmp_path / "rgb_imagenet.pt").touch()
    assert i3d.weights_file(tmp_path) == tmp_path / "rgb_imagenet.pt"
    assert i3d.weights_file(tmp_path / "own.pt") == tmp_path / "own.pt"


@pytest.mark.parametrize("name", I3D_FILES)
def test_published_weights_are_known_by_their_file_and_by_its_folder(tmp_path, name):
    (tmp_path / name).write_bytes(b"")
    assert encoder_name(tmp_path / name) == encoder_name(tmp_path) == "i3d"
    (tmp_path / "config.json").write_text('{"name": "mini"}')
    assert encoder_name(tmp_path) == "mini"
