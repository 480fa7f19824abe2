"""Names in generated source: those a user gave where they are names of Python, else made ones. Never any other text."""

from __future__ import annotations

import builtins
import keyword
import re
import unicodedata

RESERVED = {*keyword.kwlist, *keyword.softkwlist, *dir(builtins), "np", "jnp", "jax", "lax", "torch", "dtype"}
LETTERS = {"∂": "d", "∇": "grad_", "²": "2", "³": "3"}


class Names:
    """Hands out identifiers, each once.

    >>> names = Names(); [names.new(n) for n in ("W", "W", "lambda", "∂f/∂W", "softmax(z)", "np")]
    ['W', 'W_1', 'lambda_', 'df_dW', 'softmax_z', 'np_']
    """

    def __init__(self, taken=()):
        self.taken = {*RESERVED, *taken}

    def new(self, wish: str) -> str:
        name = identifier(wish)
        if name in RESERVED:
            name += "_"
        found, k = name, 0
        while found in self.taken:
            k += 1
            found = f"{name}_{k}"
        self.taken.add(found)
        return found


def identifier(wish: str) -> str:
    """The wish with what no name of Python may hold left out."""
    text = "".join(LETTERS.get(c, c) for c in wish)
    text = unicodedata.normalize("NFKC", text)  # as Python reads names: two that it takes for one are one here
    text = re.sub(r"\W+", "_", text).strip("_") or "t"
    return text if text.isidentifier() else f"t_{text}" if f"t_{text}".isidentifier() else "t"
