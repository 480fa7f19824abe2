"""How many threads BLAS has: products of matrices are the one thing that programs leave to several of them."""

import os


def thread_count():
    """What the environment says, else the processors that this process may run on."""
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        if os.environ.get(name, "").isdigit():
            return max(int(os.environ[name]), 1)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
