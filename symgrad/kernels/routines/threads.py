"""Work divided among threads of Python, which NumPy needs only between its calls.

A program does that, or leaves its threads to BLAS: BLAS's own wait for work in a loop for 26 ms after each product, and
keep a processor from whoever else could use it.
"""

import ctypes
import os
import sys
from collections import deque
from contextvars import ContextVar, copy_context
from functools import cache, partial, wraps
from queue import SimpleQueue
from threading import Thread

import numpy as np

TEAM = ContextVar("TEAM", default=1)  # threads that work may be divided among
WORTH_A_THREAD = 1 << 23  # multiplications: waking a thread takes 50 µs, as long as some million of them
A_COPY = 16  # multiplications that take as long as an entry that is copied


@cache
def blas_threads():
    """OpenBLAS's functions that get and set how many threads it has; None where NumPy has another BLAS."""
    try:
        library = ctypes.CDLL(np.linalg._umath_linalg.__file__)
    except (OSError, AttributeError):
        return None
    for name in ("scipy_openblas_{}_num_threads64_", "openblas_{}_num_threads64_", "openblas_{}_num_threads"):
        if hasattr(library, name.format("get")):
            return tuple(getattr(library, name.format(what)) for what in ("get", "set"))
    return None


@cache
def helpers(process, count):
    """The queue of calls that so many threads wait for; those of a process do not exist in its forks."""
    calls: SimpleQueue = SimpleQueue()
    for _ in range(count):
        Thread(target=serve, args=(calls,), daemon=True).start()
    return calls


def serve(calls):
    """What a helper does: one call after the other."""
    while True:
        calls.get()()


def with_threads(function):
    """The function with BLAS on one thread, and as many for `in_threads` as BLAS had.

    Who finds BLAS on one thread, because it was told so or because this is running already, works on one.
    """

    @wraps(function)
    def run(*arrays, **sizes):
        blas = blas_threads()
        count = blas[0]() if blas else 1
        if count < 2:
            return function(*arrays, **sizes)
        before = TEAM.set(count)
        blas[1](1)
        try:
            return function(*arrays, **sizes)
        finally:
            blas[1](count)
            TEAM.reset(before)

    return run


def in_threads(function, items, work):
    """Calls `function(item)` for all items, in any order and by several threads if `work` multiplications are worth it.

    >>> in_threads(print, [1, 2], 100)
    1
    2
    """
    rest = deque(items)
    count = min(TEAM.get(), len(rest)) if work >= WORTH_A_THREAD else 1
    if count < 2:
        drain(rest, function)
        return
    before = TEAM.set(1)  # what the items call is not divided again
    places: deque = deque(range(1, count))
    ended: SimpleQueue = SimpleQueue()

    def help_out():
        for _ in taken(places, 1):
            try:
                ended.put(drain(rest, function))
            except BaseException as error:
                ended.put(error)

    calls = helpers(os.getpid(), count - 1)
    for _ in range(1, count):
        calls.put(partial(copy_context().run, help_out))
    try:
        drain(rest, function)
    finally:
        rest.clear()
        TEAM.reset(before)
        absent = len(list(taken(places, count)))  # who has not come by now finds no place, and is not waited for
        found = [ended.get() for _ in range(1, count - absent)]
    for error in found:
        if error is not None:
            raise error


def drain(rest, function):
    """Calls the function with items until none is left; other threads take from the same deque."""
    for item in taken(rest):
        function(item)


def taken(rest, most=sys.maxsize):
    """Items out of a deque that other threads take from too: all of them, or so many."""
    for _ in range(most):
        try:
            yield rest.popleft()
        except IndexError:
            return
