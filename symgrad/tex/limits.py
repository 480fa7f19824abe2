"""How much is read; beyond it the answer is a fault, at once."""

TEXT = 60_000
"""Characters of one formula."""
TOKENS = 20_000
"""Of one formula, its macros expanded."""
CALLS = 4_000
"""Macro calls in one formula."""
MACROS = 2_000
"""Of one document."""
BODY = 2_000
"""Tokens of one macro's definition."""
NESTING = 40
"""Brackets, fractions, sums, accents within each other."""
DIGITS = 100
"""Of one number."""
NAME = 80
"""Characters of a name."""
