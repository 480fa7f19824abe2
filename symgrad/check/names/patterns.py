"""Where the definition of a name stands written out: `w_y^\\top x` is `s_y` where `s_j = w_j^\\top x`."""

from __future__ import annotations

from dataclasses import fields

from ...tex.syntax import Big, Node, Number, Symbol
from .dots import same
from .names import is_letter, letters, spelled


def written_out(node: Node, body: Node, pattern: tuple[Node, ...]) -> tuple[Node, ...] | None:
    """The indices at which a formula is the body of a definition; () of one without indices; None where it is not."""
    if type(node) is not type(body) or isinstance(node, Symbol | Number):
        return None
    if not pattern:
        return () if same(node, body) else None
    names = [spelled(p) for p in pattern]
    found: dict[str, Node] = {}
    if not all(map(is_letter, pattern)) or not _matches(node, body, names, found) or set(found) != set(names):
        return None
    bound = {n for part in (*node.walk(), *body.walk()) if isinstance(part, Big) for n in letters(part.sub)}
    if bound & {*names, *(name for index in found.values() for name in letters(index))}:
        return None
    return tuple(found[name] for name in names)


def _matches(node, body, names, found):
    """Whether two trees agree but for the letters of the pattern, each of which stands for one index."""
    if isinstance(body, Symbol) and spelled(body) in names:
        return isinstance(node, Node) and same(found.setdefault(spelled(body), node), node)
    if type(node) is not type(body):
        return False
    parts = ((getattr(node, f.name), getattr(body, f.name)) for f in fields(body) if f.name not in ("at", "end"))
    return all(_part(x, y, names, found) for x, y in parts)


def _part(x, y, names, found):
    if isinstance(y, Node):
        return isinstance(x, Node) and _matches(x, y, names, found)
    if isinstance(y, tuple):
        alike = isinstance(x, tuple) and len(x) == len(y)
        return alike and all(_part(i, j, names, found) for i, j in zip(x, y, strict=True))
    return x == y
