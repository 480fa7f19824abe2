"""Recurrent layers over sequences, unrolled: one set of equations for each time step."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from ..errors import OptionError, ShapeError
from ..expr.indexing import item
from ..expr.joining import concatenate, stack
from ..expr.tensors import Tensor, shape_text
from .dense import affine
from .described import Described
from .dropout import dropped
from .equation import count
from .initial import uniform
from .recurrent import GATES, STEPS, check_nonlinearity, rnn_step, weights


class Recurrent(Described):
    """What recurrent layers share. The output is that of each time step, from a state of zeros.

    x: (T, N, in), with `batch_first` (N, T, in)   Y: (T, N, H), for both directions 2H. Further layers read the outputs
    of the one before. Of PyTorch's outputs this is the first; the last state is its last time step.
    """

    input_size: int
    hidden_size: int
    num_layers: int
    bias: bool
    batch_first: bool
    dropout: float
    bidirectional: bool
    kind = "RNN"

    def __post_init__(self):
        name = type(self).__name__
        for option in ("input_size", "hidden_size", "num_layers"):
            count(name, option, getattr(self, option))
        if not 0 <= self.dropout <= 1:
            raise OptionError(f"{name}: dropout={self.dropout!r} is not a probability")
        self._set(batch_axis=0 if self.batch_first else 1)

    @property
    def directions(self) -> tuple[str, ...]:
        """The endings of the names of each direction's parameters."""
        return ("", "_reverse") if self.bidirectional else ("",)

    def parameters(self):
        found: dict[str, tuple[int, ...]] = {}
        for k in range(self.num_layers):
            inputs = self.input_size if k == 0 else self.hidden_size * len(self.directions)
            for direction in self.directions:
                found |= weights(GATES[self.kind], inputs, self.hidden_size, self.bias, f"_l{k}{direction}")
        return found

    def initial(self, rng):
        return {k: uniform(rng, s, 1 / sqrt(self.hidden_size)) for k, s in self.parameters().items()}

    def output_shape(self, shape):
        if len(shape) != 2 or shape[1] != self.input_size or shape[0] < 1:
            raise ShapeError(
                f"{self}: a sample of shape {shape_text(shape)} is given, (time steps, {self.input_size}) is expected"
            )
        return (shape[0], self.hidden_size * len(self.directions))

    def equations(self, x, parameters, mode):
        for k in range(self.num_layers):
            x = dropped(x, self.dropout, mode, f"mask_l{k}") if k else x
            outputs = [self._run(x, parameters, f"_l{k}{direction}") for direction in self.directions]
            x = outputs[0] if len(outputs) == 1 else concatenate(outputs, -1)
        return x

    def _run(self, x: Tensor, parameters, suffix: str) -> Tensor:
        """One layer in one direction. What the inputs give to the gates is one product for all time steps."""
        axis = 1 if self.batch_first else 0
        given = affine(x, parameters[f"weight_ih{suffix}"], parameters.get(f"bias_ih{suffix}"))
        steps = range(int(x.shape[axis]))
        outputs: dict[int, Tensor] = {}
        state: tuple[Tensor, ...] | None = None
        for t in reversed(steps) if suffix.endswith("reverse") else steps:
            beside = parameters.get(f"bias_hh{suffix}")
            hidden = beside if state is None else affine(state[0], parameters[f"weight_hh{suffix}"], beside)
            state = self._step((item(given, (*[slice(None)] * axis, t)), hidden), state)
            outputs[t] = state[0]
        return stack([outputs[t] for t in steps], axis)

    def _step(self, gates, state):
        return STEPS[self.kind](gates, state, self.hidden_size)


@dataclass(frozen=True, eq=False, repr=False)
class RNN(Recurrent):
    """`h_t = tanh(W x_t + b + U h_{t−1} + c)`, or with `nonlinearity="relu"`.    x: (T, N, in)   Y: (T, N, H)

    >>> RNN(4, 8).output_shape((10, 4)), RNN(4, 8, bidirectional=True, batch_first=True).output_shape((10, 4))
    ((10, 8), (10, 16))
    """

    input_size: int
    hidden_size: int
    num_layers: int = 1
    nonlinearity: str = "tanh"
    bias: bool = True
    batch_first: bool = False
    dropout: float = 0.0
    bidirectional: bool = False

    def __post_init__(self):
        super().__post_init__()
        check_nonlinearity(self)

    def _step(self, gates, state):
        return rnn_step(gates, state, self.hidden_size, self.nonlinearity)


@dataclass(frozen=True, eq=False, repr=False)
class Gated(Recurrent):
    """The options of PyTorch's LSTM and GRU, in their order."""

    input_size: int
    hidden_size: int
    num_layers: int = 1
    bias: bool = True
    batch_first: bool = False
    dropout: float = 0.0
    bidirectional: bool = False


@dataclass(frozen=True, eq=False, repr=False)
class LSTM(Gated):
    """`c_t = σ(f) c_{t−1} + σ(i) tanh(g)`, `h_t = σ(o) tanh(c_t)`, (i, f, g, o) = `W x_t + b + U h_{t−1} + d`."""

    kind = "LSTM"


@dataclass(frozen=True, eq=False, repr=False)
class GRU(Gated):
    """`h_t = (1 − z) n + z h_{t−1}`, `n = tanh(W_n x_t + b_n + r (U_n h_{t−1} + c_n))`, r and z sigmoids of theirs."""

    kind = "GRU"
