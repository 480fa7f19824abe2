"""Signatures of layers: the arguments by name, their dims by name, and what kind of numbers they hold.

    x[N,C,H,W], w[O,C/groups,kh,kw], b[O]? -> y[N,O,_,_]

Equal names are equal sizes. A name that begins with a capital letter is a size of its own, one that begins with a small
letter stays small (kernel sizes). `C/groups` and `C*r*r` are computed from dims and hyper-parameters, `...` stands for
any leading axes, `_` for an axis of an output that follows from the rest. `b[O]?` may be absent, `t[N]<K` holds whole
numbers from 0 to K − 1 (and from −K on, if the layer takes these as NumPy does; `t[N]<K>=0` never), `m[T]:bool` is a
mask, `v[C]>0` is positive; what is none of these is a real array.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from lark import Lark, Transformer
from lark.exceptions import UnexpectedInput

from ..errors import OptionError, ParseError, UnknownNameError
from .sizes import OPERATIONS, Condition, Size

LEAD, OPEN = "...", "_"
EXAMPLE = '"x[N,C], w[K,C] -> y[N,K]"'


@dataclass(frozen=True)
class Output:
    """An array by name, and its dims: sizes, `...`, or `_`."""

    name: str
    dims: tuple[Any, ...]

    def __str__(self):
        return self.name + shown(self.dims)

    def shape(self, known: Mapping[str, Any], lead: tuple[int, ...] = ()) -> tuple[int | None, ...]:
        """The shape for these dims and hyper-parameters; None for an axis that follows from the rest."""
        found: list[int | None] = []
        for d in self.dims:
            found += lead if d == LEAD else [None if isinstance(d, str) else d.value(known)]
        return tuple(found)


@dataclass(frozen=True)
class Open(Output):
    """An output of any shape."""

    def __str__(self):
        return self.name


@dataclass(frozen=True)
class Argument(Output):
    """An input, and whether it is optional; `below`: whole numbers below that; `kind` real, int or bool.

    `negative`: whether whole numbers may count from the end; None where that is not known yet.
    """

    kind: str = "real"
    optional: bool = False
    positive: bool = False
    below: Size | None = None
    negative: bool | None = None

    @property
    def real(self) -> bool:
        return self.kind == "real"


@dataclass(frozen=True)
class Signature:
    """What a layer takes and gives; `str` is the text it was read from."""

    text: str
    arguments: tuple[Argument, ...]
    outputs: tuple[Output, ...]

    def __str__(self):
        return self.text

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(a.name for a in self.arguments)

    @property
    def arrays(self) -> tuple[Output, ...]:
        return (*self.arguments, *self.outputs)

    def sizes(self) -> Iterator[tuple[Output, Size]]:
        """Every dim that is a size, and where it stands."""
        for a in self.arrays:
            yield from ((a, d) for d in a.dims if isinstance(d, Size))
        yield from ((a, a.below) for a in self.arguments if a.below is not None)

    def dims(self, parameters: set[str]) -> tuple[str, ...]:
        """The names of the sizes that are free, in the order in which they occur."""
        found = dict.fromkeys(name for _, d in self.sizes() for name in sorted(d.names(), key=str(d).index))
        return tuple(name for name in found if name not in parameters)


def shown(dims) -> str:
    return f"[{','.join(map(str, dims))}]"


def read_signature(text: str, parameters: set[str] = frozenset()) -> Signature:  # type: ignore[assignment]
    """The signature that a text says, for hyper-parameters of these names.

    >>> print(read_signature("x[N,C/g], b[C]? -> y[N,_]", {"g"}).arguments[0])
    x[N,C/g]
    >>> read_signature("x[N,C -> y[N]")
    Traceback (most recent call last):
    symgrad.errors.ParseError: the signature cannot be read, column 7
      x[N,C -> y[N]
            ^
    a dim, "," or "]" is expected; a signature is "x[N,C], w[K,C] -> y[N,K]"
    """
    arguments, outputs = _read(text, "signature")
    found = Signature(text, tuple(arguments), tuple(outputs))
    _check(found, parameters)
    return found


def read_condition(text: str) -> Condition:
    """The condition of `where=`: comparisons of sizes, joined by `and`.

    >>> read_condition("H + 2*p >= k").holds({"H": 2, "p": 0, "k": 3})
    False
    """
    return _read(text, "condition") if text.strip() else Condition()


def _check(signature: Signature, parameters: set[str]) -> None:
    names = [a.name for a in signature.arrays]
    twice = next((n for n in names if names.count(n) > 1), None)
    if twice:
        raise OptionError(f"the signature says {twice} twice: {signature}")
    if clash := parameters & set(signature.names):
        raise OptionError(f"{min(clash)} is an argument of the signature and a hyper-parameter")
    free = {
        name
        for a in signature.arguments
        for d in a.dims
        if isinstance(d, Size) and d.op == "name"
        for name in d.names()
    }
    for where, size in signature.sizes():
        size.quotients()
        for name in size.names() - parameters - free:
            inside = {n for a in signature.arguments for d in a.dims if isinstance(d, Size) for n in d.names()}
            if name not in inside:
                raise UnknownNameError(f"{name} in {where} is no dim of an input and no hyper-parameter")
    for a in signature.arguments:
        if a.negative is False and a.below is None:
            raise OptionError(f"{a.name}>=0: whole numbers alone can be so", hint=f"as in {a}<K>=0, or {a}>0")
        if OPEN in a.dims:
            raise OptionError(f"{a}: only an output can have an open axis", hint="name the size")


class _Reader(Transformer):
    """The tree of a text."""

    def signature(self, parts):
        return parts

    arguments = outputs = list

    def argument(self, parts):
        name, dims, *marks = parts
        options = {key: value for mark in marks for key, value in mark.items()}
        return Argument(str(name), dims, **options)

    def output(self, parts):
        return Output(str(parts[0]), parts[1])

    def dims(self, parts):
        return tuple(p for p in parts if p is not None)

    def lead(self, _):
        return LEAD

    def open(self, _):
        return OPEN

    def optional(self, _):
        return {"optional": True}

    def below(self, parts):
        return {"below": parts[0], "kind": "int"}

    def counted(self, _):
        return {"negative": False}

    def mask(self, _):
        return {"kind": "bool"}

    def positive(self, _):
        return {"positive": True}

    def number(self, parts):
        return Size("number", (int(parts[0]),))

    def name(self, parts):
        return Size("name", (str(parts[0]),))

    def comparison(self, parts):
        return parts[0], str(parts[1]), parts[2]

    def condition(self, parts):
        return Condition(tuple(parts))


def _operation(op: str):
    return lambda self, parts: Size(op, tuple(parts))


for _op in OPERATIONS:
    setattr(_Reader, _op, _operation(_op))


@cache
def _grammar(start: str) -> Lark:
    text = Path(__file__).with_name("signature.lark").read_text(encoding="utf-8")
    return Lark(text, start=start, parser="lalr", transformer=_Reader())


EXPECTED = {
    "signature": f'a dim, "," or "]" is expected; a signature is {EXAMPLE}',
    "condition": 'as "H >= k and H > 1"',
}


def _read(text: str, kind: str):
    try:
        return _grammar(kind).parse(text[:10_000])
    except UnexpectedInput as fault:
        at_end = getattr(getattr(fault, "token", None), "type", "") == "$END"
        place = len(text) if at_end or fault.pos_in_stream is None else fault.pos_in_stream
        raise ParseError.at(f"the {kind} cannot be read", text, place, hint=EXPECTED[kind]) from None
