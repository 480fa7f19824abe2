"""Partial derivatives, gradients, differentials: by jets, from the definitions alone.

`∂f/∂q` varies q and nothing that q is computed from: f must be expressed through q. `∇_x f` has the shape of x; how
`∂f/∂x` and the Jacobian `∂y/∂x` are laid out is the document's convention: "mixed" (gradients as columns, Jacobians
with the rows of y), "numerator", or "denominator" (Jacobians with the rows of x).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count, pairwise

import numpy as np

from ...tex.syntax import Frac, Group, Node, Number, Product, Scripted, Symbol, Tuple
from ..names.names import base_of, is_transpose, spelled
from ..names.table import Found, IllTyped, Table, Unclear
from .arrays import Array
from .context import Environment, Overrides, Value, shape_text
from .fields import NotExact, Singular
from .held import held
from .jets import Jet, constant
from .linear import inverse, transposed
from .quantities import any_member, families_of, member, memberwise, picked, shifted, single, stored

_tags = count(1)
LAYOUTS = ("mixed", "numerator", "denominator")


def starts_partial(node: Node | None) -> bool:
    """`∂…`, `∂²…`, `d…`."""
    if isinstance(node, Product):
        node = node.factors[0][1]
    base = node.base if isinstance(node, Scripted) and node.sub is None else node
    return isinstance(base, Symbol) and base.name in ("partial", "d", "D") and base.font in ("", "rm", "it", "sf")


def variables(m, below: Node | None) -> list[Node]:
    """`∂x ∂y`, `∂x²`, `∂W_{ij}`: what is varied, one entry for each time."""
    if not isinstance(below, Product):
        raise Unclear("a derivative by nothing", below)
    out: list[Node] = []
    sign = base_of(below.factors[0][1])
    for _, factor in below.factors:
        own = base_of(factor)
        named = (
            own is not None and sign is not None and own.name != sign.name and m.trial.table.find(factor) is not None
        )
        if starts_partial(factor) and not named and not (out and isinstance(factor, Product)):
            continue
        times, variable = _power(m, factor)
        out += [variable] * times
    if not out:
        raise Unclear("a derivative by nothing", below)
    return out


def varied_in(node: Node) -> list[Node]:
    """What stands below a ∂, and at a ∇, in a formula."""
    below = [n.below for n in node.walk() if isinstance(n, Frac) and starts_partial(n.above) and n.below is not None]
    at = [n.sub for n in node.walk() if isinstance(n, Scripted) and n.sub is not None and spelled(n.base) == "nabla"]
    return [n for n in (*below, *at) if n is not None]


def _power(m, node):
    """`x²` below a second derivative is x, twice; `(σ²)²` is σ², twice."""
    if isinstance(node, Scripted) and isinstance(node.base, Group) and isinstance(node.sup, Number):
        return int(node.sup.value), node.base
    if isinstance(node, Scripted) and isinstance(node.sup, Number) and m.trial.table.find(node) is not None:
        found = m.trial.table.find(node)
        if found.sup is node.sup:
            return int(node.sup.value), Scripted(node.at, node.end, node.base, node.sub, None, node.primes)
    return 1, node


def derivative(m, of: Node, by: Sequence[Node], env: Environment, node: Node, below: Node | None = None) -> Jet:
    """`∂ᵏ of / ∂by₁ … ∂byₖ`, the outermost first; `below` is what stands under the bar."""
    sign = below.factors[0][1] if isinstance(below, Product) else None

    def inner(env: Environment, k: int) -> Jet:
        if k == len(by):
            return m.array(of, env)
        return partial(m, lambda e: inner(e, k + 1), by[k], env, of, node, sign)

    return inner(env, 0)


def gradient(m, nabla: Node, of: Node, env: Environment, node: Node) -> Jet:
    """`∇_x f`, of the shape of x; `∇_x y` of a vector its Jacobian; `∇²_x f` the Hessian."""
    sub = nabla.sub if isinstance(nabla, Scripted) else None
    order = int(nabla.sup.value) if isinstance(nabla, Scripted) and isinstance(nabla.sup, Number) else 1
    variable = _member_meant(m, of, sub) if sub is not None else _only_variable(m, of, nabla)
    kept, m.layout = m.layout, "mixed" if m.layout == "numerator" else m.layout
    try:
        return derivative(m, of, [variable] * order, env, node)
    finally:
        m.layout = kept


def _member_meant(m, of: Node, variable: Node) -> Node:
    """`∇_a C` of `C = ½ ‖y − a^L‖²`: by the one member of the family of which C is written."""
    found = m.trial.table.find(variable)
    if found is None or found.indices or not memberwise(m, found.quantity):
        return variable
    families = families_of(m, found.quantity)
    written: dict[tuple[str, ...], tuple[Node, ...]] = {}
    for q in m.trial.table.mentioned(of):
        for body in [d.body for d in q.definitions]:
            for f in m.trial.table.occurrences(body):
                if f.quantity is found.quantity:
                    written[tuple(map(spelled, f.indices[:families]))] = f.indices[:families]
    chosen = [index for key, index in written.items() if key]
    if len(chosen) != 1 or len(written) != 1 or len(chosen[0]) != 1:
        return variable
    sub, sup = (None, chosen[0][0]) if found.quantity.above else (chosen[0][0], None)
    return Scripted(variable.at, variable.end, variable, sub, sup)


def gradient_at(m, nabla: Node, q, arguments: tuple[Node, ...], of: Node, env: Environment, node: Node) -> Jet:
    """`∇f(a)`: by the parameter of f, at the place a."""
    definition = next((d for d in q.definitions if len(d.parameters) == len(arguments)), None)
    sub = nabla.sub if isinstance(nabla, Scripted) else None
    if definition is None or (sub is not None and any(isinstance(p, Scripted) for p in definition.parameters)):
        return gradient(m, nabla, _applied_to(of, arguments, node), env, node)
    if sub is None and len(definition.parameters) != 1:
        raise Unclear("∇ does not say by what", nabla)
    variable = sub if sub is not None else definition.parameters[0]
    found = [m.trial.table.find(p) for p in definition.parameters]
    values = [m.array(x, env) for x in arguments]
    bound: Overrides = {(f.quantity.key, ()): v for f, v in zip(found, values, strict=True) if f is not None}
    order = int(nabla.sup.value) if isinstance(nabla, Scripted) and isinstance(nabla.sup, Number) else 1
    kept, m.layout = m.layout, "mixed" if m.layout == "numerator" else m.layout
    try:
        return derivative(m, definition.body, [variable] * order, env.with_overrides(bound), node)
    finally:
        m.layout = kept


def _applied_to(of, arguments, node):
    body = arguments[0] if len(arguments) == 1 else Tuple(of.at, of.end, arguments)
    return Product(of.at, node.end, (("", of), ("", Group(of.at, node.end, "(", ")", body))))


def _only_variable(m, of, nabla):
    """`∇f` with one variable: the parameter of f, or the argument that is written."""
    symbol, arguments = m.trial.table.left_side(of)
    found = m.trial.table.find(symbol)
    if len(arguments) == 1 and m.trial.table.find(arguments[0]) is not None:
        return arguments[0]
    if found is not None:
        parameters = {p for d in found.quantity.definitions for p in d.parameters} or set(
            found.quantity.arguments or ()
        )
        if len(parameters) == 1:
            return parameters.pop()
    for rank in (1, 2):
        inputs = _inputs(m, of, rank)
        if len(inputs) == 1:
            return inputs[0]
        if inputs:
            break
    raise Unclear("∇ does not say by what", nabla)


def _inputs(m, of, rank):
    """The vectors or matrices in a formula, by their symbols: `∇(xᵀ A x)` is by x, `∇ log det X` by X."""
    found = {f.quantity.key: f.quantity for f in m.trial.table.occurrences(of) if len(f.quantity.sizes or ()) == rank}
    return [q.symbol for q in found.values() if "constant" not in q.properties]


def primed(m, of: Node, times: int, env: Environment, node: Node) -> Jet | None:
    """`(f(t) g(t))'`: by the one number that stands as an argument; None where no one number does."""
    table = m.trial.table
    arguments = {}
    for part in of.walk():
        factors = part.factors if isinstance(part, Product) else ()
        for (_, head), (op, group) in pairwise(factors):
            group = group.base if isinstance(group, Scripted) else group
            found = table.find(head) if isinstance(head, Symbol | Scripted) else None
            if op == "" and found is not None and found.quantity.is_function and isinstance(group, Group):
                arguments[spelled(group.body)] = group.body
    if len(arguments) != 1:
        return None
    variable = next(iter(arguments.values()))
    known = table.find(variable) if isinstance(variable, Symbol) else None
    if variable is None or known is None or known.quantity.sizes != () or known.quantity.definitions:
        return None
    return derivative(m, of, [variable] * times, env, node)


def partial(
    m,
    function: Callable[[Environment], Jet],
    by: Node,
    env: Environment,
    of: Node,
    node: Node,
    sign: Node | None = None,
) -> Jet:
    """`∂ function / ∂ by` for all entries of `by`, then those that are asked for."""
    by = by.body if isinstance(by, Group) and by.left == "(" and by.body is not None else by
    found = m.trial.table.find(by)
    if found is None:
        raise Unclear(f"{spelled(by)} is not declared", by)
    across = found.sup is not None and is_transpose(found.sup)
    if found.sup is not None and not across:
        return _by_power(m, function, by, env, of, node)
    key, current, families, indices = _varied(m, found, env, by)
    fixed = held(m.trial.table, of, found, sign)
    moved, shape, hit = _moved(m, function, key, current, env, found.quantity, fixed)
    if not hit and (other := _independent(m, found, of, node)) is not None:
        moved = _through(m, function, found.quantity, other, env, of, node)
    elif hit and key[0] in m.written:
        whole = _in_whole(m, function, found, env, of, node)
        if whole is None:
            _wholly(m, found.quantity, of, node)
        else:
            moved = whole
    return _laid_out(m, moved, shape, indices, families, current.shape, found, env, across, by)


def _moved(m, function, key, current: Jet, env, q, fixed=frozenset()) -> tuple[Jet, tuple[int, ...], bool]:
    """The derivative by all entries of a quantity, their axes first; the shape of the value; whether it was met."""
    tag, shape = f"∂{next(_tags)}", current.shape
    dims = tuple(f"{tag}.{k}" for k in range(len(shape)))
    eye = np.eye(int(np.prod(shape)), dtype=np.int64).reshape((*shape, *shape))
    change = Array(dims, m.trial.field.numbers(eye))
    if q.member_of is not None and not key[1]:
        key, current, change = _in_matrix(m, q, env, change)
    elif (matrix := _stacks(m, q)) is not None:
        key, current, change = _unstacked(m, matrix, env, change)
    varied = Jet({**current.parts, frozenset((tag,)): change})
    outer, m.touched, m.written = m.touched, set(), m.written - {key[0]}
    value = function(env.with_overrides({key: varied}).holding(key, fixed))
    hit, m.touched = key[0] in m.touched, outer | m.touched
    along = value.along(tag) or constant(Array((), np.broadcast_to(m.trial.field.number(0), value.shape)))
    return along.map(lambda p: _first(p, dims, shape)), value.shape, hit


def _in_matrix(m, q, env, change):
    """A row or column of a matrix is varied in the matrix, through which a formula may be written as well."""
    name, rows = q.member_of
    matrix = m.trial.table.quantities[name]
    flat = change.with_shape(change.shape[:-1])
    turned = flat if rows else Array(flat.dims, np.swapaxes(flat.data, -1, -2))
    return (name, ()), stored(m, matrix, env), turned


def _stacks(m, q):
    """X where `x = vec X` and X is an input: to vary x is to vary X, and what is written with X is written with x."""
    body = q.definitions[0].body if len(q.definitions) == 1 and not q.definitions[0].pattern else None
    if not isinstance(body, Product) or len(body.factors) != 2:
        return None
    head, group = (factor for _, factor in body.factors)
    inner = group.body if isinstance(group, Group) else group
    found = m.trial.table.find(inner) if isinstance(inner, Symbol) and spelled(head) == "vec" else None
    if found is None or found.quantity.definitions or found.quantity.family:
        return None
    return found.quantity


def _unstacked(m, matrix, env, change):
    """The change of a matrix whose columns under one another are varied."""
    current = stored(m, matrix, env)
    rows, columns = current.shape
    data = change.data.reshape(*change.data.shape[:2], columns, rows)
    return (matrix.key, ()), current, Array(change.dims, np.swapaxes(data, -1, -2))


def _in_whole(m, function, found, env, of, node) -> Jet | None:
    """The derivative through the one quantity that it is made of, where there is one."""
    try:
        other = _independent(m, found, of, node)
        return _through(m, function, found.quantity, other, env, of, node) if other is not None else None
    except (Unclear, Singular):
        return None


def _through(m, function, q, u, env, of, node) -> Jet:
    """`∂f/∂q` where q is made of u alone, and u can be told from q: `∂f/∂u = (∂q/∂u) ∂f/∂q` is solved."""
    if memberwise(m, q) or memberwise(m, u) or families_of(m, q) or families_of(m, u):
        raise Unclear(f"{spelled(of)} is not expressed through {q.key}", node)
    source, made = stored(m, u, env, node), stored(m, q, env, node)
    slope, shape, _ = _moved(m, function, (u.key, ()), source, env, u)
    if shape != () or source.shape != made.shape:
        raise Unclear(f"{spelled(of)} is not expressed through {q.key}", node)
    change, _, _ = _moved(m, lambda e: stored(m, q, e, node), (u.key, ()), source, env, u)
    n = int(np.prod(source.shape))
    square = change.map(lambda p: p.with_shape((n, n)))
    try:
        solved = m.a.matmul(inverse(m.a, square), slope.map(lambda p: p.with_shape((n, 1))))
    except NotImplementedError:  # an interval without an end
        raise NotExact(f"the derivative by {q.key}") from None
    return solved.map(lambda p: p.with_shape(source.shape))


def _by_power(m, function, by, env, of, node):
    """`∂f/∂(σ²) = ∂f/∂σ / 2σ`."""
    if not isinstance(by.sup, Number) or by.sup.value.denominator != 1:
        raise Unclear(f"a derivative by {spelled(by)}", by)
    base = Scripted(by.at, by.end, by.base, by.sub, None, by.primes) if by.sub is not None else by.base
    value = m.number(base, env)
    n = int(by.sup.value)
    slope = m.a.multiply(m.a.number(n), m.a.power(value, n - 1))
    return m.a.divide(partial(m, function, base, env, of, node), slope)


def _first(part, dims, shape):
    inner = part.inward(dims)
    lead = inner.data.shape[: len(inner.dims)]
    rest = inner.data.shape[len(inner.dims) + len(dims) :]
    return Array(inner.dims, np.broadcast_to(inner.data, (*lead, *shape, *rest)))


def _varied(m, found: Found, env, node):
    q = found.quantity
    families = families_of(m, q)
    if not found.indices and q.family and (any_ := any_member(m, q, env)) is not None:
        return (q.key, ()), any_, 0, ()
    if not memberwise(m, q):
        return (q.key, ()), stored(m, q, env, node), families_of(m, q), found.indices
    chosen = found.indices[:families]
    if len(chosen) < families:
        raise Unclear(f"{q.key} is a family: write which member", node)
    members = tuple(single(m, index, env) for index in chosen)
    return (q.key, members), member(m, q, members, env), 0, found.indices[families:]


def _independent(m, found, of, node):
    """What does not depend on a quantity at all has the derivative 0; of what is only not written through it, the one
    quantity that it is made of."""
    q = found.quantity
    if "open" in q.properties:
        raise Unclear(f"{spelled(of)} is not expressed through {q.key}", node)
    if not q.definitions:
        return None
    inputs = {k for k in m.depends(q) if not m.trial.table.quantities[k].definitions}
    used = set().union(*(m.depends(other) for other in m.trial.table.mentioned(of)), set())
    if not inputs & used:
        return None
    if len(inputs) > 1 or "open" in m.trial.table.quantities[next(iter(inputs))].properties:
        raise Unclear(f"{spelled(of)} is not expressed through {q.key}", node)
    return m.trial.table.quantities[inputs.pop()]


def _wholly(m, q, of, node):
    """`λ‖x‖² + ‖W x‖²` is written through q = W x in one place only: what ∂/∂q is meant to be is not told."""
    inputs = {k for k in m.depends(q) if not m.trial.table.quantities[k].definitions}
    if inputs & m.trial.table.beside(of, q):
        raise Unclear(f"{spelled(of)} is only in part expressed through {q.key}", node)


def _laid_out(m, along, value, indices, families, shape, found, env, across, node):
    own = len(shape) - families
    vector = own == 2 and shape[-1] == 1
    entry = len(indices) - families
    if entry not in (0, own) and not (vector and entry == 1):
        raise Unclear(f"which entries of {found.quantity.key} are meant", node)
    chosen = len(found.indices) - len(indices)
    places = [shifted(m, index, env, found.quantity, k) for k, index in enumerate(indices, chosen)]
    if vector and entry == 1:
        along = along.map(lambda p: _without_axis(p, len(shape) - 1))
    if places:
        along = picked(m, along, places, node)
    left = along.shape[: len(along.shape) - len(value)]
    return _arranged(m, along, left, value, across, node)


def _without_axis(part, axis):
    return Array(part.dims, part.data.take(0, axis=len(part.dims) + axis))


def _arranged(m, along, left, value, across, node):
    """The axes of the variable, then those of the value: a gradient, a Jacobian, or an array by a number."""
    if left == ():
        return along
    if value == ():
        return transposed(along) if (across or m.layout == "numerator") and len(left) == 2 else along
    if len(left) == len(value) == 2 and 1 in left and 1 in value:
        flat = along.map(lambda p: p.with_shape((max(left), max(value))))
        return flat if m.layout == "denominator" and not across else transposed(flat)
    raise Unclear("the derivative of a matrix by a matrix: write indices or vec", node)


def is_differential(m, factors, k: int, env: Environment) -> bool:
    """Whether `d` before a factor is a differential: upright, or no name of its own."""
    node = factors[k][1]
    if isinstance(node, Scripted) and isinstance(node.sup, Number) and node.sub is None:
        node = node.base
    if (
        not isinstance(node, Symbol)
        or node.name not in ("d", "partial")
        or k + 1 >= len(factors)
        or factors[k + 1][0] != ""
    ):
        return False
    known = m.trial.table.find(node) is not None or spelled(node) in m.trial.table.sizes or spelled(node) in env.indices
    return (node.font == "rm" or node.name == "partial" or not known) and isinstance(
        factors[k + 1][1], Symbol | Scripted | Group
    )


def differential(m, body: Node, env: Environment, order: int = 1) -> Value:
    """`d body`: its change as the quantities that the document varies move along one direction each."""
    varied = [
        q for key in sorted(m.trial.table.varied) if (q := m.trial.table.quantities.get(key)) and not q.definitions
    ]
    if not varied:
        raise Unclear("what varies is not said", body)
    if not 1 <= order <= 4:
        raise Unclear(f"the differential of order {order}", body)
    tags = tuple(f"d{next(_tags)}" for _ in range(order))
    overrides: Overrides = {}
    for q in varied:
        value = stored(m, q, env, body)
        moved = {frozenset((tag,)): m.trial.direction(q) for tag in tags}
        overrides[q.key, ()] = Jet({**value.parts, **moved})
    value = m.array(body, env.with_overrides(overrides))
    zero = constant(Array((), np.broadcast_to(m.trial.field.number(0), value.shape)))
    changed: Jet | None = value
    for tag in tags:
        changed = changed.along(tag) if changed is not None else None
    return changed or zero


def is_directional(table: Table, factors: tuple[tuple[str, Node], ...], k: int) -> bool:
    """`D f(x)[v]`: at the factor `D`."""
    base = base_of(factors[k][1])
    if base is None or base.name != "D" or table.find(base) is not None or k + 3 >= len(factors):
        return False
    (_, name), (_, at), (_, along) = factors[k + 1 : k + 4]
    brackets = isinstance(at, Group) and at.left == "(" and isinstance(along, Group) and along.left == "["
    return brackets and base_of(name) is not None and all(op == "" for op, _ in factors[k + 1 : k + 4])


def directional(m, function: Callable[[Jet], Value], place: Jet, along: Sequence[Jet], node: Node) -> Jet:
    """The mixed derivative of a function at a place along some directions."""
    tags = tuple(f"D{next(_tags)}" for _ in along)
    moved = dict(place.parts)
    for tag, direction in zip(tags, along, strict=True):
        if direction.shape != place.shape:
            raise IllTyped(f"the place is {shape_text(place.shape)}, the direction {shape_text(direction.shape)}", node)
        moved |= {part | {tag}: value for part, value in direction.parts.items()}
    value = m.settled(function(Jet(moved)), node)
    zero = constant(Array((), np.broadcast_to(m.trial.field.number(0), value.shape)))
    changed: Jet | None = value
    for tag in tags:
        changed = changed.along(tag) if changed is not None else None
    return changed or zero
