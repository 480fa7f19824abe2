"""Memory of freed arrays stays with the process, so that the next call does not ask the system for it page by page.

A page that is touched for the first time costs about half a microsecond, and an array of a megabyte has 256: as much as
ten additions of such arrays. The C library of Linux gives blocks back when they are freed; how large they must be for
that, it learns from the largest block that was ever given back, up to 32 MiB. One such block teaches it.
"""

from __future__ import annotations

from functools import lru_cache

import numpy as np

LARGEST = 31 << 20
"""Bytes, just below the size from which on nothing is learnt."""


@lru_cache(maxsize=1)
def keep_freed_memory() -> None:
    """Makes and frees one block, which is never written; once for a process. Without effect on other systems."""
    np.empty(LARGEST, np.uint8)
