"""NumPy's functions by their names, for tensors: `np.sum(t, axis=0)` and `np.exp(t)` are looked up here."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from inspect import Parameter, signature

from ..errors import OptionError
from . import constants, contractions, diagonals, joining, named, operations, reductions, shaping
from .axes import volume
from .operations import elementwise, unknown, where
from .tensors import Tensor


def reshaped(t, *args, **kwargs):
    """NumPy's `reshape(t, shape, order)` beside the method's `t.reshape(2, 3)`."""
    return (
        shaping.reshape(t, *args[:1], kwargs.pop("shape", ()), **kwargs)
        if not args
        else shaping.reshape(t, *args, **kwargs)
    )


def clip(t, a_min=None, a_max=None, *, min=None, max=None) -> Tensor:
    """`min(max(x, a), b)`; a bound may be absent. At a bound the slope by x is 1, with one bound as with two."""
    low, high = (a if a is not None else b for a, b in ((a_min, min), (a_max, max)))
    if low is not None and high is not None:
        return elementwise("clip", t, low, high)
    t = t if low is None else where(elementwise("less", t, low), low, t)
    return t if high is None else where(elementwise("greater", t, high), high, t)


def average(t, axis=None, weights=None) -> Tensor:
    """The mean; weighted means are written out."""
    if weights is not None:
        raise OptionError("average: no weights=", hint="write (w * t).sum() / w.sum()")
    return reductions.mean(t, axis)


# NumPy's functions, by name, beside the elementwise ones.
FUNCTIONS: dict[str, Callable] = {
    "sum": reductions.sum_,
    "prod": reductions.prod,
    "max": reductions.max_,
    "amax": reductions.max_,
    "min": reductions.min_,
    "amin": reductions.min_,
    "mean": reductions.mean,
    "average": average,
    "var": reductions.var,
    "std": reductions.std,
    "norm": reductions.norm,
    "cumsum": reductions.cumsum,
    "logsumexp": reductions.logsumexp,
    "matmul": contractions.matmul,
    "dot": contractions.dot,
    "vdot": contractions.vdot,
    "vecdot": contractions.vecdot,
    "inner": contractions.inner,
    "outer": contractions.outer,
    "tensordot": contractions.tensordot,
    "einsum": contractions.einsum,
    "transpose": shaping.transpose,
    "permute_dims": shaping.transpose,
    "matrix_transpose": shaping.matrix_transpose,
    "swapaxes": shaping.swapaxes,
    "moveaxis": shaping.moveaxis,
    "reshape": reshaped,
    "ravel": shaping.flatten,
    "expand_dims": shaping.expand_dims,
    "squeeze": shaping.squeeze,
    "broadcast_to": shaping.broadcast_to,
    "flip": shaping.flip,
    "flipud": lambda t: shaping.flip(t, 0),
    "fliplr": lambda t: shaping.flip(t, 1),
    "roll": shaping.roll,
    "repeat": shaping.repeat,
    "tile": shaping.tile,
    "concatenate": joining.concatenate,
    "stack": joining.stack,
    "vstack": joining.vstack,
    "hstack": joining.hstack,
    "column_stack": joining.column_stack,
    "split": joining.split,
    "pad": joining.pad,
    "diag": diagonals.diag,
    "diagonal": diagonals.diagonal,
    "trace": diagonals.trace,
    "tril": diagonals.tril,
    "triu": diagonals.triu,
    "zeros_like": constants.zeros_like,
    "ones_like": constants.ones_like,
    "full_like": constants.full_like,
    "where": operations.where,
    "clip": clip,
    "softmax": named.softmax,
    "log_softmax": named.log_softmax,
    "cross_entropy": named.cross_entropy,
    "mse": named.mse,
    "l1_norm": named.l1_norm,
    "l2_norm": named.l2_norm,
    "shape": lambda t: t.shape,
    "ndim": lambda t: t.ndim,
    "size": lambda t: volume(t.shape),
}
# Keywords of NumPy's functions that say how to compute, not what; they have no meaning for an equation.
REFUSED = ("out", "dtype", "where", "casting", "subok", "initial", "like", "device", "copy")


def function(name: str, *args, **kwargs):
    """NumPy's function of that name, or an elementwise one, on tensors.

    >>> from symgrad.expr.tensors import input_tensor
    >>> function("tanh", input_tensor("x", (3,))).equation
    ((i,), tanh(x[i]))
    """
    for option in REFUSED:
        if kwargs.get(option) is not None:
            raise OptionError(
                f"{name} of a tensor takes no {option}=", hint="a tensor is an equation, it has no storage"
            )
    kwargs = {k: v for k, v in kwargs.items() if k not in REFUSED}
    found = FUNCTIONS.get(name)
    if found is None and name not in operations.NAMES:
        raise unknown(name, names())
    if found is None:
        return elementwise(name, *args, **kwargs)
    problem = _misfit(found, len(args), tuple(kwargs))
    if problem:
        raise OptionError(f"{name} of a tensor: {problem}")
    return found(*args, **kwargs)


@lru_cache(maxsize=1)
def names() -> tuple[str, ...]:
    """Every function that tensors know."""
    return tuple(sorted({*FUNCTIONS, *operations.NAMES}))


@lru_cache(maxsize=1000)
def _misfit(found, count, keywords) -> str:
    """Why a call does not fit a function's parameters; empty where it does."""
    try:
        signature(found).bind(*range(count), **dict.fromkeys(keywords))
    except TypeError as error:
        takes = ", ".join(p.name for p in signature(found).parameters.values() if p.kind != Parameter.VAR_KEYWORD)
        return f"{error}; it takes {takes}"
    return ""
