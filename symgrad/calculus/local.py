"""Local partials and adjoints of one equation, worked out once for all equations of the same form."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, replace

from sympy import Add, Dummy, Expr, Integer, Mul

from ..derivation import Derivation, Step
from ..expr.conventions import PYTORCH, Conventions
from ..expr.indices import Index, fresh, param
from ..expr.nodes import Entry, Partial, total
from ..expr.substitute import refresh
from ..expr.tensors import Template, Tensor, apply, canonical, rename
from ..rules.algebra import alpha_key
from ..rules.tables import work_out

LETTERS = "ijklmnpq"


@dataclass(frozen=True)
class LocalPartial:
    """`∂Y[out]/∂X[at]` of one equation by one of its operands, over entries of the operands and of Y itself."""

    out: tuple[Index, ...]
    at: tuple[Index, ...]
    derivation: Derivation

    @property
    def value(self) -> Expr:
        return self.derivation.result


def proxies(tmpl: Template) -> tuple[tuple[Tensor, ...], Tensor]:
    """Stand-ins for the operands of a template and the equation they give."""
    if "proxies" not in tmpl.cache:
        operands = tuple(Tensor(f"${k}", shape, None, (), ()) for k, shape in enumerate(tmpl.slots))
        tmpl.cache["proxies"] = operands, apply(tmpl, operands, tmpl.params, name="$out")
    return tmpl.cache["proxies"]


def partial_of(tmpl: Template, place: int, conventions: Conventions = PYTORCH) -> LocalPartial:
    """`∂out[f]/∂operand[u]` for the operand at `place`, in terms of proxies; cached with the template."""
    key = ("partial", place, conventions)
    if key not in tmpl.cache:
        tmpl.cache[key] = _partial_of(tmpl, place, conventions)
    return tmpl.cache[key]


def _partial_of(tmpl, place, conventions):
    operands, y = proxies(tmpl)
    free, body = y.equation
    body = refresh(body)
    at = differentiation_indices(body, operands[place])
    entry = Entry(operands[place].ref, *at)
    done = work_out(Partial(body, entry), conventions, left=Partial(Entry(y.ref, *free), entry))
    return LocalPartial(free, at, _folded(done, body, free, y, at))


def differentiation_indices(body: Expr, operand: Tensor) -> tuple[Index, ...]:
    """Indices for `∂/∂X[u]`: the letters with which the body reads X where they are plain, else i, j, k, …"""
    reads = [e.where for e in body.atoms(Entry) if e.base is operand.ref or e.base == operand.ref]
    reads.sort(key=lambda w: [e.letter if isinstance(e, Index) else "~" for e in w])  # a set has no order
    plain = next((w for w in reads if all(isinstance(e, Index) for e in w) and len(set(w)) == len(w)), None)
    guesses = plain or _letters(
        max(reads, key=lambda w: sum(isinstance(e, Index) for e in w), default=()), operand.ndim
    )
    return tuple(
        fresh(Index(g if isinstance(g, str) else g.letter, n)) for g, n in zip(guesses, operand.shape, strict=True)
    )


def _letters(where, ndim):
    known = [e.letter if isinstance(e, Index) else None for e in where] or [None] * ndim
    spare = (c for c in itertools.chain(LETTERS, "rstuvabc", (f"i{k}" for k in itertools.count(1))) if c not in known)
    return [c if c and c not in known[:k] else next(spare) for k, c in enumerate(known)]


def _folded(done: Derivation, body, free, y, at) -> Derivation:
    """The equation's own output written for its body: `1 − tanh(z_i)²` becomes `1 − y_i²`."""
    if not body.args or isinstance(body, Entry) or body.is_Number:
        return done
    result = done.result
    for where in itertools.product(*({i, u} for i in free for u in [_partner(i, at)])) if len(free) <= 4 else [free]:
        pattern = alpha_body(body, free, where)
        if result.has(body.func):
            result = replace_alpha(result, pattern, Entry(y.ref, *where))
    if result == done.result:
        return done
    step = Step("fold", "y is written for the body of its equation", done.result, result, result, "fold")
    return replace(done, steps=(*done.steps, step))


def _partner(i, at):
    return next((u for u in at if u.size == i.size), i)


def alpha_body(body, free, where):
    """The body at an entry, for comparing up to names of bound indices."""
    return body.xreplace(dict(zip(free, where, strict=True)))


def replace_alpha(e: Expr, pattern: Expr, by: Expr) -> Expr:
    """Every part of e that equals the pattern up to bound names, replaced."""
    key = alpha_key(pattern)
    swaps = {part: by for part in e.atoms(pattern.func) if alpha_key(part) == key}
    return e.xreplace(swaps)


@dataclass(frozen=True)
class Adjoint:
    """What one use of a tensor adds to its cotangent, as a template over `sources`.

    A source is the number of an operand, "out" for the equation's output, or "cotangent".
    """

    template: Template
    sources: tuple
    params: tuple[int, ...]

    def apply(self, y: Tensor, cotangent: Tensor | None, name=None) -> Tensor:
        """The contribution of the use in y, at the cotangent of y."""
        given: dict = {"out": y, "cotangent": cotangent}
        operands = tuple(given[s] if isinstance(s, str) else y.operands[s] for s in self.sources)
        lead = cotangent.shape[: cotangent.ndim - y.ndim] if cotangent is not None else ()
        values = (*y.binding, *lead)
        return apply(self.template, operands, tuple(values[k] for k in self.params), name)


