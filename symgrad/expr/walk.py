"""Every part of an expression, in the order of the text.

SymPy's own walk hands each part up through all the levels above it, which in a deep expression costs the depth again.
"""

from __future__ import annotations

from collections.abc import Iterator

from sympy import Basic


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
