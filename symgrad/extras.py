"""Optional packages: the one place where something is imported inside a function."""

from __future__ import annotations

from importlib import import_module
from types import ModuleType

from .errors import MissingExtraError

INSTALLED_BY = {
    "numpy": "numpy",
    "jax": "symgrad[jax]",
    "torch": "symgrad[torch]",
    "pygraphviz": "symgrad[draw]",
    "PIL.Image": "symgrad[images]",
    "PIL.ImageOps": "symgrad[images]",
}
"""What `pip install` brings each package."""


def optional(name: str) -> ModuleType | None:
    """The module, or None where it is not installed.

    >>> optional("no_such_package") is None
    True
    """
    try:
        return import_module(name)
    except ImportError:
        return None


def need(name: str) -> ModuleType:
    """The module, or an error that says how to get it.

    >>> need("no_such_package")
    Traceback (most recent call last):
    symgrad.errors.MissingExtraError: no_such_package is not installed
    python -m pip install no_such_package
    """
    module = optional(name)
    if module is None:
        source = INSTALLED_BY.get(name, name)
        raise MissingExtraError(f"{name} is not installed", hint=f"python -m pip install {source}")
    return module


def numbers(nested, shape: tuple[int, ...]):
    """A number where there are no axes, a NumPy array where NumPy is, else nested lists.

    >>> numbers(2.5, ()), len(numbers([1.0, 2.0], (2,)))
    (2.5, 2)
    """
    numpy = optional("numpy") if shape else None
    return nested if numpy is None else numpy.array(nested).reshape(shape)
