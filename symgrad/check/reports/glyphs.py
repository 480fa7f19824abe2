"""The characters in which written formulas are shown: letters, fonts, operators, accents."""

from __future__ import annotations

from types import MappingProxyType
from unicodedata import normalize

from ...tex import names
from ...tex.syntax import Symbol

CHARACTERS = MappingProxyType(
    {name: character for character, name in reversed([*names.CHARACTERS.items()])}
    | {"top": "⊤", "bot": "⊥", "neg": "¬", "angle": "∠", "square": "□", "prime": "′", "circ": "°", "hbar": "ℏ"}
    | {"imath": "ı", "jmath": "ȷ", "Re": "Re", "Im": "Im", "aleph": "ℵ", "dagger": "†", "argmax": "arg max"}
    | {"argmin": "arg min", "limsup": "lim sup", "liminf": "lim inf"}
)
"""What a command shows; any other name shows itself."""

OPERATORS = MappingProxyType(
    {"cdot": "⋅", "times": "×", "odot": "⊙", "circ": "∘", "otimes": "⊗", "ast": "∗", "/": "/", "div": "÷", "mod": "mod"}
    | {"star": "⋆", "bullet": "•", "oplus": "⊕", "ominus": "⊖", "cup": "∪", "cap": "∩", "setminus": "∖", "wedge": "∧"}
    | {"vee": "∨", "boxtimes": "⊠", "diamond": "⋄", "oslash": "⊘"}
)
BIG = MappingProxyType(
    {"sum": "∑", "prod": "∏", "coprod": "∐", "int": "∫", "iint": "∬", "iiint": "∭", "oint": "∮", "bigcup": "⋃"}
    | {"bigcap": "⋂", "bigoplus": "⨁", "bigotimes": "⨂", "bigodot": "⨀", "bigvee": "⋁", "bigwedge": "⋀"}
    | {"bigsqcup": "⨆", "biguplus": "⨄"}
)
COMBINING = MappingProxyType({name: character for character, name in reversed([*names.COMBINING.items()])})
OVER = MappingProxyType(
    {"hat": "^", "bar": "¯", "tilde": "~", "dot": "˙", "ddot": "¨", "dddot": "⃛", "vec": "→", "check": "ˇ", "breve": "˘"}
    | {"acute": "´", "grave": "`", "ring": "˚", "leftvec": "←"}
)
UNDER = MappingProxyType({"underline": "_", "undertilde": "~"})

_FIRST = {"bf": (0x1D400, 0x1D41A, 0x1D7CE), "cal": (0x1D4D0, 0x1D4EA, 0), "frak": (0x1D504, 0x1D51E, 0)}
_FIRST |= {"bb": (0x1D538, 0x1D552, 0x1D7D8), "sf": (0x1D5A0, 0x1D5BA, 0x1D7E2), "tt": (0x1D670, 0x1D68A, 0x1D7F6)}
_GREEK = (0x1D6A8, 0x1D6C2)  # of bold Α and α
_ODD = {"bb": dict(zip("CHNPQRZ", "ℂℍℕℙℚℝℤ", strict=True)), "frak": dict(zip("CHIRZ", "ℭℌℑℜℨ", strict=True))}


def glyph(symbol: Symbol) -> str:
    """The name without fonts.

    >>> glyph(Symbol(0, 5, "sigma")), glyph(Symbol(0, 1, "W", "bf"))
    ('σ', 'W')
    """
    return CHARACTERS.get(symbol.name, symbol.name)


def styled(text: str, font: str) -> str:
    """One character in a font, as Unicode has it.

    >>> styled("R", "bb"), styled("x", "bf"), styled("L", "cal"), styled("α", "bf")
    ('ℝ', '𝐱', '𝓛', '𝛂')
    """
    if len(text) != 1 or font not in _FIRST:
        return text
    if text in _ODD.get(font, ()):
        return _ODD[font][text]
    upper, lower, digit = _FIRST[font]
    for first, last, start in (("A", "Z", upper), ("a", "z", lower), ("0", "9", digit)):
        if first <= text <= last and start:
            return chr(start + ord(text) - ord(first))
    if font == "bf":
        for first, last, start in (("Α", "Ω", _GREEK[0]), ("α", "ω", _GREEK[1])):
            if first <= text <= last:
                return chr(start + ord(text) - ord(first))
    return text


def shown(key: str) -> str:
    """The key of a name as it is read.

    >>> shown("hat y"), shown("bf:x"), shown("alpha")
    ('ŷ', 'x', 'α')
    """
    *accents, name = key.split(" ")
    plain = name.rpartition(":")[2] or name
    return normalize("NFC", CHARACTERS.get(plain, plain) + "".join(COMBINING.get(accent, "") for accent in accents))
