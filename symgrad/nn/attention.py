"""Attention: averages of values, weighted by how well keys fit a query."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

import numpy as np
from sympy import Rational, exp
from sympy import sqrt as root

from ..errors import OptionError, ShapeError
from ..expr.axes import build, running
from ..expr.contractions import einsum
from ..expr.indexing import item
from ..expr.indices import expression
from ..expr.named import softmax
from ..expr.nodes import Entry, Inside, Slot, over
from ..expr.operations import elementwise
from ..expr.shaping import reshape, unflatten
from ..expr.tensors import Tensor, shape_text
from .dense import affine
from .described import Described
from .dropout import dropped
from .equation import count
from .initial import uniform, xavier_uniform


def causal_softmax(z: Tensor) -> Tensor:
    """`P[…,l,s] = [s ≤ l] exp(z[…,l,s] − log Σ_{t ≤ l} exp z[…,l,t])`: a row sees what is not after it."""
    return build(_causal_softmax, (z,))


def _causal_softmax(shapes):
    *lead, l, s = running(shapes[0])
    (t,) = running((s.size,), len(shapes[0]))
    here, others = Entry(Slot(0), *lead, l, s), Entry(Slot(0), *lead, l, t)
    return (*lead, l, s), Inside(l - s, l.size) * exp(here - over("lse", others, t, guard=Inside(l - t, l.size)))


def weights(scores: Tensor, mask: Tensor | None, causal: bool) -> Tensor:
    """The softmax of scores along the last axis, of `scores + mask` where there is a mask."""
    scores = scores if mask is None else elementwise("add", scores, mask)
    return causal_softmax(scores) if causal else softmax(scores, -1)


def check_mask(layer, mask: np.ndarray) -> None:
    """A mask is added to scores: numbers, not truth values."""
    if mask.dtype.kind != "f":
        raise OptionError(
            f"{layer}: attn_mask holds no floats; it is added to the scores, 0 where a key is seen, else −∞",
            hint="np.where(seen, 0.0, -np.inf)",
        )


class Attention(Described):
    """What attention layers share: inputs query, key, value and, if asked for, attn_mask (L, S), without a batch."""

    attn_mask: bool

    def _name_inputs(self):
        self._set(inputs=("query", "key", "value", "attn_mask")[: 3 + self.attn_mask])

    def input_shapes(self, shapes):
        full = super().input_shapes(shapes[:3])
        return (*full, shapes[3]) if self.attn_mask else full

    def sample_of(self, place, shape):
        return shape if place == 3 else super().sample_of(place, shape)

    def check_values(self, x):
        if self.attn_mask:
            check_mask(self, x[3])

    def check_mask_shape(self, shape, wanted):
        if self.attn_mask and tuple(shape[3]) != wanted:
            raise ShapeError(f"{self}: attn_mask has shape {shape_text(shape[3])}, {shape_text(wanted)} is expected")


@dataclass(frozen=True, eq=False, repr=False)
class ScaledDotProductAttention(Attention):
    """`Y = softmax(Q Kᵀ / √E + M) V`.    Q: (N,…,L,E)   K: (N,…,S,E)   V: (N,…,S,D)   M: (L,S)   Y: (N,…,L,D)

    `is_causal` hides the keys after a query's place. With `attn_mask` there is a fourth input M, which is added to the
    scores (−inf hides a key). Vaswani et al., 2017.
    """

    dropout_p: float = 0.0
    is_causal: bool = False
    scale: float | None = None
    attn_mask: bool = False
    inputs = ("query", "key", "value")

    def __post_init__(self):
        self._name_inputs()

    def output_shape(self, shape):
        q, k, v = (tuple(s) for s in shape[:3])
        fits = len(q) == len(k) == len(v) > 1 and q[:-2] == k[:-2] == v[:-2] and q[-1] == k[-1] and k[-2] == v[-2]
        if not fits:
            raise ShapeError(
                f"{self}: samples of query {shape_text(q)}, key {shape_text(k)} and value {shape_text(v)} are given; "
                "(…, L, E), (…, S, E) and (…, S, D) are expected"
            )
        self.check_mask_shape(shape, (q[-2], k[-2]))
        return (*q[:-1], v[-1])

    def equations(self, x, parameters, mode):
        q, k, v, *mask = x
        scale = 1 / root(q.shape[-1]) if self.scale is None else expression(self.scale)
        scores = elementwise("multiply", einsum("...le,...se->...ls", q, k), scale)
        p = dropped(weights(scores, mask[0] if mask else None, self.is_causal), self.dropout_p, mode)
        return einsum("...ls,...sd->...ld", p, v)


@dataclass(frozen=True, eq=False, repr=False)
class MultiheadAttention(Attention):
    """`Y = concat_h(softmax(Q_h K_hᵀ / √D) V_h) Woᵀ + bo`, each head's Q, K, V of a part of `in_proj`.

    (query, key, value) of (L,N,E), (S,N,E), (S,N,E), with `batch_first` (N,L,E), …; for self-attention three times the
    same. `in_proj_weight` holds the rows of Q, K and V; where `kdim` or `vdim` differ from E, each has its own weight.
    """

    embed_dim: int
    num_heads: int
    dropout: float = 0.0
    bias: bool = True
    add_bias_kv: bool = False
    add_zero_attn: bool = False
    kdim: int | None = None
    vdim: int | None = None
    batch_first: bool = False
    is_causal: bool = False
    attn_mask: bool = False
    inputs = ("query", "key", "value")

    def __post_init__(self):
        count("MultiheadAttention", "embed_dim", self.embed_dim)
        count("MultiheadAttention", "num_heads", self.num_heads)
        for option in ("add_bias_kv", "add_zero_attn"):
            if getattr(self, option):
                raise OptionError(f"MultiheadAttention: {option}=True is not supported", hint="see attn_mask")
        if self.embed_dim % self.num_heads:
            raise OptionError(
                f"MultiheadAttention: {self.num_heads} heads do not divide embed_dim={self.embed_dim} evenly"
            )
        self._set(batch_axis=0 if self.batch_first else 1)
        self._name_inputs()

    @property
    def sizes(self) -> tuple[int, int, int]:
        """The widths of query, key and value."""
        return self.embed_dim, self.kdim or self.embed_dim, self.vdim or self.embed_dim

    def parameters(self):
        e = self.embed_dim
        own = {f"{c}_proj_weight": (e, n) for c, n in zip("qkv", self.sizes, strict=True)}
        shapes: dict[str, tuple[int, ...]] = {"in_proj_weight": (3 * e, e)} if set(self.sizes) == {e} else {**own}
        shapes |= {"in_proj_bias": (3 * e,)} if self.bias else {}
        return {**shapes, "out_proj.weight": (e, e), **({"out_proj.bias": (e,)} if self.bias else {})}

    def initial(self, rng):
        shapes = self.parameters()
        found = {k: np.zeros(s) if "bias" in k else xavier_uniform(rng, s) for k, s in shapes.items()}
        found["out_proj.weight"] = uniform(rng, shapes["out_proj.weight"], 1 / sqrt(self.embed_dim))
        return found

    def output_shape(self, shape):
        q, k, v = (tuple(s) for s in shape[:3])
        wanted = tuple((s[0] if s else 0, n) for s, n in zip((q, k, k), self.sizes, strict=True))
        if (q, k, v) != wanted:
            raise ShapeError(
                f"{self}: samples of query {shape_text(q)}, key {shape_text(k)} and value {shape_text(v)} are given; "
                f"(L, {self.sizes[0]}), (S, {self.sizes[1]}) and (S, {self.sizes[2]}) are expected"
            )
        self.check_mask_shape(shape, (q[0], k[0]))
        return q

    def equations(self, x, parameters, mode):
        *qkv, mask = x if self.attn_mask else (*x, None)
        q, k, v = (self._heads(t, place, parameters) for place, t in enumerate(qkv))
        outer, one, other = ("nlhd", "nlhd", "nshd") if self.batch_first else ("lnhd", "lnhd", "snhd")
        scores = elementwise("multiply", einsum(f"{one},{other}->nhls", q, k), self._scale())
        p = dropped(weights(scores, mask, self.is_causal), self.dropout, mode)
        y = einsum(f"nhls,{other}->{outer}", p, v)
        y = reshape(y, (*y.shape[:2], self.embed_dim))
        return affine(y, parameters["out_proj.weight"], parameters.get("out_proj.bias"))

    def _scale(self):
        return 1 / root(Rational(self.embed_dim, self.num_heads))

    def _heads(self, t, place, parameters):
        """Query, key or value, projected, with an axis for the heads before the last."""
        rows = slice(place * self.embed_dim, (place + 1) * self.embed_dim)
        whole, bias = parameters.get("in_proj_weight"), parameters.get("in_proj_bias")
        w = parameters[f"{'qkv'[place]}_proj_weight"] if whole is None else item(whole, rows)
        return unflatten(affine(t, w, None if bias is None else item(bias, rows)), -1, (self.num_heads, -1))
