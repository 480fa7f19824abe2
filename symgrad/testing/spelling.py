"""Objects as text of Python that another process can run: literals, names to import, and what has no name."""

from __future__ import annotations

import functools
import keyword
import math
import re
import sys
from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any

import numpy as np

from .homes import home, told_place
from .parameters import Choices, ints

LITERALS = (type(None), bool, int, str, bytes, complex, type(...))
DOTTED = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")


def quoted_text(text: str) -> str:
    """A literal in double quotes, as people write it.

    >>> print(quoted_text("x[N] -> y[N]"), quoted_text("values='ties'"), quoted_text('say "x"'))
    "x[N] -> y[N]" "values='ties'" 'say "x"'
    """
    return f'"{text}"' if text.isprintable() and '"' not in text and "\\" not in text else repr(text)


class Spelling:
    """Text of objects, and what it needs: `imports`, `folders` to search, and `missing` objects by their names.

    >>> spelling = Spelling()
    >>> spelling.of({"stride": ints(1, 3), "eps": Choices((1e-5, math.inf))}, "params")
    '{"stride": ints(1, 3), "eps": [1e-05, float("inf")]}'
    >>> spelling.of(math.hypot, "layer"), spelling.of(lambda x: x, "like"), spelling.imports
    ('hypot', 'like', {'symgrad.testing': {'ints': 'ints'}, 'math': {'hypot': 'hypot'}})
    """

    def __init__(self, *taken: str):
        self.taken = {*taken, "sys", "float", "range"}
        self.imports: dict[str, dict[str, str]] = {}
        self.modules: dict[str, str] = {}
        self.folders: dict[str, None] = {}
        self.missing: dict[str, str] = {}

    def of(self, value: Any, called: str) -> str:
        """The text of an object, which is `called` so if it has no name of its own."""
        return next(spelled for fits, spelled in KINDS if fits(value))(self, value, called)

    def named(self, value: Any, called: str) -> str:
        found = home(value)
        if found is None:
            return self._absent(value, called)
        if found.folder:
            self.folders[found.folder] = None
        first, _, rest = found.name.partition(".")
        return self.imported(found.module, first) + (f".{rest}" if rest else "")

    def imported(self, module: str, name: str) -> str:
        """What `from module import name` calls it here: another name where that one is taken."""
        known = self.imports.setdefault(module, {})
        if name not in known:
            known[name] = self._free(name)
        return known[name]

    def _absent(self, value: Any, called: str) -> str:
        """A name that the reader has to define first."""
        own = getattr(value, "__name__", "")
        usable = isinstance(own, str) and own.isidentifier() and not keyword.iskeyword(own)
        name = self._free(own if usable else called)
        told = told_place(value)
        self.missing[name] = told if told.startswith(f"{name} ") else f"{name} = {told}"
        return name

    def _free(self, name: str) -> str:
        free = next(n for n in (name, *(f"{name}_{k}" for k in range(2, 1000))) if n not in self.taken)
        self.taken.add(free)
        return free

    def each(self, values: Any, called: str) -> str:
        return ", ".join(self.of(v, called) for v in values)

    def script(self, call: str) -> str:
        """One line that runs anywhere, with a remark where something has to be defined first."""
        sources = {
            m: ", ".join(n if n == a else f"{n} as {a}" for n, a in names.items()) for m, names in self.imports.items()
        }
        lines = [f"import sys; sys.path[:0] = [{self.each(self.folders, '')}]"] if self.folders else []
        lines += [f"import {m}" + (f" as {a}" if a != m else "") for m, a in self.modules.items()]
        lines += [f"from {module} import {names}" for module, names in sources.items()]
        remark = "; ".join(self.missing.values())
        return "; ".join([*lines, call]) + (f"  # no module has these, define them first: {remark}" if remark else "")


# Kinds of objects.


def _choices(s: Spelling, value: Choices, called: str) -> str:
    values = value.values
    if len(values) > 1 and all(type(v) is int for v in values) and values == ints(min(values), max(values)).values:
        return f"{s.imported('symgrad.testing', 'ints')}({min(values)}, {max(values)})"
    return f"[{s.each(values, called)}]"


def _float(s: Spelling, value: float, called: str) -> str:
    return repr(value) if math.isfinite(value) else f'float("{value}")'


def _mapping(s: Spelling, value: Mapping[Any, Any], called: str) -> str:
    return "{" + ", ".join(f"{s.of(k, called)}: {s.of(v, str(k))}" for k, v in value.items()) + "}"


def _array(s: Spelling, value: np.ndarray, called: str) -> str:
    s.modules["numpy"] = "np"
    if not value.size:
        return f'np.zeros({value.shape}, "{value.dtype}")'
    return f'np.array({s.of(value.tolist(), called)}, "{value.dtype}")'


def _scalar(s: Spelling, value: np.generic, called: str) -> str:
    s.modules["numpy"] = "np"
    return f"np.{type(value).__name__}({s.of(value.item(), called)})"


def _partial(s: Spelling, value: functools.partial, called: str) -> str:
    parts = [s.of(value.func, called), *(s.of(v, called) for v in value.args)]
    parts += [f"{n}={s.of(v, n)}" for n, v in value.keywords.items()]
    return f"{s.imported('functools', 'partial')}({', '.join(parts)})"


def dotted(value: Any) -> bool:
    """Whether an object says itself where it is, as `torch.float32` does."""
    text = repr(value)
    if not DOTTED.fullmatch(text):
        return False
    first, *rest = text.split(".")
    found: Any = sys.modules.get(first)
    for part in rest:
        found = getattr(found, part, None)
    return found is value


def _dotted(s: Spelling, value: Any, called: str) -> str:
    first = repr(value).split(".")[0]
    s.modules[first] = first
    return repr(value)


def _member(s: Spelling, value: Enum, called: str) -> str:
    return f"{s.of(type(value), called)}.{value.name}"


def _exactly(*kinds: type) -> Callable[[Any], bool]:
    return lambda value: type(value) in kinds


KINDS: tuple[tuple[Callable[[Any], bool], Callable[[Spelling, Any, str], str]], ...] = (
    (_exactly(str), lambda s, v, _: quoted_text(v)),
    (_exactly(*LITERALS), lambda s, v, _: repr(v)),
    (_exactly(float), _float),
    (_exactly(list), lambda s, v, called: f"[{s.each(v, called)}]"),
    (_exactly(tuple), lambda s, v, called: f"({s.each(v, called)}{',' * (len(v) == 1)})"),
    (_exactly(dict), _mapping),
    (_exactly(Choices), _choices),
    (_exactly(functools.partial), _partial),
    (_exactly(np.ndarray), _array),
    (lambda value: isinstance(value, np.generic), _scalar),
    (lambda value: isinstance(value, Enum), _member),
    (dotted, _dotted),
    (lambda value: True, Spelling.named),
)
"""The first that fits is taken."""
