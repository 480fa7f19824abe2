"""Peak memory of training steps of AlexNet, batch 8, float32, one process each: `python -m tests.benchmarks.memory`.

The peak is what the resident set of the process grows by, from the parameters and the data on, over three steps.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.benchmarks.steps import CASES, batch, ours, torchs

CASE = "AlexNet, batch 8"


def resident(name: str) -> float:
    """A line of Linux's account of the process, in MiB: "VmRSS" is the resident set, "VmHWM" the largest so far."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith(name))


def grown(who: str) -> float:
    layers, shape, count, classes = CASES[CASE]
    X, y = batch(shape, count, classes)
    params, run = ours(layers, X, y)
    if who == "torch":
        run = torchs(layers, X, y, params)
    Path("/proc/self/clear_refs").write_text("5")  # the largest so far is now
    before = resident("VmRSS")
    for _ in range(3):
        run()
    return resident("VmHWM") - before


def measured(who: str) -> float:
    """`grown` in a process of its own."""
    done = subprocess.run([sys.executable, "-m", "tests.benchmarks.memory", who], stdout=subprocess.PIPE, check=True)
    return float(done.stdout)


def main():
    found = {who: measured(who) for who in ("ours", "torch")}
    ratio = found["ours"] / found["torch"]
    print(f"{CASE}: ours {found['ours']:.0f} MiB, PyTorch {found['torch']:.0f} MiB, {ratio:.2f} times as much.")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        print(grown(sys.argv[1]))
    else:
        main()
