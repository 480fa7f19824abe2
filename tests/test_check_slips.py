r"""The slip in a wrong step: which, where, what should have been written; and steps that follow from a wrong one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.check.names.table import Table
from symgrad.check.slips.changes import factors_of
from symgrad.check.slips.edits import EDITS, edits
from symgrad.check.slips.scope import Scope
from symgrad.check.slips.slips import LABELS, find_slip
from symgrad.tex.places import places
from symgrad.tex.reader import read_expression
from symgrad.tex.writing import latex
from tests.check_readings import judge_of, reading, refuted
from tests.tex_forms import compact
from tests.tex_trees import expressions

LAYER = r"""Let $W \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$,
$q \in \mathbb{R}^m$ with $q = W x$, and $f = q^\top q$. """
MATRICES = r"""Let $X \in \mathbb{R}^{N \times d}$, $w \in \mathbb{R}^d$, $y \in \mathbb{R}^N$,
$r = X w - y$, $J = \frac{1}{N} r^\top r$. """
NUMBERS = r"""Let $a, b, u, v \in \mathbb{R}$ with $u > 0$ and $v > 0$. """
ENTRIES = r"""Let $z, g \in \mathbb{R}^n$, $M \in \mathbb{R}^{n \times n}$, $s = \sigma(z)$ with
$\sigma(t) = \frac{1}{1 + e^{-t}}$ entry by entry, and $L = g^\top s$. """
SQUARE = r"""Let $S = \begin{pmatrix} 2 & 1 \\ 1 & 3 \end{pmatrix}$. """

WRONG = (
    # text, claim, label, what is written, what should be, words
    (LAYER, r"\frac{\partial f}{\partial q_k} = q_k", "factor", "q_k", "2 q_k", "2 is missing"),
    (LAYER, r"\frac{\partial f}{\partial q_k} = -2 q_k", "sign", "", "2 q_k", "+ 2 q_k"),
    (LAYER, r"\frac{\partial f}{\partial W_{ij}} = 2 q_j x_i", "index", "", "2 q_i x_j", "swapped"),
    (LAYER, r"\frac{\partial f}{\partial W_{ij}} = 2 q_j x_j", "index", "j", "2 q_i x_j", "the index i"),
    (LAYER, r"\frac{\partial q_k}{\partial W_{ij}} = x_j", "delta", "x_j", r"x_j \delta_{k i}", "is missing"),
    (LAYER, r"\frac{\partial f}{\partial x_j} = 2 q_i W_{ij}", "sum", "", "", "index i is free on the right"),
    (LAYER, r"\frac{\partial f}{\partial W_{ij}} = 2 q_i", "missing factor", "2 q_i", "x_j 2 q_i", "x_j is missing"),
    (LAYER, r"\nabla_x f = 2 W q", "transpose", "W", r"2 W^\top q", "W^\\top where W"),
    (LAYER, r"\nabla_W f = 2 x q^\top", "transpose", "", "", ""),
    (MATRICES, r"\nabla_w J = 2 X^\top r", "missing factor", "", "", "1/N is missing"),
    (NUMBERS, r"(a + b)^2 = a^2 + a b + b^2", "factor", "a b", "a^2 + 2 a b + b^2", "2 is missing"),
    (NUMBERS, r"(a + b)^2 = a^2 + 2 a b", "term", "", "", "missing"),
    (NUMBERS, r"a^2 a = a^2", "exponent", "", "a^3", ""),
    (NUMBERS, r"\frac{d}{du} \log u = u", "exponent", "u", "u^{-1}", ""),
    (NUMBERS, r"\log(u v) = \log u + \log u", "argument", "u", r"\log v + \log u", "v where u"),
    (NUMBERS, r"\frac{d}{da} \tanh(a) = 1 - \tanh(a)", "exponent", "", "", ""),
    (NUMBERS, r"\frac{d}{da} e^{a b} = e^{a b}", "missing factor", "", "", "b is missing"),
    (NUMBERS, r"\frac{1}{u} \cdot u v = u v", "factor", "", "v", "u is too much"),
    (NUMBERS, r"u^2 v^2 = \frac{(u v)^3}{u}", "", "", "", ""),
    (LAYER, r"\nabla_W f = 2 x^\top", "missing factor", "", "", "q is missing"),
    (LAYER, r"\nabla_q f = 2 W q", "factor", "", "2 q", "W is too much"),
    (MATRICES, r"\nabla^2_w J = \frac{2}{N} X^\top", "missing factor", "", "", "X is missing"),
    (ENTRIES, r"\frac{\partial L}{\partial z} = g \odot s", "inner derivative", "", "", "(1 - s) is missing"),
    (ENTRIES, r"\frac{\partial L}{\partial z} = g \odot (1 - s)", "missing factor", "", "", "s is missing"),
    (SQUARE, r"S^{-1} = \frac{1}{5} \begin{pmatrix} 3 & 1 \\ 1 & 2 \end{pmatrix}", "sign", "", "", "the entries 1"),
    (ENTRIES, r"\frac{\partial}{\partial z_1} (z_1^2 + z_2^2) = 2 z_2", "index", "", "2 z_1", "z_1 where z_2"),
)


@pytest.mark.parametrize(
    ("given_text", "claim", "label", "written", "should", "words"), WRONG, ids=[w[1] for w in WRONG]
)
def test_the_slip_is_named(given_text, claim, label, written, should, words):
    text = f"{given_text}Then\n\n$${claim}$$\n"
    found = reading(text)
    (k,) = refuted(found)
    step = found.steps[k]
    slip = find_slip(judge_of(found), step.left, step.right, step.around, share=10)
    assert slip is not None and slip.label in LABELS
    assert slip.verdict.holds
    assert not label or slip.label == label
    assert not written or text[slip.at : slip.end] == written
    assert not should or slip.should == should
    assert words.replace("\\\\", "\\") in slip.words


def test_what_should_have_been_written_is_proved_when_it_is_written():
    for given_text, claim, *_ in WRONG[:6]:
        found = reading(f"{given_text}Then\n\n$${claim}$$\n")
        step = found.steps[refuted(found)[0]]
        slip = find_slip(judge_of(found), step.left, step.right, step.around, share=10)
        left = claim.partition("=")[0]
        repaired = f"{left} = {slip.should}" if slip.side == "right" else f"{slip.should} = {claim.partition('=')[2]}"
        assert not refuted(reading(f"{given_text}Then\n\n$${repaired}$$\n"))


def test_a_true_step_has_no_slip():
    found = reading(f"{LAYER}Then $$\\frac{{\\partial f}}{{\\partial q_k}} = 2 q_k$$")
    step = found.steps[-1]
    assert step.verdict.holds
    assert find_slip(judge_of(found), step.left, step.right, step.around, share=10) is None


def test_a_step_that_no_single_change_repairs_has_no_slip():
    found = reading(f"{NUMBERS}Then $$a + b = \\tanh(b) + \\sin(u) v^7$$")
    step = found.steps[refuted(found)[0]]
    assert find_slip(judge_of(found), step.left, step.right, step.around) is None


def test_no_edit_copies_another_side_of_the_chain():
    found = reading(f"{NUMBERS}Then $$a + b = b + a = \\tanh(b) u$$")
    step = found.steps[refuted(found)[0]]
    slip = find_slip(judge_of(found), step.left, step.right, step.around)
    assert slip is None or slip.should not in ("a + b", "b + a")


# Edits


@given(expressions())
def test_every_place_can_be_put_back(tree):
    for place in places(tree):
        assert compact(place.put(place.node)) == compact(tree)


@pytest.mark.parametrize("kind", EDITS, ids=lambda kind: kind.__name__)
def test_every_kind_of_edit_says_itself(kind):
    assert kind.__doc__


@pytest.mark.parametrize(
    "latex_text", (r"2 a (b - c)", r"\sum_k W_{ik} x_k + \frac{1}{2} b^2", r"-\sigma(z) (1 - \sigma(z))")
)
def test_edits_can_be_written_and_read(latex_text):
    tree = read_expression(latex_text)
    scope = Scope(Table(), tree, tree)
    for edit in edits(tree, scope):
        assert edit.change.label in LABELS and edit.change.words
        assert compact(read_expression(latex(read_expression(latex(edit.side))))) == compact(
            read_expression(latex(edit.side))
        )
        assert tree.at <= edit.place.node.at <= edit.place.node.end <= tree.end


@given(st.sampled_from(("a", "a b", "a \\cdot b / c")))
def test_factors_of_a_term(text):
    assert len(factors_of(read_expression(text))) == text.count(" ") // (2 if "cdot" in text else 1) + 1


# Steps that follow

CHAIN = (
    LAYER
    + r"""Then

