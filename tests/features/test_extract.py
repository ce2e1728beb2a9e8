import numpy as np
import pytest
import torch

from mutualsl.features import extract
from mutualsl.features.extract import _whole, _whole_rows
from mutualsl.features.i3d import CLIPS_AT_ONCE
from mutualsl.video import FrameRequest, probe
from mutualsl.video.write import write_video


class MeanColour:
    """An encoder whose row is the mean colour of its second."""

    name, fingerprint, row_width, frames_per_row = "mean", "mean-1", 3, 8
    request = FrameRequest(rate_hz=8, width=32, height=16)
    device = torch.device("cpu")

    def encode(self, frames):
        pads = -len(frames) % 8
        whole = np.concatenate([frames, np.repeat(frames[-1:], pads, axis=0)])
        return whole.reshape(-1, 8 * 16 * 32, 3).mean(1).astype(np.float32)


def test_each_row_shows_its_own_second(tmp_path):
    colours = [(250, 0, 0), (0, 250, 0), (0, 0, 250), (250, 250, 0)]
    pictures = (np.full((36, 64, 3), colours[i // 25], np.uint8) for i in range(85))
    path = tmp_path / "colours.mp4"
    write_video(path, pictures, 25.0)
    seen = []
    features = extract(path, probe(path), MeanColour(), seen.append)
    assert features.rows.shape == (4, 3)
    assert features.rows.argmax(1)[:3].tolist() == [0, 1, 2]
    assert features.rows[3, :2].min() > 150
    assert features.thumbnails and features.warnings == ()
    assert seen == sorted(seen) and seen[-1] == 1.0


def test_chunks_of_any_size_become_whole_rows():
    frames = np.arange(23, dtype=np.uint8).reshape(23, 1, 1, 1)
    chunks = iter([frames[:5], frames[5:6], frames[6:20], frames[20:]])
    groups = list(_whole_rows(chunks, 8))
    assert [len(g) for g in groups] == [8, 8, 7]
    assert np.concatenate(groups).ravel().tolist() == list(range(23))


@pytest.mark.parametrize(("device", "count"), [("cpu", 128), ("cuda", 512)])
def test_a_gpu_is_given_as_many_frames_as_it_takes(monkeypatch, device, count):
    encoder = MeanColour()
    monkeypatch.setattr(encoder, "device", torch.device(device), raising=False)
    assert _whole(encoder) == count >= 16 * CLIPS_AT_ONCE[device]
    monkeypatch.setattr(encoder, "frames_per_row", 1000, raising=False)
    assert _whole(encoder) == 1000
