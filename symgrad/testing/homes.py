"""Homes of objects: the module and the name by which another process can import them, and where it has to look."""

from __future__ import annotations

import inspect
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

from .frameworks import plain

INSTALLED = {Path(path).resolve() for key, path in sysconfig.get_paths().items() if key.endswith("lib")}
"""Folders in which every process looks."""


@dataclass(frozen=True)
class Home:
    """`from module import name`; `root` is the folder that has to be searched for it, None for one that always is."""

    module: str
    name: str
    root: Path | None = None

    @property
    def folder(self) -> str:
        """The root as it is said from the current directory: `.`, `tests`, or in full."""
        here = Path.cwd().resolve()
        if self.root is None:
            return ""
        return self.root.relative_to(here).as_posix() if self.root.is_relative_to(here) else self.root.as_posix()


def home(value: Any) -> Home | None:
    """Where an object can be imported from; None for lambdas, local classes, and what a session has defined.

    >>> home(Home), home(Path.cwd), home(lambda: 0)
    (Home(module='symgrad.testing.homes', name='Home', ...), Home(module='pathlib', name='Path.cwd', ...), None)
    """
    of = getattr(value, "__self__", None)  # MyFunction.apply is bound to its class, and made anew each time
    if isinstance(of, type):
        inner, name = home(of), value.__name__
        return Home(inner.module, f"{inner.name}.{name}", inner.root) if inner and getattr(of, name) == value else None
    module = sys.modules.get(getattr(value, "__module__", None) or "")
    if module is None or module.__name__ == "__main__" or isinstance(value, ModuleType):
        return None
    name = name_in(module, value)
    found, root = located(module)
    return Home(module.__name__, name, root) if name and found else None


def name_in(module: ModuleType, value: Any) -> str:
    """What the object calls itself, if the module knows it so; else a name that the module has for it."""
    name: Any = getattr(value, "__qualname__", None)
    found: Any = module
    if isinstance(name, str):
        for part in name.split("."):
            found = getattr(found, part, None)
        if found is value:
            return name
    return next((n for n, v in vars(module).items() if v is value and n.isidentifier()), "")


def located(module: ModuleType) -> tuple[bool, Path | None]:
    """Whether a new process would find this very file under the module's name, and the folder in which it looks."""
    path, file = module.__name__.split("."), getattr(module, "__file__", None)
    if file is None:
        return module.__name__ in sys.builtin_module_names, None
    found = Path(file).resolve()
    parts = found.parts[:-1] if found.stem == "__init__" else (*found.parts[:-1], found.name.split(".")[0])
    root = Path(*parts[: -len(path)])
    return parts[-len(path) :] == tuple(path), None if root in INSTALLED or root.name == "lib-dynload" else root


def place_of(value: Any) -> str:
    """`module:Name` by which `symgrad layer` finds the layer from here; "" where it cannot.

    >>> place_of(Home), place_of(lambda: 0)
    ('symgrad.testing.homes:Home', '')
    """
    found = home(value)
    return f"{found.module}:{found.name}" if found and found.folder in ("", ".") else ""


def told_place(value: Any) -> str:
    """Where the source of something without a home is, for people: `test_it.<locals>.Square (tests/t.py:12)`.

    >>> told_place(told_place), told_place(object())
    ('told_place (...homes.py:...)', 'object')
    """
    kind = value if isinstance(value, type) else plain(value)
    name = getattr(kind, "__qualname__", type(value).__name__)
    try:
        source, (_, line) = inspect.getsourcefile(kind), inspect.getsourcelines(kind)
    except (OSError, TypeError):
        return name
    file, here = Path(source or ""), Path.cwd()
    return f"{name} ({(file.relative_to(here) if file.is_relative_to(here) else file).as_posix()}:{line})"
