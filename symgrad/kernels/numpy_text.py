"""One value as a NumPy expression: a row for each operation, parentheses where precedence asks for them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Set

from sympy import Expr, Symbol

from ..errors import NoRuleError
from .expressions import number_text, size_text
from .program import IMAGE_OPS, Value
from .schedule import INFIX

NEGATIVE, POSTFIX = 6, 8
"""Precedences beside those of `INFIX`: of −x, and of what an attribute or an index is taken of."""
SPECIAL = {"erf", "erfc", "normal_cdf", "relu", "sigmoid", "softplus"}
"""Functions of entries that are routines."""
ROUTINES = (
    *("sum_over", "softmax_rows", "logsumexp_softmax_rows", "normal_cdf_gaussian", "selected", "less_at_label"),
    *("times_transposed", "transposed_times", "add_along"),
)
"""Operations that `improve` finds; they are routines of these names."""
SPELLED = {
    "array": "dtype.type({0})",
    "arange": "np.arange({0})",
    "cast": "{0}.astype(dtype)",
    "ufunc": "np.{0}({1})",
    "where": "np.where({0}, {1}, {2})",
    "broadcast": "np.broadcast_to({0}, {1})",
    "reduce": "{0}.{1}({2})",
    "best": "np.arg{0}",
    "inner": "np.vdot({0}, {1})",
    "asarray": "np.asarray({0})",
    "convert": "{0}.astype(dtype, copy=False)",
    "float64": "np.dtype(np.float64)",
    "scalar": "dtype.type({0})",
    "copy": "np.array({0}, dtype)",
}
"""How NumPy writes what libraries write differently; another one has a table with the same keys."""


class Writer:
    """Texts of values; `names` holds those that have a name, `sizes` the names of sizes; `routines` are collected."""

    rows: Mapping[str, Callable]
    library = "np"
    spelled: Mapping[str, str] = SPELLED
    special: Set[str] = SPECIAL
    divided = False
    """Whether the program divides its work among threads, matrix products too."""

    def __init__(self, inline: set[Value], sizes: Mapping[Symbol, str]):
        self.inline, self.sizes = inline, sizes
        self.names: dict[Value, str] = {}
        self.routines: dict[str, None] = {}
        self.methods: Mapping[str, str] = {}

    def text(self, v: Value, level: int = 0) -> str:
        """The text of v as an operand; `level` is the precedence that the place asks for."""
        if v in self.names and v not in self.inline:
            return self.names[v]
        return self.written(v, level)

    def written(self, v: Value, level: int = 0) -> str:
        if v.op not in self.rows:
            raise NoRuleError(f"no text for the operation {v.op}")
        text, own = self.rows[v.op](self, v)
        return f"({text})" if own < level else text

    def array(self, v: Value, level: int = 0) -> str:
        """The same, a number of Python in the type of the program."""
        if not scalar(v):
            return self.text(v, level)
        return self.spell("array", self.text(v))

    def spell(self, what: str, *parts: str) -> str:
        return self.spelled[what].format(*parts)

    def number(self, e) -> str:
        return number_text(e).replace("np.", f"{self.library}.")

    def size(self, e: Expr) -> str:
        return size_text(e, self.sizes)

    def shape(self, sizes) -> str:
        return tuple_text([self.size(n) for n in sizes])

    def call(self, routine: str, *args: str):
        self.routines[routine] = None
        return f"{routine}({', '.join(args)})", POSTFIX

    # Operations: each gives (text, precedence).

    def _number(self, v):
        text = self.number(v.options[0])
        return text, NEGATIVE if text.startswith("-") else POSTFIX + 1 - text.isdigit()

    def _size(self, v):
        text = self.size(v.options[0])
        return text, POSTFIX if text.isidentifier() or text.isdigit() else 0

    def _arange(self, v):
        return self.spell("arange", self.size(v.options[0])), POSTFIX

    def _ufunc(self, v):
        name = v.options[0]
        args = list(v.args)
        if name in INFIX:
            sign, level = INFIX[name]
            right = level if name == "power" else level + 1
            left = level + 1 if name == "power" or level == 2 else level
            first = self._first(v)
            text = infix_text(first(args[0], left), sign, self.text(args[1], right))
            return text, 0 if v.kind == "bool" else level
        if name == "negative":
            return f"-{self._first(v)(args[0], NEGATIVE)}", NEGATIVE
        texts = [self._first(v)(a) for a in args]
        if name in self.special:
            return self.call(name, *texts)
        return self.spell("ufunc", name, ", ".join(texts)), POSTFIX

    def _first(self, v) -> Callable:
        """Numbers of Python alone would be computed in float64, or divide by 0 with an exception."""
        return self.array if v.kind == "float" and all(map(scalar, v.args)) else self.text

    def _where(self, v):
        condition, a, b = v.args
        branch = self.array if scalar(a) and scalar(b) else self.text
        return self.spell("where", self.text(condition), branch(a), branch(b)), POSTFIX

    def _cast(self, v):
        (x,) = v.args
        if x.op == "size":
            return self._size(x)
        if not x.shape:
            return self.spell("array", self.text(x)), POSTFIX
        return self.spell("cast", self.text(x, POSTFIX)), POSTFIX

    def _axes(self, v):
        (x,), (places,) = v.args, v.options
        return self.array(x, POSTFIX) + axes_text(places, len(x.shape)), POSTFIX

    def _broadcast(self, v):
        return self.spell("broadcast", self.array(v.args[0]), self.shape(v.shape)), POSTFIX

    def _reshape(self, v):
        return f"{self.array(v.args[0], POSTFIX)}.reshape({self.shape(v.shape)})", POSTFIX

    def _window(self, v):
        maps, sizes, fill = v.options
        found = []
        for offset, steps, _ in maps:
            pairs = [f"({axis}, {self.size(step)})" for axis, step in steps]
            found.append(f"({self.size(offset)}, {tuple_text(pairs)})")
        args = [self.text(v.args[0]), tuple_text(found), self.shape(sizes)]
        return self.call("windows", *args, *([] if fill == 0 else [self.number(fill)]))

    def _gather(self, v):
        return self.call("look_up", *map(self.text, v.args))

    def _reduce(self, v):
        (x,), (name, places) = v.args, v.options
        over = "" if len(places) == len(x.shape) else f"axis={axis_text(places)}"
        return self.spell("reduce", self.text(x, POSTFIX), name, over), POSTFIX

    def _logsumexp(self, v):
        return self.call("logsumexp_rows", self.text(v.args[0]), tuple_text(map(str, v.options[0])))

    def _routine(self, v):
        """A call of the routine of that name with the operands, then axes."""
        options = (tuple_text(map(str, o)) if isinstance(o, tuple) else str(o) for o in v.options)
        return self.call(v.op, *map(self.text, v.args), *options)

    def _argbest(self, v):
        places, op = v.options
        return self.call("first_best", self.text(v.args[0]), tuple_text(map(str, places)), self.spell("best", op))

    def _contract(self, v):
        (a, b), (left, right, out) = v.args, v.options
        if left == right and not out:
            return self.spell("inner", self.text(a), self.text(b)), POSTFIX
        products = [self._matrix_product(a, b, left, right, out), self._matrix_product(b, a, right, left, out)]
        found = [p for p in products if p is not None]
        if found:  # of a matrix and a vector there are two
            return min(found, key=lambda text: text.count(".T")), 5
        return self.call("contracted", self.text(a), self.text(b), *(f'"{s}"' for s in (left, right, out)))

    def _matrix_product(self, a, b, left, right, out):
        """`a @ b` where one index is summed over, none is common to all three, and the axes come in this order."""
        inner = [c for c in left if c in right]
        rows, columns = (s.replace(inner[0], "") for s in (left, right))
        if len(inner) > 1 or max(len(left), len(right)) > 2 or inner[0] in out or rows + columns != out:
            return None
        first = self._transposed(a) if left[-1] != inner[0] else self.text(a, 6)
        second = self._transposed(b) if right[0] != inner[0] else self.text(b, 6)
        if self.divided and len(left) == len(right) == 2:
            return self.call("times", first, second)[0]
        return f"{first} @ {second}"

    def _image(self, v):
        """A routine for convolutions or pools, with tuples of sizes as its options."""
        options = [self.shape(o) if isinstance(o, tuple) else self.size(o) for o in v.options]
        if v.op in self.methods:
            options.append(f'method="{self.methods[v.op]}"')
        return self.call(v.op, *map(self.text, v.args), *options)

    def _item(self, v):
        return f"{self.text(v.args[0], POSTFIX)}[{v.options[0]}]", POSTFIX

    def _transposed(self, x):
        if x.op == "axes" and x.options[0] == (1, 0) and len(x.args[0].shape) == 2 and x in self.inline:
            return self.text(x.args[0], POSTFIX)
        return self.text(x, POSTFIX) + ".T"


OPS: dict[str, Callable] = {
    name: getattr(Writer, f"_{name}")
    for name in (
        *("number", "size", "arange", "ufunc", "where", "cast", "axes", "broadcast", "reshape", "window"),
        *("gather", "reduce", "logsumexp", "argbest", "contract"),
    )
}
OPS |= dict.fromkeys((*IMAGE_OPS, "picked", "onehot_sum"), Writer._image) | {"item": Writer._item}
OPS |= dict.fromkeys(ROUTINES, Writer._routine)
Writer.rows = OPS


def scalar(v: Value) -> bool:
    """Whether the text of v is a number of Python, which takes the type of the array that it meets."""
    return v.op in ("number", "size") or (v.op == "cast" and v.args[0].op == "size")


def infix_text(a: str, sign: str, b: str) -> str:
    """An operator between two texts; a power of names and numbers is written without spaces.

    >>> infix_text("a", "*", "b"), infix_text("x", "**", "2"), infix_text("f(x)", "**", "2")
    ('a * b', 'x**2', 'f(x) ** 2')
    """
    plain = sign == "**" and all(re.fullmatch(r"-?[\w.]+", text) for text in (a, b))
    return f"{a}{sign}{b}" if plain else f"{a} {sign} {b}"


def axes_text(places, rank: int) -> str:
    """What follows an array of this rank so that axis k of the result is `places[k]`, None a new one.

    >>> axes_text((1, 0), 2), axes_text((0, None), 1), axes_text((2, None, 0), 3), axes_text((0, 2, 1), 3)
    ('.T', '[:, None]', '[:, 0].T[:, None]', '.transpose(0, 2, 1)')
    """
    kept = [p for p in places if p is not None]
    text = ""
    if len(kept) < rank:  # the others have size 1
        parts = [":" if k in kept else "0" for k in range(rank)]
        while parts[-1] == ":":
            parts.pop()
        text = f"[{', '.join(parts)}]"
    order = [sorted(kept).index(p) for p in kept]
    if order != sorted(order):
        text += ".T" if order == sorted(order, reverse=True) else f".transpose({', '.join(map(str, order))})"
    if None in places:
        last = max(k for k, p in enumerate(places) if p is None)
        text += f"[{', '.join('None' if p is None else ':' for p in places[: last + 1])}]"
    return text


def axis_text(places) -> str:
    """One axis as a number, several as a tuple."""
    return str(places[0]) if len(places) == 1 else tuple_text(map(str, places))


def tuple_text(parts) -> str:
    """
    >>> tuple_text([]), tuple_text(["n"]), tuple_text(["m", "n"])
    ('()', '(n,)', '(m, n)')
    """
    parts = list(parts)
    return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
