"""Which framework a layer belongs to, without importing one: what a layer is made of has been imported already."""

from __future__ import annotations

import functools
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from types import CodeType, ModuleType
from typing import Any

from .subject import LayerError


def loaded(name: str) -> ModuleType | None:
    """A module that somebody has imported; nothing is imported here.

    >>> loaded("sys") is sys, loaded("no_such_package")
    (True, None)
    """
    return sys.modules.get(name)


def plain(function: Any) -> Any:
    """The Python function inside of partial applications and wrappers."""
    while isinstance(function, functools.partial):
        function = function.func
    return inspect.unwrap(function) if callable(function) else function


def mentioned(function: Any) -> Iterator[Any]:
    """What the names in a function's code stand for: globals, what it closes over, and defaults of its parameters."""
    found, names = plain(function), code_names(function)
    if not inspect.isfunction(found):
        return
    yield from (value for name, value in found.__globals__.items() if name in names)
    yield from (*(found.__defaults__ or ()), *(found.__kwdefaults__ or {}).values())
    for cell in found.__closure__ or ():
        try:
            yield cell.cell_contents
        except ValueError:  # not yet filled
            continue


def code_names(function: Any) -> set[str]:
    """The names of globals and attributes in a function's code."""
    found = plain(function)
    return set(_names(found.__code__)) if inspect.isfunction(found) else set()


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for inner in code.co_consts:
        if isinstance(inner, CodeType):
            yield from _names(inner)


def mentions(function: Any, package: str, depth: int = 3) -> bool:
    """Whether a function, or one that it calls, names a package or something of it.

    >>> mentions(lambda x: functools.partial(x), "functools"), mentions(lambda x: x, "functools")
    (True, False)
    """
    for value in mentioned(function):
        home = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None)
        if isinstance(home, str) and home.split(".")[0] == package:
            return True
        if depth and value is not function and inspect.isfunction(value) and mentions(value, package, depth - 1):
            return True
    return False


def positional(function: Any) -> list[inspect.Parameter]:
    """The parameters that can be given by place."""
    kinds = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p for p in inspect.signature(function).parameters.values() if p.kind in kinds]


def wanted(factory: Callable, name: str, known: Mapping[str, Any] | set[str]) -> list[str]:
    """The parameters of a factory that it is called with: those that are known, and those that it cannot do without."""
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (ValueError, TypeError):
        raise LayerError(f"the parameters of {name} are not known", hint="a lambda d: … names them") from None
    named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    for p in named:
        if p.name not in known and p.default is p.empty:
            raise LayerError(
                f"{name} needs {p.name}, which is no dim of an input and no hyper-parameter",
                hint=f"known: {', '.join(sorted(known)) or 'nothing'}; or params=dict({p.name}=ints(1, 4))",
            )
    return [p.name for p in named if p.name in known]
