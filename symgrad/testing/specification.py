"""`spec=`: what a layer computes, in index notation. Its gradient is derived, compiled once, and used for all sizes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

from ..calculus.sweep import plain_indices, pull_back
from ..errors import OptionError
from ..expr.nodes import Entry, total
from ..expr.tensors import Tensor, from_expression, input_tensor
from ..graph import unused_name
from ..kernels import Compiled, compile_outputs
from ..parse import declare, parse_program
from .measure import measured
from .oracles import NoGradient, Oracle
from .signature import LEAD, Output, Signature, shown
from .subject import Gradients, Inputs, Run, outputs_of

LEADING = "leading"
"""The size of the axis to which the axes `...` are joined."""


class Programs(NamedTuple):
    """The compiled forward pass, the compiled gradients, the names of inputs and of upstream gradients."""

    forward: Compiled
    backward: Compiled
    inputs: tuple[str, ...]
    seeds: tuple[str, ...]


def symbolic(spec: str | Sequence[str], signature: Signature) -> Oracle:
    """The oracle for a specification, one equation or several.

    >>> from symgrad.testing.signature import read_signature
    >>> found = symbolic("y[n] = sum[c] w[c]*x[n,c]**p", read_signature("x[N,C], w[C] -> y[N]", {"p"}))
    >>> run = found.run([np.array([[1.0, 2.0]]), np.array([3.0, 4.0])], {"p": 2})
    >>> run.outputs[0].tolist(), run.pull([np.ones(1)])[0].tolist()
    ([19.0], [[6.0, 16.0]])
    """
    return Oracle("symbolic", SpecSubject(spec if isinstance(spec, str) else "\n".join(spec), signature))


class SpecSubject:
    """Equations of the arguments. Axes `...` are one index; whole hyper-parameters are put into the text, others are
    scalars; an argument that is absent has no equation, and nothing is said.
    """

    name = "spec"

    def __init__(self, spec: str, signature: Signature):
        self.spec, self.signature = spec, signature
        self.words = set(re.findall(r"[^\W\d]\w*", f"{spec} {signature}"))
        self.programs = lru_cache(maxsize=200)(self._programs)

    def run(self, inputs: Inputs, params: dict[str, Any]) -> Run:
        used = {n: v for n, v in params.items() if n in self.words}
        whole = tuple((n, int(v)) for n, v in used.items() if isinstance(v, (int, np.integer)))
        real = tuple(n for n, v in used.items() if isinstance(v, float))
        if other := [n for n in used if n in set(re.findall(r"\w+", self.spec)) - {*dict(whole), *real}]:
            raise OptionError(f"spec names {other[0]} = {params[other[0]]!r}", hint="only numbers can stand in it")
        if any(x is None for x in inputs):
            raise NoGradient
        programs = self.programs(whole, real)
        values: dict[str, Any] = {n: np.float64(params[n]) for n in real}
        values.update({a.name: self._joined(a, x) for a, x in zip(self.signature.arguments, inputs, strict=True)})
        known, lead = measured(self.signature, inputs, dict(whole))
        sizes = {**known, LEADING: int(np.prod(lead))}
        found = called(programs.forward, {n: values[n] for n in programs.inputs}, sizes)
        outputs = tuple(self._split(o, y, lead) for o, y in zip(self.signature.outputs, found, strict=True))
        arrays = outputs_of(outputs, self.signature, self.name)
        return Run(arrays, lambda G: self._pull(programs, values, sizes, inputs, G))

    def _pull(self, programs: Programs, values, sizes, inputs, grads) -> Gradients:
        shaped = [self._joined(o, G) for o, G in zip(self.signature.outputs, grads, strict=True)]
        given = {**{n: values[n] for n in programs.inputs}, **dict(zip(programs.seeds, shaped, strict=True))}
        left = iter(called(programs.backward, given, sizes))
        pairs = zip(self.signature.arguments, inputs, strict=True)
        return tuple(np.reshape(next(left), x.shape) if a.real else None for a, x in pairs)

    # Axes `...`.

    def _joined(self, a: Output, x: np.ndarray) -> np.ndarray:
        """An array of doubles whose leading axes are one."""
        x = np.asarray(x, np.float64)
        if LEAD not in a.dims:
            return x
        k, many = a.dims.index(LEAD), x.ndim - len(a.dims) + 1
        return np.reshape(x, (*x.shape[:k], int(np.prod(x.shape[k : k + many])), *x.shape[k + many :]))

    def _split(self, o: Output, y: np.ndarray, lead: tuple[int, ...]) -> np.ndarray:
        k = o.dims.index(LEAD) if LEAD in o.dims else None
        return y if k is None or y.ndim <= k else np.reshape(y, (*y.shape[:k], *lead, *y.shape[k + 1 :]))

    # Programs.

    def _programs(self, whole: tuple[tuple[str, int], ...], real: tuple[str, ...]) -> Programs:
        """Derived and compiled for hyper-parameters that are whole; sizes and real ones stay symbols."""
        numbers: dict[str, Any] = dict(whole)
        declared = [a.name + shown(LEADING if d == LEAD else d for d in a.dims) for a in self.signature.arguments]
        tensors = declare(" ".join([*declared, *(f"{n}[]" for n in real)]), **numbers)
        found = parse_program(self.spec, tensors, **numbers)
        missing = [o.name for o in self.signature.outputs if o.name not in found]
        if missing:
            raise OptionError(f"spec does not define {missing[0]}", hint=f"it defines {', '.join(found)}")
        outputs = [found[o.name] for o in self.signature.outputs]
        taken = [*tensors.values(), *found.values()]
        seeds = [input_tensor(unused_name((f"G_{y.name}",), taken), y.shape) for y in outputs]
        wrt = [tensors[a.name] for a in self.signature.arguments if a.real]
        gradients = derivatives(outputs, wrt, seeds)
        inputs = tuple(tensors.values())
        return Programs(
            compile_outputs(outputs, name="forward", inputs=inputs),
            compile_outputs(gradients, name="backward", inputs=(*inputs, *seeds)),
            tuple(tensors),
            tuple(str(s.name) for s in seeds),
        )


def derivatives(outputs: Sequence[Tensor], wrt: Sequence[Tensor], seeds: Sequence[Tensor]) -> list[Tensor]:
    """`∂ Σ_k ⟨G_k, y_k⟩ / ∂X` for each X; 0 for one that does not occur."""
    if len(outputs) == 1:
        return pull_back(outputs[0], list(wrt), seeds[0])
    terms = [total(Entry(g.ref, *at) * Entry(y.ref, *at), *at) for g, y, at in _places(outputs, seeds)]
    loss = from_expression((), sum(terms[1:], terms[0]))
    return pull_back(loss, list(wrt))


def _places(outputs, seeds):
    return [(g, y, plain_indices(y.shape)) for y, g in zip(outputs, seeds, strict=True)]


def called(program: Compiled, values: dict[str, Any], sizes: dict[str, int]) -> tuple[Any, ...]:
    """The outputs of a program, with the sizes that no input shows."""
    return program(**values, **{n: sizes[n] for n in program.written.sizes if n in sizes})
