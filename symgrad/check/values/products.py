"""Products as they are written: factors side by side, functions before arguments, operators before what they change."""

from __future__ import annotations

from dataclasses import replace

from ...tex.syntax import Dots, Frac, Group, Node, Number, Product, Scripted, Symbol, Tuple, parts
from ..names.conditions import is_conditions, is_sign
from ..names.dots import product_without_dots
from ..names.names import is_letter, spelled
from ..names.table import Unclear
from .applied import FUNCTIONS, function_of
from .context import Environment, Value, divided, entrywise, multiplied
from .derivatives import (
    derivative,
    differential,
    directional,
    gradient,
    gradient_at,
    is_differential,
    is_directional,
    starts_partial,
    variables,
)
from .expectations import expectation, is_expectation
from .jets import Jet
from .linear import kronecker
from .scripts import powered, truth, with_scripts

Factors = tuple[tuple[str, Node], ...]
LOOSE = ("odot", "circ", "otimes", "ast")


def product(m, node: Product, env: Environment) -> Value:
    """Factors from left to right; `⊙` and `⊗` bind looser than factors side by side."""
    if any(isinstance(item, Dots) for _, item in node.factors):
        plain = product_without_dots(node)
        if plain is None:
            raise Unclear("what the dots stand for", node)
        return m.value(plain, env)
    if any(op == "mod" for op, _ in node.factors):
        return m.a.integers(m.whole(node, env))
    return segments(m, node.factors, env, node)


def segments(m, factors: Factors, env: Environment, node: Node) -> Value:
    """Splits at `⊙`, `∘`, `⊗`, unless an operator takes all that follows."""
    cut = next((k for k, (op, _) in enumerate(factors) if k and op in LOOSE), None)
    if cut is None or any(_takes_all(f) for _, f in factors[:cut]):
        return chain(m, factors, env, node)
    left = chain(m, factors[:cut], env, node)
    op, first = factors[cut]
    right = segments(m, (("", first), *factors[cut + 1 :]), env, node)
    if op == "otimes":
        return kronecker(m.a, m.settled(left, node), m.settled(right, node))
    return entrywise(m.a, left, right, node)


def chain(m, factors: Factors, env: Environment, node: Node) -> Value:
    """The product of the units of a segment."""
    total: Value | None = None
    k = 0
    while k < len(factors):
        op = factors[k][0]
        value, k = unit(m, factors, k, env, node)
        if total is None:
            total = value
        elif op in ("/", "div"):
            total = divided(m.a, total, value, node)
        else:
            total = multiplied(m.a, total, value, "cdot" if op == "cdot" else "", node)
    assert total is not None
    return total


def _takes_all(node):
    if not isinstance(node, Frac) or node.above is None:
        return False
    return starts_partial(node.above) and starts_partial(node.below) and _bare(node.above)


def unit(m, factors: Factors, k: int, env: Environment, whole: Node) -> tuple[Value, int]:
    """The value that begins at factor k, and where the next begins: a function takes its argument."""
    node = factors[k][1]
    if _takes_all(node):
        assert isinstance(node, Frac)
        rest = _rest(factors, k + 1, node)
        return derivative(m, rest, variables(m, node.below), env, whole, node.below), len(factors)
    if starts_partial(node) and (end := _slash(factors, k)) is not None:
        above = Product(node.at, factors[end - 1][1].end, tuple(factors[k:end]))
        below, after = _denominator(factors, end)
        return fraction(m, Frac(node.at, below.end, above, below), env), after
    if _is_indicator(m, factors, k):
        return _indicated(m, factors[k + 1][1], env), k + 2
    if is_expectation(node) and (bracket := _bracket(factors, k + 1)) is not None:
        return _scripts(m, expectation(m, node, bracket[0], env), bracket, env), k + 2
    if _is_nabla(node):
        return _nabla(m, factors, k, env, whole)
    if is_directional(m.trial.table, factors, k):
        return _directional(m, factors, k, env)
    if is_differential(m, factors, k, env):
        return _differential(m, factors, k, env)
    if isinstance(node, Scripted) and _is_times(m, factors, k):
        return m.value(node.base, env), k + 1
    applied = _application(m, factors, k, env)
    return applied if applied is not None else (m.value(node, env), k + 1)


