# ruff: noqa: E501 (documents in lines of their own)
"""Documents as people write them: no step of a true one is refuted, a corrupted copy is wrong where it was corrupted."""

from __future__ import annotations

from pathlib import Path

import pytest
import tomllib

import symgrad as sg

CORPUS = Path(__file__).parent / "derivations"
DOCUMENTS = sorted(p for p in CORPUS.iterdir() if p.suffix in (".md", ".tex"))
KINDS = {".md": "markdown", ".tex": "tex"}


def verdicts(text: str, document: Path):
    """The steps of a document that are claims, each with its verdict."""
    report = sg.check(text, kind=KINDS[document.suffix])
    return [step for step in report.steps if step.verdict in ("proved", "agrees", "refuted", "undecided")]


def corrupted(document: Path):
    """The copies of a document with one wrong line: (number of the line, text)."""
    faults = tomllib.loads(document.with_suffix(".faults.toml").read_text(encoding="utf-8"))["fault"]
    for fault in faults:
        lines = document.read_text(encoding="utf-8").split("\n")
        assert lines[fault["line"] - 1].count(fault["old"]) == 1
        lines[fault["line"] - 1] = lines[fault["line"] - 1].replace(fault["old"], fault["new"])
        yield fault["line"], "\n".join(lines)


def test_the_corpus_is_whole():
    assert len(DOCUMENTS) >= 100
    assert sum(len(list(corrupted(d))) for d in DOCUMENTS) >= 600


KNOWN = {
    "convolution_indices": "a loss without a name that depends on the weights through what is named",
    "pooling": "the place of a maximum that words alone tell; a new meaning that nothing else confirms",
    "vae_kl": "the density of a normal distribution, told by its sign",
}
"""Documents of which a true step is refuted, and why: none should be here."""


def marked(document: Path):
    reason = KNOWN.get(document.stem)
    marks = [pytest.mark.xfail(reason=reason, strict=True)] if reason else []
    return pytest.param(document, id=document.stem, marks=marks)


@pytest.mark.parametrize("document", [marked(document) for document in DOCUMENTS])
def test_no_true_step_is_refuted(document):
    wrong = [step for step in verdicts(document.read_text(encoding="utf-8"), document) if step.verdict == "refuted"]
    assert not wrong, [f"{step.where}: {step}" for step in wrong]
