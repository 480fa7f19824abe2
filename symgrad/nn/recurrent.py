"""Recurrent cells: one step of a hidden state."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from ..errors import OptionError, ShapeError
from ..expr.indexing import item
from ..expr.operations import elementwise
from ..expr.tensors import Tensor, shape_text
from .dense import affine
from .described import Described
from .equation import count
from .initial import uniform

GATES = {"RNN": 1, "LSTM": 4, "GRU": 3}
"""How many blocks of rows the weights have."""

Gates = tuple[Tensor, Tensor | None]
"""What the input and what the hidden state adds to the gates, the second None where there is neither state nor bias."""


def chunk(t: Tensor | None, place: int, size: int) -> Tensor | None:
    """A block of the last axis."""
    return None if t is None else item(t, (..., slice(place * size, (place + 1) * size)))


def added(a: Tensor | None, b: Tensor | None):
    """The sum of what there is."""
    return b if a is None else a if b is None else elementwise("add", a, b)


def rnn_step(gates: Gates, state, size: int, nonlinearity: str = "tanh"):
    """`h' = tanh(W x + b + U h + c)`."""
    return (elementwise(nonlinearity, added(*gates)),)


def lstm_step(gates: Gates, state, size: int):
    """`c' = σ(f) c + σ(i) tanh(g)`, `h' = σ(o) tanh(c')`. Hochreiter and Schmidhuber, 1997."""
    whole = added(*gates)
    i, f, o = (elementwise("sigmoid", chunk(whole, place, size)) for place in (0, 1, 3))
    new = elementwise("multiply", i, elementwise("tanh", chunk(whole, 2, size)))
    c = new if state is None else elementwise("add", elementwise("multiply", f, state[1]), new)
    return elementwise("multiply", o, elementwise("tanh", c)), c


def gru_step(gates: Gates, state, size: int):
    """`h' = (1 − z) n + z h`, `n = tanh(x_n + r h_n)`, r and z of the first two gates. Cho et al., 2014."""
    x, h = ([chunk(part, place, size) for place in range(3)] for part in gates)
    r, z = (elementwise("sigmoid", added(x[k], h[k])) for k in range(2))
    n = elementwise("tanh", added(x[2], None if h[2] is None else elementwise("multiply", r, h[2])))
    new = elementwise("multiply", elementwise("subtract", 1, z), n)
    return (new if state is None else elementwise("add", new, elementwise("multiply", z, state[0])),)


STEPS = {"RNN": rnn_step, "LSTM": lstm_step, "GRU": gru_step}


def gates_of(x: Tensor, state, parameters: dict[str, Tensor], suffix: str = "") -> Gates:
    """`(W x + b, U h + c)`; without a state (zeros) the second is c alone."""
    beside = parameters.get(f"bias_hh{suffix}")
    hidden = beside if state is None else affine(state[0], parameters[f"weight_hh{suffix}"], beside)
    return affine(x, parameters[f"weight_ih{suffix}"], parameters.get(f"bias_ih{suffix}")), hidden


def weights(blocks: int, inputs: int, hidden: int, bias: bool, suffix: str = "") -> dict[str, tuple[int, ...]]:
    """The shapes of the parameters of one cell."""
    rows = blocks * hidden
    found: dict[str, tuple[int, ...]] = {
        f"weight_ih{suffix}": (rows, inputs),
        f"weight_hh{suffix}": (rows, hidden),
    }
    return {**found, f"bias_ih{suffix}": (rows,), f"bias_hh{suffix}": (rows,)} if bias else found


class Cell(Described):
    """What cells share: inputs x and the state, output the next state."""

    input_size: int
    hidden_size: int
    bias: bool
    kind = "RNN"

    def __post_init__(self):
        for option in ("input_size", "hidden_size"):
            count(type(self).__name__, option, getattr(self, option))

    def parameters(self):
        return weights(GATES[self.kind], self.input_size, self.hidden_size, self.bias)

    def initial(self, rng):
        return {k: uniform(rng, s, 1 / sqrt(self.hidden_size)) for k, s in self.parameters().items()}

    def output_shape(self, shape):
        wanted = ((self.input_size,), *[(self.hidden_size,)] * (len(self.inputs) - 1))
        for name, given, expected in zip(self.inputs, shape, wanted, strict=True):
            if tuple(given) != expected:
                raise ShapeError(
                    f"{self}: a sample of {name} has shape {shape_text(given)}, {shape_text(expected)} is expected"
                )
        return wanted[1] if len(wanted) == 2 else wanted[1:]

    def equations(self, x, parameters, mode):
        x, *state = x
        new = STEPS[self.kind](gates_of(x, state, parameters), state, self.hidden_size)
        return new if len(new) > 1 else new[0]


@dataclass(frozen=True, eq=False, repr=False)
class RNNCell(Cell):
    """`h' = tanh(W x + b + U h + c)`, or with `nonlinearity="relu"`.    (x, h) → h'    W: (H, in)   U: (H, H)"""

    input_size: int
    hidden_size: int
    bias: bool = True
    nonlinearity: str = "tanh"
    inputs = ("x", "h")

    def __post_init__(self):
        super().__post_init__()
        check_nonlinearity(self)

    def equations(self, x, parameters, mode):
        x, h = x
        return rnn_step(gates_of(x, (h,), parameters), (h,), self.hidden_size, self.nonlinearity)[0]


def check_nonlinearity(layer) -> None:
    """tanh or relu, as in PyTorch."""
    if layer.nonlinearity not in ("tanh", "relu"):
        raise OptionError(f"{type(layer).__name__}: nonlinearity={layer.nonlinearity!r}", hint='"tanh" or "relu"')


@dataclass(frozen=True, eq=False, repr=False)
class LSTMCell(Cell):
    """`c' = σ(f) c + σ(i) tanh(g)`, `h' = σ(o) tanh(c')`, (i, f, g, o) = `W x + b + U h + d`.  (x, h, c) → (h', c')"""

    input_size: int
    hidden_size: int
    bias: bool = True
    inputs = ("x", "h", "c")
    kind = "LSTM"


@dataclass(frozen=True, eq=False, repr=False)
class GRUCell(Cell):
    """`h' = (1 − z) n + z h`, `n = tanh(W_n x + b_n + r (U_n h + c_n))`, r and z sigmoids of theirs.    (x, h) → h'"""

    input_size: int
    hidden_size: int
    bias: bool = True
    inputs = ("x", "h")
    kind = "GRU"
