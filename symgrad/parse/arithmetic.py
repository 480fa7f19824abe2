"""Exact arithmetic with bounds: no sum, product or power of numbers grows beyond `limits.BITS`."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from sympy import Add, E, Expr, Function, I, Integer, Mul, Pow, Rational, nan, oo, zoo

from ..errors import LimitError, ParseError
from ..expr.operations import formula
from .faults import Fault, at
from .limits import BITS, EXPONENT, FACTORS, IRRATIONAL

ROOT_BITS = 128
"""Of a number whose root or function is taken: SymPy factors it."""
FUNCTIONS_OF_NUMBERS = 2
"""Functions within one another that have a value in numbers alone: `exp(exp(2))`; SymPy evaluates them numerically."""


def bits(e: Expr) -> int:
    """Of the rational factor of e.

    >>> from sympy.abc import x
    >>> bits(Integer(255)), bits(255*x), bits(x)
    (8, 8, 1)
    """
    number = e.as_coeff_Mul()[0]
    return number.p.bit_length() + (number.q - 1).bit_length() if number.is_Rational else 0


def add(terms: Sequence[Expr], place: int) -> Expr:
    """The sum."""
    _limit(sum(b for b in map(bits, terms) if b > 64), place)
    _check_irrational(terms, Add, place)
    return Add(*terms)


def multiply(factors: Sequence[Expr], place: int) -> Expr:
    """The product."""
    _limit(sum(b for b in map(bits, factors) if b > 2), place)
    _check_irrational(factors, Mul, place)
    return Mul(*factors)


def divide(a: Expr, b: Expr, place: int) -> Expr:
    """`a / b`."""
    if b == 0:
        raise Fault(ParseError, "division by zero", place)
    return multiply((a, power(b, Integer(-1), place)), place)


def power(base: Expr, exponent: Expr, place: int) -> Expr:
    """`base ** exponent`."""
    if base == 0 and exponent.is_negative:
        raise Fault(ParseError, "division by zero", place)
    _check_growth(base, exponent, place)
    if max(bits(base) if not exponent.is_Integer else 0, bits(exponent)) > ROOT_BITS:
        raise Fault(LimitError, "a power of too large a number", place)
    if not exponent.is_Integer:
        _check_factors(base, place)
    try:
        return known(Pow(base, exponent), place)
    except ValueError:  # SymPy loses its way in the factors of a large number
        raise Fault(LimitError, "a root of too large a number", place) from None


def check_exponent(exponent: Expr, place: int) -> None:
    """Refuses exponents of numbers alone beyond the bound, also as a factor: `exp(10**9*log(2))` is a power."""
    if exponent.free_symbols:
        return
    largest = max(abs(term.as_coeff_Mul()[0]) for term in Add.make_args(exponent))
    if largest <= EXPONENT and not exponent.is_Rational:
        value = exponent.evalf(5)
        largest = abs(value) if value.is_Float else largest  # functions of symgrad's own stay as they are
    if largest > EXPONENT:
        raise Fault(LimitError, f"an exponent beyond {EXPONENT:,}", place)


def _check_growth(base, exponent, place):
    """Powers of powers multiply their exponents: `(3**(x*10**4))**(10**4/x)`."""
    for factor in Mul.make_args(base):
        inner, power = factor.as_base_exp()
        total = power * exponent
        check_exponent(total, place)
        if total.is_Rational:
            # SymPy takes the root of 6**p for 6**(p/q)
            _limit(bits(inner) * max(abs(total.p), total.q) if bits(inner) > 1 else 0, place)


POWERS: dict[str, Callable] = {
    "power": lambda x, y: (x, y),
    "pow": lambda x, y: (x, y),
    "float_power": lambda x, y: (x, y),
    "exp2": lambda x: (Integer(2), x),
    "square": lambda x: (x, Integer(2)),
    "reciprocal": lambda x: (x, Integer(-1)),
    "sqrt": lambda x: (x, Rational(1, 2)),
    "rsqrt": lambda x: (x, Rational(-1, 2)),
}
"""Functions that are powers: base and exponent."""


def call(name: str, arguments: Sequence[Expr], place: int) -> Expr:
    """A function of entries or numbers by its name."""
    with at(place):
        function = formula(name, len(arguments))
        if name in POWERS:
            base, exponent = POWERS[name](*arguments)
            return power(base, exponent, place)
        for argument in arguments:
            _check_factors(argument, place)
        if max(map(bits, arguments), default=0) > ROOT_BITS:
            raise Fault(LimitError, "a function of too large a number", place)
        if name == "exp":
            _check_growth(E, arguments[0], place)
        return known(function(*arguments), place)


def known(value: Expr, place: int) -> Expr:
    """The value, refused where it is not a real number, or one that takes long to find out about."""
    if value in (zoo, nan, oo, -oo):
        raise Fault(ParseError, "division by zero, or another value that is not finite", place)
    number = not value.free_symbols
    if number and _depth(value) > FUNCTIONS_OF_NUMBERS:
        raise Fault(LimitError, "functions of numbers within one another", place, "work out the number")
    if value.has(I) or (number and value.is_real is False):
        raise Fault(ParseError, f"{str(value)[:40]} is not a real number", place)
    return value


def _check_irrational(parts, operation, place):
    if sum(len(operation.make_args(p)) for p in parts if p.is_number and not p.is_Rational) > IRRATIONAL:
        raise Fault(LimitError, f"more than {IRRATIONAL} irrational numbers side by side", place, "work out the number")


def _check_factors(e, place):
    if len(Mul.make_args(e)) > FACTORS:
        raise Fault(LimitError, f"a root or function of a product of more than {FACTORS} factors", place)


def _depth(e: Expr) -> int:
    inner = max(map(_depth, e.args), default=0)
    return inner + isinstance(e, (Function, Pow))


def _limit(count: int, place: int) -> None:
    if count > BITS:
        raise Fault(LimitError, f"a number of more than {BITS:,} bits", place)