def _bare(above):
    """`∂`, `∂²`, `d` with nothing behind: an operator."""
    return isinstance(above, Symbol | Scripted)


def _rest(factors, k, node):
    if k >= len(factors):
        raise Unclear("a derivative of nothing", node)
    rest = (("", factors[k][1]), *factors[k + 1 :])
    return rest[0][1] if len(rest) == 1 else Product(rest[0][1].at, rest[-1][1].end, rest)


def _slash(factors, k):
    """The place of the factor `∂` behind the slash of `∂f / ∂x`."""
    for j in range(k + 1, min(k + 6, len(factors))):
        if factors[j][0] == "/":
            return j if starts_partial(factors[j][1]) else None
    return None


def _denominator(factors, k):
    """`∂x` or `∂W_{ij}`, one variable, behind a slash."""
    end = min(k + 2, len(factors))
    parts = (("", factors[k][1]), *factors[k + 1 : end])
    return Product(parts[0][1].at, parts[-1][1].end, parts), end


def fraction(m, node: Frac, env: Environment) -> Value:
    """`a/b`, or a derivative where ∂ or d begins both."""
    if node.above is None or node.below is None:
        raise Unclear("a fraction with an empty part", node)
    if _differentiates(node) and not _is_quantity(m, node, env):
        return derivative(m, _differentiated(node.above), variables(m, node.below), env, node, node.below)
    return divided(m.a, m.value(node.above, env), m.value(node.below, env), node)


def _differentiates(node):
    """`∂f` over `∂x`; `(∂F/∂x)/(∂F/∂y)` is a fraction of two derivatives."""
    slashed = isinstance(node.above, Product) and any(op == "/" and starts_partial(f) for op, f in node.above.factors)
    return starts_partial(node.above) and starts_partial(node.below) and not slashed


def _is_quantity(m, node, env):
    """Whether d is a name of its own: `d / dx` of a declared d is still a derivative, `d_1 / d_2` is not."""
    first = node.above.factors[0][1] if isinstance(node.above, Product) else node.above
    return isinstance(first, Symbol) and first.name == "d" and not isinstance(node.below, Product)


def _differentiated(above):
    if not isinstance(above, Product):
        raise Unclear("a derivative of nothing", above)
    return _rest(above.factors, 1, above)


def _is_times(m, factors, k):
    """`0.1^* A`: a star for a product."""
    node = factors[k][1]
    if (
        not isinstance(node, Scripted)
        or not isinstance(node.sup, Symbol)
        or node.sup.name != "*"
        or node.sub is not None
    ):
        return False
    return isinstance(node.base, Number) and k + 1 < len(factors) and factors[k + 1][0] == ""


def _is_indicator(m, factors, k):
    """`\\mathbb{1}[k = i]`, `\\mathbf 1\\{x > 0\\}`, `I(x > 0)`."""
    node, bracket = factors[k][1], _bracket(factors, k + 1)
    if bracket is None or not is_sign(node) or (isinstance(node, Number) and bracket[0].left == "("):
        return False
    return is_conditions(bracket[0].body)


def _indicated(m, node, env):
    group = node.base if isinstance(node, Scripted) else node
    assert isinstance(group, Group) and group.body is not None
    value = truth(m, group.body, env)
    return powered(m, value, node.sup, env, node) if isinstance(node, Scripted) else value


def _is_nabla(node):
    base = node.base if isinstance(node, Scripted) else node
    return isinstance(base, Symbol) and base.name == "nabla"


def _nabla(m, factors, k, env, whole):
    """`∇_W f`: of all that stands beside it."""
    if k + 1 < len(factors) and factors[k + 1][0] == "":
        head, bracket = function_of(m, factors[k + 1][1]), _bracket(factors, k + 2)
        if head is not None and head.quantity is not None and bracket is not None and head.sup is None:
            arguments = arguments_of(bracket[0])
            value = gradient_at(m, factors[k][1], head.quantity, arguments, factors[k + 1][1], env, whole)
            return _scripts(m, value, bracket, env), k + 3
    end = k + 1
    while end < len(factors) and factors[end][0] == "":
        end += 1
    end = _of_number(m, factors, k, end, env)
    rest = _rest(factors[:end], k + 1, factors[k][1])
    return gradient(m, factors[k][1], rest, env, whole), end


