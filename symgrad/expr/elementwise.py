"""ELEMENTWISE: the scalar functions, one row each with every fact about it. To add a function, add a row.

The rows stand in three files: what every library has, activations made of exponentials, and functions put together from
pieces. Powers (sqrt, square, reciprocal), sums and products are SymPy's own and have no row.

>>> BY_NAME["asin"].kernel, BY_NAME["swish"].name, len(ELEMENTWISE) > 40
('np.arcsin({0})', 'silu', True)
"""

from __future__ import annotations

from types import MappingProxyType

import sympy as sp

from .activations import ACTIVATIONS, sigmoid, softplus
from .functions import FUNCTIONS
from .kinked import KINKED, maximum, minimum, relu
from .scalars import KINK, Elementwise, Scalar, above, equal, positive, scalar, upto, zero

ELEMENTWISE: tuple[Elementwise, ...] = (*FUNCTIONS, *ACTIVATIONS, *KINKED)

BY_NAME = MappingProxyType({name: row for row in ELEMENTWISE for name in (row.name, *row.aliases)})
BY_HEAD = MappingProxyType({row.head: row for row in ELEMENTWISE} | {sp.Abs: BY_NAME["abs"]})  # √x² is SymPy's |x|

__all__ = [
    "BY_HEAD",
    "BY_NAME",
    "ELEMENTWISE",
    "KINK",
    "Elementwise",
    "Scalar",
    "above",
    "equal",
    "maximum",
    "minimum",
    "positive",
    "relu",
    "scalar",
    "sigmoid",
    "softplus",
    "upto",
    "zero",
]
