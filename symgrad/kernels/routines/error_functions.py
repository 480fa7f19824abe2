"""The error function and its complement, which NumPy lacks.

They are quotients of polynomials, with coefficients fitted in 80 digits (interpolation at the Chebyshev points of
`t = (z−k)/(z+k)`); all are positive, so that nothing cancels. Numerator and denominator are one matrix product with the
powers of the argument, which takes half the time of Horner's rule.
"""

import numpy as np

from .blocks import in_blocks

ERF_BYTES = 1 << 18  # of one array in a block
ERF_ROWS = 16  # twelve powers, a numerator, a denominator, signs, and what erf keeps

# exp(z²) erfc(z) = P(z)/Q(z) on 0 ≤ z ≤ 10.5, to 8.2e-9, and on 0 ≤ z ≤ 28, to 1.8e-18 (P and Q, powers 0, 1, …)
ERFC_SINGLE = np.array(
    [
        [1.0, 1.23458747, 0.727278484, 0.227028374, 0.03228741, 0.0],
        [1.0, 2.36296701, 2.39359453, 1.31724241, 0.402424058, 0.057227244],
    ],
    "f4",
)
ERFC_DOUBLE = np.array(
    [
        [1.0, 1.0],
        [2.3480920579990746, 3.4764712250945874],
        [2.7324426609880547, 5.6552203663917887],
        [2.0366834712360879, 5.6936978709762003],
        [1.0668973235107613, 3.9515121553972518],
        [0.40857889339893891, 1.9905057469782871],
        [0.11569639112382131, 0.74512669830778731],
        [0.023951153751494204, 0.20813987897971525],
        [0.0034826810735195363, 0.042739008730540322],
        [0.00032349956791045809, 0.0061859721395774779],
        [1.4759943556253302e-5, 0.00057338805490988157],
        [0.0, 2.6161318795424983e-5],
    ]
).T
# erf(x)/x = P(x²)/Q(x²) on x² ≤ 15.5, to 2.4e-8, and on x² ≤ 1, to 2.8e-18
ERF_SINGLE = np.array(
    [
        [1.12837916, 0.188849387, 0.0525301277, 0.0036967555, 0.000282970677, 2.05633358e-6],
        [1.0, 0.500696405, 0.113454392, 0.01482981, 0.00114527235, 3.80586244e-5],
    ],
    "f4",
)
ERF_DOUBLE = np.array(
    [
        [1.1283791670955126, 1.0],
        [0.14214866879694831, 0.45930931103845504],
        [0.04530437961090158, 0.093253064731604762],
        [0.0018273296624436042, 0.010582376364687692],
        [0.00019497199967071857, 0.00068124809861989278],
        [0.0, 2.0299890044273522e-5],
    ]
).T


def erf(x, out=None):
    """`erf(x) = 2/√π ∫₀ˣ exp(−t²) dt` of each entry.

    >>> erf(np.array([0.0, 1.0, -np.inf]))
    array([ 0.        ,  0.84270079, -1.        ])
    """
    return error_function(erf_block, x, (out,))[0]


def erfc(x, out=None):
    """`erfc(x) = 1 − erf(x)` of each entry, to full relative precision where it is small.

    >>> erfc(np.array([0.0, 10.0, -np.inf]))
    array([1.00000000e+00, 2.08848758e-45, 2.00000000e+00])
    """
    return error_function(erfc_block, x, (out,))[0]


def error_function(block, x, outs=()):
    """The outs of `block(x, *outs, work)`: in float32 for float32, in float64 for everything else."""
    x = np.asarray(x)
    x = x if x.dtype == np.float32 else x.astype(np.float64, copy=False)
    outs = [np.empty_like(x) if out is None else out for out in outs]
    return in_blocks(block, (x,), outs, ERF_ROWS, ERF_BYTES // x.itemsize)


def erf_block(x, out, work):
    """`x P(x²)/Q(x²)`: in float32 everywhere, and erf is 1 from √15.5 on; in float64 below 1, and `1 − erfc` above."""
    coefficients, limit = (ERF_SINGLE, 15.5) if x.dtype == np.float32 else (ERF_DOUBLE, 1.0)
    with np.errstate(over="ignore"):
        np.clip(np.multiply(x, x, out=work[1]), 0, limit, out=work[1])
    near = np.multiply(quotient(coefficients, work), x, out=work[-4])
    if x.dtype == np.float32:
        np.clip(near, -1, 1, out=out)
    else:
        size = np.abs(x)
        erfc_block(size, work[-1], work)
        np.copysign(np.subtract(1, work[-1], out=work[-1]), x, out=out)
        np.copyto(out, near, where=size < 1)


def erfc_block(x, out, work):
    sign = sign_bits(x, work[-3])
    coefficients, limit = (ERFC_SINGLE, 10.5) if x.dtype == np.float32 else (ERFC_DOUBLE, 28.0)
    tail = gaussian_tail(x, coefficients, limit, 1.0, work[0], work)
    reflect(tail, sign, out)


def gaussian_tail(x, coefficients, limit, scale, gaussian, work):
    """`exp(−c z²) P(z)/Q(z)` with z = |x| up to the limit and c the scale; `gaussian` becomes the exponential.

    In float32 `c z²` is rounded, and the relative error is about `2 + c z²` rounding steps. In float64 the exponent is
    split (W. J. Cody, 1969): `z² = t² + (z−t)(z+t)`, where t is z rounded to 1/16, and t² exact.
    """
    z = np.clip(x, -limit, limit, out=work[1])
    np.abs(z, out=z)
    ratio = quotient(coefficients, work)
    if z.dtype == np.float32:
        np.exp(np.multiply(work[2], -scale, out=gaussian), out=gaussian)
    else:
        t, rest = work[2], work[3]
        np.rint(np.multiply(z, 16, out=t), out=t)
        t /= 16
        np.multiply(np.subtract(z, t, out=rest), np.add(z, t, out=z), out=rest)
        np.multiply(np.multiply(t, t, out=t), -scale, out=t)
        rest *= -scale
        np.multiply(np.exp(t, out=t), np.exp(rest, out=rest), out=gaussian)
    ratio *= gaussian
    return ratio


def quotient(coefficients, work):
    """`P(z)/Q(z)` by the rows of the coefficients, for z in `work[1]`; in the last row, the powers of z in the first.

    >>> work = np.full((6, 1), 10.0)
    >>> quotient(np.array([[1.0, 2, 3], [1, 0, 0]]), work)
    array([321.])
    """
    count = coefficients.shape[1]
    work[0] = 1
    for k in range(2, count):
        np.multiply(work[k // 2], work[k - k // 2], out=work[k])
    P, Q = np.matmul(coefficients, work[:count], out=work[-2:])
    return np.divide(P, Q, out=Q)


def sign_bits(x, out):
    """The sign bits of x as integers, written over `out`."""
    word = np.uint32 if x.dtype == np.float32 else np.uint64
    return np.bitwise_and(x.view(word), word(1 << (8 * x.itemsize - 1)), out=out.view(word))


def reflect(tail, sign, out):
    """`out = 2 − tail` where the sign bit is set, `tail` elsewhere: one place to the right, the bit is the number 2.

    >>> out = np.empty(2)
    >>> reflect(np.array([0.25, 0.25]), sign_bits(np.array([-1.0, 1.0]), np.empty(2)), out); out
    array([1.75, 0.25])
    """
    np.bitwise_xor(tail.view(sign.dtype), sign, out=tail.view(sign.dtype))
    np.right_shift(sign, sign.dtype.type(1), out=sign)
    np.add(tail, sign.view(tail.dtype), out=out)
