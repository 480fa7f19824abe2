"""Max pooling that remembers which entry of each window won, for the gradient.

The winner is kept as its offset `p·S + q` in the window, one byte for windows of fewer than 256 entries. Columns are
compared first and rows after them: the first of equal entries is then the first in row-major order.
"""

import numpy as np

from .im2col import blocks, channels_last
from .pool import pool_neutral
from .pool_windows import POOL_BYTES, pixels, pool_at, pool_reaches, pool_size, pool_workspace


def max_pool2d_winners(x, kernel_size, stride, padding=(0, 0), dilation=(1, 1), out_size=None):
    """`max_pool2d` and its winners: of equal entries the first in row-major order, of a window with NaN the first NaN.

    The winners are for `max_pool2d_gradient`. (PyTorch takes the last NaN of a window.)

    >>> y, winners = max_pool2d_winners(np.array([[[[1, 5], [5, 0]]]]), (2, 2), (2, 2))
    >>> y.item(), winners.item()
    (5, 1)
    """
    compare = np.maximum, np.greater, pool_neutral(x.dtype, False)
    return pool_winners(compare, x, kernel_size, stride, padding, dilation, out_size)


def min_pool2d_winners(x, kernel_size, stride, padding=(0, 0), dilation=(1, 1), out_size=None):
    """`min_pool2d` and its winners, for `max_pool2d_gradient`.

    >>> y, winners = min_pool2d_winners(np.array([[[[1, 5], [5, 0]]]]), (2, 2), (2, 2))
    >>> y.item(), winners.item()
    (0, 3)
    """
    compare = np.minimum, np.less, pool_neutral(x.dtype, True)
    return pool_winners(compare, x, kernel_size, stride, padding, dilation, out_size)


def pool_winners(compare, x, kernel_size, stride, padding, dilation, out_size):
    """(extremes, winners) ; `compare` is (extreme of two, whether one beats another, what never counts)."""
    X = channels_last(x)
    N, H, W, C = X.shape
    OH, OW = out_size or pool_size((H, W), kernel_size, stride, padding, dilation)
    Y = np.empty((N, OH, OW, C), X.dtype)
    winners = np.empty(Y.shape, np.min_scalar_type(kernel_size[0] * kernel_size[1]))
    parts = blocks(N, OH, stride[0] * W * C * X.itemsize, 2 * POOL_BYTES)
    span = dilation[0] * (kernel_size[0] - 1) + 1
    best = pool_workspace(parts, (OW, C), X.dtype, stride[0], span)
    won = pool_workspace(parts, (OW, C), winners.dtype, stride[0], span)
    across = pool_reaches(kernel_size[1], -padding[1], stride[1], dilation[1], W, OW)
    phases = {
        r: pool_workspace(parts, (len(range(r, W, stride[1])), C), X.dtype, stride[0], span)
        for r in {entries.start % stride[1] for _, _, entries in across}
    }
    nan = False
    for images, rows in parts:
        y, start = Y[images, rows], stride[0] * rows.start - padding[0]
        top = min(max(start, 0), H)
        A = X[images, top : max(start + stride[0] * (y.shape[1] - 1) + span, top)]
        T, V = best[: A.shape[0], : A.shape[1]], won[: A.shape[0], : A.shape[1]]
        entrants = [(windows, a, q, None) for q, windows, a in pool_columns(A, phases, across)]
        pool_duel(compare, entrants, 2, T, V)
        down = pool_reaches(kernel_size[0], start - top, stride[0], dilation[0], A.shape[1], y.shape[1])
        entrants = [(windows, T[:, h], kernel_size[1] * p, V[:, h]) for p, windows, h in down]
        pool_duel(compare, entrants, 1, y, winners[images, rows])
        nan = nan or np.isnan(y.max(initial=compare[2]))
    if nan:
        pool_first_nan(X, Y, winners, kernel_size, stride, padding, dilation)
    return Y.transpose(0, 3, 1, 2), winners.transpose(0, 3, 1, 2)


