"""Entries of values: `S(z)_i` and `[S(z)]_i` are `S_i(z)`, where an equation gives them so, or S is a map."""

from __future__ import annotations

from dataclasses import replace

from ...tex.syntax import Group, Node, Product, Relation, Row, Scripted, Symbol
from .names import spelled
from .transposes import rewritten


def with_entries(formulas: list[tuple[Row, ...]]) -> list[tuple[Row, ...]]:
    """The rows of all formulas in which the index of a value stands on the name of its function."""
    statements = [row.statement for rows in formulas for row in rows if isinstance(row.statement, Relation)]
    names = {name for s in statements for name in (*_defined(s), *_mapped(s))}
    if not names:
        return formulas
    return [tuple(rewritten(row, lambda n: _moved(n, names)) for row in rows) for rows in formulas]


def _defined(statement: Relation) -> list[str]:
    """S of `S(z)_i = …`."""
    left = statement.sides[0]
    entry = (_of_brackets(left) or _of_product(left)) if statement.relations[0] in ("=", ":=") else None
    return [spelled(entry[0])] if entry is not None else []


def _mapped(statement: Relation) -> list[str]:
    """σ of `σ : ℝᴷ → (0,1)ᴷ`."""
    left = statement.sides[0]
    return [spelled(left)] if statement.relations[0] == ":" and isinstance(left, Symbol) else []


def _of_product(node: Node | None) -> tuple[Symbol, Group, Scripted] | None:
    """`S(z)_i` where nothing else is a factor."""
    factors = node.factors if isinstance(node, Product) else ()
    return _entry(factors[0][1], *factors[1]) if len(factors) == 2 else None


def _entry(head: Node, op: str, node: Node) -> tuple[Symbol, Group, Scripted] | None:
    """The function, its arguments, and the scripts of a pair of factors `S (z)_i`."""
    arguments = node.base if isinstance(node, Scripted) and node.sub is not None else None
    called = isinstance(arguments, Group) and arguments.left == "(" and arguments.body is not None
    if op != "" or not isinstance(head, Symbol) or not called or not isinstance(node, Scripted):
        return None
    assert isinstance(arguments, Group)
    return head, arguments, node


def _of_brackets(node: Node | None) -> tuple[Symbol, Group, Scripted] | None:
    """`[S(z)]_i`, `(S(z))_i`."""
    inner = node.base if isinstance(node, Scripted) and node.sub is not None else None
    body = inner.body if isinstance(inner, Group) and inner.left in ("[", "(") else None
    factors = body.factors if isinstance(body, Product) else ()
    if len(factors) != 2 or factors[1][0] != "" or not isinstance(node, Scripted):
        return None
    (_, head), (_, arguments) = factors
    called = isinstance(arguments, Group) and arguments.left == "(" and arguments.body is not None
    return (head, arguments, node) if isinstance(head, Symbol) and called else None  # type: ignore[return-value]


def _value(head: Symbol, arguments: Group, scripts: Scripted) -> Product:
    """`S_i(z)`, a power outside of it."""
    name = Scripted(head.at, head.end, head, scripts.sub)
    return Product(head.at, scripts.end, (("", name), ("", arguments)))


def _with_power(product: Product, scripts: Scripted) -> Node:
    if scripts.sup is None and not scripts.primes:
        return product
    group = Group(product.at, product.end, "(", ")", product)
    return Scripted(scripts.at, scripts.end, group, None, scripts.sup, scripts.primes)


def _moved(node: Node, names: set[str]) -> Node:
    found = _of_brackets(node)
    if found is not None and spelled(found[0]) in names:
        return _with_power(_value(*found), found[2])
    if not isinstance(node, Product):
        return node
    factors, k = [], 0
    while k < len(node.factors):
        op, factor = node.factors[k]
        entry = _entry(factor, *node.factors[k + 1]) if k + 1 < len(node.factors) else None
        if entry is None or spelled(entry[0]) not in names:
            factors.append((op, factor))
            k += 1
            continue
        value = _value(*entry)
        plain = entry[2].sup is None and not entry[2].primes
        more = value.factors if plain else (("", _with_power(value, entry[2])),)
        factors += [(op, more[0][1]), *more[1:]]
        k += 2
    return replace(node, factors=tuple(factors)) if len(factors) > 1 else factors[0][1]
