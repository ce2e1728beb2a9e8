"""Every benchmark, each in a process of its own: `make bench`.

python -m benchmarks [NAME ...]

One that fails does not keep the others from their results; the exit status is 1 then.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence

from mutualsl.evaluation.report.speed import BENCHMARKS


def main(names: Sequence[str]) -> int:
    """Run some of them, say how long each took, and return the exit status."""
    lines, failed = [], []
    for name in names:
        started = time.perf_counter()
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"]).returncode:
            failed.append(name)
        lines.append(f"{name}: {(time.perf_counter() - started) / 60:.1f} minutes")
    print(*lines, sep="\n")
    if failed:
        print(f"benchmarks: failed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or BENCHMARKS))
