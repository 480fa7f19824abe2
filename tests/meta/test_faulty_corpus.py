"""The corpus of faulty layers: right variants are right and clean, faults are of the kind they are said to be."""

import re
import sys
from collections import Counter
from dataclasses import dataclass, field
from functools import cache
from itertools import product

import numpy as np
import pytest

from .faulty import RELATIONS, SUBJECTS

INPUT = re.compile(r"(\w+)\[([^\]]*)\]((?:<\w+|:bool|>0|\?)*)")
EXP_LIKE = {"softmax", "log_softmax", "logsumexp", "cross_entropy"}
REGIMES = ("ordinary", "zeros", "ties", "negative", "tiny", "large", "shifted", "minus infinity")
PROTOCOL = ("mutates", "aliases", "repeat", "layout", "dtype", "raises", "nonlinear")


@dataclass(frozen=True)
class Case:
    """One call of a layer: hyper-parameters, inputs and upstream gradients; and the sizes they were made of."""

    hyper: dict
    names: tuple
    inputs: tuple
    upstream: tuple
    sizes: dict = field(default_factory=dict)


def examples(subject):
    return sys.modules[subject.right.__module__].EXAMPLES


def value(size, names):
    return names["..."] if size == "..." else (eval(size.replace("/", "//"), {}, names),)


def shape(text, names):
    return sum((value(size.strip(), names) for size in text.split(",") if size.strip()), ())


def numbers(regime, size, rng):
    """Float numbers of one regime."""
    x = rng.normal(size=size)
    return {
        "ordinary": x,
        "zeros": 0 * x,
        "ties": rng.integers(0, 2, size).astype(float),
        "negative": -abs(x),
        "tiny": 1e-8 * x,
        "large": 800 * np.sign(x),
        "shifted": x + 1e4,
        "minus infinity": np.where(rng.random(size) < 0.5, -np.inf, x),
    }[regime]


def argument(marks, regime, size, names, rng):
    if bound := re.search(r"<(\w+)", marks):
        return rng.integers(0, int(names.get(bound[1], bound[1])), size)
    if ":bool" in marks:
        return rng.random(size) < 0.6
    x = numbers(regime, size, rng)
    return np.maximum(abs(x), 1e-3) if ">0" in marks else x


def case(subject, example, regime="ordinary", seed=0):
    """The call that an example describes, with numbers of one regime."""
    rng = np.random.default_rng(seed)
    defaults = {name: values[0] for name, values in subject.params.items()}
    hyper = {name: example[name] for name in subject.params if name in example}
    right = subject.right(**hyper)
    names = defaults | vars(right) | example
    declared = [m.groups() for m in INPUT.finditer(subject.signature.split("->")[0])]
    absent = example.get("absent", ())
    inputs = tuple(
        None if name in absent else argument(marks, regime, shape(dims, names), names, rng)
        for name, dims, marks in declared
    )
    if back := example.get("from the end"):
        inputs = tuple(x - names[back] * (rng.random(x.shape) < 0.5) if x.dtype == int else x for x in inputs)
    with np.errstate(all="ignore"):
        out = as_tuple(right.forward(*copies(inputs)))
    upstream = tuple(rng.normal(size=np.shape(y)) for y in out)
    return Case(hyper, tuple(name for name, *_ in declared), inputs, upstream, names)


def as_tuple(x):
    return x if isinstance(x, tuple) else (x,)


def copies(arrays):
    return tuple(None if a is None else a.copy() for a in arrays)


def call(cls, c):
    """Outputs and gradients of a fresh instance."""
    layer = cls(**c.hyper)
    with np.errstate(all="ignore"):
        return as_tuple(layer.forward(*copies(c.inputs))), as_tuple(layer.backward(*copies(c.upstream)))


def same(a, b):
    if a is None or b is None:
        return a is b
    return np.shape(a) == np.shape(b) and np.allclose(a, b, rtol=1e-9, atol=1e-9 * scale(b), equal_nan=True)


def scale(a):
    finite = np.abs(np.asarray(a)[np.isfinite(a)])
    return float(finite.max()) if finite.size else 0.0


def all_same(these, those):
    return len(these) == len(those) and all(map(same, these, those))


# What can be wrong with the calls of one class: each predicate is True where it is.


def raises(cls, c):
    try:
        call(cls, c)
        for given in layouts(c):
            call_as_given(cls, given)
    except Exception:
        return True
    return False


def call_as_given(cls, c):
    layer = cls(**c.hyper)
    with np.errstate(all="ignore"):
        return as_tuple(layer.forward(*c.inputs)), as_tuple(layer.backward(*c.upstream))


def mutates(cls, c):
    given = (*copies(c.inputs), *copies(c.upstream))
    count = len(c.inputs)
    call_as_given(cls, Case(c.hyper, c.names, given[:count], given[count:]))
    return not all(a is None or np.array_equal(a, b) for a, b in zip(given, (*c.inputs, *c.upstream), strict=True))


