"""Layer: a function given by its forward equations. Shapes, values, gradients and derivations follow from them."""

from __future__ import annotations

from functools import cached_property
from math import prod
from typing import Any, ClassVar

import numpy as np

from ..calculus.derive import Story, weighted
from ..errors import OptionError, ShapeError
from ..expr.identifiers import identifiers
from ..expr.tensors import Tensor, input_tensor, let, shape_text
from ..graph import unused_name
from .arrays import check_params, named_error
from .checkpoint import read_arrays, write_arrays
from .derived import Derived
from .forward import BATCH, Forward, Mode, Shape
from .running import Run
from .table import summary_text


class Layer:
    """The base of layers, losses and models. A layer holds no numbers: parameters are passed in, as {name: array}.

    A subclass says three things: `parameters()`, the shapes of what it learns; `output_shape(shape)`, with the checks;
    and `equations(x, parameters, mode)`, the forward equations. Where values start is `initial(rng)`; what is kept
    between steps without being learnt (running statistics) is `state()`. There is no backward pass to write.

    Shapes are those of a sample, without the batch axis: `(1, 28, 28)` for images of one channel. A layer of several
    inputs (`inputs` names them) takes tuples: of shapes, of tensors, of arrays.
    """

    inputs: ClassVar[tuple[str, ...]] = ("x",)
    labels: ClassVar[tuple[str, ...]] = ()
    """Inputs that are compared with numbers, such as ±1: nothing is differentiated by them, whatever their type."""
    batch_axis: int = 0
    """Where the batch axis of the inputs and outputs stands."""
    params: dict[str, np.ndarray] | None = None
    """Values that `keep` has put in place, used where none are given."""

    # What a layer says.

    def parameters(self) -> dict[str, Shape]:
        """The shape of each learnt parameter, by name; names of layers inside are dotted (`0.weight`)."""
        return {}

    def state(self) -> dict[str, Shape]:
        """The shape of each value that is kept between steps and not learnt (`running_mean`)."""
        return {}

    def initial(self, rng: np.random.Generator) -> dict[str, np.ndarray]:
        """Values of parameters and state to start from, drawn as PyTorch draws them by default."""
        return {name: np.zeros(shape) for name, shape in {**self.parameters(), **self.state()}.items()}

    def output_shape(self, shape: Any) -> Any:
        """The shape of an output sample for an input sample of that shape; nothing is computed."""
        raise NotImplementedError

    def equations(self, x: Any, parameters: dict[str, Tensor], mode: Mode) -> Any:
        """The output as a tensor of the input, of parameters and of state (both by name), x with its batch axis."""
        raise NotImplementedError

    def input_shapes(self, shapes: tuple[Shape, ...]) -> tuple[tuple, ...]:
        """The shapes of the input tensors: those of the samples, and the batch axis."""
        return tuple((*s[: self.batch_axis], BATCH, *s[self.batch_axis :]) for s in shapes)

    def sample_of(self, place: int, shape: tuple) -> tuple:
        """The sample's part of the shape of the input at a place."""
        return (*shape[: self.batch_axis], *shape[self.batch_axis + 1 :])

    def children(self) -> dict[str, Layer]:
        """The layers inside, in the order in which they stand."""
        return {}

    def sample(self, x: Tensor) -> Shape:
        """The shape of a sample of an input tensor."""
        found = self.sample_of(0, x.shape)
        if not all(n.is_Integer for n in found):
            raise ShapeError(
                f"{self}: the batch axis of {shape_text(x.shape)} is not axis {self.batch_axis}",
                hint="after a recurrent layer or attention: make that one with batch_first=True",
            )
        return tuple(map(int, found))

    def check_values(self, x: tuple[np.ndarray, ...]) -> None:
        """Refuses inputs whose values have no meaning for the layer (an index beyond its table)."""

    # What follows.

    def parameter_count(self) -> int:
        """How many numbers are learnt; nothing is allocated."""
        return sum(map(prod, self.parameters().values()))

    def init(self, seed: int | np.random.Generator = 0, dtype: Any = np.float32) -> dict[str, np.ndarray]:
        """Values of parameters and state to start from; the same for the same seed."""
        found = self.initial(np.random.default_rng(seed))
        return {name: np.asarray(found[name], dtype=dtype) for name in {**self.parameters(), **self.state()}}

    def tensors(self) -> tuple[dict[str, Tensor], dict[str, Tensor]]:
        """Input tensors for the parameters and for the state, by name."""
        learnt, kept = self.parameters(), self.state()
        names = identifiers([*learnt, *kept])
        return (
            {name: input_tensor(names[name], shape) for name, shape in learnt.items()},
            {name: input_tensor(names[name], shape) for name, shape in kept.items()},
        )

    @cached_property
    def _known(self) -> dict:
        """Equations and programs that were built before."""
        return {}

    def build(self, shape: Any, mode: str = "eval") -> Forward:
        """The equations for samples of that shape, the batch size a symbol `N`; in `mode` "eval" or "train".

        >>> from symgrad.nn.dense import Linear
        >>> forward = Linear(3, 2).build((3,)); forward.output.shape, list(forward.parameters)
        ((N, 2), ['weight', 'bias'])
        """
        shapes = self.shapes(shape)
        if (shapes, mode) not in self._known:
            self._known[shapes, mode] = self._build(shapes, Mode.named(mode, self))
        return self._known[shapes, mode]

    def shapes(self, shape: Any) -> tuple[Shape, ...]:
        """The sample shapes of the inputs, one each."""
        try:
            shapes = (shape,) if len(self.inputs) == 1 else tuple(shape)
            found = tuple(tuple(int(n.__index__()) for n in s) for s in shapes)
        except (AttributeError, TypeError):
            found = ()
        if len(found) != len(self.inputs) or any(n < 0 for s in found for n in s):
            many = f"{len(self.inputs)} shapes of samples, of {', '.join(self.inputs)}"
            what = "the shape of a sample, such as (1, 28, 28)" if len(self.inputs) == 1 else many
            raise ShapeError(f"{self}: {shape!r} is not {what}")
        return found

    def _build(self, shapes, mode) -> Forward:
        with named_error(self):
            self.output_shape(shapes[0] if len(shapes) == 1 else shapes)
        learnt, kept = self.tensors()
        full = self.input_shapes(shapes)
        inputs = tuple(input_tensor(name, s) for name, s in zip(self.inputs, full, strict=True))
        y = self.equations(inputs[0] if len(inputs) == 1 else inputs, {**learnt, **kept}, mode)
        outputs = y if isinstance(y, tuple) else (y,)
        found = mode.found
        return Forward(inputs, outputs, learnt, kept, found.updates, found.noise, found.parts)

    def forward(self, x, params=None, *, mode: str = "eval", seed: int = 0, check_finite: bool = False):
        """The output for arrays: x with its batch axis, {name: array} of `init` (or of `keep`).

        In `mode="train"` the noise is drawn from `seed`. `check_finite` refuses infinities and NaN in what is given.
        """
        return Run(self, x, params, mode, seed, check_finite).outputs()

    def vjp(self, x, params=None, *, mode: str = "eval", seed: int = 0, check_finite: bool = False):
        """(y, pullback): the output, and `pullback(G) -> (∂⟨G,y⟩/∂x, {name: ∂⟨G,y⟩/∂parameter})`.

        A pullback is one compiled program: it computes again the forward values that the gradients use, since the
        arrays between are not kept. An input of integers or of labels has no gradient: None.
        """
        run = Run(self, x, params, mode, seed, check_finite)
        return run.outputs(), run.pullback

    def derive(self, wrt: str, shape: Any, *, cotangent: str = "G", mode: str = "eval") -> Derived:
        """How `∂⟨G, y⟩/∂wrt` comes about, by the name of a parameter or an input; its last line is the answer.

        >>> from symgrad.nn.dense import Linear
        >>> print(Linear(3, 2).derive("bias", (3,)).to_text())
        with yₙₖ = Σⱼ xₙⱼ weightₖⱼ + biasₖ
             L = Σₙₖ Gₙₖ yₙₖ
        ...
         1  ∂L/∂biasₖ = Σₙₗ ∂L/∂yₙₗ · ∂yₙₗ/∂biasₖ   chain rule
         2            = Σₙₗ Gₙₗ 𝟙[l=k]              entry        proved
         3            = Σₙ Gₙₖ                      contract     proved
        """
        if wrt in self.labels:
            told = f"{self}: {wrt} is a label, which is compared with numbers; there is no derivative by it"
            raise OptionError(told, hint=f"by {', '.join(n for n in self.inputs if n not in self.labels)}")
        forward = self.build(shape, mode)
        known = {**{str(t.name): t for t in forward.inputs}, **forward.parameters}
        check_params(self, [wrt], known)
        y = forward.output
        y = y if y.name else let(unused_name(("y", "Y"), [*forward.inputs, *forward.given.values()]), y)
        loss, _ = weighted(y, cotangent)
        return Derived.of(Story(loss, known[wrt]).derivation())

    def __str__(self):
        return f"{type(self).__name__}()"

    __repr__ = __str__

    def summary(self, shape: Any = None) -> str:
        """A table of the layers inside: path, kind, output shape (for samples of `shape`) and parameter count."""
        return summary_text(self, shape)

    # Values that stay with the layer.

    def keep(self, params: dict[str, np.ndarray]) -> Layer:
        """Puts values in place for `forward` and `vjp` to use where none are given."""
        check_params(self, params, {**self.parameters(), **self.state()}, complete=True)
        self.__dict__["params"] = dict(params)
        return self

    def save(self, path, params: dict[str, np.ndarray] | None = None) -> None:
        """Writes the values (those given, or kept) to a file `.npz`, whole or not at all."""
        write_arrays(path, self.values(params))

    def load(self, path) -> dict[str, np.ndarray]:
        """Reads what `save` has written, keeps it, and returns it."""
        values, _ = read_arrays(path)
        self.keep(values)
        return values

    def values(self, params=None, dtype: Any = np.float64) -> dict[str, np.ndarray]:
        """The values to use: those given, those kept, or none where the layer needs none.

        A layer that has fixed numbers of its own (a loss its weights) gives them in `dtype`.
        """
        found = self.params if params is None else params
        found = {} if found is None else found
        check_params(self, found, {**self.parameters(), **self.state()}, complete=True)
        return found
