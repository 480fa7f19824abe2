"""Bars are brackets, norms, "given" and places of evaluation: here each learns how many of its kind still come.

A bar may open where an even number of bars is left up to the end of its brackets (itself counted); where an odd number
is, it stands alone or closes. Where all bars of a bracket stand in pairs, `||` is the norm's bar.
"""

from __future__ import annotations

from .tokens import Token

OPEN = frozenset(("{", "open", "left", "begin"))
CLOSE = frozenset(("}", "close", "right", "end"))


def counted(tokens: list[Token]) -> list[Token]:
    """The tokens with each bar of kind "bar", or "lone bar" where an odd number is left."""
    if not any(token.kind == "bar" for token in tokens):
        return tokens
    out: list[Token | None] = [*tokens]
    levels: list[list[int]] = [[]]
    for k, token in enumerate(tokens):
        kind = token.kind
        if kind == "bar":
            levels[-1].append(k)
        elif kind in OPEN:
            levels.append([])
        elif kind in CLOSE and len(levels) > 1:
            _settle(out, levels.pop())
        elif kind in ("&", "newline", "gap", "relation", "link"):
            _settle(out, levels[-1])
            levels[-1] = []
    for level in levels:
        _settle(out, level)
    return [token for token in out if token is not None]


def _settle(out: list[Token | None], places: list[int]) -> None:
    if _in_pairs(out, places):
        for first, second in zip(places[::2], places[1::2], strict=True):
            a, b = out[first], out[second]
            assert a is not None and b is not None
            out[first], out[second] = Token("bar", "‖", a.at, b.end), None
        places = places[::2]
    left: dict[str, int] = {}
    for place in reversed(places):
        token = out[place]
        assert token is not None
        left[token.text] = left.get(token.text, 0) + 1
        if left[token.text] % 2:
            out[place] = token._replace(kind="lone bar")


def _in_pairs(out: list[Token | None], places: list[int]) -> bool:
    """Whether all bars stand side by side in twos: `||x||`, not `|x|`, `||x|-|y||`."""
    tokens = [out[place] for place in places]
    return (
        bool(tokens)
        and len(tokens) % 2 == 0
        and all(
            a is not None and b is not None and a.text == b.text == "|" and a.end == b.at
            for a, b in zip(tokens[::2], tokens[1::2], strict=True)
        )
    )
