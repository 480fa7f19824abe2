"""What NumPy-like text may call: functions, methods, properties and operators of tensors, as tables of names."""

from __future__ import annotations

from types import MappingProxyType

from sympy import Expr, Integer, Rational

from ..errors import LimitError, OptionError, ParseError, SymgradError
from ..expr import numpy_names, operations, shaping
from ..expr.tensors import Tensor
from . import arithmetic
from .faults import Fault, at
from .limits import BITS

WITHOUT = frozenset({"split", "shape", "ndim", "size"})
"""NumPy's functions whose answer is no tensor."""
SPELLINGS = MappingProxyType({"flatten": "ravel", "lse": "logsumexp"})
FUNCTIONS = MappingProxyType({name: f for name, f in numpy_names.FUNCTIONS.items() if name not in WITHOUT})
"""By their names in text; beside them the elementwise ones, `operations.NAMES`."""
METHODS = frozenset(
    {
        *("sum", "prod", "max", "min", "mean", "var", "std", "norm", "logsumexp", "cumsum", "softmax", "log_softmax"),
        *(
            "dot",
            "reshape",
            "ravel",
            "flatten",
            "squeeze",
            "swapaxes",
            "transpose",
            "repeat",
            "clip",
            "diagonal",
            "trace",
        ),
        "expand_dims",
    }
)
PROPERTIES = MappingProxyType({"T": shaping.transpose, "mT": shaping.matrix_transpose})
OPERATORS = MappingProxyType({"*": "multiply", "": "multiply", "/": "divide"})
RELATIONS = MappingProxyType(
    {">": "greater", ">=": "greater_equal", "<": "less", "<=": "less_equal", "=": "equal", "!=": "not_equal"}
)
NUMBERS = MappingProxyType(
    {
        "add": lambda a, b, place: arithmetic.add((a, b), place),
        "multiply": lambda a, b, place: arithmetic.multiply((a, b), place),
        "divide": arithmetic.divide,
        "power": arithmetic.power,
    }
)
POWERS = ("power", "pow", "float_power")


def combine(name: str, a, b, place: int):
    """An operation of two operands: in exact numbers where both are numbers."""
    if isinstance(a, Expr) and isinstance(b, Expr):
        return NUMBERS[name](a, b, place)
    for operand in (a, b):
        _check_number(operand, place)
    if name == "power" and isinstance(b, Rational):
        arithmetic.check_exponent(b, place)
    with at(place):
        return operations.elementwise(name, a, b)


def call(name: str, arguments: list, keywords: dict, place: int) -> Tensor | Expr:
    """A function of tensors and what else it takes, by its name."""
    numbers = arguments and not keywords and all(isinstance(a, (int, Expr)) for a in arguments)
    if numbers and name in operations.NAMES:
        return arithmetic.call(name, [Integer(a) if isinstance(a, int) else a for a in arguments], place)
    for argument in arguments:
        _check_number(argument, place)
    if name in POWERS and len(arguments) == 2 and not keywords:
        return combine("power", arguments[0], arguments[1], place)
    with at(place):
        if name in WITHOUT:
            raise SymgradError(f"{name} does not give a tensor", hint="write the number, or the slices")
        try:
            return numpy_names.function(SPELLINGS.get(name, name), *arguments, **keywords)
        except (TypeError, ValueError, AttributeError, IndexError, KeyError, ZeroDivisionError) as error:
            raise OptionError(f"{name}: arguments that do not fit, {str(error)[:80]}") from error


def compared(relation: str, a, b, place: int) -> Tensor | Expr:
    """The 0/1-valued tensor of a relation between two operands; `!>` holds where `>` does not."""
    if relation.startswith("!") and relation != "!=":
        with at(place):
            return operations.elementwise("logical_not", compared(relation[1:], a, b, place))
    name = RELATIONS.get(relation)
    if name is None:
        raise Fault(ParseError, f'"{relation}" between tensors', place)
    with at(place):
        if isinstance(a, Expr) and isinstance(b, Expr):
            return arithmetic.call(name, (a, b), place)
        return operations.elementwise(name, a, b)


def _check_number(value, place):
    size = value.bit_length() if isinstance(value, int) else arithmetic.bits(value) if isinstance(value, Expr) else 0
    if size > BITS // 10:
        raise Fault(LimitError, "too large a number beside a tensor", place)
