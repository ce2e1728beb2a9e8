"""What is measured on a GPU: its arithmetic by hand, every measure on a tiny model, no GPU."""

import json
import subprocess
import sys

import numpy as np
import pytest
import torch
from torch import nn

from benchmarks import common, floors, full_size, gpu, gpu_i3d
from benchmarks.floors import (
    Rates,
    Work,
    beside_floor,
    operations,
    result,
    training_work,
    weight_bytes,
)
from mutualsl.errors import MutualSLError
from mutualsl.evaluation.report.speed import speed_table
from mutualsl.features import i3d
from mutualsl.models import language_model
from mutualsl.pretrained import read_language_model
from mutualsl.training.full import paper_medvidqa
from mutualsl.video.write import write_video
from tests.demo import ROOT

CPU = torch.device("cpu")
RATES = Rates(operations=1e9, bytes=1e8)
TINY = gpu.Size(
    text_encoder={
        **full_size.DEBERTA_LARGE, "vocab_size": 30522, "hidden_size": 16, "num_hidden_layers": 2,
        "num_attention_heads": 2, "intermediate_size": 32, "position_buckets": 8,
    },
    model={"width": 16, "heads": 2}, clips=9, tokens=(40,), questions=2, steps=3,
)  # fmt: skip


def test_a_floor_is_what_takes_longer():
    assert RATES.floor_second(Work(operations=4e9, bytes=1e8)) == 4.0
    assert RATES.floor_second(Work(operations=1e9, bytes=3e8)) == 3.0
    found = result("step", 2, 6.0, Work(1e9, 3e8), RATES, CPU)
    assert found["bound_by"] == "bytes" and found["peak_memory_mb"] == 0
    assert (found["per_second"], found["floor_second"], found["ratio"]) == (0.333, 3.0, 2.0)
    line = beside_floor("two steps", found).measure
    assert (line.value, line.unit, line.limit) == (2.0, "× the floor by bytes", None)
    assert line.note == "0.333 steps a second, 0 MB"


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
    monkeypatch.setattr(
        floors, "best_second", lambda task, device, rounds: (task(), next(seconds))[1]
    )
    rates = floors.measure_rates(CPU, side=4, copied=1000)
    assert rates == Rates(operations=2 * 4**3 / 0.5, bytes=2 * 1000 / 0.25)


class Small(nn.Module):
    """One convolution for a network, as fast as it can be."""

    def __init__(self):
        super().__init__()
        self.convolution = nn.Conv3d(3, 4, 1, stride=(16, 56, 56))

    def forward(self, clips):
        numbers = clips.to(self.convolution.weight.dtype)
        return self.convolution(numbers).float().mean(dim=(2, 3, 4))


@pytest.fixture
def small(monkeypatch, tmp_path):
    """A network and a video that take no time."""
    path = tmp_path / "a.mp4"
    write_video(path, [np.full((36, 64, 3), 90, np.uint8)] * 16, 8.0)
    monkeypatch.setattr(gpu_i3d, "random_network", Small)
    monkeypatch.setattr(i3d, "faster", lambda network, device, dtype: network.to(device, dtype))
    monkeypatch.setattr(gpu_i3d, "video", lambda seconds: path)
    monkeypatch.setattr(gpu, "measure_rates", lambda device: RATES)
    monkeypatch.setattr(gpu, "WORK", tmp_path / "work")


def test_the_network_alone(small):
    encoder = gpu_i3d.new_encoder(CPU)
    line, found = gpu_i3d.network_alone(RATES, CPU)
    assert found["count"] == encoder.clips_at_once == 2 and line.value == found["ratio"]
    number = encoder.dtype.itemsize
    moved = 2 * 16 * 224 * 224 * 3 + number * (3 * 4 + 4)
    assert found["floor_second"] == pytest.approx(moved / RATES.bytes, abs=1e-5)


def test_the_network_alone_sees_what_the_encoder_gives_it(small):
    encoder = gpu_i3d.new_encoder(CPU)
    frames = gpu_i3d.random_frames(encoder, 1)
    seen = []
    encoder.network.register_forward_pre_hook(lambda module, inputs: seen.append(inputs[0]))
    encoder.encode(frames)
    gpu_i3d.run_network(encoder, gpu_i3d.on_device(encoder, frames))
    given, alone = seen
    assert torch.equal(given, alone) and given.dtype == alone.dtype
    assert given.stride() == alone.stride()


def test_frames_from_memory_come_in_the_portions_of_extraction(small, monkeypatch):
    portions = []
    encode = gpu_i3d.I3DEncoder.encode
    monkeypatch.setattr(
        gpu_i3d.I3DEncoder,
        "encode",
        lambda self, frames: (portions.append(len(frames)), encode(self, frames))[1],
    )
    line, found = gpu_i3d.from_memory(9, CPU)
    assert portions[:2] == [128, 16] and (found["count"], found["clips_at_once"]) == (9, 8)
    assert line.value == pytest.approx(found["second"] / found["network_second"], rel=0.05)


def test_extraction_is_beside_the_slower_of_its_halves(small):
    line, found = gpu_i3d.extraction(120, CPU)
    slower = max(found["decoding_second"], found["network_second"])
    assert line.value == pytest.approx(found["second"] / slower, rel=0.05)
    assert line.what.startswith("I3D rows of 2 s") and line.limit == 1.15


