"""symgrad: symbolic differentiation of deep models in index notation, every step shown and checked.

    >>> import symgrad as sg
    >>> W, x = sg.tensors("W[m,n] x[n]")
    >>> f = sg.let("f", ((W @ x)**2).sum())
    >>> sg.grad(f, x).at(W=[[0.4, 0.6], [0.7, -0.2]], x=[0.5, 0.3]).round(9).tolist()
    [0.71, 0.34]

Names are loaded when they are first used. Every function that tensors know is here too: `sg.softmax`, `sg.exp`, …
"""

from __future__ import annotations

from difflib import get_close_matches
from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # what gives a tensor stays untyped: its operators are installed by `expr.protocols`
    from . import graph as graph
    from .check.api import check as check
    from .check.api import parse_derivation as parse_derivation
    from .errors import SymgradError as SymgradError
    from .expr.conventions import Conventions as Conventions
    from .expr.evaluate import evaluate as evaluate
    from .expr.indices import param as param
    from .expr.tensors import Tensor as Tensor
    from .faces.api import derive as derive
    from .faces.api import grad as grad
    from .faces.api import hessian as hessian
    from .faces.api import jacobian as jacobian
    from .faces.api import jvp as jvp
    from .faces.api import value_and_grad as value_and_grad
    from .faces.api import vjp as vjp
    from .faces.compiling import compile as compile
    from .rules.facts import assume as assume

__version__ = "0.1.0"

HOMES = {
    "check.api": "parse_derivation",
    "faces.api": "derive grad hessian jacobian jvp value_and_grad vjp",
    "faces.compiling": "compile",
    "errors": "SymgradError",
    "expr.constants": "eye full ones zeros",
    "expr.conventions": "Conventions",
    "expr.evaluate": "evaluate",
    "expr.indices": "param",
    "expr.tensors": "Tensor let",
    "parse": "define tensors",
    "rules.facts": "assume",
}
"""Where each public name is defined."""
MODULES = ("check", "graph")
"""Public names that are modules; `check` can be called."""
_PLACES = {name: home for home, names in HOMES.items() for name in names.split()}
__all__ = sorted({*_PLACES, "check"})


def __getattr__(name: str):
    if name.startswith("__"):
        raise AttributeError(f"module 'symgrad' has no attribute {name!r}")
    import_module(".faces.reprs", __name__)  # gives tensors their operators and their repr
    language = import_module(".expr.numpy_names", __name__)
    if name in _PLACES:
        found = getattr(import_module(f".{_PLACES[name]}", __name__), name)
    elif name in MODULES:
        found = import_module(f".{name}", __name__)
    elif name in language.names():
        found = language.FUNCTIONS.get(name) or partial(language.function, name)
    else:
        near = get_close_matches(name, {*__all__, *language.names()}, n=3)
        hint = f"; did you mean {' or '.join(near)}?" if near else ""
        raise AttributeError(f"module 'symgrad' has no attribute {name!r}{hint}")
    globals()[name] = found
    return found


def load_ipython_extension(shell):
    """`%load_ext symgrad`: the cell magic `%%symgrad`."""
    import_module(".faces.magic", __name__).load(shell)


def __dir__():
    return sorted({*globals(), *__all__})
