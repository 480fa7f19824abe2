"""Functions of entries that NumPy lacks, or computes slowly."""

import numpy as np

from .machine_code import as_they_lie, loop_for, sigmoid_loop


def relu(x, out=None):
    """`max(x, 0)`, NaN where x is: `np.maximum` is three times as fast with a row of zeros as with a number.

    >>> relu(np.array([-1.0, 2.0, np.nan]))
    array([ 0.,  2., nan])
    """
    inner = x.strides.index(min(x.strides))  # the axis along which entries lie side by side
    zeros = np.zeros(x.shape[inner], x.dtype)
    return np.maximum(x, zeros.reshape([-1 if k == inner else 1 for k in range(x.ndim)]), out=out)


def selected(condition, x, out=None):
    """`[c] x`: the bits of x times 0 or 1, so that NaN and ∞ are left out too; ten times as fast as `np.where`.

    >>> selected(np.array([True, False]), np.array([2.0, np.nan]))
    array([2., 0.])
    """
    if x.dtype.itemsize > 8:
        return np.where(condition, x, 0)
    if x is out and np.size(condition) < x.size and np.all(condition):  # often nothing is left out
        return x
    bits = f"i{x.dtype.itemsize}"
    return np.multiply(x.view(bits), condition, out=None if out is None else out.view(bits)).view(x.dtype)


def sigmoid(x):
    """`1/(1 + e⁻ˣ)`, which has its full precision on both sides.

    >>> sigmoid(np.array([-800.0, -40.0, 0.0, 800.0]))
    array([0.00000000e+00, 4.24835426e-18, 5.00000000e-01, 1.00000000e+00])
    """
    loop = loop_for(sigmoid_loop, x)
    if loop is not None:
        out = np.empty_like(x)
        loop(*as_they_lie(x, out))
        return out
    with np.errstate(over="ignore"):
        out = np.exp(-x)
    out += 1
    return np.divide(1, out, out=out)


def softplus(x):
    """`log(1 + eˣ) = max(x, 0) + log(1 + e)` with `e = exp(−|x|)`; `log(1 + e) = e log(u)/(u − 1)`, u = 1 + e rounded.

    >>> softplus(np.array([-800.0, -40.0, 0.0, 800.0]))
    array([0.00000000e+00, 4.24835426e-18, 6.93147181e-01, 8.00000000e+02])
    """
    e = np.abs(x)
    np.exp(np.negative(e, out=e), out=e)
    u = 1 + e
    gain = np.maximum(u - 1, np.finfo(x.dtype).tiny)
    np.log(u, out=u)
    u /= gain
    u *= e
    np.copyto(u, e, where=e < np.finfo(x.dtype).eps / 2)
    u += np.maximum(x, 0)
    return u
