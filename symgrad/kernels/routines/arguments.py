"""What a generated program asks of its arguments."""

import numpy as np


def float_type(**arrays):
    """The one float type of the arguments; float64 if all are integers.

    >>> float_type(x=np.zeros(2, "f4"), k=np.arange(3))
    dtype('float32')
    """
    found: dict = {}
    for name, a in arrays.items():
        if a.dtype.kind == "f":
            found.setdefault(a.dtype, name)
        elif a.dtype.kind not in "iub":
            raise ValueError(f"{name}: entries of type {a.dtype}, not numbers")
    if len(found) > 1:
        (one, x), (two, y) = list(found.items())[:2]
        raise ValueError(f"{x} is {one} but {y} is {two}: convert one of them")
    return next(iter(found), np.dtype(np.float64))


def shape_of(name, x, rank):
    """The shape of x, which has so many axes."""
    if x.ndim != rank:
        raise ValueError(f"{name}: {rank} axes are expected, the shape given is {x.shape}")
    return x.shape


def check_axis(name, x, axis, size, expected):
    """An axis of x has the size that is written `size`."""
    if x.shape[axis] != expected:
        told = size if size == str(expected) else f"{size} = {expected}"
        raise ValueError(f"{name}: axis {axis} is {told} but {x.shape[axis]} entries are given")
