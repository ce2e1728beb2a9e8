"""Feature rows from anybody, and a cache that lies on a failing disk.

`tests/features/test_files.py` has wrong shapes, NaN, pickles and headers that promise too much.
"""

import io

import numpy as np
import pytest

from mutualsl.errors import CheckpointError, FeatureError
from mutualsl.features import FeatureCache, VisualFeatures
from mutualsl.features.files import read_rows
from mutualsl.features.missing import MissingEncoder
from tests.hostile.inputs import count, mutated

WIDTH = 1024
I3D = MissingEncoder(name="i3d", fingerprint="i3d-aaaa", row_width=WIDTH, why="no weights here")
ROWS = np.random.default_rng(0).random((3, WIDTH)).astype(np.float16)
HEAD_BYTES = 200
FEATURES = VisualFeatures(rows=ROWS.astype(np.float32), thumbnails=((0.0, b"first"),))


def written(kind):
    file = io.BytesIO()
    if kind == "npy":
        np.save(file, ROWS)
    else:
        save = np.savez_compressed if kind == "compressed" else np.savez
        save(file, rows=ROWS, fingerprint=np.array("i3d-aaaa"))
    return file.getvalue()


@pytest.mark.parametrize("kind", ["npy", "npz", "compressed"])
def test_damaged_rows_are_rows_or_refused(tmp_path, kind):
    path = tmp_path / ("rows.npy" if kind == "npy" else "rows.npz")
    whole = written(kind)
    for seed in range(count(1000, 60)):
        path.write_bytes(mutated(whole, seed, HEAD_BYTES))
        try:
            rows = read_rows(path, I3D)
        except (FeatureError, CheckpointError):
            continue
        except Exception as error:
            pytest.fail(f"seed {seed}: {error!r}")
        assert rows.shape[1:] == (WIDTH,) and np.isfinite(rows).all(), f"seed {seed}"


def test_a_damaged_entry_of_the_cache_is_whole_or_missing(tmp_path):
    cache = FeatureCache(tmp_path)
    cache.get_or_make("hash", "encoder", lambda: FEATURES)
    (entry,) = tmp_path.iterdir()
    whole = entry.read_bytes()
    for seed in range(count(1000, 60)):
        entry.write_bytes(mutated(whole, seed, HEAD_BYTES))
        try:
            stored = cache.stored("hash", "encoder")
        except Exception as error:
            pytest.fail(f"seed {seed}: {error!r}")
        if stored is not None:
            np.testing.assert_array_equal(stored.rows, FEATURES.rows, f"seed {seed}")
