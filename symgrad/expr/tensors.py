"""Tensors: each is an input or is given by one equation, `out[free] = body(entries of its operands)`.

An equation is a *template*, a body over slots with sizes renamed `n0, n1, …`, applied to operands. Equal layers share
one template, so what is worked out for one of them (its partials, its adjoint) is worked out for all.
"""

from __future__ import annotations

import itertools
import weakref
from functools import lru_cache
from typing import Any

from sympy import Expr, Integer, Symbol, Tuple

from ..errors import ShapeError, UnknownNameError
from .indices import Index, expression, param
from .nodes import Binder, Entry, Slot
from .walk import walk

_serial = itertools.count()


class Label(str):
    """The name of an operation that stays whole in print, with the arguments it was called with beside its operands.

    >>> Label("softmax", axis=0).options, Label("softmax").options
    (('axis=0',), ())
    """

    options: tuple[str, ...]

    def __new__(cls, name: str, **options):
        self = super().__new__(cls, name)
        self.options = tuple(f"{k}={v}" for k, v in options.items())
        return self


class Template:
    """`out[free] = body` over `Slot(0)`, `Slot(1)`, …, with sizes `params`; interned, so that `is` compares templates.

    `label` names an operation that stays whole in print (`Label`); it does not change the meaning.
    """

    __slots__ = ("__weakref__", "body", "cache", "free", "label", "params", "shape", "slots")

    def __init__(self, free, body, slots, params, label):
        self.free, self.body, self.slots, self.params = free, body, slots, params
        self.label = label if isinstance(label, Label) else Label(label)
        self.shape = tuple(i.size for i in free)
        self.cache = {}

    @property
    def elementwise(self) -> bool:
        """No reduction: an entry of the output needs a fixed number of entries of the operands."""
        return not self.body.has(Binder)

    def __repr__(self):
        return f"Template([{', '.join(map(str, self.free))}] = {self.body})"


_templates: dict = {}


def template(free, body, slots, params, label="") -> Template:
    """The one template with these parts."""
    key = (tuple(free), body, tuple(slots), tuple(params), label)
    if key not in _templates:
        _templates[key] = Template(*key)
    return _templates[key]


class Ref(Symbol):
    """The base of an entry that belongs to a tensor: `Entry(W.ref, i, j)`."""

    def __new__(cls, tensor):
        self = Symbol.__xnew__(cls, tensor.display, real=True)
        self.tensor = tensor
        return self

    def _hashable_content(self):
        return (self.name, self.tensor.serial)

    def sort_key(self, order=None):
        return self.class_key(), (2, (self.name, str(self.tensor.serial))), Integer(1).sort_key(), Integer(1)


class Tensor:
    """A tensor with a shape of symbolic or integer sizes: an input, or an equation of other tensors. Immutable, shared.

    Operators and NumPy functions on tensors give tensors (`symgrad.expr.operations`).
    """

    def __init__(self, name, shape, template, operands, binding):
        self.name: str | None = name
        self.shape: tuple[Expr, ...] = shape
        self.template: Any = template  # a Template; None for an input, ask `is_input` first
        self.operands: tuple[Tensor, ...] = operands
        self.binding: tuple[Expr, ...] = binding
        self.serial = next(_serial)
        self._ref = None

    __hash__ = object.__hash__

    @property
    def is_input(self) -> bool:
        return self.template is None

    @property
    def ndim(self) -> int:
        return len(self.shape)

    @property
    def display(self) -> str:
        """The name, or a made-up one for a tensor that has none."""
        return self.name or f"t{self.serial}"

    @property
    def is_labelled(self) -> bool:
        """Whether it is printed as the operation that gives it, `softmax(z)`."""
        return self.name is None and not self.is_input and bool(self.template.label)

    @property
    def ref(self) -> Ref:
        if self._ref is None:
            self._ref = Ref(self)
        return self._ref

    def __getnewargs__(self):
        raise TypeError("tensors are shared within a process and are not copied")

    def actual(self, e: Expr) -> Expr:
        """An expression of this tensor's template in the actual sizes and operands."""
        return rename(e, self._renaming())

    def _renaming(self):
        names = {Slot(k): t.ref for k, t in enumerate(self.operands)}
        names.update(zip(self.template.params, self.binding, strict=True))
        return names

    @property
    def equation(self) -> tuple[tuple[Index, ...], Expr]:
        """(free indices, body) in the actual sizes, over entries of the operands."""
        names = self._renaming()
        body = rename(self.template.body, names)
        return tuple(rename(i, names) for i in self.template.free), body


def rename(e: Expr, names: dict) -> Expr:
    """Replace symbols in e, also in the sizes that its indices carry."""
    swaps = {a: b for a, b in names.items() if a is not b}
    if not swaps:
        return e
    for i in e.atoms(Index):
        size = i.size.xreplace(swaps)
        if size is not i.size and i not in swaps:
            swaps[i] = Index(i.letter, size, i.number)
    return e.xreplace(swaps)


_tensors: weakref.WeakValueDictionary = weakref.WeakValueDictionary()


def _shared(name, shape, tmpl, operands, binding) -> Tensor:
    key = (name, tmpl, operands, binding) if tmpl else (name, shape)  # the template and its binding fix the shape
    found = _tensors.get(key)
    if found is None:
        found = _tensors[key] = Tensor(name, shape, tmpl, operands, binding)
    return found


def input_tensor(name: str, shape) -> Tensor:
    """The input of that name and shape."""
    return _shared(_name(name), tuple(map(expression, shape)), None, (), ())


