"""How Python and NumPy see a tensor: operators, methods, `np.exp(t)`, `np.sum(t, axis=0)`, from tables of names.

NumPy hands over its own function (`__array_ufunc__`, `__array_function__`), whose `__name__` is looked up; it is never
imported. Importing this module gives `Tensor` what the tables hold.
"""

from __future__ import annotations

from ..errors import ShapeError, SymgradError
from . import constants, contractions, shaping
from .axes import volume
from .indexing import item
from .nodes import Compare
from .numpy_names import FUNCTIONS, function
from .operations import elementwise
from .tensors import Tensor, shape_text

# `np.add.reduce(t)` and its like.
REDUCE = {"add": "sum", "multiply": "prod", "maximum": "max", "minimum": "min", "logaddexp": "logsumexp"}


def transposed(t, *axes):
    """The method: `t.transpose()`, `t.transpose(1, 0)`, `t.transpose((1, 0))`."""
    alone = len(axes) == 1 and not hasattr(axes[0], "__index__")
    return shaping.transpose(t, axes[0] if alone else axes or None)


def array_ufunc(self, ufunc, method, *inputs, **kwargs):
    """`np.exp(t)`, `np.add(t, 1)`, `np.add.reduce(t)`."""
    name = ufunc.__name__
    if method == "__call__":
        return function(name, *inputs, **kwargs)
    if method == "reduce" and name in REDUCE:
        return function(REDUCE[name], *inputs, **{"axis": 0, **kwargs})
    raise TypeError(
        f"np.{name}.{method} of a tensor is not available; np.{name} and, of {', '.join(REDUCE)}, .reduce are"
    )


def array_function(self, func, types, args, kwargs):
    """`np.sum(t, axis=0)`, `np.concatenate([a, b])`."""
    return function(func.__name__, *args, **kwargs)


def array_of(self, *args, **kwargs):
    """A tensor has no numbers of its own."""
    raise TypeError(f"{self.display} is an equation and holds no numbers; evaluate it at values of its inputs")


def binary(name: str, swapped: bool = False):
    """An operator with what stands beside the tensor; Python asks the other side where that is no number or array."""

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
    """`==` and `!=` give 0/1 tensors; where shapes do not fit Python compares identity, and `t in tensors` works."""
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
    if self.shape and self.shape[0].is_Integer:
        return int(self.shape[0])
    raise TypeError(_uncounted(self))


def rows(self):
    """The rows along the first axis, where its size is an integer."""
    return (item(self, k) for k in range(length(self)))


def _uncounted(t) -> str:
    if not t.shape:
        return f"{t.display} is a scalar: it has no axes, so no length and no rows"
    return (
        f"the first axis of {t.display}, shape {shape_text(t.shape)}, has a symbolic size: no len(), no iteration; "
        f"{t.display}.shape[0] is the size, sums and products take axis=0"
    )


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
BY_FUNCTION = (
    *("sum", "prod", "max", "min", "mean", "var", "std", "norm", "logsumexp", "cumsum", "softmax", "log_softmax"),
    *("dot", "reshape", "ravel", "squeeze", "expand_dims", "swapaxes", "repeat", "clip", "diagonal", "trace"),
)
METHODS = {
    **{name: FUNCTIONS[name] for name in BY_FUNCTION},
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
        setattr(kind, name, property(getter, doc=(getter.__doc__ or "").partition("\n")[0]))


install(Tensor)