def _of_number(m, factors, k, end, env):
    """`∇²L v` is the Hessian of L times v: a Hessian is of a number, of as much as is one."""
    nabla = factors[k][1]
    if not isinstance(nabla, Scripted) or not isinstance(nabla.sup, Number):
        return end
    for last in range(end, k + 1, -1):
        value = m.value(_rest(factors[:last], k + 1, nabla), env)
        if isinstance(value, Jet) and value.shape == ():
            return last
    return end


def _directional(m, factors, k, env):
    """`D f(x)[v]`, `D² f(x)[u, v]`: how f changes at x along v."""
    head, node = function_of(m, factors[k + 1][1]), factors[k + 1][1]
    places, along = arguments_of(factors[k + 2][1]), arguments_of(factors[k + 3][1])
    if head is None or head.quantity is None or len(places) != 1:
        raise Unclear(f"the derivative of {spelled(node)} along a direction", node)
    order = factors[k][1].sup if isinstance(factors[k][1], Scripted) else None
    if (int(order.value) if isinstance(order, Number) else 1) != len(along):
        raise Unclear("as many directions as the order of the derivative", node)
    value = directional(
        m,
        lambda x: m.apply_quantity(head, [x], env, node),
        m.array(places[0], env),
        [m.array(v, env) for v in along],
        node,
    )
    return value, k + 4


def _differential(m, factors, k, env):
    """`d X`, `d(XY)`, `d f(x)`, `d \\log\\det X`: the change of the next unit; `d² f` the change of the change."""
    end = k + 2
    while end < len(factors) and factors[end][0] == "" and _named_function(m, factors[end - 1][1]):
        end += 1
    if end < len(factors) and _applies(m, factors, k + 1):
        end += 1
    rest = tuple(factors[k + 1 : end])
    body = rest[0][1] if len(rest) == 1 else Product(rest[0][1].at, rest[-1][1].end, (("", rest[0][1]), *rest[1:]))
    node = factors[k][1]
    times = int(node.sup.value) if isinstance(node, Scripted) and isinstance(node.sup, Number) else 1
    return differential(m, body, env, times), end


def _named_function(m, node):
    head = function_of(m, node)
    return head is not None and head.quantity is None


def _applies(m, factors, k):
    found = m.trial.table.find(factors[k][1])
    return found is not None and found.quantity.is_function and _bracket(factors, k + 1) is not None


def _bracket(factors, k):
    """The brackets that follow at once, with their scripts: (group, scripted or None)."""
    if k >= len(factors) or factors[k][0] != "":
        return None
    node = factors[k][1]
    group = node.base if isinstance(node, Scripted) else node
    return (
        (group, node if isinstance(node, Scripted) else None)
        if isinstance(group, Group) and group.left in ("(", "[", "{")
        else None
    )


def arguments_of(group: Group) -> tuple[Node, ...]:
    """What stands in the brackets of an application."""
    if group.body is None:
        return ()
    return group.body.items if isinstance(group.body, Tuple) else (group.body,)


def _application(m, factors, k, env):
    node = factors[k][1]
    head = function_of(m, node)
    bracket = _bracket(factors, k + 1)
    if head is None:
        return None
    if head.quantity is not None:
        if bracket is None:
            return None
        arguments = arguments_of(bracket[0])
        value = _of_entries(m, head, arguments, env)
        if value is None:
            values = [m.array(x, env) for x in arguments]
            if _of_arrays(m, head.quantity, values):
                return None
            value = m.apply_quantity(head, values, env, node)
        return _scripts(m, value, bracket, env), k + 2
    work = FUNCTIONS[head.name]
    if bracket is not None:
        value = m.apply_function(work, head, arguments_of(bracket[0]), env, node)
        return _scripts(m, value, bracket, env), k + 2
    argument, after = _argument(m, factors, k + 1, env, node)
    return m.apply_function(work, head, (argument,), env, node), after


