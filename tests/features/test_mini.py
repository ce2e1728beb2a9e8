import json

import numpy as np
import pytest
import torch

from mutualsl.errors import CheckpointError, MutualSLError
from mutualsl.features.mini import MiniConfig, MiniEncoder
from mutualsl.features.network import MiniNetwork
from mutualsl.telling import listening
from tests.test_device import SHORT, limited

CONFIG = MiniConfig(rate_hz=4, width=16, height=8, channels=(4, 8, 8, 12))


def encoder(seed=0):
    torch.manual_seed(seed)
    return MiniEncoder(CONFIG, MiniNetwork(CONFIG.channels))


def frames(count, seed=0):
    return np.random.default_rng(seed).integers(0, 255, (count, 8, 16, 3), dtype=np.uint8)


def changed(before, after):
    """Whether rows moved by a good part of their own size; a random network's rows are small."""
    return np.abs(after - before).max() > 0.5 * np.abs(before).max()


def test_one_row_a_second():
    rows = encoder().encode(frames(12))
    assert rows.shape == (3, 12) and rows.dtype == np.float32


def test_a_row_depends_on_its_own_second_only():
    one, other = frames(12), frames(12)
    other[8:] = 0
    first, second = encoder().encode(one), encoder().encode(other)
    np.testing.assert_allclose(first[:2], second[:2], atol=1e-6)
    assert changed(first[2], second[2])


def test_a_short_last_second_repeats_its_last_frame():
    short = frames(6)
    padded = np.concatenate([short, short[-1:], short[-1:]])
    np.testing.assert_allclose(encoder().encode(short), encoder().encode(padded), atol=1e-6)


def test_motion_changes_the_row():
    still = np.repeat(frames(1), 4, axis=0)
    moving = np.stack([np.roll(still[0], i, axis=1) for i in range(4)])
    assert changed(encoder().encode(still), encoder().encode(moving))


def test_saved_and_loaded_rows_agree_and_so_do_fingerprints(tmp_path):
    before = encoder()
    before.save(tmp_path, {"trained_on": "nothing"})
    after = MiniEncoder.from_folder(tmp_path)
    assert after.fingerprint == before.fingerprint and after.request == before.request
    np.testing.assert_allclose(after.encode(frames(8)), before.encode(frames(8)), atol=2e-2)
    assert json.loads((tmp_path / "config.json").read_text())["trained_on"] == "nothing"


def test_other_weights_or_sampling_have_another_fingerprint():
    assert encoder(0).fingerprint != encoder(1).fingerprint
    other = MiniConfig(rate_hz=5, width=16, height=8, channels=CONFIG.channels)
    assert MiniEncoder(other, encoder().network).fingerprint != encoder().fingerprint


@pytest.mark.parametrize("damage", ["missing", "config", "weights"])
def test_a_damaged_folder_is_said(tmp_path, damage):
    if damage != "missing":
        encoder().save(tmp_path, {})
        broken = {"config": "config.json", "weights": "model.safetensors"}[damage]
        (tmp_path / broken).write_bytes(b"{}")
    with pytest.raises(CheckpointError, match="visual encoder"):
        MiniEncoder.from_folder(tmp_path)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_weights_of_a_training_that_diverged_are_said(tmp_path, number):
    diverged = encoder()
    name, weight = next(iter(diverged.network.named_parameters()))
    weight.data[0, 0, 0] = number
    diverged.save(tmp_path, {})
    with pytest.raises(CheckpointError, match=f"{name} are not finite.*train it again"):
        MiniEncoder.from_folder(tmp_path)


def test_the_rows_are_the_same_where_fewer_seconds_fit_at_once(monkeypatch, caplog):
    full, told = encoder(), []
    expected = full.encode(frames(40))
    forward = limited(full.network.forward, 3, len)
    monkeypatch.setattr(full.network, "forward", forward)
    with listening(told.append):
        rows = full.encode(frames(40))
    np.testing.assert_allclose(rows, expected, atol=1e-6)
    assert "2 seconds of video at once" in caplog.text
    assert told == []  # it would be taken for how much of the whole video is done


@pytest.mark.parametrize("error", SHORT, ids=str)
def test_no_memory_for_one_second_is_said(monkeypatch, error):
    def none(clips):
        raise error

    full = encoder()
    monkeypatch.setattr(full.network, "forward", none)
    with pytest.raises(MutualSLError, match="too small for one second of video"):
        full.encode(frames(12))


@pytest.mark.parametrize(
    "changes", [{"width": 0}, {"rate_hz": 8.5}, {"rate_hz": 1}, {"width": "128"}]
)
def test_a_config_that_no_video_fits_is_said(tmp_path, changes):
    encoder().save(tmp_path, {})
    path = tmp_path / "config.json"
    record = json.loads(path.read_text())
    record["encoder"] |= changes
    path.write_text(json.dumps(record))
    with pytest.raises(CheckpointError, match="visual encoder"):
        MiniEncoder.from_folder(tmp_path)
