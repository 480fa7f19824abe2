"""The encoder block of a transformer: attention, then a perceptron at each place, each added to what it was given."""

from __future__ import annotations

from ...expr.operations import elementwise
from ..activation import GELU
from ..arrays import named_error
from ..attention import MultiheadAttention
from ..container import Container
from ..dense import Linear
from ..dropout import Dropout
from ..layer import Layer
from ..normalisation import LayerNorm


class TransformerBlock(Container):
    """`x ← x + attention(norm1(x))`, `x ← x + linear2(σ(linear1(norm2(x))))`.    x: (N, L, d_model), and so the output

    With `norm_first=False` as in Vaswani et al., 2017: `x ← norm1(x + attention(x))`, and so on. Parameters have the
    names of `torch.nn.TransformerEncoderLayer`.
    """

    def __init__(self, attention: MultiheadAttention, hidden: int, activation: Layer, dropout: float, norm_first: bool):
        d = attention.embed_dim
        super().__init__(
            self_attn=attention,
            linear1=Linear(d, hidden),
            activation=activation,
            dropout=Dropout(dropout),
            linear2=Linear(hidden, d),
            norm1=LayerNorm(d),
            norm2=LayerNorm(d),
            dropout1=Dropout(dropout),
            dropout2=Dropout(dropout),
        )
        self.norm_first = norm_first

    def output_shape(self, shape):
        shape = self._through("norm1", shape)
        with named_error(self.layers["self_attn"], "self_attn"):
            self.layers["self_attn"].output_shape((shape, shape, shape))
        return tuple(shape)

    def equations(self, x, parameters, mode):
        def inner(name, t):
            return mode.part(name, self.layers[name], t, parameters)

        def attention(t):
            return inner("dropout1", inner("self_attn", (t, t, t)))

        def perceptron(t):
            for name in ("linear1", "activation", "dropout", "linear2", "dropout2"):
                t = inner(name, t)
            return t

        for body, norm in ((attention, "norm1"), (perceptron, "norm2")):
            if self.norm_first:
                x = elementwise("add", x, body(inner(norm, x)))
            else:
                x = inner(norm, elementwise("add", x, body(x)))
        return x


def transformer_block(
    d_model: int = 64,
    nhead: int = 4,
    dim_feedforward: int = 256,
    dropout: float = 0.0,
    activation: Layer | None = None,
    norm_first: bool = True,
    is_causal: bool = False,
) -> TransformerBlock:
    """One block, by default a small one with GELU; `is_causal` hides from each place what comes after it.

    >>> transformer_block(512, 8, 2048).parameter_count(), transformer_block().output_shape((10, 64))
    (3152384, (10, 64))
    """
    attention = MultiheadAttention(d_model, nhead, dropout=dropout, batch_first=True, is_causal=is_causal)
    return TransformerBlock(attention, dim_feedforward, activation or GELU(), dropout, norm_first)
