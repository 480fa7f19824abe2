"""Indices by form alone: what is strange is found, what is right is left alone."""

import pytest

from symgrad.check.verdicts.lint import RULES, lint
from tests.check_readings import reading

GIVEN = r"""Let $W \in \mathbb{R}^{m \times n}$, $x \in \mathbb{R}^n$, $u \in \mathbb{R}^m$,
$q_k = \sum_j W_{kj} x_j$, $f = \sum_k q_k^2$. """
RIGHT = (
    r"\frac{\partial f}{\partial W_{ij}} = \sum_k 2 q_k 1_{k=i} x_j = 2 q_i x_j",
    r"\frac{\partial f}{\partial x_j} = 2 \sum_{i=1}^m q_i W_{ij}",
    r"\sum_{k=1}^m u_k q_k q_k = \sum_k u_k q_k^2",
    r"\frac{\partial x_j}{\partial x_i} = \delta_{ij}",
    r"\sum_{i=1}^n 3 = 3 n",
    r"\sum_i u_i \sum_j W_{ij} x_j = \sum_k u_k q_k",
    r"f = q_k q_k",
)
STRANGE = (
    (r"\frac{\partial f}{\partial x_j} = \sum_{k=1}^m 2 q_i W_{ij}", {"unused", "free"}),
    (r"\frac{\partial f}{\partial x_j} = 2 W_{ij}", {"free"}),
    (r"f = u_k q_k q_k", {"thrice"}),
    (r"f = u_k \sum_k q_k", {"bound and free", "free"}),
    (r"f = \sum_k q_k \sum_k u_k", {"bound twice"}),
    (r"f = \sum_i W_{ij} x_i u_j", {"sizes"}),
)


def rules(claim):
    return {each.rule for each in lint(reading(f"{GIVEN}Then\n\n$${claim}$$\n"))}


@pytest.mark.parametrize("claim", RIGHT)
def test_what_is_right_is_left_alone(claim):
    assert rules(claim) == set()


@pytest.mark.parametrize(("claim", "expected"), STRANGE, ids=[c for c, _ in STRANGE])
def test_what_is_strange_is_found(claim, expected):
    assert rules(claim) >= expected - {"free"} and (rules(claim) & expected)


def test_the_recap_of_the_lecture():
    product = r"\frac{\partial Y}{\partial h_i} \cdot \frac{\partial h_i}{\partial X}"
    recap = rf"$$\frac{{\partial Y}}{{\partial X}} = \sum_{{k=1}}^N {product}$$"
    (found,) = lint(reading(f"# Recap\n\nChain rule\n\n{recap}\n"))
    assert "binds k" in found.words and "h_i" in found.words


def test_a_finding_has_its_place():
    text = f"{GIVEN}Then\n\n$$\\frac{{\\partial f}}{{\\partial x_j}} = 2 W_{{ij}}$$\n"
    (found,) = lint(reading(text))
    assert text[found.at : found.end] == "2 W_{ij}"
    assert found.words == "index i is free on the right and missing on the left"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_rule_says_itself(rule):
    assert rule.__doc__
