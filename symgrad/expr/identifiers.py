"""Dotted names of parameters as names of tensors. Loads nothing: who only needs names need not wait for SymPy."""

from __future__ import annotations

from collections.abc import Iterable


def identifier(name: str) -> str:
    """A dotted name as the name of a tensor, what it is first and where it stands as its subscript.

    >>> identifier("weight"), identifier("layer1.0.weight")
    ('weight', 'weight_layer1_0')
    """
    *path, last = name.split(".")
    return "_".join([last, *path])


def identifiers(names: Iterable[str]) -> dict[str, str]:
    """A tensor's name for each dotted name; no two are equal.

    >>> identifiers(["a.b.weight", "a_b.weight"])
    {'a.b.weight': 'weight_a_b', 'a_b.weight': 'weight_a_b_2'}
    """
    found: dict[str, str] = {}
    for name in names:
        short, number = identifier(name), 1
        while short in found.values():
            number += 1
            short = f"{identifier(name)}_{number}"
        found[name] = short
    return found
