r"""Big operators: `\sum_{i=1}^n`, `\prod`, `\max_k`, `\lim_{h \to 0}`, `\operatorname*{arg\,min}_\theta`."""

from __future__ import annotations

from dataclasses import replace

from . import names
from .cursor import Cursor
from .faults import Fault
from .scripts import Scripts, scripted, scripts
from .syntax import Big, Node, Scripted, Sum, Symbol
from .tokens import Token


def big(p: Cursor, token: Token) -> Node:
    """A sum or its kin; without a body it is a symbol, as in a sentence about it."""
    return opened(p, Symbol(token.at, token.end, token.text), always=True)


def binding(p: Cursor, token: Token) -> Node:
    """`\\max_k z_k` binds k, `\\max(a, b)` is a function."""
    return opened(p, Symbol(token.at, token.end, token.text))


def underset(p: Cursor, token: Token) -> Node | None:
    """`\\underset{\\theta}{\\arg\\min}`: the operator with that script; None where another thing stands over it."""
    start, at = p.k, p.tokens[p.k - 1].at
    below = p.argument(token, "script")
    braces = p.here.kind == "{"
    if braces:
        p.advance()
    name = operator(p)
    if name is None or (braces and p.here.kind != "}"):
        p.k, p.here = start, p.tokens[start]
        return None
    if braces:
        p.advance()
    return opened(p, replace(name, at=at), Scripts(below))


def operator(p: Cursor) -> Symbol | None:
    """The name of a big operator that stands here."""
    if p.here.kind == "symbol" and p.here.text == "arg" and p.ahead().text in ("max", "min"):
        token = p.advance()
        return Symbol(token.at, p.here.end, f"arg{p.advance().text}")
    if p.here.kind in ("big", "binding"):
        token = p.advance()
        return Symbol(token.at, token.end, token.text)
    if p.here.kind == "command" and p.here.text.startswith("operatorname"):
        found = p.atom()
        assert isinstance(found, Symbol)
        return found
    return None


def opened(p: Cursor, name: Symbol, given: Scripts | None = None, always: bool = False) -> Node:
    """The operator with its scripts and its body."""
    found = scripts(p)
    if given is not None:
        found = Scripts(given.sub, found.sup, found.primes)
    binds = always or found.sub is not None
    if found.primes and binds:
        raise Fault(f"a prime on \\{name.name}", name.at, "write \\sum_{j \\ne i}")
    with p.within(p.inside, p.bars, p.font):
        body = _body(p) if binds else None
    if body is not None:
        return Big(name.at, p.last_end, name.name, found.sub, found.sup, body)
    if found.sub is None and found.sup is None and not found.primes:
        return name
    return scripted(p, Scripted(name.at, p.last_end, name, found.sub, found.sup, found.primes))


def _body(p: Cursor) -> Node | None:
    """The rest of the term; a sign may stand before it."""
    if p.here.kind == "sign" and p.tokens[p.k - 1].kind in ("}", "letter", "number", "symbol"):
        sign = p.advance()
        of = p.product()
        if of is None:
            raise Fault(f"nothing after {sign.text}", sign.at, "a term is missing")
        return Sum(sign.at, p.last_end, ((sign.text, of),))
    return p.product()


BINDS = frozenset(names.BINDING)