$$\frac{\partial f}{\partial q_k} = q_k$$

$$\frac{\partial f}{\partial W_{ij}} = \sum_k \frac{\partial f}{\partial q_k} \frac{\partial q_k}{\partial W_{ij}}
= \sum_k q_k 1_{k=i} x_j = q_i x_j$$

"""
)


def inherited(found):
    """The number of each wrong step, and of the one that it follows from."""
    numbers = {id(step.verdict): k for k, step in enumerate(found.steps) if step.verdict is not None}
    return {k: numbers[id(step.inherits.verdict)] for k, step in enumerate(found.steps) if step.inherits is not None}


def test_a_step_that_passes_a_mistake_on_follows_from_it():
    found = reading(CHAIN)
    first, second = refuted(found)
    assert inherited(found) == {second: first} and found.steps[second].slip is None


def test_a_second_mistake_does_not_follow_from_the_first():
    found = reading(CHAIN + r"$$\frac{\partial q_k}{\partial x_j} = W_{kj}^2$$")
    wrong = refuted(found)
    assert inherited(found) == {wrong[1]: wrong[0]}
    assert len(wrong) == 3 and found.steps[wrong[2]].slip.label == "exponent"


def test_a_wrong_zero_is_not_put_in_for_every_zero():
    wrong = (r"\frac{\partial q_k}{\partial W_{kj}} = 0", r"\frac{\partial q_k}{\partial x_j} = W_{kj} + 0 x_j + 1")
    found = reading(f"{LAYER}Then $${wrong[0]}$$ and $${wrong[1]}$$")
    assert len(refuted(found)) == 2 and not inherited(found)


def test_a_mistake_made_again_in_other_letters_follows():
    found = reading(
        CHAIN.partition("$$\\frac{\\partial f}{\\partial W")[0] + r"$$\frac{\partial f}{\partial q_i} = q_i$$"
    )
    first, second = refuted(found)
    assert inherited(found) == {second: first}


def test_what_holds_by_a_condition_further_down_is_explained_without_it():
    found = reading(
        r"""Let $a, b \in \mathbb{R}$ and $f = a b$. Then $$\frac{\partial f}{\partial a} = -b.$$ Now let $b = 0$."""
    )
    (k,) = refuted(found)
    assert found.steps[k].slip.label == "sign"