def adjoint_of(tmpl: Template, place: int, conventions: Conventions = PYTORCH, lead: int | None = 0) -> Adjoint | None:
    """`X̄[a, u] = Σ_f Ȳ[a, f] ∂Y[f]/∂X[u]`; None where it is 0. `lead` counts the axes a; None stands for Ȳ = 1."""
    key = ("adjoint", place, conventions, lead)
    if key not in tmpl.cache:
        tmpl.cache[key] = _adjoint_of(tmpl, place, conventions, lead)
    return tmpl.cache[key]


def _adjoint_of(tmpl, place, conventions, lead):
    local = partial_of(tmpl, place, conventions)
    operands, y = proxies(tmpl)
    leading = tuple(Index("abcdefgh"[k], _lead_size(k)) for k in range(lead or 0))
    cotangent = Tensor("$cotangent", (*(i.size for i in leading), *y.shape), None, (), ())
    weight = Integer(1) if lead is None else Entry(cotangent.ref, *leading, *local.out)
    value = work_out(total(Mul(weight, local.value), *local.out), conventions).result
    if value == 0:
        return None
    made, used, binding = canonical((*leading, *local.at), value)
    names = {**{o: k for k, o in enumerate(operands)}, y: "out", cotangent: "cotangent"}
    places = {p: k for k, p in enumerate((*tmpl.params, *(i.size for i in leading)))}
    found = Adjoint(made, tuple(names[t] for t in used), tuple(places[b] for b in binding))
    if lead == 0:
        made.cache.setdefault("origin", Origin(tmpl, place, conventions, found))
    return found


@dataclass(frozen=True)
class Origin:
    """The equation and the operand whose adjoint a template is, for who computes it otherwise than it is written."""

    forward: Template
    place: int
    conventions: Conventions
    adjoint: Adjoint

    def use(self, t: Tensor) -> tuple[tuple[Tensor, ...], Tensor, dict]:
        """(stand-ins for the operands, the forward equation of them, {source: operand of t}), in the sizes of t.

        A size of the forward equation that t does not show is a `Dummy`.
        """
        names: dict = {p: Dummy(p.name, integer=True, nonnegative=True) for p in self.forward.params}
        for k, size in zip(self.adjoint.params, t.binding, strict=True):
            names[self.forward.params[k]] = size
        shapes = (tuple(n.xreplace(names) for n in slot) for slot in self.forward.slots)
        operands = tuple(Tensor(f"${k}", shape, None, (), ()) for k, shape in enumerate(shapes))
        y = apply(self.forward, operands, tuple(names.values()), "$out")
        return operands, y, dict(zip(self.adjoint.sources, t.operands, strict=True))


def origin_of(t: Tensor) -> Origin | None:
    """Where the equation of t comes from, if it is the adjoint of one use of a tensor."""
    return None if t.is_input else t.template.cache.get("origin")


def _lead_size(k):
    return param(f"lead{k}")


def local_partial(y: Tensor, place: int, conventions: Conventions = PYTORCH, told: bool = True) -> LocalPartial:
    """`partial_of` in the actual operands and sizes of y, with fresh indices; without its steps if not `told`."""
    local = partial_of(y.template, place, conventions)
    if not told:
        local = replace(local, derivation=Derivation(local.derivation.left, local.value))
    operands, out = proxies(y.template)
    names: dict = {p.ref: t.ref for p, t in zip(operands, y.operands, strict=True)}
    names[out.ref] = y.ref
    names.update(zip(y.template.params, y.binding, strict=True))
    return _renamed(local, names)


def edge_partial(y: Tensor, x: Tensor, conventions: Conventions = PYTORCH) -> LocalPartial:
    """`∂Y/∂X` of one equation by a tensor that it uses at one place or more: the sum of its partials at each."""
    first, *others = (local_partial(y, k, conventions, told=False) for k, o in enumerate(y.operands) if o is x)
    here = (*first.out, *first.at)
    values = (p.value.xreplace(dict(zip((*p.out, *p.at), here, strict=True))) for p in others)
    return replace(first, derivation=Derivation(first.derivation.left, Add(first.value, *values)))


def _renamed(local, names):
    """All its lines with one renaming: a name that two lines share stays shared, and each index is renamed once."""
    d = local.derivation
    lines = (d.left, d.start, *(e for s in d.steps for e in (s.before, s.after, s.whole)))
    swaps = {a: b for a, b in names.items() if a is not b}
    for i in set().union(local.out, local.at, *(e.atoms(Index) for e in lines)):
        swaps[i] = fresh(rename(i, names))

    def put(e):
        return e.xreplace(swaps)

    steps = tuple(replace(s, before=put(s.before), after=put(s.after), whole=put(s.whole)) for s in d.steps)
    done = Derivation(put(d.left), put(d.start), steps)
    return LocalPartial(tuple(swaps[i] for i in local.out), tuple(swaps[i] for i in local.at), done)
