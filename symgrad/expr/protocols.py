"""How Python and NumPy see a tensor: operators, methods, `np.exp(t)`, `np.sum(t, axis=0)`. Tables of names; NumPy stays out.

NumPy hands over its own function (`__array_ufunc__`, `__array_function__`), whose `__name__` is looked up here.
"""

from __future__ import annotations

from functools import lru_cache
from inspect import Parameter, signature

from ..errors import OptionError, ShapeError, SymgradError
from . import constants, contractions, diagonals, joining, named, operations, reductions, shaping
from .axes import volume
from .indexing import item
from .nodes import Compare
from .operations import elementwise, unknown
from .tensors import Tensor, shape_text


def reshaped(t, *args, **kwargs):
    """NumPy's `reshape(t, shape, order)` beside the method's `t.reshape(2, 3)`."""
    return shaping.reshape(t, *args[:1], kwargs.pop("shape", ()), **kwargs) if not args else shaping.reshape(t, *args, **kwargs)


def transposed(t, *axes):
    """The method: `t.transpose()`, `t.transpose(1, 0)`, `t.transpose((1, 0))`."""
    axes = axes[0] if len(axes) == 1 and not hasattr(axes[0], "__index__") else axes or None
    return shaping.transpose(t, axes)


def clip(t, a_min=None, a_max=None, *, min=None, max=None) -> Tensor:
    """`min(max(x, a), b)`; a bound may be absent."""
    low, high = (a if a is not None else b for a, b in ((a_min, min), (a_max, max)))
    if low is not None and high is not None:
        return elementwise("clip", t, low, high)
    t = t if low is None else elementwise("maximum", t, low)
    return t if high is None else elementwise("minimum", t, high)


def average(t, axis=None, weights=None) -> Tensor:
    """The mean; weighted means are written out."""
    if weights is not None:
        raise OptionError("average: no weights=", hint="write (w * t).sum() / w.sum()")
    return reductions.mean(t, axis)


# NumPy's functions, by name, beside the elementwise ones.
FUNCTIONS = {
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
# `np.add.reduce(t)` and its like.
REDUCE = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logaddexp": "logsumexp"}
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
            raise OptionError(f"{name} of a tensor takes no {option}=", hint="a tensor is an equation, it has no storage")
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


def array_ufunc(self, ufunc, method, *inputs, **kwargs):
    """`np.exp(t)`, `np.add(t, 1)`, `np.add.reduce(t)`."""
    name = ufunc.__name__
    if method == "__call__":
        return function(name, *inputs, **kwargs)
    if method == "reduce" and name in REDUCE:
        return function(REDUCE[name], *inputs, **{"axis": 0, **kwargs})
    raise TypeError(f"np.{name}.{method} of a tensor is not available; np.{name} and, of {', '.join(REDUCE)}, .reduce are")


def array_function(self, func, types, args, kwargs):
    """`np.sum(t, axis=0)`, `np.concatenate([a, b])`."""
    return function(func.__name__, *args, **kwargs)


def array_of(self, *args, **kwargs):
    """A tensor has no numbers of its own."""
    raise TypeError(f"{self.display} is an equation and holds no numbers; evaluate it at values of its inputs")


def binary(name: str, swapped: bool = False):
    """An operator with whatever stands beside the tensor; Python asks the other side where that is no number or array."""

    def operator(self, other):
        if type(other) is not Tensor:
            other = constants.operand(other)
            if other is None:
                return NotImplemented
        return _binary(name, other, self) if swapped else _binary(name, self, other)

    return operator


def _binary(name, left, right):
    return contractions.matmul(left, right) if name == "matmul" else elementwise(name, left, right)


def unary(name: str):
    """An operator of the tensor alone."""

    def operator(self):
        return elementwise(name, self)

    return operator


def equality(name: str):
    """`==` and `!=` give 0/1 tensors. Where shapes do not fit Python compares identity, so that `t in tensors` works."""
    compare = binary(name)

    def operator(self, other):
        try:
            return compare(self, other)
        except ShapeError:
            return NotImplemented

    return operator


def truth(self) -> bool:
    """`a == b` is true where a is b; any other tensor that is not a constant has no truth value."""
    body = None if self.is_input else self.template.body
    if isinstance(body, Compare) and body.relation in ("==", "!="):
        return (len(self.operands) == 2 and self.operands[0] is self.operands[1]) == (body.relation == "==")
    if body is not None and body.is_number and not self.shape:
        return bool(body)
    raise SymgradError(
        f"{self.display} has no truth value, its entries depend on the inputs",
        hint="to choose by a condition, np.where(condition, a, b)",
    )


def length(self) -> int:
    """The size of the first axis, where it is an integer."""
    if not self.shape:
        raise TypeError(f"{self.display} has no axes, so it has no len()")
    if not self.shape[0].is_Integer:
        raise TypeError(
            f"the first axis of {self.display}, shape {shape_text(self.shape)}, has no length in numbers; t.shape[0] is it"
        )
    return int(self.shape[0])


def rows(self):
    """The rows along the first axis, where its size is an integer."""
    if self.shape and not self.shape[0].is_Integer:
        raise TypeError(
            f"the first axis of {self.display}, shape {shape_text(self.shape)}, has a symbolic size and cannot be iterated; "
            "use axis=0, or index notation"
        )
    return (item(self, k) for k in range(length(self)))


BINARY = {
    "add": "add",
    "sub": "subtract",
    "mul": "multiply",
    "truediv": "divide",
    "pow": "power",
    "matmul": "matmul",
    "and": "logical_and",
    "or": "logical_or",
    "xor": "logical_xor",
}
OPERATORS = {
    **{f"__{python}__": binary(name) for python, name in BINARY.items()},
    **{f"__r{python}__": binary(name, swapped=True) for python, name in BINARY.items()},
    "__gt__": binary("greater"),
    "__ge__": binary("greater_equal"),
    "__lt__": binary("less"),
    "__le__": binary("less_equal"),
    "__eq__": equality("equal"),
    "__ne__": equality("not_equal"),
    "__neg__": unary("negative"),
    "__pos__": lambda self: self,
    "__abs__": unary("abs"),
    "__invert__": unary("logical_not"),
    "__getitem__": item,
    "__iter__": rows,
    "__len__": length,
    "__bool__": truth,
    "__array_ufunc__": array_ufunc,
    "__array_function__": array_function,
    "__array__": array_of,
}
METHODS = {
    **{
        name: FUNCTIONS[name]
        for name in (
            "sum prod max min mean var std norm logsumexp cumsum dot reshape ravel squeeze swapaxes repeat clip "
            "diagonal trace softmax log_softmax expand_dims"
        ).split()
    },
    "transpose": transposed,
    "flatten": shaping.flatten,
    "unflatten": shaping.unflatten,
    "conj": lambda t: t,
}
PROPERTIES = {
    "T": shaping.transpose,
    "mT": shaping.matrix_transpose,
    "size": lambda t: volume(t.shape),
}


def install(kind: type) -> None:
    """Give a class the operators, methods and properties of the tables."""
    for name, method in {**OPERATORS, **METHODS}.items():
        setattr(kind, name, method)
    for name, getter in PROPERTIES.items():
        setattr(kind, name, property(getter))


install(Tensor)
