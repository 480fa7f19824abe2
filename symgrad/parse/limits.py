"""How much text, depth and size is taken; beyond it the answer is a LimitError, at once."""

from __future__ import annotations

TEXT = 20_000
"""Characters."""
TOKENS = 3_000
"""Names, numbers, operators and brackets."""
NESTING = 60
"""Brackets within brackets."""
DEPTH = 100
"""Operations within operations: `-----x`, `x**x**x`, `x.T.T.T`."""
DIGITS = 100
"""Digits of one number, and its decimal exponent at most."""
BITS = 20_000
"""Of an exact number that the numbers of a formula make."""
EXPONENT = 10_000
NAME = 60
"""Characters of a name."""
RANK = 16
"""Axes of a tensor."""
BOUND = 64
"""Indices of one equation, on its left side and in its reductions."""
EQUATIONS = 200
SIZE = 10**12
"""Entries along one axis."""
JOINED = 100
"""Tensors that concatenate or stack take, and entries of a list of numbers in an expression."""
EFFORT = 2_000
"""What the index maps and conditions of one program cost; about a quarter of a millisecond each."""
MAP, QUOTIENT, CONDITION, PROOF = 1, 20, 10, 30
"""What an index map costs, more with quo and rem, a bracket, and finding out whether a map stays inside an axis."""
IRRATIONAL = 50
"""Terms of a sum or factors of a product that are irrational numbers."""
FACTORS = 200
"""Of a product whose root or function is taken: SymPy asks each for its sign."""
TERMS = 50
"""Of one index map."""
