"""Generated source becomes a function: the only place of the package where text is run.

The text comes from `numpy_source` alone, which spells every name through `Names` and every number and size from its
expression tree, so that no text of a user is in it outside of comments and docstrings.
"""

from __future__ import annotations

import itertools
import linecache
from collections.abc import Callable

from .memory import keep_freed_memory
from .routines.threads import helpers

_serial = itertools.count(1)


def load(source: str, name: str) -> Callable:
    """The function of that name which the source defines; a traceback shows the lines of the source.

    >>> load("def double(x):\\n    return 2*x", "double")(4)
    8
    """
    keep_freed_memory()
    file = f"<symgrad {name} {next(_serial)}>"
    linecache.cache[file] = (len(source), None, source.splitlines(keepends=True), file)
    scope: dict = {"__name__": f"symgrad_{name}"}
    exec(compile(source, file, "exec", dont_inherit=True), scope)
    if helpers.__name__ in scope:
        scope[helpers.__name__] = helpers  # the programs of a process share their threads
    return scope[name]
