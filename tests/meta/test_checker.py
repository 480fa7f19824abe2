"""The checker on the corpus of faulty layers: every fault is found and named, right layers pass."""

from __future__ import annotations

import pytest

from symgrad.testing import check_layer
from symgrad.testing.draw import Random, Space
from symgrad.testing.parameters import choices
from symgrad.testing.signature import read_condition, read_signature
from tests.meta.faulty import SUBJECTS
from tests.meta.labels import said

FAULTS = [pytest.param(s, f, id=f"{s.name}: {f.name}") for s in SUBJECTS for f in s.faults]
RIGHT = pytest.mark.parametrize("subject", SUBJECTS, ids=lambda s: s.name)


def report(subject, layer, **options):
    return check_layer(layer, subject.signature, params=subject.params, where=subject.where, **options)


@RIGHT
def test_right_layers_pass(subject):
    found = report(subject, subject.right)
    assert found.ok and not found.findings, str(found)


@RIGHT
@pytest.mark.slow
def test_right_layers_pass_ten_thousand_examples(subject):
    found = report(subject, subject.right, examples=10_000)
    assert found.ok and not found.findings, str(found)


@pytest.mark.slow
def test_faults_are_found_and_named():
    """Of all faults: found, the argument of 98 %, the relation and the condition of 85 %."""
    named = [judged(*p.values) for p in FAULTS]
    assert not [name for name, found, *_ in named if not found]
    for place, least in ((2, 0.98), (3, 0.85), (4, 0.85)):
        right = sum(n[place] for n in named)
        assert right >= least * len(named), "\n".join(str(n) for n in named if not n[place])


@pytest.mark.parametrize("subject, fault", FAULTS[::7])
def test_a_fault_is_found_and_its_argument_named(subject, fault):
    name, found, argument, *rest = judged(subject, fault)
    assert found and argument, (name, rest)


def judged(subject, fault):
    """(name, found, argument, relation, condition named, what was said)."""
    findings = report(subject, fault.layer).findings
    if not findings:
        return f"{subject.name}: {fault.name}", False, False, False, False, ""
    best = next((f for f in findings if f.argument == fault.argument), findings[0])
    relations = (fault.relation, *fault.also)
    return (
        f"{subject.name}: {fault.name}",
        True,
        best.argument == fault.argument or not fault.argument,
        best.relation in relations,
        said(best.condition, fault.condition),
        f"{best.argument}: {best.relation} when {best.condition}; labels {relations} when {fault.condition}",
    )


@RIGHT
def test_signatures_of_the_corpus_are_solved(subject):
    """Examples are legal, and every two values of two factors occur together."""
    params = choices(subject.params)
    space = Space(read_signature(subject.signature, set(params)), params, read_condition(subject.where))
    found = [space.example(Random(k)) for k in range(50)]
    assert sum(e is not None and space.legal(e) for e in found) >= 45
