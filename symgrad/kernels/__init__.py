"""Equations to array programs: what is derived also runs."""

from .compiled import Compiled as Compiled
from .compiled import compile_outputs as compile_outputs