def test_the_language_model_is_the_one_that_a_recipe_reads(tmp_path):
    language_model.build(TINY.text_encoder | {"hidden_dropout_prob": 0.1}).save_pretrained(tmp_path)
    read = read_language_model(tmp_path)
    model = gpu.full_model(TINY.text_encoder, TINY.model, CPU)
    own = model.text_encoder.language_model
    expected = read.config.to_diff_dict()
    del expected["architectures"]  # of the class that wrote the folder
    assert own.config.to_diff_dict() == expected
    assert {m.p for m in own.modules() if isinstance(m, nn.Dropout)} == {0.0}


@pytest.mark.parametrize("tokens", gpu.Size().tokens)
def test_a_question_with_its_transcript_is_one_window_of_the_recipe(tokens):
    collator = gpu.recipe_collator()
    assert collator.window_tokens == paper_medvidqa().window_tokens
    batch = collator(gpu.examples(2, tokens, collator))
    assert batch.window_ids.shape == (2, tokens) and batch.window_mask.all()
    assert batch.has_video.all() and batch.has_subtitles.all()


def test_questions_and_training_steps(small):
    torch.manual_seed(0)
    _, asked = gpu.questions(40, TINY, RATES, CPU)
    assert (asked["count"], asked["windows"]) == (2, [2, 40])
    line, step = gpu.training(40, TINY, RATES, CPU)
    assert "on 4 questions of 40 tokens" in line.what and step["windows"] == [4, 40]
    model = gpu.full_model(TINY.text_encoder, TINY.model, CPU)
    assert step["parameters"] == sum(p.numel() for p in model.parameters())
    for found in (asked, step):
        assert found["second"] > 0 and found["floor_second"] > 0
    # A step has four questions there and back, and reads and writes far more than it asks for.
    assert step["floor_second"] > 2 * asked["floor_second"]
    assert list(gpu.WORK.iterdir()) == []


def run(monkeypatch, tmp_path, *words):
    """What `main` returns, and what it has written, as if the CPU were a GPU."""
    measure = gpu.measure
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a GPU")
    with monkeypatch.context() as patch:
        # Only the choice of the device is deceived: the CPU measures.
        def on_the_cpu(size, device):
            assert (size, device) == (gpu.Size(), torch.device("cuda"))
            patch.setattr(torch.cuda, "is_available", lambda: False)
            return measure(TINY, CPU)

        patch.setattr(gpu, "measure", on_the_cpu)
        patch.setattr(common, "HERE", tmp_path)
        patch.setattr(sys, "argv", ["benchmarks.gpu", *words])
        returned = gpu.main()
    path = tmp_path / "results" / "gpu.json"
    return returned, json.loads(path.read_text()) if path.exists() else None


def test_the_results_file_has_everything(small, monkeypatch, tmp_path):
    returned, record = run(monkeypatch, tmp_path)
    assert returned == 0 and record["device"] == "a GPU" and record["rates"] == RATES._asdict()
    lines = {line["what"]: line for line in record["measures"]}
    assert len(lines) == len(record["parts"]) == 5
    limited = [line for line in lines.values() if line["limit"] is not None]
    assert [(line["limit"], line["bound"]) for line in limited] == [(1.15, "at most")]
    assert limited[0]["met"] == (limited[0]["value"] <= 1.15)
    parts = record["parts"]
    for name in ("i3d_network", "questions_40", "training_40"):
        ratio = parts[name]["second"] / parts[name]["floor_second"]
        assert ratio == pytest.approx(parts[name]["ratio"], abs=0.02)
        assert parts[name]["peak_memory_mb"] == 0
    table = speed_table({"gpu": record})
    assert all(f"| {what} |" in table for what in lines) and "with a GPU, " in table


def test_a_part_that_fails_does_not_take_the_others_along(small, monkeypatch, tmp_path, capsys):
    def out_of_memory(tokens, size, rates, device):
        raise torch.OutOfMemoryError("CUDA out of memory.\nTried to allocate 9 GiB")

    def too_small(*_):
        raise MutualSLError("the memory of cuda is too small")

    out_of_memory.__name__ = "training"
    monkeypatch.setattr(gpu, "training", out_of_memory)
    monkeypatch.setattr(gpu, "from_memory", too_small)
    returned, record = run(monkeypatch, tmp_path)
    assert returned == 1 and len(record["measures"]) == 3
    assert record["parts"]["training_40"]["failed"].startswith("CUDA out of memory.")
    assert record["parts"]["i3d_from_memory"] == {"failed": "the memory of cuda is too small"}
    assert capsys.readouterr().err.strip().endswith("i3d_from_memory, training_40")


def test_a_dry_run_writes_nothing(monkeypatch, tmp_path, capsys):
    line = common.Measure(what="a", value=1.0, unit="×")
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda: "a GPU")
    monkeypatch.setattr(gpu, "measure", lambda size, device: ([line], {"parts": {}}))
    monkeypatch.setattr(common, "HERE", tmp_path)
    monkeypatch.setattr(sys, "argv", ["benchmarks.gpu", "--dry"])
    assert gpu.main() == 0 and list(tmp_path.iterdir()) == []
    printed = json.loads(capsys.readouterr().out)
    assert printed["device"] == "a GPU" and printed["measures"][0]["what"] == "a"


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_says_so_in_one_line_and_leaves_results_alone():
    before = {path: path.read_bytes() for path in (ROOT / "benchmarks" / "results").iterdir()}
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu"], cwd=ROOT, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.count("\n"), done.stderr) == (0, 1, "")
    assert "no CUDA device" in done.stdout
    after = {path: path.read_bytes() for path in (ROOT / "benchmarks" / "results").iterdir()}
    assert after == before
