"""What layers, losses and `fit` say when they refuse: every text, read by people, kept in golden/nn_errors.txt.

SYMGRAD_GOLDEN=1 python -m pytest tests/test_nn_errors.py       writes the file anew
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from symgrad.errors import SymgradError
from tests import test_nn_fit, test_nn_layers, test_nn_losses

GOLDEN = Path(__file__).parent / "golden" / "nn_errors.txt"
REFUSED = {
    **{f"layer, {name}": row[0] for name, row in test_nn_layers.REFUSED.items()},
    **{f"loss, {name}": row[0] for name, row in test_nn_losses.REFUSED.items()},
    **{f"fit, {name}": row[0] for name, row in test_nn_fit.BAD.items()},
}


def text_of(call) -> str:
    with pytest.raises(SymgradError) as caught:
        call()
    return f"{type(caught.value).__name__}: {caught.value}"


def test_every_text():
    text = "\n\n".join(f"[{name}]\n{text_of(call)}" for name, call in REFUSED.items()) + "\n"
    if os.environ.get("SYMGRAD_GOLDEN"):
        GOLDEN.write_text(text, encoding="utf-8")
    assert text == GOLDEN.read_text(encoding="utf-8")