def pool_columns(A, phases, reaches):
    """What meets in the windows of a row: `[(q, windows, A[n,h,s·j+d·q−P,c] of these)]`.

    Columns s apart are first laid side by side, `phases[r][n,h,m,c] = A[n,h,s·m+r,c]`: long runs are compared faster.
    """
    stride = reaches[0][2].step if reaches else 1
    if stride == 1:
        return [(q, windows, A[:, :, entries]) for q, windows, entries in reaches]
    phases = {r: phase[: A.shape[0], : A.shape[1]] for r, phase in phases.items()}
    for r, phase in phases.items():
        pixels(phase)[...] = pixels(A)[:, :, r::stride]
    found = []
    for q, windows, entries in reaches:
        m, r = divmod(entries.start, stride)
        found.append((q, windows, phases[r][:, :, m : m + windows.stop - windows.start]))
    return found


def pool_duel(compare, entrants, axis, best, won):
    """`best[…,i,…] = max_p a_p[…,i,…]` along one axis, and in `won` the code of the first p that has it.

    An entrant is `(windows i, a_p, step, codes)`, in the order of p; its code is `step + codes`, and grows with p. The
    windows of later entrants lie at lower i: those below all that came before have met nothing yet.
    """
    count = met = best.shape[axis]
    whole = [windows.stop - windows.start == count for windows, *_ in entrants]
    if not any(whole):
        best[...], won[...] = compare[2], 0
    if whole[:2] == [True, True]:  # the usual case, without a copy of the first
        (_, a, least, first), (_, b, step, codes), *entrants = entrants
        first = least if first is None else first + won.dtype.type(least) if least else first
        np.maximum(pool_codes(compare[1](b, a), step, codes, won.dtype), first, out=won)
        compare[0](a, b, out=best)
        met = 0
    for windows, a, step, codes in entrants:
        low = min(max(met, windows.start), windows.stop)  # from here on they have met an entry
        if windows.start < low:
            part, head = pool_at(axis, slice(windows.start, low)), pool_at(axis, slice(low - windows.start))
            best[part], won[part] = a[head], step if codes is None else codes[head] + won.dtype.type(step)
        if low < windows.stop:
            part, tail = pool_at(axis, slice(low, windows.stop)), pool_at(axis, slice(low - windows.start, None))
            b, w, a = best[part], won[part], a[tail]
            np.maximum(w, pool_codes(compare[1](a, b), step, codes if codes is None else codes[tail], w.dtype), out=w)
            compare[0](b, a, out=b)
        met = min(met, windows.start)


def pool_codes(wins, step, codes, dtype):
    """`[wins] (step + codes)`; `codes` is None for 0.

    >>> pool_codes(np.array([True, False]), 3, np.array([1, 1], "u1"), np.dtype("u1"))
    array([4, 0], dtype=uint8)
    """
    if codes is None:
        return wins.view(np.uint8) * dtype.type(step)
    code = codes + dtype.type(step)
    code *= wins.view(np.uint8)  # bool would be cast
    return code


def pool_first_nan(X, Y, winners, kernel_size, stride, padding, dilation):
    """Makes the first NaN the winner of each window that has one; comparisons do not see NaN, and it is rare."""
    n, i, j, c = np.nonzero(np.isnan(Y))
    for offset in reversed(range(kernel_size[0] * kernel_size[1])):
        p, q = divmod(offset, kernel_size[1])
        h, w = stride[0] * i + dilation[0] * p - padding[0], stride[1] * j + dilation[1] * q - padding[1]
        inside = (h >= 0) & (h < X.shape[1]) & (w >= 0) & (w < X.shape[2])
        inside[inside] = np.isnan(X[n[inside], h[inside], w[inside], c[inside]])
        winners[n[inside], i[inside], j[inside], c[inside]] = offset
