"""How a name is written: subscripts and superscripts of Unicode, Greek letters, digits and words in LaTeX."""

from __future__ import annotations

import re

SUBSCRIPT = dict(
    zip(
        "0123456789aehijklmnoprstuvxβγρφχ",
        "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓᵦᵧᵨᵩᵪ",
        strict=True,
    )
)
SUPERSCRIPT = dict(zip("0123456789", "⁰¹²³⁴⁵⁶⁷⁸⁹", strict=True))

_GREEK = tuple(
    """α alpha β beta γ gamma δ delta ε varepsilon ζ zeta η eta θ theta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi
    ρ rho σ sigma ς varsigma τ tau υ upsilon φ varphi χ chi ψ psi ω omega Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi
    Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega ϵ epsilon ϕ phi ϑ vartheta ϱ varrho µ mu ℓ ell""".split()  # noqa: SIM905
)
GREEK = dict(zip(_GREEK[::2], _GREEK[1::2], strict=True))
"""The macro of each Greek letter; the macros are also the names under which one types them (`sigma`)."""


def subscript(parts: tuple[str, ...]) -> str | None:
    """The parts as Unicode subscripts; None unless each is one character that has one.

    >>> subscript(("i", "j")), subscript(("c", "q")), subscript(("i1",))
    ('ᵢⱼ', None, None)
    """
    if all(part in SUBSCRIPT for part in parts):
        return "".join(SUBSCRIPT[part] for part in parts)
    return None


def superscript(number: int) -> str:
    """
    >>> superscript(12)
    '¹²'
    """
    return "".join(SUPERSCRIPT[digit] for digit in str(number))


def latex_name(name: str) -> str:
    r"""A name in LaTeX: Greek letters, trailing digits and what follows `_` as a subscript, words upright.

    >>> [latex_name(n) for n in ("W", "loss", "sigma", "θ", "W1", "h_out", "x_1", "dL2")]
    ['W', '\\mathrm{loss}', '\\sigma', '\\theta', 'W_{1}', 'h_{\\mathrm{out}}', 'x_{1}', '\\mathrm{dL}_{2}']
    """
    if name.startswith("$"):  # a slot of a template
        return rf"\square_{{{_word(name[1:])}}}"
    stem, _, below = name.partition("_")
    if not below and not name.endswith("_") and (digits := re.fullmatch(r"(\D+)([0-9]+)", name)):
        stem, below = digits.groups()
    if not stem or name.endswith("_"):
        return rf"\mathrm{{{_escaped(name)}}}"
    return f"{_word(stem)}_{{{_word(below)}}}" if below else _word(stem)


def _word(word: str) -> str:
    if word in GREEK:
        return f"\\{GREEK[word]}"
    if word in GREEK.values():
        return f"\\{word}"
    if word.isascii() and (len(word) == 1 or word.isdigit()) and word != "_":
        return word
    return rf"\mathrm{{{_escaped(word)}}}" if word.isascii() else rf"\text{{{_escaped(word)}}}"


def _escaped(word: str) -> str:
    return word.replace("_", r"\_")


def latex_operator(name: str) -> str:
    r"""
    >>> latex_operator("log_softmax")
    '\\operatorname{log\\_softmax}'
    """
    return rf"\operatorname{{{_escaped(name)}}}"


def latex_text(words: str) -> str:
    r"""Words for `\text{…}`: what TeX reads as a command is escaped, mathematical signs stand as formulas.

    >>> latex_text("50% of ∂f/∂θ₁")
    '50\\% of $\\partial$f/$\\partial$$\\theta$$_{1}$'
    """
    return "".join(_text_sign(c) for c in words)


def _text_sign(c: str) -> str:
    if c in LATEX_SPECIAL or c.isascii():
        return LATEX_SPECIAL.get(c, c)
    if c in GREEK:
        return f"$\\{GREEK[c]}$"
    for signs, mark in ((SUBSCRIPT, "_"), (SUPERSCRIPT, "^")):
        plain = next((a for a, b in signs.items() if b == c), None)
        if plain:
            return f"${mark}{{{latex_name(plain)}}}$"
    return f"${LATEX_SIGN[c]}$" if c in LATEX_SIGN else c if c.isalpha() else "?"


LATEX_SIGN = {
    "∂": r"\partial",
    "∇": r"\nabla",
    "∏": r"\prod",
    "∑": r"\sum",
    "𝟙": r"\mathbb{1}",
    "𝟏": r"\mathbf{1}",
    "≤": r"\le",
    "≥": r"\ge",
    "≠": r"\ne",
    "−": "-",
    "·": r"\cdot",
    "×": r"\times",
    "⊙": r"\odot",
    "√": r"\surd",
    "∞": r"\infty",
    "→": r"\to",
    "½": r"\tfrac{1}{2}",
    "⌊": r"\lfloor",
    "⌋": r"\rfloor",
    "‖": r"\Vert",
    "…": r"\dots",
    "′": "'",
    "⟨": r"\langle",
    "⟩": r"\rangle",
}
LATEX_SPECIAL = {
    "\\": r"\textbackslash{}",
    "{": r"\{",
    "}": r"\}",
    "$": r"\$",
    "&": r"\&",
    "%": r"\%",
    "#": r"\#",
    "_": r"\_",
    "^": r"\textasciicircum{}",
    "~": r"\textasciitilde{}",
}
