"""A process that is killed while it writes leaves what was there before, or all of the new.

`tests/training/test_trainer.py` ends a run in any step, without a kill, and goes on bit for bit.
"""

import random
import signal
import subprocess
import sys
import time

import numpy as np
import pytest

from mutualsl.checkpoint import load_model
from mutualsl.features import FeatureCache
from mutualsl.training import state
from tests.demo import ROOT
from tests.hostile.inputs import count
from tests.training.test_trainer import start

WRITE = """
import sys
from pathlib import Path
import numpy as np
from mutualsl.features import FeatureCache, VisualFeatures
from tests.test_checkpoint import saved
folder = Path(sys.argv[1])
for number in range(10**9):
    rows = np.full((200, 500), number % 5, np.float32)
    made = VisualFeatures(rows=rows, thumbnails=())
    FeatureCache(folder / "cache").get_or_make(f"{number % 5}-{number}", "encoder", lambda: made)
    saved(folder / "checkpoint")
    print("begun", flush=True)
"""
TRAIN = """
import sys
from dataclasses import replace
from pathlib import Path
from mutualsl.training import state
from tests.training.test_trainer import CONFIG, start
save = state.save
def saved(*given):
    save(*given)
    print("begun", flush=True)
state.save = saved
start(Path(sys.argv[1]), replace(CONFIG, save_every=1))
"""


def killed(script, folder, seed, longest_second):
    """Run a script that writes into a folder; kill it some time after it has begun to."""
    command = [sys.executable, "-c", script, str(folder)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "begun\n"
        time.sleep(random.Random(seed).uniform(0.0, longest_second))
        process.kill()
    assert process.returncode == -signal.SIGKILL


@pytest.mark.parametrize("seed", range(count(50, 1)))
def test_cache_and_checkpoint_are_whole(tmp_path, seed):
    killed(WRITE, tmp_path, seed, 0.3)
    names = [path.name.partition(".")[0] for path in (tmp_path / "cache").glob("*.npz")]
    assert names
    for name in names:
        stored = FeatureCache(tmp_path / "cache").stored(name, "encoder")
        np.testing.assert_array_equal(stored.rows, np.float32(name[0]))
    assert load_model(tmp_path / "checkpoint").name == "mutualsl"


@pytest.mark.parametrize("seed", range(count(10, 1)))
def test_a_run_goes_on_from_a_whole_state(tmp_path, seed):
    killed(TRAIN, tmp_path, seed, 0.3)  # it saves its state after every step
    kept = state.read(tmp_path)
    assert kept.step >= 1 and not kept.done
    start(tmp_path)
    assert state.read(tmp_path).done
    assert len(list(tmp_path.glob("state-*"))) == 1
