"""Texts as readings, for tests of what is said of steps."""

from symgrad.check.api import parse_derivation
from symgrad.check.verdicts.claims import REFUTED, Judge
from symgrad.check.verdicts.judging import judged


def reading(text):
    read = parse_derivation(text, kind="markdown")
    return judged(read.source.document, read.declarations, list(read.lines))


def refuted(found):
    return [k for k, step in enumerate(found.steps) if step.verdict is not None and step.verdict.kind == REFUTED]


def judge_of(found):
    return Judge(found.table, found.layout or "mixed")
