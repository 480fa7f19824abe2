"""`compile`: value and gradients as one function of arrays, whose source stands on its own.

It needs NumPy, so it is loaded when it is asked for.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any

from ..calculus.sweep import pull_back
from ..errors import OptionError, ShapeError
from ..expr.conventions import PYTORCH, Conventions
from ..expr.evaluate import order
from ..expr.tensors import Tensor
from ..graph import inlined
from ..kernels.checked import Differences, compared
from ..kernels.compiled import Compiled, compile_outputs
from ..kernels.standalone import CHECKING, Trial, check_text, trial
from ..render.equations import shape as shape_text
from .api import companion, named, tensor_of, variable
from .formulas import Asked, notes


def compile(
    f,
    grad=None,
    *,
    cotangent=None,
    backend: str = "numpy",
    name: str = "step",
    conventions: Conventions = PYTORCH,
    check_finite: bool = False,
    methods: Mapping[str, str] | None = None,
) -> Step:
    """A function of arrays by name that gives f, or with `grad` f and its gradients by the named tensors.

    `f` is a tensor or several; `grad` one variable, or a list, as `sg.grad` takes them. Of a tensor that is no scalar
    the gradient is that of ⟨G, f⟩, and `cotangent` the name of the argument G (of several outputs, a name for each).
    `backend` is "numpy", "jax" or "torch". Facts that are assumed are not used: the program holds for all values.
    `methods` makes a routine take another method than its rule says, one that `explain` lists: `{"conv2d": "blocks"}`;
    "direct" is any but Winograd's, whose rounding errors in float32 are larger.

    >>> import symgrad as sg
    >>> W, x = sg.tensors("W[m,n] x[n]")
    >>> step = sg.compile(sg.let("f", ((W @ x)**2).sum()), grad=[W, x]); step
    step(W[m, n], x[n]) → f, (∂f/∂W[m, n], ∂f/∂x[n])        numpy
    >>> value, (gW, gx) = step(W=[[0.4, 0.6], [0.7, -0.2]], x=[0.5, 0.3])
    >>> gx.round(9).tolist()
    [0.71, 0.34]
    """
    several = isinstance(f, Sequence) and not isinstance(f, str)
    targets = tuple(map(tensor_of, f if several else [f]))
    if not targets:
        raise OptionError("compile: nothing to compute", hint="give a tensor, or several")
    many = isinstance(grad, Sequence) and not isinstance(grad, (str, Tensor))
    variables = None if grad is None else tuple(grad) if many else (grad,)
    seeds = None if cotangent is None else (cotangent,) if isinstance(cotangent, (str, Tensor)) else tuple(cotangent)
    if not name.isidentifier():
        raise OptionError(f"not a name for a function: {name!r}")
    forced = tuple(sorted((methods or {}).items()))
    return _step(targets, several, variables, many, seeds, backend, name, conventions, check_finite, forced)


@lru_cache(maxsize=64)
def _step(targets, several, variables, many, seeds, backend, name, conventions, check_finite, methods) -> Step:
    """The same tensors and options give the same program, without work."""
    asked = _asked(targets, variables, seeds)
    gradients = _gradients(asked, conventions)
    count = len(targets)
    value = tuple(range(count)) if several else 0
    slopes = tuple(range(count, count + len(gradients))) if many else count
    structure = (value, slopes) if variables is not None else value
    inputs = tuple(t for t in order([*asked.targets, *asked.wrt]) if t.is_input)
    program = compile_outputs(
        [*asked.targets, *gradients],
        name=name,
        backend=backend,
        check_finite=check_finite,
        inputs=(*inputs, *asked.seeds),
        structure=structure,
        names=_names(asked, gradients),
        methods=methods,
    )
    return Step(program, asked, gradients, conventions, backend)


class Step:
    """A compiled function: `step(W=…, x=…)`; its `source` stands on its own and can be kept as a file.

    `inputs` are its arguments, in order; `function` is the plain function of the source.
    """

    def __init__(self, program: Compiled, asked: Asked, gradients, conventions: Conventions, backend: str):
        self._program, self._asked, self._gradients = program, asked, tuple(gradients)
        self.conventions, self.backend = conventions, backend
        self.inputs = tuple(program.inputs)

    def __call__(self, /, *arrays: Any, **values: Any):
        if arrays:
            names = ", ".join(f"{t.display}=…" for t in self.inputs)
            raise OptionError("arguments are given by name", hint=f"{self._written.function}({names})")
        return self._program(**values)

    @property
    def function(self) -> Any:
        """The function of the source: the inputs in order, sizes that none of them shows by keyword."""
        return self._program.function

    @cached_property
    def source(self) -> str:
        """The program as a file of its own: formulas in its docstring, `check()`, which `python file.py` runs."""
        after = check_text(self._written, self._trial, self._program.before_check)
        return self._written.text(notes(self._asked, self.conventions), CHECKING, after)

    def explain(self, /, **values: Any) -> str:
        """Each statement with its operation, shape and, where a routine has a choice, the method that it takes."""
        return self._program.explain(**values)

    def check(self, /, **values: Any) -> Differences:
        """The gradients against central differences, at these arrays or at random ones of small sizes.

        >>> import symgrad as sg
        >>> x = sg.tensors("x[n]")
        >>> sg.compile((x**3).sum(), grad=x).check(x=[1.0, 2.0]).holds
        True
        """
        return compared(self._program, self._trial, values)

    def save(self, path) -> None:
        """Write the source to a file."""
        Path(path).write_text(self.source, encoding="utf-8")

    @property
    def _written(self):
        return self._program.written

    @cached_property
    def _trial(self) -> Trial:
        names = [str(x.name) if x.is_input else None for x in self._asked.wrt]
        seeds = [str(g.name) for g in self._asked.seeds]
        return trial([*self._asked.targets, *self._gradients], self._written, self.inputs, names, seeds)

    def __repr__(self) -> str:
        """`step(W[m, n], x[n]) → f, (∂f/∂W[m, n], ∂f/∂x[n])        numpy`."""
        inputs = ", ".join(f"{t.display}{_shape(t)}" for t in self.inputs)
        sizes = "".join(f", {n}" for n in self._program.arguments.asked)
        outputs = ", ".join(f"{t.display}{_shape(t)}" for t in self._asked.targets)
        if self._asked.wrt:
            told = [f"∂{self._asked.scalar}/∂{x.display}{_shape(x)}" for x in self._asked.wrt]
            outputs += f", ({', '.join(told)})" if len(told) > 1 else f", {told[0]}"
        return f"{self._written.function}({inputs}{sizes}) → {outputs}        {self.backend}"


def _shape(t: Tensor) -> str:
    return shape_text(t.shape) if t.ndim else ""


def _names(asked: Asked, gradients) -> list[tuple[Tensor, str]]:
    """What tensors without a name, and gradients, are called in the formulas."""
    reading = inlined(asked.targets)
    short = [(t, r.name) for t, r in reading.items() if r.name and not (t.name or t.is_input)]
    return [*short, *((g, f"∂{asked.scalar}/∂{x.display}") for g, x in zip(gradients, asked.wrt, strict=True))]


def _asked(targets, variables, seeds) -> Asked:
    """Targets under names, the variables, and an input for each cotangent."""
    targets = tuple(map(named, targets)) if len(targets) == 1 else targets
    if variables is None:
        if seeds is not None:
            raise OptionError("compile: a cotangent is for gradients", hint="give grad=[…] too")
        return Asked(targets, (), ())
    nodes = dict.fromkeys(order(targets))
    wrt = tuple(variable(targets[0], x, nodes) for x in variables)
    if not wrt:
        raise OptionError("compile: grad names no tensor", hint="for the value alone, leave grad out")
    if seeds is None:
        _check_scalar(targets)
    if seeds is not None and len(seeds) != len(targets):
        raise OptionError(f"compile: {len(targets)} outputs take as many cotangents, {len(seeds)} are given")
    taken = list(nodes)
    made = []
    for target, seed in zip(targets, seeds or (), strict=False):
        made.append(companion("cotangent", target, seed, taken))
        taken.append(made[-1])
    return Asked(targets, wrt, tuple(made))


def _check_scalar(targets):
    """A gradient is of one number."""
    if len(targets) > 1:
        names = ", ".join(f'"G{k}"' for k in range(len(targets)))
        raise ShapeError(
            f"compile: {len(targets)} outputs, a gradient is of one number",
            hint=f"give cotangent=[{names}], for the gradient of Σ ⟨G, y⟩, or compile one output",
        )
    if targets[0].ndim:
        raise ShapeError(
            f"compile: {targets[0].display} has shape {shape_text(targets[0].shape)}, a gradient is of one number",
            hint=f'give cotangent="G", for the gradient of ⟨G, {targets[0].display}⟩, or compile a sum',
        )


def _gradients(asked: Asked, conventions) -> list[Tensor]:
    if not asked.wrt:
        return []
    if len(asked.targets) > 1 or not asked.seeds:
        return pull_back(asked.loss(), asked.wrt, None, conventions)
    return pull_back(asked.targets[0], asked.wrt, asked.seeds[0], conventions)