def _of_arrays(m, quantity, values):
    """Whether a function takes one array and a number stands in the brackets: `S_i (δ_{ij} − S_j)` is a product."""
    parameters = [d.parameters for d in quantity.definitions]
    if not parameters or len(values) != 1 or values[0].shape != () or any(len(own) != 1 for own in parameters):
        return False
    found = [m.trial.table.find(own[0]) for own in parameters]
    declared = [f.quantity for f in found if f is not None and not f.indices]
    return len(declared) == len(found) and all(q.sizes and not q.implied and not q.definitions for q in declared)


def _of_entries(m, head, arguments, env):
    """`p(y_i)` of `p(y_i) = μ_i^{y_i} …`: the letter of the parameter takes the place of the argument."""
    if head.primes or head.sup is not None or head.found.indices:
        return None
    for definition in head.quantity.definitions:
        if len(definition.parameters) == len(arguments):
            return _by_name(m, definition, arguments, env)
    return None


def _by_name(m, definition, arguments, env):
    """The body where parameters are given by their own name, `y_i` or `σ²`; None where all are given as values."""
    letters: dict = {}
    values: dict = {}
    named = False
    for parameter, argument in zip(definition.parameters, arguments, strict=True):
        one, other = m.trial.table.find(parameter), m.trial.table.find(argument)
        if one is None:
            own = _renamed(parameter, argument)
            if own is None:
                return None
            letters |= {name: m.whole(i, env) for name, i in own.items()}
            named = True
        elif other is not None and one.quantity is other.quantity and one.indices:
            letters |= {spelled(k): m.whole(i, env) for k, i in zip(one.indices, other.indices, strict=False)}
            named = True
        elif one.sup is not None and spelled(parameter) == spelled(argument):
            named = True
        elif one.sup is not None or one.indices:
            return None
        else:
            values[one.quantity.key, ()] = m.array(argument, env)
    return m.array(definition.body, env.inside().with_indices(letters).with_overrides(values)) if named else None


def _renamed(pattern, node) -> dict[str, Node] | None:
    """{k: j} of `s_k^2 I` and `s_j^2 I`: where two formulas differ by letters in subscripts only."""
    if isinstance(pattern, Scripted) and isinstance(node, Scripted) and is_letter(pattern.sub) and node.sub is not None:
        rest = _renamed(replace(pattern, sub=None), replace(node, sub=None))
        return None if rest is None else {**rest, spelled(pattern.sub): node.sub}
    if isinstance(pattern, Node):
        if type(pattern) is not type(node):
            return None
        pairs = [(getattr(pattern, name), getattr(node, name)) for name in parts(pattern)]
    elif isinstance(pattern, tuple):
        if not isinstance(node, tuple) or len(pattern) != len(node):
            return None
        pairs = list(zip(pattern, node, strict=True))
    else:
        return {} if pattern == node else None
    out: dict[str, Node] = {}
    for one, other in pairs:
        own = _renamed(one, other)
        if own is None or any(spelled(out[n]) != spelled(own[n]) for n in out.keys() & own.keys()):
            return None
        out |= own
    return out


def _scripts(m, value, bracket, env):
    return with_scripts(m, value, bracket[1], env) if bracket[1] is not None else value


def _argument(m, factors, k, env, node):
    """What a function without brackets takes: the next unit; numbers take what follows (`\\log 2\\pi\\sigma^2`)."""
    if k >= len(factors) or factors[k][0] not in ("",):
        raise Unclear(f"{spelled(node)} of nothing", node)
    end = k + 1
    if isinstance(factors[k][1], Number):
        while end < len(factors) and factors[end][0] == "" and isinstance(factors[end][1], Symbol | Scripted | Group):
            end += 1
    while end < len(factors) and function_of(m, factors[end - 1][1]) is not None and factors[end][0] == "":
        end += 1
    if _is_nabla(factors[end - 1][1]):
        while end < len(factors) and factors[end][0] == "":
            end += 1
    parts = tuple(factors[k:end])
    first = parts[0][1]
    return (first if len(parts) == 1 else Product(first.at, parts[-1][1].end, (("", first), *parts[1:]))), end
