"""Walks without recursion, so that depth is no bound: the parts of an expression, the nodes of a graph.

SymPy's own walk hands each part up through all the levels above it, which in a deep expression costs the depth again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeVar

from sympy import Basic

Node = TypeVar("Node")


def walk(e: Basic) -> Iterator[Basic]:
    """e and all that is in it, each before what is inside it.

    >>> from sympy.abc import x, y
    >>> list(walk(x - y))
    [x - y, x, -y, -1, y]
    """
    waiting = [e]
    while waiting:
        part = waiting.pop()
        yield part
        waiting.extend(reversed(part.args))


def operands_first(outputs: Iterable[Node], operands: Callable[[Node], Iterable[Node]]) -> list[Node]:
    """Every node that the outputs need, once, each after its operands.

    >>> operands_first([6], lambda n: [d for d in range(2, n) if n % d == 0])
    [2, 3, 6]
    """
    seen: set = set()
    ordered: list = []
    stack = [(node, False) for node in reversed(tuple(outputs))]
    while stack:
        node, done = stack.pop()
        if done:
            ordered.append(node)
        elif node not in seen:
            seen.add(node)
            stack.append((node, True))
            stack.extend((o, False) for o in reversed(tuple(operands(node))) if o not in seen)
    return ordered
