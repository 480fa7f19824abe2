"""Work of several threads gives what one thread gives; errors, forks and BLAS's own threads are as they should be."""

from __future__ import annotations

import subprocess
import sys
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue

import numpy as np
import pytest

from symgrad import nn
from symgrad.kernels import compile_outputs
from symgrad.kernels.routines import threads
from symgrad.kernels.routines.conv2d import conv2d
from symgrad.kernels.routines.conv2d_input_gradient import conv2d_input_gradient
from symgrad.kernels.routines.conv2d_kernel_gradient import conv2d_kernel_gradient
from symgrad.kernels.routines.products import FEW_COLUMNS, times, times_transposed, transposed_times
from symgrad.kernels.routines.threads import TEAM, blas_threads, in_threads, with_threads

FORK = """
import os
from symgrad.kernels.routines.threads import TEAM, in_threads
TEAM.set(3)
done = []
in_threads(done.append, range(9), 1 << 40)
child = os.fork()
in_threads(done.append, range(9), 1 << 40)
assert sorted(done) == sorted([*range(9)] * 2), done
if child:
    raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
MUCH = 1 << 40


@contextmanager
def team(count):
    """So many threads, for work of any size."""
    before = TEAM.set(count)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(threads, "WORTH_A_THREAD", 0)
        yield
    TEAM.reset(before)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("items", [0, 1, 2, 50])
def test_each_item_is_done_once(count, items):
    done = []
    with team(count):
        in_threads(done.append, range(items), MUCH)
    assert sorted(done) == list(range(items))


@pytest.mark.parametrize("count", [1, 2, 3])
def test_an_error_arrives_and_the_team_is_as_before(count):
    def fail(item):
        raise IndexError(item)

    with team(count):
        with pytest.raises(IndexError):
            in_threads(fail, range(50), MUCH)
        assert TEAM.get() == count
    test_each_item_is_done_once(count, 50)


def test_what_an_item_calls_is_not_divided_again():
    found = []
    with team(3):
        in_threads(lambda item: found.append(TEAM.get()), range(20), MUCH)
    assert found == [1] * 20


def test_work_ends_though_no_helper_comes(monkeypatch):
    """As on a machine whose other processors are busy: who works does not wait for who has not begun."""
    queue: SimpleQueue = SimpleQueue()
    monkeypatch.setattr(threads, "helpers", lambda process, count: queue)
    test_each_item_is_done_once(3, 50)
    for _ in range(2):
        queue.get()()  # comes too late, and finds nothing to do


def test_threads_treat_overflow_as_their_caller_does():
    with np.errstate(over="ignore"), team(3):
        in_threads(lambda x: np.multiply(x, x), [np.full(9, 1e200)] * 20, MUCH)


@pytest.mark.skipif(not hasattr(sys, "getdlopenflags"), reason="no fork")
def test_a_fork_has_threads_of_its_own_and_both_end():
    subprocess.run([sys.executable, "-W", "ignore", "-c", FORK], check=True, timeout=60)


def test_blas_has_one_thread_within_and_as_many_as_before_after(monkeypatch):
    had = [4]
    monkeypatch.setattr(threads, "blas_threads", lambda: (lambda: had[0], lambda n: had.__setitem__(0, n)))

    def within(fail):
        assert (had[0], TEAM.get()) == (1, 4)
        assert with_threads(lambda: TEAM.get())() == 4  # BLAS has one already: nothing is set
        if fail:
            raise KeyError

    with_threads(within)(False)
    assert (had[0], TEAM.get()) == (4, 1)
    with pytest.raises(KeyError):
        with_threads(within)(True)
    assert (had[0], TEAM.get()) == (4, 1)
    had[0] = 1
    assert with_threads(TEAM.get)() == 1


def test_the_threads_of_blas_are_known_where_it_is_openblas():
    info = pytest.importorskip("threadpoolctl").threadpool_info()
    numbers = [p["num_threads"] for p in info if "numpy" in p["filepath"] and p["internal_api"] == "openblas"]
    if numbers:
        assert blas_threads()[0]() == numbers[0]


def integers(*shape, dtype=np.float32):
    return np.random.default_rng(sum(shape)).integers(-3, 4, shape).astype(dtype)


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize("few", [1, 2, 5, FEW_COLUMNS, FEW_COLUMNS + 1])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_products_in_threads(count, few, dtype):
    """Also with rows that no number of pieces divides, and with few rows and columns."""
    for n in (few, few + 1, 61, 203):
        for inner in (37, 1 << 9):
            a, b, g = (integers(*shape, dtype=dtype) for shape in ((few, inner), (n, inner), (few, n)))
            with team(count):
                made = times_transposed(a, b), transposed_times(g, a), times(g, b)
            sums = np.einsum("ik,jk->ij", a, b), np.einsum("ti,tj->ij", g, a), np.einsum("ik,kj->ij", g, b)
            for got, want in zip(made, sums, strict=True):
                assert got.dtype == dtype
                assert got.flags.c_contiguous
                assert (got == want).all()


OPTIONS = [((4, 4), (0, 0), (1, 1)), ((2, 3), (2, 1), (1, 2)), ((1, 1), (1, 3), (2, 1)), ((1, 1), (2, 2), (1, 1))]


@pytest.mark.parametrize("method", ["blocks", "winograd"])
@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("count", [2, 3])
def test_convolutions_in_threads(count, options, method, monkeypatch):
    """Sums of integers: float64 is exact in both methods, whoever adds what."""
    if method == "winograd" and options[0] != (1, 1):
        pytest.skip("Winograd's algorithm has stride 1")
    monkeypatch.setattr("symgrad.kernels.routines.im2col.WORKSPACE_ROWS", 20)
    monkeypatch.setattr("symgrad.kernels.routines.im2col.WORKSPACE_BYTES", 1)
    x, w = integers(3, 2, 41, 39, dtype=float), integers(5, 2, 5, 3, dtype=float)
    g = integers(*conv2d(x, w, *options, method="blocks").shape, dtype=float)
    calls = [
        partial(conv2d, x, w, *options, method=method),
        partial(conv2d_kernel_gradient, x, g, (5, 3), *options, method=method),
        partial(conv2d_input_gradient, g, w, (41, 39), *options, method=method if options[0] == (1, 1) else None),
    ]
    for call in calls:
        want = call()
        with team(count):
            got = call()
        assert (got == want).all()
        assert got.strides == want.strides


@pytest.mark.parametrize("groups", [1, 2])
@pytest.mark.parametrize("method", ["scatter", "planes"])
@pytest.mark.parametrize("count", [2, 3])
def test_input_gradients_in_threads(count, method, groups):
    if method == "planes" and groups > 1:
        pytest.skip("planes are for one group")
    g, w = integers(3, 4, 13, 12, dtype=float), integers(4, 40, 5, 3, dtype=float)
    call = partial(conv2d_input_gradient, g, w, (29, 26), (2, 2), (1, 0), (1, 1), groups, method=method)
    want = call()
    with team(count):
        assert (call() == want).all()


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("images", [1, 2, 7])
@pytest.mark.parametrize("stride", [(1, 1), (2, 1), (1, 2)])
def test_strips_in_threads(count, images, stride):
    """Whether a row of a strip is one run (few channels side by side) or not (images channels-first)."""
    w, last = integers(5, 2, 4, 3, dtype=float), integers(images, 11, 13, 2, dtype=float).transpose(0, 3, 1, 2)
    for x in (
        last,
        np.ascontiguousarray(last),
        last[:, :, ::2],
        last[:, :1],
        integers(images, 3, 11, 13, dtype=float)[:, :2],
    ):
        for padding in ((0, 0), (2, 1)):
            here = w[:, : x.shape[1]]
            g = integers(*conv2d(x, here, stride, padding, method="blocks").shape, dtype=float)
            calls = (
                partial(conv2d, x, here, stride, padding),
                partial(conv2d_kernel_gradient, x, g, (4, 3), stride, padding),
            )
            for call in calls:
                want = call(method="blocks")
                assert (call(method="strips") == want).all()
                with team(count):
                    assert (call(method="strips") == want).all()


@pytest.mark.parametrize("count", [2, 3])
def test_pointwise_in_threads(count):
    x, w, g = (integers(*shape, dtype=float) for shape in ((2, 9, 13, 12), (30, 9, 1, 1), (2, 30, 13, 12)))
    for call in (partial(conv2d, x, w), partial(conv2d_kernel_gradient, x, g, (1, 1))):
        want = call(method="blocks")
        with team(count):
            assert (call(method="pointwise") == want).all()


def program(*layers, shape):
    net = nn.Sequential(*layers)
    return compile_outputs([net.build(shape).output])


def test_programs_with_convolutions_have_threads():
    assert "@with_threads\ndef step(" in program(nn.Conv2d(1, 2, 3), shape=(1, 8, 8)).source
    assert "with_threads" not in program(nn.Linear(8, 2), shape=(8,)).source


def test_a_program_in_threads_gives_the_same_bits_again():
    net = nn.Sequential(nn.Conv2d(3, 32, 3), nn.ReLU(), nn.Flatten(), nn.Linear(32 * 100, 40))
    params, x = net.init(0), np.random.default_rng(0).standard_normal((4, 3, 12, 12), dtype=np.float32)
    results = [net.forward(x, params) for _ in range(3)]
    assert all((results[0] == r).all() for r in results)
