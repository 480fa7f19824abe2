"""Oracles: judges of derivatives that evaluate definitions and know no rule of differentiation."""

from .autograd import AUTOGRAD as AUTOGRAD
from .difference import COMPLEX_STEP as COMPLEX_STEP
from .difference import DIFFERENCE as DIFFERENCE
from .oracle import Found as Found
from .oracle import KinkError as KinkError
from .oracle import Oracle as Oracle
from .oracle import Verdict as Verdict
from .oracle import Worst as Worst
from .rational import RATIONAL as RATIONAL
from .unrolled import UNROLLED as UNROLLED
from .verdict import status as status

ORACLES = (UNROLLED, RATIONAL, DIFFERENCE, COMPLEX_STEP, AUTOGRAD)
