"""Interleaved medians, Markdown tables, and a process whose BLAS and threads are as they should be."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from math import exp, log
from pathlib import Path
from statistics import median
from time import perf_counter, process_time, sleep

PINS = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")  # they make OpenBLAS use the kernels of another processor
THREADS = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS", "NPROC")  # NPROC is JAX's
CHILD = "SYMGRAD_BENCHMARK"
CLOCK = process_time if os.environ.get("SYMGRAD_CLOCK") == "cpu" else perf_counter
"""On a machine that others use, the time of the processor, with one thread; it counts threads that wait in a loop."""


def in_child(module: str, threads: int = 1) -> bool:
    """True in a process that was started here; else starts one that runs the module, and returns False at its end."""
    if os.environ.get(CHILD) == module:
        return True
    environment = {k: v for k, v in os.environ.items() if k not in PINS}
    environment |= dict.fromkeys(THREADS, str(threads)) | {CHILD: module}
    environment["XLA_FLAGS"] = (
        f"--xla_cpu_multi_thread_eigen={str(threads > 1).lower()} intra_op_parallelism_threads={threads}"
    )
    subprocess.run([sys.executable, "-m", module, *sys.argv[1:]], env=environment, check=True)
    return False


def processor() -> str:
    """The name of the processor and how many of them there are."""
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    name = next((line.split(": ")[1] for line in lines if line.startswith("model name")), platform.processor())
    return f"{os.cpu_count()} × {name}"


def medians(runs: dict, repeats: int = 11, least: float = 1e-2) -> dict[str, float]:
    """{name: median seconds of one call}; the contestants take turns, short calls several at a time."""
    calls, times = {}, {name: [] for name in runs}
    for name, run in runs.items():
        run()
        calls[name] = max(1, int(least / max(_seconds(run, 1), 1e-7)))
    for _ in range(repeats):
        for name, run in runs.items():
            times[name].append(_seconds(run, calls[name]))
    return {name: median(t) for name, t in times.items()}


def spaced(runs: dict, threads: int) -> dict:
    """The same contestants, each after a call that does not count: what the one before did to caches and to the
    allocator is not its affair. With more threads also after a pause, since idle ones keep a core busy for a while."""
    calls: dict = {}
    for name, run in runs.items():
        pause = {} if threads == 1 else {(name, "pause"): lambda: sleep(0.05)}
        calls |= pause | {(name, "warm"): run, name: run}
    return calls


def _seconds(run, calls: int) -> float:
    start = CLOCK()
    for _ in range(calls):
        run()
    return (CLOCK() - start) / calls


def geometric_mean(ratios) -> float:
    ratios = list(ratios)
    return exp(sum(map(log, ratios)) / len(ratios))


def markdown(head, rows) -> str:
    """
    >>> print(markdown(["a", "b"], [["x", "1"]]))
    | a | b |
    |---|--:|
    | x | 1 |
    """
    line = "|".join(["---", *["--:"] * (len(head) - 1)])
    return "\n".join([f"| {' | '.join(head)} |", f"|{line}|", *(f"| {' | '.join(map(str, row))} |" for row in rows)])