def aliases(cls, c):
    layer, inputs, upstream = cls(**c.hyper), copies(c.inputs), copies(c.upstream)
    with np.errstate(all="ignore"):
        out = as_tuple(layer.forward(*inputs))
        first = as_tuple(layer.backward(*upstream))
        results = [a for a in (*out, *first) if a is not None]
        given = [a for a in (*inputs, *upstream) if a is not None]
        shared = any(np.shares_memory(a, b) for a in results for b in given)
        if shared or not all(isinstance(a, np.ndarray) and a.flags.writeable for a in results):
            return True
        kept = copies(first)
        for a in results:
            a[...] = 7
        return not all_same(as_tuple(layer.backward(*upstream)), kept)


def repeat(cls, c):
    layer, other = cls(**c.hyper), cls(**c.hyper)
    with np.errstate(all="ignore"):
        layer.forward(*copies(c.inputs))
        first = copies(as_tuple(layer.backward(*copies(c.upstream))))
        second = copies(as_tuple(layer.backward(*copies(c.upstream))))
        other.forward(*copies(c.inputs))
        fresh = as_tuple(other.backward(*copies(c.upstream)))
        layer.forward(*(a[::-1].copy() if a is not None and np.ndim(a) else a for a in c.inputs))
        layer.backward(*copies(c.upstream))
        layer.forward(*copies(c.inputs))
        again = as_tuple(layer.backward(*copies(c.upstream)))
    return not (all_same(first, second) and all_same(first, fresh) and all_same(first, again))


def spread(a):
    """The numbers of `a` in other layouts: axes stored in reverse, every second entry of a larger array, backwards."""
    if a is None or np.ndim(a) == 0:
        return [a]
    wide = np.zeros((*a.shape[:-1], 2 * a.shape[-1]), a.dtype)
    wide[..., ::2] = a
    return [np.asfortranarray(a), wide[..., ::2], a[::-1].copy()[::-1]]


def layouts(c):
    """The same call with the same numbers in other layouts; and a broadcast upstream gradient."""
    for given in zip(*map(spread, c.upstream), strict=False):
        yield Case(c.hyper, c.names, copies(c.inputs), given)
    spreads = list(map(spread, c.inputs))
    for k in range(3):
        yield Case(c.hyper, c.names, tuple(s[k % len(s)] for s in spreads), copies(c.upstream))
    ones = tuple(np.broadcast_to(np.float64(1.5), np.shape(g)) for g in c.upstream)
    yield Case(c.hyper, c.names, copies(c.inputs), ones)


def layout(cls, c):
    for given in layouts(c):
        expected = call(cls, Case(c.hyper, c.names, c.inputs, copies(given.upstream)))
        try:
            got = call_as_given(cls, given)
        except Exception:
            return True
        if not (all_same(got[0], expected[0]) and all_same(got[1], expected[1])):
            return True
    return False


def dtype(cls, c):
    out, grads = call(cls, c)
    return any(a is not None and np.asarray(a).dtype != np.float64 for a in (*out, *grads))


def nonlinear(cls, c):
    grads = call(cls, c)[1]
    scaled = call(cls, Case(c.hyper, c.names, c.inputs, tuple(-8 * g for g in c.upstream)))[1]
    return not all(a is None or same(b, -8 * a) for a, b in zip(grads, scaled, strict=True))


def judge(relation, right, wrong, upstream, k):
    """Does the relation describe the gradient `wrong[k]`, where `right[k]` is right?"""
    a, b = right[k], wrong[k]
    if relation == "zero":
        return a is not None and np.any(a) and (b is None or not np.any(b))
    if a is None or b is None or same(b, a):
        return False
    if relation == "shape":
        return np.shape(a) != np.shape(b)
    if relation == "nonfinite":
        return bool(np.isfinite(a).all() and not np.isfinite(b).all())
    if relation == "other argument":
        return any(same(b, other) for other in right if other is not a)
    if relation == "upstream":
        return any(same(b, g) for g in upstream)
    if np.shape(a) != np.shape(b):
        return relation == "moved"
    if relation == "sign":
        return same(b, -a)
    if relation == "factor":
        return scale(a) > 0 and same(b, a * (np.vdot(a, b) / np.vdot(a, a)))
    if relation == "subset":
        close = np.isclose(b, a, rtol=1e-9, atol=1e-9 * scale(a))
        return bool(close.any() and not close.all())
    if relation == "row factor":
        return np.ndim(a) < 2 or by_rows(a, b)
    return relation in ("moved", "missing term")


