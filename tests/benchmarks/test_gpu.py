"""What is measured on a GPU: its arithmetic by hand, every measure on a tiny model, no GPU."""

import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks import floors, gpu
from benchmarks.floors import Rates, Work, operations, result, training_work, weight_bytes
from mutualsl.features.i3d import I3DEncoder
from mutualsl.features.inception import InceptionI3D
from mutualsl.video.write import write_video
from tests.demo import ROOT

CPU = torch.device("cpu")
RATES = Rates(operations=1e9, bytes=1e8)
TINY = gpu.Size(
    text_encoder={
        **gpu.DEBERTA_LARGE, "vocab_size": 30522, "hidden_size": 16, "num_hidden_layers": 2,
        "num_attention_heads": 2, "intermediate_size": 32, "position_buckets": 8,
    },
    width=16, heads=2, clips=2, tokens=(40,), questions=2, steps=3,
)  # fmt: skip


def test_a_floor_is_what_takes_longer():
    assert RATES.floor_second(Work(operations=4e9, bytes=1e8)) == 4.0
    assert RATES.floor_second(Work(operations=1e9, bytes=3e8)) == 3.0
    found = result("step", 2, 6.0, Work(1e9, 3e8), RATES, CPU)
    assert found["bound_by"] == "bytes" and found["peak_memory_mb"] == 0
    assert (found["per_second"], found["floor_second"], found["ratio"]) == (0.333, 3.0, 2.0)


def test_operations_and_bytes_by_hand():
    layer = nn.Linear(8, 4, bias=False)
    assert operations(lambda: layer(torch.zeros(3, 8))) == 2 * 3 * 8 * 4
    convolution = nn.Conv3d(2, 5, (1, 3, 3), padding=(0, 1, 1), bias=False)
    clip = torch.zeros(1, 2, 4, 6, 6)
    assert operations(lambda: convolution(clip)) == 2 * (4 * 6 * 6 * 5) * (2 * 9)
    assert weight_bytes(layer) == 128 and weight_bytes(layer.bfloat16()) == 64
    # Forwards, and a product for each of both gradients; 40 bytes for every parameter.
    assert training_work(100.0, 7) == Work(300.0, 280.0)


def test_rates_are_those_of_a_product_and_a_copy(monkeypatch):
    seconds = iter([0.5, 0.25])
    monkeypatch.setattr(floors, "best_second", lambda task, device: (task(), next(seconds))[1])
    rates = floors.measure_rates(CPU, side=4, copied=1000)
    assert rates == Rates(operations=2 * 4**3 / 0.5, bytes=2 * 1000 / 0.25)


@pytest.fixture(scope="module")
def encoder():
    """I3D with one small convolution for a network."""
    encoder = I3DEncoder(InceptionI3D(), dtype=torch.float32)

    class Small(nn.Module):
        def __init__(self):
            super().__init__()
            self.convolution = nn.Conv3d(3, 4, 1, stride=(16, 56, 56))

        def forward(self, clips):
            return self.convolution(clips).mean(dim=(2, 3, 4))

    encoder.network = Small()
    return encoder


def test_clips(encoder):
    found = gpu.clips(encoder, TINY, RATES)
    assert found["count"] == 2 and found["per_second"] > 0
    bytes_moved = 2 * 16 * 224 * 224 * 3 + 4 * (3 * 4 + 4)
    assert found["floor_second"] == pytest.approx(bytes_moved / RATES.bytes, abs=1e-5)


def test_extraction_is_beside_the_slower_of_its_halves(encoder, tmp_path):
    path = tmp_path / "a.mp4"
    write_video(path, [np.full((36, 64, 3), 90, np.uint8)] * 16, 8.0)
    found = gpu.extraction(encoder, path)
    slower = max(found["decoding_second"], found["network_second"])
    assert found["ratio"] == pytest.approx(found["second"] / slower, rel=0.05)
    assert (found["seconds_of_video"], found["limit"]) == (2, 1.15)


def test_questions_and_training_steps():
    torch.manual_seed(0)
    model = gpu.full_model(TINY, CPU)
    asked = gpu.questions(model, 40, TINY, RATES, CPU)
    assert (asked["count"], asked["tokens"], asked["at_once"]) == (2, 40, 2)
    step = gpu.training(model, 40, TINY, RATES, CPU)
    assert step["questions"] == 4 and step["parameters"] == sum(
        p.numel() for p in model.parameters()
    )
    for found in (asked, step):
        assert found["second"] > 0 and found["floor_second"] > 0
    # A step has four questions there and back, and reads and writes far more than it asks for.
    assert step["floor_second"] > 2 * asked["floor_second"]


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_says_so_in_one_line():
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)
    assert "no CUDA device" in done.stderr
