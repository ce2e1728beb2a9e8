"""Starting what is tested in several processes."""

import os
import subprocess
import sys

from tests.demo import ROOT


def several(processes, *arguments, **env):
    """`python ARGUMENTS` in several processes, as `accelerate launch` starts them."""
    done = subprocess.run(
        [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node",
         str(processes), *map(str, arguments)],
        env=os.environ | {"PYTHONPATH": str(ROOT)} | env,
        capture_output=True, text=True, timeout=280,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
