"""Equations whose origin tells a better way to compute them: gradients of convolutions, pools and reshapes.

The derived equation of a strided convolution's input gradient has brackets and divisions in it; its origin, the forward
equation, says what it is.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sympy import Dummy

from ..calculus.local import Origin, origin_of
from ..expr.shaping import is_reshape, reshapes
from ..expr.tensors import Tensor
from .chunks import bounded
from .convolution import convolve, input_gradient, kernel_gradient, only_convolution
from .lower import lower_equation
from .pooling import Pool, extreme_gradient, pool, sum_gradient
from .program import Builder, Value
from .transposed import only_transposed

WINDOWS = ("stride", "padding", "dilation")


def lower_all(nodes: Sequence[Tensor], builder: Builder, in_chunks: bool = False) -> dict[Tensor, Value]:
    """The value of each tensor; operands stand before what uses them. `in_chunks`: some rows at a time where needed."""
    values: dict[Tensor, Value] = {}
    remembered = pooled_by(nodes)
    for t in nodes:
        if t.is_input:
            values[t] = builder.value("input", (), (str(t.name),), t.shape)
        else:
            better = known_better(t, values, builder)
            values[t] = better or (bounded if in_chunks else lower_equation)(t, values, builder, remembered)
    return values


def known_better(t: Tensor, values: Mapping[Tensor, Value], builder: Builder) -> Value | None:
    """The value of a tensor by what its origin tells; None where it tells nothing."""
    if is_reshape(t):
        return builder.reshape(values[t.operands[0]], t.shape)
    origin = origin_of(t)
    if origin is None or "cotangent" not in origin.adjoint.sources:
        return None
    if origin.forward.elementwise and not reshapes(origin.forward):
        return None
    operands, y, uses = origin.use(t)
    given = {source: values[o] for source, o in uses.items()}
    if is_reshape(y):
        return builder.reshape(given["cotangent"], t.shape)
    return next((v for rule in RULES if (v := rule(origin, operands, y, t, given, builder))), None)


def pooled_by(nodes: Sequence[Tensor]) -> frozenset[Tensor]:
    """The tensors of which a gradient asks for the winners of a pool."""
    found = set()
    for t in nodes:
        origin = origin_of(t)
        if origin and 0 in origin.adjoint.sources and len(origin.forward.slots) == 1 and not origin.forward.elementwise:
            operands, y, uses = origin.use(t)
            p = _pool_of(y, operands[0])
            if p and p.op != "sum":
                found.add(uses[0])
    return frozenset(found)


def _convolution(origin: Origin, operands, y, t, given, builder) -> Value | None:
    free, body = y.equation
    at = operands[origin.place]
    c = only_convolution(body, at)
    if c is None or set(free) != set(c.outputs):
        return None
    g = c.results(builder, given["cotangent"], free)
    if c.x.base.tensor is at:
        w, options = given.get(operands.index(c.w.base.tensor)), c.options("size", *WINDOWS, "groups")
        if w is None or not _known(options):
            return None
        made = input_gradient(builder, g, c.weights(builder, w), options)
        return _laid_out(builder, made, t, c.image_axes())
    x, options = given.get(operands.index(c.x.base.tensor)), c.options("reach", *WINDOWS, "groups")
    if x is None or not _known(options):
        return None
    made = kernel_gradient(builder, c.images(builder, x), g, options)
    return _laid_out(builder, made, t, c.weight_axes())


def _transposed(origin: Origin, operands, y, t, given, builder) -> Value | None:
    free, body = y.equation
    at = operands[origin.place]
    found = only_transposed(body, at)
    if found is None or set(free) != set(found.axes):
        return None
    c, g = found.convolution, found.images(builder, given["cotangent"], free)
    if found.x.base.tensor is at:
        w, options = given.get(operands.index(found.w.base.tensor)), c.options(*WINDOWS, "groups", "count")
        if w is None or not _known(options):
            return None
        order = [found.x.where.index(i) for i in c.outputs]
        return _laid_out(builder, convolve(builder, g, c.weights(builder, w), options), t, order)
    x, options = given.get(operands.index(found.x.base.tensor)), found.options("reach")
    if x is None or not _known(options):
        return None
    return _laid_out(builder, kernel_gradient(builder, g, found.spread(builder, x), options), t, c.weight_axes())


def _pool(origin: Origin, operands, y, t, given, builder) -> Value | None:
    free, p = y.equation[0], _pool_of(y, operands[origin.place])
    if p is None or set(free) != set(p.outputs) or not _known(p.options()):
        return None
    g = p.results(builder, given["cotangent"], free)
    if p.op == "sum":
        made = sum_gradient(builder, p, g)
    elif 0 in given:
        made = extreme_gradient(builder, p, p.images(builder, given[0]), g, origin.conventions.ties)
    else:
        return None
    return _laid_out(builder, made, t, p.image_axes())


def _pool_of(y: Tensor, operand: Tensor) -> Pool | None:
    p = pool(y.equation[1])
    return p if p and p.x.base.tensor is operand else None


def _known(options) -> bool:
    """Whether the adjoint shows every size of the forward equation that is asked for."""
    return not any(n.atoms(Dummy) for o in options for n in (o if isinstance(o, tuple) else (o,)))


def _laid_out(builder: Builder, made: Value, t: Tensor, order) -> Value:
    """The axes of t from a value that has them in this order, some of them as one; the others have size 1."""
    x = builder.reshape(made, [t.shape[a] for a in order])
    return builder.axes(x, [order.index(a) if a in order else None for a in range(t.ndim)])


RULES = (_convolution, _transposed, _pool)