def by_rows(a, b):
    """Is `b / a` constant along an axis, but not throughout?"""
    with np.errstate(all="ignore"):
        ratio = b / a
    if not np.isfinite(ratio).all() or np.allclose(ratio, ratio.flat[0]):
        return False
    return any(n > 1 and np.allclose(ratio, ratio.take([0], axis=k)) for k, n in enumerate(ratio.shape))


def holds(fault, relation, subject, c):
    """Does the fault show itself in this call, in the way that the relation says?"""
    try:
        if relation in PROTOCOL:
            return globals()[relation](fault.layer, c)
        right, wrong = call(subject.right, c)[1], call(fault.layer, c)[1]
    except (TypeError, ValueError, AttributeError, IndexError):
        return False
    return any(judge(relation, right, wrong, c.upstream, k) for k in range(len(right)) if concerns(fault, c.names[k]))


def concerns(fault, name):
    return fault.argument in ("", name)


@cache
def cases_by_name(name):
    subject = next(s for s in SUBJECTS if s.name == name)
    regimes = REGIMES if name in EXP_LIKE else REGIMES[:-1]
    drawn = product(range(3), regimes, examples(subject))
    return [(regime, case(subject, example, regime, seed)) for seed, regime, example in drawn]


def cases(subject):
    return cases_by_name(subject.name)


FAULTS = [(subject, fault) for subject in SUBJECTS for fault in subject.faults]
each_subject = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda s: s.name)
each_fault = pytest.mark.parametrize("subject, fault", FAULTS, ids=lambda x: x.name)


def difference(cls, c, k, h=1e-6):
    """Central differences of `Σ G·Y` in every entry of input k."""
    grad = np.empty(c.inputs[k].shape)
    for at in np.ndindex(grad.shape):
        ends = []
        for step in (h, -h):
            inputs = copies(c.inputs)
            inputs[k][at] += step
            out = as_tuple(cls(**c.hyper).forward(*inputs))
            ends.append(sum(np.vdot(g, y) for g, y in zip(c.upstream, out, strict=True)))
        grad[at] = (ends[0] - ends[1]) / (2 * h)
    return grad


@each_subject
def test_right_gradients_are_differences(subject):
    for example in examples(subject):
        c = case(subject, example)
        grads = call(subject.right, c)[1]
        assert len(grads) == len(c.inputs)
        for k, x in enumerate(c.inputs):
            if x is None or x.dtype != np.float64:
                assert grads[k] is None
            else:
                np.testing.assert_allclose(grads[k], difference(subject.right, c, k), rtol=1e-5, atol=1e-7)


@each_subject
def test_right_variant_is_clean(subject):
    for regime, c in cases(subject):
        for name in PROTOCOL:
            assert not globals()[name](subject.right, c), (regime, name, c)


@each_subject
def test_right_gradients_are_finite_where_the_outputs_are(subject):
    for regime, c in cases(subject):
        out, grads = call(subject.right, c)
        if all(np.isfinite(y).all() for y in out):
            assert all(g is None or np.isfinite(g).all() for g in grads), (regime, c)


@each_fault
def test_fault_is_of_the_kind_it_is_said_to_be(subject, fault):
    for relation in (fault.relation, *fault.also):
        assert any(holds(fault, relation, subject, c) for _, c in cases(subject)), relation


def met(condition, c):
    """Is a condition met in this call? Words that are no Python say nothing, so they are."""
    lead = c.sizes.get("...", (c.sizes.get("N", 1),))
    known = {"rows": np.prod(lead, dtype=int), "N": np.prod(lead, dtype=int), "always": True, "ndim": np.ndim}
    try:
        return bool(np.any(eval(condition, {}, known | c.sizes | dict(zip(c.names, c.inputs, strict=True)))))
    except (SyntaxError, NameError, TypeError):
        return True


@each_fault
def test_first_condition_is_necessary(subject, fault):
    for _, c in cases(subject):
        assert met(fault.condition[0], c) or not holds(fault, fault.relation, subject, c), c


@each_subject
def test_names(subject):
    names = re.findall(r"(\w+)\[", subject.signature.split("->")[0])
    assert len({f.name for f in subject.faults}) == len(subject.faults)
    for fault in subject.faults:
        assert fault.argument in ("", *names)
        assert {fault.relation, *fault.also} <= set(RELATIONS)
        assert fault.relation not in fault.also
        assert fault.condition and all(fault.condition) and fault.source
        assert fault.layer is not subject.right


def test_numbers():
    assert len({subject.name for subject in SUBJECTS}) == len(SUBJECTS) >= 16
    assert len(FAULTS) >= 66
    assert set(Counter(fault.relation for _, fault in FAULTS)) <= set(RELATIONS)


@each_subject
def test_examples_are_legal(subject):
    for example in examples(subject):
        defaults = {name: values[0] for name, values in subject.params.items()}
        assert all(example[name] in values for name, values in subject.params.items() if name in example)
        assert not subject.where or eval(subject.where, {}, defaults | example)
