"""Layers by name, `package.module:Name`, and hyper-parameters as options of a command."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from importlib import import_module
from typing import Any

from ..errors import OptionError, SymgradError
from .parameters import Choices, ints

LONGEST = 10_000
"""Characters of a value."""
FORM = "as in mypackage.layers:MyConv2d"
RANGE = re.compile(r"(-?\d{1,9})\.\.(-?\d{1,9})")
WORD = re.compile(r"[^\W\d][\w.\-]*")


class LocationError(SymgradError):
    """A name behind which no layer can be found."""


def layer_at(target: str) -> Any:
    """The layer of that name, from the module that is imported for it.

    >>> layer_at("symgrad.testing.parameters:itns")
    Traceback (most recent call last):
    symgrad.testing.locate.LocationError: symgrad.testing.parameters has no 'itns'
    did you mean ints?
    """
    module, colon, name = target.partition(":")
    if not (module and colon and name):
        raise LocationError(f"not the name of a layer: {target!r}", hint=f"module, colon, name, {FORM}")
    found: Any = imported(module)
    for k, part in enumerate(name.split(".")):
        if not hasattr(found, part):
            where = ".".join([module, *name.split(".")[:k]])
            near = get_close_matches(part, [n for n in dir(found) if not n.startswith("__")], n=1)
            raise LocationError(
                f"{where} has no {part!r}", hint=f"did you mean {near[0]}?" if near else f"the name of a layer, {FORM}"
            )
        found = getattr(found, part)
    return found


def imported(name: str) -> Any:
    """The user's module; whatever it raises is told in one line."""
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name is None or not f"{name}.".startswith(f"{error.name}."):
            raise broken(name, error) from error
        told = f"no module named {error.name}" + (f", to import {name}" if error.name != name else "")
        raise LocationError(told, hint=f"the current directory and {len(sys.path) - 1} more were searched") from None
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # also SystemExit: a script that ends itself
        raise broken(name, error) from error


def broken(name: str, error: BaseException) -> LocationError:
    said = " ".join(f"{type(error).__name__}: {error}".split())[:300]
    return LocationError(f"{name} cannot be imported, it raises {said}", hint="--debug shows where")


# Hyper-parameters as text.


def param(text: str) -> tuple[str, Choices]:
    """A hyper-parameter and its values: a range of whole numbers, or literals of Python; words stand for themselves.

    >>> param("stride=1..3"), param("mode=valid,same"), param("size=(2,2),(3,1)")
    (('stride', [1, 2, 3]), ('mode', ['valid', 'same']), ('size', [(2, 2), (3, 1)]))
    """
    name, equals, values = text.partition("=")
    if not (equals and name.strip().isidentifier() and values.strip()):
        raise OptionError(f"in --param: {text[:80]!r} is no hyper-parameter", hint='as in "stride=1..3"')
    return name.strip(), read_values(values)


def read_values(text: str) -> Choices:
    if span := RANGE.fullmatch(text.strip()):
        return ints(int(span[1]), int(span[2]))
    found = literal(f"[{text}]")
    if found is not None and found[0]:
        return Choices(tuple(found[0]))
    return Choices(tuple(_value(part.strip()) for part in text.split(",")))


def _value(text: str) -> Any:
    found = literal(text)
    if found is None and not WORD.fullmatch(text):
        raise OptionError(f"in --param: {text[:80]!r} is no value", hint="a literal of Python, a word, or 1..3")
    return found[0] if found else text


def literal(text: str) -> tuple[Any] | None:
    """The literal of Python, in a tuple of one; None where the text is none."""
    try:
        return (ast.literal_eval(text),) if len(text) <= LONGEST else None
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None


def pin(text: str) -> tuple[str, tuple[Any, ...]]:
    """A convention of an argument: a name, a slope, or one of each.

    >>> pin("x=first"), pin("x=split,0.5")
    (('x', ('first',)), ('x', ('split', 0.5)))
    """
    name, equals, wanted = text.partition("=")
    if not (equals and name.strip() and wanted.strip()):
        raise OptionError(f"in --convention: {text[:80]!r} is no convention", hint='as in "x=first" or "x=0"')
    words = map(str.strip, wanted.split(","))
    return name.strip(), tuple(found[0] if (found := literal(word)) else word for word in words)


def command_pins(pins: Mapping[str, Any]) -> list[str]:
    """`--convention` for each argument.

    >>> command_pins({"x": "first", "w": ("split", 0.5)})
    ['--convention', 'x=first', '--convention', 'w=split,0.5']
    """
    every = {name: wanted if isinstance(wanted, (tuple, list)) else (wanted,) for name, wanted in pins.items()}
    return [word for name, wanted in every.items() for word in ("--convention", f"{name}={','.join(map(str, wanted))}")]


def command_params(params: Mapping[str, Choices]) -> Sequence[str] | None:
    """`--param` for each; None where a value cannot be written so.

    >>> command_params({"stride": ints(1, 3), "mode": Choices(("valid",))})
    ['--param', 'stride=1..3', '--param', 'mode=valid']
    """
    found: list[str] = []
    for name, choices in params.items():
        text = written(choices.values)
        try:
            again = read_values(text).values
        except OptionError:
            return None
        if again != choices.values or list(map(type, again)) != list(map(type, choices.values)):
            return None
        found += ["--param", f"{name}={text}"]
    return found


def written(values: tuple[Any, ...]) -> str:
    if all(type(v) is int for v in values) and len(values) > 1 and values == tuple(range(values[0], values[-1] + 1)):
        return f"{values[0]}..{values[-1]}"
    return ",".join(v if isinstance(v, str) and WORD.fullmatch(v) and literal(v) is None else repr(v) for v in values)


def quoted(word: str) -> str:
    """A word of a command, in double quotes where the shell would take it apart."""
    if re.fullmatch(r"[\w@%+=:,./-]+", word):
        return word
    return '"' + re.sub(r'(["\\$`])', r"\\\1", word) + '"'
