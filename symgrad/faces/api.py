"""The functions of the calculus as a user calls them: names or tensors, one variable or several, results that print."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace

from ..calculus.derive import weighted
from ..calculus.sweep import jacobian_of, pull_back
from ..errors import OptionError, ShapeError
from ..expr.conventions import PYTORCH, Conventions
from ..expr.derivatives import names_in
from ..expr.evaluate import order
from ..expr.tensors import Tensor, input_tensor, let, shape_text
from ..graph import find, inlined, unused_name
from ..render.graph import Picture
from ..rules.facts import Facts, facts_in_force
from .results import Derivative, Directional, ValueAndGradient
from .values import arrays_of

Variable = Tensor | Derivative | str


def grad(f, wrt, *, conventions: Conventions = PYTORCH, facts: Facts | None = None):
    """`∇_X f`, of the shape of X, of a scalar f; a tuple of gradients where `wrt` is a list or a tuple.

    >>> import symgrad as sg
    >>> x = sg.tensors("x[n]")
    >>> sg.grad((x**2).sum(), x).at(x=[1.0, 2.0]).tolist()
    [2.0, 4.0]
    """
    target = tensor_of(f)
    return _several(target, wrt, conventions, facts, lambda f, xs: pull_back(f, xs, None, conventions))


def jacobian(y, wrt, *, conventions: Conventions = PYTORCH, facts: Facts | None = None):
    """`J[a, u] = ∂Y[a]/∂X[u]`, the axes of Y first."""
    target = tensor_of(y)
    return _several(target, wrt, conventions, facts, lambda y, xs: jacobian_of(y, xs, conventions))


def hessian(f, wrt, *, conventions: Conventions = PYTORCH, facts: Facts | None = None):
    """`H[u, v] = ∂²f/∂X[u]∂X[v]`, the Jacobian of the gradient.

    >>> import symgrad as sg
    >>> x = sg.tensors("x[n]")
    >>> sg.hessian((x**3).sum(), x).at(x=[1.0, 2.0]).tolist()
    [[6.0, 0.0], [0.0, 12.0]]
    """
    first = grad(f, wrt, conventions=conventions, facts=facts)
    if isinstance(first, tuple):
        raise OptionError("hessian: one variable", hint="for a mixed one, jacobian(grad(f, x), y)")
    return jacobian(first, first.wrt, conventions=conventions, facts=facts)


def value_and_grad(f, wrt, *, conventions: Conventions = PYTORCH, facts: Facts | None = None) -> ValueAndGradient:
    """f and its gradients together; `.at(…)` gives both values."""
    return ValueAndGradient(tensor_of(f), grad(f, wrt, conventions=conventions, facts=facts))


def vjp(y, wrt, cotangent="G", *, conventions: Conventions = PYTORCH, facts: Facts | None = None):
    """`Σ_a G[a] ∂Y[a]/∂X[u]`, the gradient of ⟨G, Y⟩: what backpropagation passes on. G is named, or an input."""
    target = named(tensor_of(y))
    loss, _ = weighted(target, companion("cotangent", target, cotangent, order([target])).display)
    return grad(loss, wrt, conventions=conventions, facts=facts)


def jvp(y, wrt, tangent="v", *, conventions: Conventions = PYTORCH, facts: Facts | None = None) -> Directional:
    """`Σ_u ∂Y[a]/∂X[u] v[u]`, the change of Y along v. v is named, or an input of the shape of X."""
    target = tensor_of(y)
    x = variable(target, wrt)
    v = companion("tangent", x, tangent, order([target]))
    return Directional(jacobian(target, x, conventions=conventions, facts=facts), v)


def derive(y, wrt, *, cotangent=None, conventions: Conventions = PYTORCH, facts: Facts | None = None):
    """The derivative for reading: of a scalar its gradient, of a tensor its Jacobian, with a cotangent `vjp`."""
    if cotangent is not None:
        return vjp(y, wrt, cotangent, conventions=conventions, facts=facts)
    work = jacobian if tensor_of(y).ndim else grad
    return work(y, wrt, conventions=conventions, facts=facts)


def named(t: Tensor) -> Tensor:
    """The tensor under a name, for print: a scalar without one is f, any other y, unless that is taken."""
    if t.name:
        return t
    return let(unused_name(("y", "Y", "u") if t.ndim else ("f", "g", "F"), order([t])), t)


def tensor_of(value) -> Tensor:
    """A tensor, or the tensor that a result holds."""
    if isinstance(value, Tensor):
        return value
    if isinstance(value, Derivative):
        return value.tensor
    raise OptionError(f"not a tensor: {value!r}"[:200], hint='for example sg.tensors("x[n]")')


def variable(target: Tensor, x: Variable, nodes: Collection[Tensor] | None = None) -> Tensor:
    """The tensor to differentiate by, given as such or by its name; a gradient's graph may hold its reading form."""
    nodes = dict.fromkeys(order([target])) if nodes is None else nodes
    if isinstance(x, str):
        return find(x, nodes)
    t = tensor_of(x)
    reading = t if t in nodes else inlined([t])[t]
    return reading if reading in nodes else t


def inputs(target: Tensor) -> tuple[Tensor, ...]:
    """Everything the target is computed from, in the order of its equations."""
    return tuple(t for t in order([target]) if t.is_input)


def with_numbers(drawn: Picture, values: Mapping) -> Picture:
    """The picture with the value of each node and, where the last one is a scalar, the gradient by it."""
    target = drawn.nodes[-1]
    known = arrays_of(drawn.nodes, values)
    told = {t: a.nested() for t, a in zip(drawn.nodes, known, strict=True)}
    if target.ndim:
        return replace(drawn, values=told)
    swept = [d.swept for d in grad(target, drawn.nodes)]
    slopes = arrays_of(swept, values, target)
    return replace(drawn, values=told, gradients={t: a.nested() for t, a in zip(drawn.nodes, slopes, strict=True)})


def _several(source, wrt, conventions, facts, sweep):
    many = isinstance(wrt, Sequence) and not isinstance(wrt, (str, Tensor))
    target = named(source)
    nodes = dict.fromkeys(order([target]))
    found = [target if x is source else variable(target, x, nodes) for x in (wrt if many else [wrt])]
    known = _facts(facts)
    results = tuple(
        Derivative(target, x, s, conventions, known) for x, s in zip(found, sweep(target, found), strict=True)
    )
    return results if many else results[0]


def _facts(facts: Facts | None) -> Facts:
    return facts_in_force() | facts if facts else facts_in_force()


def companion(what: str, of: Tensor, given, taken: Iterable[Tensor]) -> Tensor:
    """The cotangent or tangent beside a tensor: an input of its shape, under a name that is not taken."""
    name = given.name if isinstance(given, Tensor) else given
    if not (isinstance(name, str) and name.isidentifier()):
        raise OptionError(f"not a name for a {what}: {name!r}", hint=f'for example {what}="G"')
    if name in set().union(*map(names_in, taken)):
        raise OptionError(f"{name} is a tensor already; the {what} needs a name of its own")
    if isinstance(given, Tensor) and given.shape != of.shape:
        raise ShapeError(f"a {what} of {of.display} has shape {shape_text(of.shape)}, not {shape_text(given.shape)}")
    return input_tensor(name, of.shape)
