"""Text to equations: declarations, NumPy-like expressions, index notation, programs of them, and values."""

from .declare import declare as declare
from .declare import define as define
from .declare import tensors as tensors
from .program import parse_expression as parse_expression
from .program import parse_program as parse_program
from .values import parse_values as parse_values
