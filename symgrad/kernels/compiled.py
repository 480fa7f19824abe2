"""Stand-in: evaluates by plain loops until the real compiler is in place."""

from __future__ import annotations

import numpy as np

from ..expr.evaluate import evaluate


class Compiled:
    def __init__(self, outputs, name):
        self.outputs, self.name, self.source = tuple(outputs), name, ""

    def __call__(self, **values):
        kind = np.result_type(*[np.asarray(v).dtype for v in values.values() if np.ndim(v)] or [np.float64])
        given = {k: np.asarray(v).tolist() for k, v in values.items()}
        return tuple(np.array(a.nested(), dtype=kind).reshape(a.shape) for a in evaluate(list(self.outputs), given))


def compile_outputs(outputs, name="step", backend="numpy"):
    return Compiled(outputs, name)
