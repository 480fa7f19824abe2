"""Functions of entries that NumPy lacks, or computes slowly."""

import math

import numpy as np

from .blocks import memory_order
from .machine_code import as_they_lie, loop_for, sigmoid_loop

LONG_RUN = 256  # entries that NumPy should find side by side: each shorter run costs a call


def relu(x, out=None):
    """`max(x, 0)`, NaN where x is: `np.maximum` is three times as fast with a long row of zeros as with a number.

    >>> relu(np.array([-1.0, 2.0, np.nan]))
    array([ 0.,  2., nan])
    """
    order = memory_order(x)
    lying = x.transpose(order)
    out = np.empty_like(x) if out is None else out
    np.maximum(lying, np.zeros(row_shape(lying), x.dtype), out=out.transpose(order))
    return out


def add_along(x, v, axis, out=None):
    """`x + v` with v along one axis of x. Few entries that lie side by side are repeated to a long row.

    >>> add_along(np.zeros((2, 3)), np.array([1.0, 2.0]), 0)
    array([[1., 1., 1.],
           [2., 2., 2.]])
    """
    order = memory_order(x)
    lying = x.transpose(order)
    row = v.reshape([-1 if k == axis else 1 for k in order])
    shape = row_shape(lying)
    if len(shape) >= lying.ndim - order.index(axis):
        row = np.broadcast_to(row[(0,) * (lying.ndim - len(shape))], shape).copy()
    out = np.empty_like(x) if out is None else out
    np.add(lying, row, out=out.transpose(order))
    return out


def row_shape(lying):
    """The last axes of an array, as many as have 256 entries together: rows that NumPy computes without a pause.

    >>> row_shape(np.zeros((5, 100, 2, 6))), row_shape(np.zeros(3))
    ((100, 2, 6), (3,))
    """
    k = lying.ndim - 1
    while k and math.prod(lying.shape[k:]) < LONG_RUN:
        k -= 1
    return lying.shape[k:]


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
