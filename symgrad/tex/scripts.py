"""Scripts and primes: `x_i^2`, `f''`, `W^{(l)}`, `n!`."""

from __future__ import annotations

from typing import NamedTuple

from .cursor import Cursor
from .faults import Fault, limit
from .syntax import Factorial, Node, Product, Scripted, Symbol


class Scripts(NamedTuple):
    sub: Node | None = None
    sup: Node | None = None
    primes: int = 0


KINDS = frozenset(("_", "^", "prime"))
MOST = 20
"""Things attached to one factor, one after the other: `x_i'!`."""


def scripts(p: Cursor) -> Scripts:
    """The scripts that stand here, in any order, each once."""
    sub = sup = None
    primes = 0
    while p.here.kind in KINDS:
        token = p.advance()
        if token.kind == "prime":
            primes += 1
            continue
        script = p.argument(token, "script")
        count = _primes(script)
        if token.kind == "^" and count:
            primes += count
        elif token.kind == "^" and sup is None:
            sup = script or Symbol(token.at, p.last_end, "")
        elif token.kind == "_" and sub is None:
            sub = script or Symbol(token.at, p.last_end, "")
        else:
            raise Fault("a second script of one kind", token.at, "write x_{ij}, or braces: {x_i}_j")
    return Scripts(_kept(sub), _kept(sup), primes)


def _kept(script: Node | None) -> Node | None:
    """Nothing for an empty script: `x^{}`."""
    return None if isinstance(script, Symbol) and not script.name else script


def _primes(script: Node | None) -> int:
    if isinstance(script, Symbol) and script.name == "prime":
        return 1
    if isinstance(script, Product) and all(op == "" and _primes(f) for op, f in script.factors):
        return len(script.factors)
    return 0


def scripted(p: Cursor, base: Node) -> Node:
    """The base with all that is attached to it."""
    one_by_one = False
    count = 0
    while True:
        kind = p.here.kind
        count += 1
        if count > MOST:
            raise limit("too many scripts on one thing", base.at, "name a part of it and use the name")
        if kind in KINDS:
            found = scripts(p)
            if found != Scripts():
                base = _attached(p, base, found, one_by_one)
        elif kind == "!":
            base = Factorial(base.at, p.advance().end, base)
        elif kind == "{" and p.ahead().kind == "}" and _after_empty(p):
            p.advance()
            p.advance()
            one_by_one = True
        else:
            return base


def _attached(p: Cursor, base: Node, new: Scripts, one_by_one: bool) -> Node:
    """A symbol has one subscript and one superscript; `A{}_i{}^j` gives them one by one."""
    if one_by_one and isinstance(base, Scripted) and not new.primes and _free(base.sub, new.sub, base.sup, new.sup):
        return Scripted(base.at, p.last_end, base.base, base.sub or new.sub, base.sup or new.sup, base.primes)
    return Scripted(base.at, p.last_end, base, *new)


def _free(sub: Node | None, new_sub: Node | None, sup: Node | None, new_sup: Node | None) -> bool:
    """Whether the new scripts take only places that are free."""
    return (sub is None or new_sub is None) and (sup is None or new_sup is None)


def _after_empty(p: Cursor) -> bool:
    """`A{}_i{}^j`: the scripts of a tensor, one after the other."""
    after = p.tokens[min(p.k + 2, len(p.tokens) - 1)]
    return after.kind in ("_", "^")
