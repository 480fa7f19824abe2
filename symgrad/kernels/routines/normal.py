"""The normal distribution, for GELU: its distribution function and its density."""

import numpy as np

from .error_functions import ERFC_DOUBLE, ERFC_SINGLE, error_function, gaussian_tail, reflect, sign_bits
from .machine_code import as_they_lie, loop_for, normal_loop

# 2 Φ(−z) = exp(−z²/2) P(z)/Q(z): those of erfc at z/√2, which is never rounded
NORMAL_SINGLE = np.float32(ERFC_SINGLE * 0.5 ** (np.arange(6) / 2))
NORMAL_DOUBLE = ERFC_DOUBLE * 0.5 ** (np.arange(12) / 2)


def normal_cdf(x, out=None):
    """`Φ(x) = erfc(−x/√2)/2`, to full relative precision where it is small.

    >>> normal_cdf(np.array([-20.0, 0.0, np.inf]))
    array([2.75362412e-89, 5.00000000e-01, 1.00000000e+00])
    """
    return error_function(normal_cdf_block, x, (out,))[0]


def normal_cdf_density(x, cdf=None, density=None):
    """`(Φ(x), φ(x) = exp(−x²/2)/√(2π))` with one exponential: `gelu = x Φ`, `gelu′ = Φ + x φ`.

    >>> normal_cdf_density(np.array([0.0]))
    [array([0.5]), array([0.39894228])]
    """
    return error_function(normal_block, x, (cdf, density))


def normal_cdf_gaussian(x):
    """`(Φ(x), exp(−x²/2))` with one exponential.

    >>> normal_cdf_gaussian(np.array([0.0]))
    [array([0.5]), array([1.])]
    """
    loop = loop_for(normal_loop, x)
    if loop is None:
        return error_function(normal_gaussian_block, x, (None, None))
    cdf, gaussian = np.empty_like(x), np.empty_like(x)
    loop(*as_they_lie(x, cdf, gaussian), NORMAL_SINGLE)
    return [cdf, gaussian]


def normal_cdf_block(x, cdf, work):
    sign = sign_bits(np.negative(x, out=work[-3]), work[-3])
    coefficients, limit = (NORMAL_SINGLE, 14.8) if x.dtype == np.float32 else (NORMAL_DOUBLE, 39.5)
    reflect(gaussian_tail(x, coefficients, limit, 0.5, work[0], work), sign, cdf)
    cdf *= 0.5


def normal_gaussian_block(x, cdf, gaussian, work):
    normal_cdf_block(x, cdf, work)
    np.copyto(gaussian, work[0])


def normal_block(x, cdf, density, work):
    normal_cdf_block(x, cdf, work)
    np.multiply(work[0], 1 / np.sqrt(2 * np.pi).astype(x.dtype), out=density)
