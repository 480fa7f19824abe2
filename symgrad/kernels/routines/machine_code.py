"""Loops over entries that numba, where it is installed, compiles to vector instructions; NumPy computes them otherwise.

A loop is written so that LLVM vectorises it: no branches but choices between numbers, exponentials as polynomials. It
is made by a function of the exponential, which numba puts into it.
"""

from functools import cache
from importlib import import_module

import numpy as np

from .blocks import memory_order

WORTH_A_LOOP = 1 << 14  # entries; compiling takes a second, once for a process


@cache
def machine_code(make):
    """The loop that `make` makes, compiled; None where numba is not installed. NaN and infinities are kept."""
    try:
        numba = import_module("numba")
    except ImportError:
        return None
    compiled = numba.njit(error_model="numpy", fastmath={"contract", "nsz", "arcp", "reassoc"})
    return compiled(make(numba.njit(error_model="numpy", fastmath={"contract"})(exp_single)))


def loop_for(make, x):
    """The machine code for x; None where there is none, or NumPy is to compute it."""
    return machine_code(make) if x.dtype == np.float32 and x.size >= WORTH_A_LOOP else None


def as_they_lie(*arrays):
    """Arrays of one shape and memory order as flat ones."""
    order = memory_order(arrays[0])
    return [a.transpose(order).reshape(-1) for a in arrays]


def exp_single(t):
    """`exp(t) = 2ⁿ exp(r)` in float32, by a polynomial in r = t − n log 2 (S. Moshier, Cephes, expf).

    >>> exp_single(np.float32(0)), float(exp_single(np.float32(-np.inf))), float(exp_single(np.float32(np.nan)))
    (np.float32(1.0), 0.0, nan)
    """
    half, one, most = np.float32(0.5), np.float32(1), np.float32(150)
    t = most if t > most else t
    t = -most if t < -most else t
    n = np.floor(t * np.float32(1.4426950408889634) + half)
    r = t - n * np.float32(0.693359375) - n * np.float32(-2.12194440e-4)
    e = np.float32(1.9875691500e-4)
    e = e * r + np.float32(1.3981999507e-3)
    e = e * r + np.float32(8.3334519073e-3)
    e = e * r + np.float32(4.1665795894e-2)
    e = e * r + np.float32(1.6666665459e-1)
    e = e * r + np.float32(5.0000001201e-1)
    e = e * r * r + r + one
    k = np.int32(n if n == n else one)
    first = k >> np.int32(1)  # 2ⁿ in two factors: it may overflow, or be smaller than the smallest normal number
    e *= np.int32((first + np.int32(127)) << np.int32(23)).view(np.float32)
    return e * np.int32((k - first + np.int32(127)) << np.int32(23)).view(np.float32)


def sigmoid_loop(exp):
    """`1/(1 + exp(−x))`."""

    def loop(x, out):
        for i in range(x.size):
            out[i] = np.float32(1) / (np.float32(1) + exp(-x[i]))

    return loop


def softmax_loop(exp):
    """`exp(x − m)` of each row over their sum, the sums, and m: the maximum, or 0 where that is not finite.

    The maximum is that of integers, for which LLVM has vectors whether there is a NaN or not: the bits of numbers are
    in the order of the numbers, if all but the sign are turned for negative ones.
    """

    def loop(x, weights, tops, totals):
        magnitude = np.int32(2147483647)
        for k in range(len(x)):
            best = np.int32(-magnitude)
            for j in range(x.shape[1]):
                bits = np.float32(x[k, j]).view(np.int32)
                best = max(best, np.int32(bits ^ ((bits >> np.int32(31)) & magnitude)))
            top = np.int32(best ^ ((best >> np.int32(31)) & magnitude)).view(np.float32)
            top = top if abs(top) < np.inf else np.float32(0)
            total = np.float32(0)
            for j in range(x.shape[1]):
                weights[k, j] = exp(x[k, j] - top)
                total += weights[k, j]
            tops[k], totals[k] = top, total
            for j in range(x.shape[1]):
                weights[k, j] /= total

    return loop


def normal_loop(exp):
    """`Φ(x) = e P(|x|)/Q(|x|)/2` below 0 and 1 less that above, e = `exp(−x²/2)`."""

    def loop(x, cdf, gaussian, quotient):
        p0, p1, p2, p3, p4, p5 = quotient[0]
        q0, q1, q2, q3, q4, q5 = quotient[1]
        half, farthest = np.float32(0.5), np.float32(14.8)
        for i in range(x.size):
            e = exp(-half * x[i] * x[i])
            gaussian[i] = e
            z = abs(x[i])
            z = farthest if z > farthest else z
            above = ((((p5 * z + p4) * z + p3) * z + p2) * z + p1) * z + p0
            below = ((((q5 * z + q4) * z + q3) * z + q2) * z + q1) * z + q0
            tail = half * e * above / below
            cdf[i] = tail if x[i] < 0 else np.float32(1) - tail

    return loop
