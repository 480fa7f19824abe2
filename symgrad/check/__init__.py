"""Written derivations: each line judged against the one before.

The package can be called, as `sg.check(…)`: the function of that name is the one thing that it is for.
"""

import sys
from types import ModuleType

from .api import Written as Written
from .api import check as check
from .api import parse_derivation as parse_derivation
from .reports.report import Report as Report


class _Callable(ModuleType):
    __call__ = staticmethod(check)


sys.modules[__name__].__class__ = _Callable
