"""The symbol table: which names are tensors, which are sizes, and the nearest one to a name that is neither."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any

from sympy import Expr, Rational, Symbol, pi

from ..errors import LimitError, OptionError, UnknownNameError
from ..expr.derivatives import DerivativeName, parts_of
from ..expr.indices import expression, param
from ..expr.nodes import Entry, Partial
from ..expr.operations import NAMES
from ..expr.tensors import Tensor
from .faults import Fault
from .limits import EFFORT
from .syntax import Call, Name, Node, Number, Subscript

CONSTANTS = {"pi": pi, "π": pi}
REDUCTIONS = ("sum", "prod", "max", "min", "lse", "norm", "argmax", "argmin")
SCALAR = frozenset((*NAMES, "quo", "rem"))
RESERVED = frozenset((*REDUCTIONS, *CONSTANTS, "and", "mod", "True", "False", "None"))


@dataclass
class Names:
    """Tensors and sizes by name. `implicit` allows tensors to be declared by use; `taken` are all names in sight.

    `derivatives` are the tensors that stand for `∂f/∂q`, by (f, q); with `partials` others may stand not worked out.
    """

    tensors: dict[str, Tensor] = field(default_factory=dict)
    sizes: dict[str, Expr] = field(default_factory=dict)
    derivatives: dict[tuple[Tensor, ...], Tensor] = field(default_factory=dict)
    implicit: bool = False
    partials: bool = False
    taken: set[str] = field(default_factory=set)
    spent: int = 0

    def add(self, name: str, tensor: Tensor) -> None:
        """A tensor, and what it makes known: the sizes of its shape, the f and q of `∂f/∂q`, the z of `softmax(z)`."""
        self.tensors[name] = tensor
        self.taken.add(name)
        self._add_parts(tensor)
        for n in tensor.shape:
            for s in n.atoms(Symbol):
                self.sizes.setdefault(s.name, s)

    def _add_parts(self, tensor):
        if isinstance(tensor.name, DerivativeName):
            self.derivatives[tensor.name.parts] = tensor
        for part in parts_of(tensor):
            if not part.name:
                self._add_parts(part)
            elif part.name not in self.tensors:
                self.add(part.name, part)

    def spend(self, cost: int, at: int) -> None:
        """Counts what a program costs."""
        self.spent += cost
        if self.spent > EFFORT:
            raise Fault(
                LimitError, "too many index maps and conditions in one text", at, "define parts of it one by one"
            )

    def size(self, name: str) -> Expr:
        """The integer of that name: a known size, or one that is known from now on."""
        return self.sizes.setdefault(name, param(name))

    def head(self, node: Subscript) -> tuple[Any, tuple[Node, ...]]:
        """What is subscripted, and by what. In `W₁ᵢⱼ` the digit is of the name where W1 is a tensor and W does not fit.

        >>> from symgrad.expr.tensors import input_tensor
        >>> from symgrad.parse.reader import read
        >>> base, items = Names({"W1": input_tensor("W1", (2, 3))}).head(read("W₁ᵢⱼ")[0].right); base.text, len(items)
        ('W1', 2)
        """
        base, items = node.base, node.items
        if not (node.run and isinstance(base, Name)) or self._fits(base.text, len(items)):
            return base, items
        name = base.text
        for k, item in enumerate(items):
            if not isinstance(item, Number):
                break
            name += str(item.value)
            if name in self.tensors:
                return Name(base.at, name), items[k + 1 :]
        return base, items

    def _fits(self, name, count):
        return name in self.tensors and self.tensors[name].ndim == count

    def derivative(self, of: Expr, by: Iterable[Entry]) -> Expr:
        """`∂of/∂by`: the entry of the tensor that stands for it, else the derivative itself, not worked out."""
        found, parts = of, [of]
        for x in by:
            parts.append(x)
            key = tuple(p.base.tensor for p in parts) if isinstance(of, Entry) else ()
            if key in self.derivatives:
                found = Entry(self.derivatives[key].ref, *(w for p in parts for w in p.where))
            else:
                found = Partial(found, x)
        return found

    def is_product(self, call: Call) -> bool:
        """Whether `f (x)` is f times x, since f is a quantity or a size."""
        f = call.function
        known = isinstance(f, Name) and (f.text in self.tensors or f.text in self.sizes)
        return known and len(call.arguments) == 1 and not call.keywords

    def is_scalar(self, call: Call) -> bool:
        """Whether a call is of a function of entries (`exp`), not of whole tensors (`softmax`, `sum`).

        >>> from symgrad.parse.reader import read
        >>> [Names().is_scalar(e.right) for e in read("exp(x); softmax(x); x.sum()")]
        [True, False, False]
        """
        return isinstance(call.function, Name) and call.function.text in SCALAR

    def is_delta(self, node: Subscript) -> bool:
        """`δᵢⱼ`, where δ is no tensor."""
        base = node.base
        return isinstance(base, Name) and base.text == "δ" and "δ" not in self.tensors and len(node.items) == 2

    def underived(self, at: int) -> Fault:
        """No tensor in sight stands for the derivative."""
        return Fault(UnknownNameError, "a derivative that is not given", at, "derive it first: grad(f, x)")

    def unknown(self, name: str, at: int, others: Iterable[str] = (), what: str = "is not declared") -> Fault:
        """No tensor, index or size has this name: says so, and names the nearest."""
        known = [*self.tensors, *self.sizes, *others, *CONSTANTS]
        near = get_close_matches(name, known, n=2, cutoff=0.5)
        hint = f"did you mean {' or '.join(near)}?" if near else f'declare it, as in "{name}" (a scalar) or "{name}[n]"'
        return Fault(UnknownNameError, f"{name} {what}", at, hint)


def sizes_given(sizes: Mapping[str, object]) -> dict[str, Expr]:
    """Sizes, strides and paddings as they are given by name: integers, or expressions of other sizes."""
    for name, n in sizes.items():
        whole = isinstance(n, Expr) or (hasattr(n, "__index__") and not isinstance(n, bool) and n.__index__() >= 0)
        if not whole:
            raise OptionError(f"{name}={n!r}: a size is an integer >= 0")
    return {name: expression(n) for name, n in sizes.items()}


def used_names(nodes: Iterable[Node]) -> set[str]:
    """Every name that is written in the nodes."""
    return {n.text for node in nodes for n in node.walk() if isinstance(n, Name)}


def is_whole_number(node: Node) -> bool:
    """An integer as it is written."""
    return isinstance(node, Number) and isinstance(node.value, Rational) and node.value.is_Integer
