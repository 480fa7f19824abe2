"""One step of a long short-term memory."""

import numpy as np

from .softplus import sigmoid
from .subject import Fault, Subject


class LSTMCell:
    """`[i f o z] = X Wᵀ + H Uᵀ + b`, `C₂ = σ(f) C + σ(i) tanh z`, `H₂ = σ(o) tanh C₂`."""

    def forward(self, x, h, c, w, u, b):
        self.x, self.h, self.c, self.w, self.u = x, h, c, w, u
        i, f, o, z = np.split(x @ w.T + h @ u.T + b, 4, axis=1)
        self.i, self.f, self.o, self.z = sigmoid(i), sigmoid(f), sigmoid(o), np.tanh(z)
        self.c2 = self.f * c + self.i * self.z
        self.h2 = self.o * np.tanh(self.c2)
        return self.h2.copy(), self.c2.copy()

    def backward(self, grad_h2, grad_c2):
        by_c2 = self.grad_c2(grad_h2, grad_c2)
        a = np.concatenate(self.grad_gates(grad_h2, by_c2), axis=1)
        return a @ self.w, a @ self.u, by_c2 * self.f, self.grad_w(a), self.grad_u(a), a.sum(axis=0)

    def grad_c2(self, gh, gc):
        """`∂C₂ = G_c + G_h σ(o) (1 - tanh² C₂)`: the cell goes on and into h."""
        return gc + gh * self.o * (1 - np.tanh(self.c2) ** 2)

    def grad_gates(self, gh, by_c2):
        """`∂i, ∂f, ∂o, ∂z`, each with its own derivative `σ(1-σ)` or `1 - tanh²`."""
        return (
            by_c2 * self.z * self.i * (1 - self.i),
            by_c2 * self.c * self.f * (1 - self.f),
            gh * np.tanh(self.c2) * self.o * (1 - self.o),
            by_c2 * self.i * (1 - self.z**2),
        )

    def grad_w(self, a):
        return a.T @ self.x

    def grad_u(self, a):
        return a.T @ self.h


class CellGradientDropped(LSTMCell):
    def grad_c2(self, gh, gc):
        return super().grad_c2(gh, 0 * gc)


class GatesInAnotherOrder(LSTMCell):
    def grad_w(self, a):
        i, f, o, z = np.split(a, 4, axis=1)
        return super().grad_w(np.concatenate([f, i, o, z], axis=1))


class ForgetGateNotDifferentiated(LSTMCell):
    def grad_gates(self, gh, by_c2):
        i, _, o, z = super().grad_gates(gh, by_c2)
        return i, by_c2 * self.c * self.f, o, z


class NewStateForOld(LSTMCell):
    def grad_u(self, a):
        return a.T @ self.h2


class TanhForgottenInCell(LSTMCell):
    def grad_c2(self, gh, gc):
        return gc + gh * self.o * (1 - self.c2**2)


FAULTS = (
    Fault(
        "gradient of the cell output dropped",
        CellGradientDropped,
        "c",
        "missing term",
        ("always", "grad_c2 != 0"),
        "deeplearning4j#8838, PaddlePaddle/Paddle#6970: the gradient of the last cell state is not taken into account",
    ),
    Fault(
        "gates in another order",
        GatesInAnotherOrder,
        "w",
        "moved",
        ("always",),
        "ooples/AiDotNet.Tensors#907: gates saved in one order and decoded in another",
        also=("subset",),
    ),
    Fault(
        "forget gate not differentiated",
        ForgetGateNotDifferentiated,
        "b",
        "subset",
        ("always",),
        "CaptainE/RNN-LSTM-in-numpy#1: derivative of the sigmoid missing for the forget gate",
        also=("missing term", "row factor"),
    ),
    Fault(
        "new state in place of the old",
        NewStateForOld,
        "u",
        "missing term",
        ("always",),
        "textbook slip: the saved h overwritten by the new one before the weight gradient",
    ),
    Fault(
        "tanh forgotten in the cell",
        TanhForgottenInCell,
        "c",
        "missing term",
        ("always",),
        "mxnet#4057: the gradient of the cell through h is wrong",
    ),
)

LSTM_CELL = Subject(
    "lstm_cell",
    LSTMCell,
    "x[N,I], h[N,D], c[N,D], w[4*D,I], u[4*D,D], b[4*D] -> h2[N,D], c2[N,D]",
    FAULTS,
)

EXAMPLES = ({"N": 3, "I": 4, "D": 2}, {"N": 1, "I": 2, "D": 3}, {"N": 0, "I": 3, "D": 2})