def _name(name) -> str:
    if isinstance(name, str) and name.isidentifier():
        return name
    raise UnknownNameError(f"not a name: {name!r}", hint="a name is letters, digits and _, not starting with a digit")


def let(name: str, tensor: Tensor) -> Tensor:
    """The same equation under a name of its own, as one names an intermediate on the blackboard.

    >>> from symgrad.expr.tensors import input_tensor
    >>> x = input_tensor("x", (3,)); let("q", x + x).name
    'q'
    """
    if tensor.is_input:
        i = tuple(Index("ijklmnpq"[a % 8], n, a // 8) for a, n in enumerate(tensor.shape))
        return from_expression(i, Entry(tensor.ref, *i), name=_name(name))
    return _shared(_name(name), tensor.shape, tensor.template, tensor.operands, tensor.binding)


def apply(tmpl: Template, operands: tuple[Tensor, ...], binding: tuple[Expr, ...], name=None) -> Tensor:
    """The tensor that a template gives for operands; `binding` holds the actual value of each of its params."""
    names = dict(zip(tmpl.params, binding, strict=True))
    shape = tuple(names[n] if n in names else n.xreplace(names) if n.free_symbols else n for n in tmpl.shape)
    return _shared(name, _kept(shape, operands), tmpl, operands, _kept(binding, operands))


def _kept(sizes, operands):
    """An operand's own tuple where it is equal: fewer objects for the garbage collector to walk in long graphs."""
    return next((t.shape for t in operands if t.shape == sizes), sizes)


def from_expression(free, body: Expr, *, name=None, label="") -> Tensor:
    """The tensor `out[free] = body`, body over entries of tensors (`Entry(W.ref, i, j)`)."""
    body = expression(body)
    tmpl, operands, binding = canonical(tuple(free), body, label)
    return apply(tmpl, operands, binding, name)


def canonical(free, body, label="") -> tuple[Template, tuple, tuple]:
    """(template, operands, binding): operands, sizes and equal letters renamed in the order in which they occur."""
    operands: dict = {}
    for e in walk(body):
        if isinstance(e, Ref):
            operands.setdefault(e, Slot(len(operands)))
    sizes: dict = {}
    for n in (*(i.size for i in free), *(n for r in operands for n in r.tensor.shape)):
        _collect_params(n, sizes)
    letters = _number(free, body, sizes)
    names = {**operands, **sizes}
    for i, (letter, number) in letters.items():
        names[i] = Index(letter, i.size.xreplace(sizes), number)
    body = body.xreplace({a: b for a, b in names.items() if a is not b})
    slots = tuple(tuple(n.xreplace(sizes) for n in r.tensor.shape) for r in operands)
    free = tuple(names[i] for i in free)
    tmpl = template(free, body, slots, tuple(sizes.values()), label)
    return tmpl, tuple(r.tensor for r in operands), tuple(sizes)


def _collect_params(e, sizes):
    for s in walk(e):
        if isinstance(s, Index):
            _collect_params(s.size, sizes)
        elif isinstance(s, Symbol) and not isinstance(s, (Slot, Ref)) and s not in sizes:
            sizes[s] = param(f"n{len(sizes)}")


def _number(free, body, sizes):
    """{index: (letter, number)}, numbered in the order of occurrence; collects the params of the body on the way."""
    letters: dict = {}
    used: dict = {}

    def see(i):
        if i not in letters:
            letters[i] = (i.letter, used.setdefault(i.letter, 0))
            used[i.letter] += 1

    for i in free:
        see(i)
    for e in walk(body):
        if isinstance(e, Binder):
            for i in e.bound:
                see(i)
        elif isinstance(e, Index):
            see(e)
    _collect_params(Tuple(body, *letters), sizes)
    return letters


def call(builder, operands: tuple[Tensor, ...], *options, label="") -> Tensor:
    """The tensor that `builder(shapes, *options) -> (free, body over slots)` describes, built once for equal shapes.

    Options are hashable; symbolic sizes among them are renamed like those of the operands.
    """
    sizes: dict = {}
    shapes = tuple(tuple(_canonical_size(n, sizes) for n in t.shape) for t in operands)
    options = tuple(_canonical_option(o, sizes) for o in options)
    tmpl = _built(builder, shapes, options, len(sizes), label)
    return apply(tmpl, operands, tuple(sizes))


def _canonical_size(n, sizes):
    if n.is_Integer:
        return n
    if n.is_Symbol:
        if n not in sizes:
            sizes[n] = param(f"n{len(sizes)}")
        return sizes[n]
    _collect_params(n, sizes)
    return n.xreplace(sizes)


def _canonical_option(o, sizes):
    if isinstance(o, tuple):
        return tuple(_canonical_option(p, sizes) for p in o)
    return _canonical_size(o, sizes) if isinstance(o, Expr) else o


@lru_cache(maxsize=20_000)
def _built(builder, shapes, options, count, label):
    free, body = builder(shapes, *options)
    made = template(free, expression(body), shapes, tuple(param(f"n{k}") for k in range(count)), label)
    made.cache.setdefault("builder", builder)
    return made


def shape_text(shape) -> str:
    """`(m, n)`, for messages."""
    return "(" + ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "") + ")"


def mismatch(operation: str, left, right, axis: str) -> ShapeError:
    """Shapes that an operation cannot join: names the operation, both shapes and the axis."""
    return ShapeError(f"{operation}: shapes {shape_text(left)} and {shape_text(right)} do not fit, {axis}")
