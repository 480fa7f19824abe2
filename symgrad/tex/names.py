"""What the commands of LaTeX and the characters of Unicode are: tables, read by `meaning`."""

from __future__ import annotations

from types import MappingProxyType

_GREEK = (
    "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi rho sigma tau upsilon phi chi "
    "psi omega"
)
_CAPITALS = "Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega"
_VARIANTS = "epsilon theta pi rho sigma phi kappa"
_FUNCTIONS = (
    "log ln lg exp sin cos tan cot sec csc sinh cosh tanh coth arcsin arccos arctan det dim ker deg gcd hom arg Pr "
    "tr Tr diag Diag rank sign sgn softmax relu ReLU sigmoid erf logit Var Cov"
)
_PLAIN = (
    "partial nabla infty ell hbar imath jmath Re Im aleph emptyset top bot dagger ddagger forall exists neg angle "
    "triangle square Box flat sharp natural checkmark bigstar S P"
)

SYMBOLS = MappingProxyType(
    {name: name for name in f"{_GREEK} {_CAPITALS} {_FUNCTIONS} {_PLAIN}".split()}
    | {f"var{name}": name for name in _VARIANTS.split()}
    | {f"var{name}": name for name in _CAPITALS.split()}
    | {"intercal": "top", "varnothing": "emptyset", "lnot": "neg", "prime": "prime", "%": "%", "colon": ":"}
    | {"i": "i", "j": "j", "Sigma": "Sigma", "wp": "wp", "degree": "circ"}
)
"""Commands that are one letter or name: what it is called."""

RELATIONS = MappingProxyType(
    {"=": "=", "==": "=", "<": "<", ">": ">", "<=": "≤", ">=": "≥", "!=": "≠", ":=": ":=", "=:": "=:", "->": "→"}
    | {"+=": "+=", "-=": "-=", "~": "~"}
    | {"ne": "≠", "neq": "≠", "lt": "<", "gt": ">", "le": "≤", "leq": "≤", "leqslant": "≤", "leqq": "≤"}
    | {"ge": "≥", "geq": "≥", "geqslant": "≥", "geqq": "≥", "ll": "≪", "gg": "≫", "nless": "≮", "ngtr": "≯"}
    | {"nleq": "≰", "ngeq": "≱", "lesssim": "≲", "gtrsim": "≳", "approx": "≈", "simeq": "≈", "approxeq": "≈"}
    | {"cong": "≅", "doteq": "≐", "asymp": "≍", "propto": "∝", "varpropto": "∝", "in": "∈", "ni": "∋", "notin": "∉"}
    | {"subset": "⊂", "subseteq": "⊆", "supset": "⊃", "supseteq": "⊇", "coloneqq": ":=", "coloneq": ":="}
    | {"eqqcolon": "=:", "triangleq": ":=", "equiv": ":=", "defeq": ":=", "eqdef": ":=", "to": "→"}
    | {"rightarrow": "→", "longrightarrow": "→", "mapsto": "↦", "longmapsto": "↦", "gets": "←", "leftarrow": "←"}
    | {"longleftarrow": "←", "leftrightarrow": "↔", "hookrightarrow": "→", "sim": "~", "perp": "⊥", "succ": "≻"}
    | {"succeq": "⪰", "succcurlyeq": "⪰", "prec": "≺", "preceq": "⪯", "preccurlyeq": "⪯", "models": "⊨", "vdash": "⊢"}
    | {c: c for c in "≠≤≥≪≫≮≯≰≱≲≳≈≅≐≍∝∈∋∉⊂⊆⊃⊇→↦←↔⊥≻⪰≺⪯⊨⊢"}
    | {"∼": "~", "≃": "≈", "≜": ":=", "≡": ":=", "≔": ":=", "≕": "=:", "⟶": "→", "⟼": "↦", "⩽": "≤", "⩾": "≥"}
)

LINKS = MappingProxyType(
    {"Rightarrow": "⇒", "implies": "⇒", "Longrightarrow": "⇒", "therefore": "⇒", "leadsto": "⇒", "=>": "⇒", "⇒": "⇒"}
    | {"rightsquigarrow": "⇒", "∴": "⇒", "⟹": "⇒", "iff": "⇔", "Leftrightarrow": "⇔", "Longleftrightarrow": "⇔"}
    | {"⇔": "⇔", "⟺": "⇔", "Leftarrow": "⇐", "impliedby": "⇐", "Longleftarrow": "⇐", "⇐": "⇐", "because": "because"}
    | {"∵": "because", "land": "and", "lor": "or", "∧": "and", "∨": "or"}
)

NEGATED = MappingProxyType(
    {"=": "≠", "∈": "∉", "<": "≮", ">": "≯", "≤": "≰", "≥": "≱", "⊂": "⊄", "⊆": "⊈", "~": "≁", "≈": "≉", "∋": "∌"}
    | {":=": "≢", "⊥": "⊥̸", "→": "↛", "|": "∤"}
)

OPERATORS = MappingProxyType(
    {"cdot": "cdot", "times": "times", "odot": "odot", "circ": "circ", "otimes": "otimes", "ast": "ast", "*": "ast"}
    | {"/": "/", "div": "div", "bmod": "mod", "mod": "mod", "star": "star", "bullet": "bullet", "oplus": "oplus"}
    | {
        "ominus": "ominus",
        "cup": "cup",
        "cap": "cap",
        "setminus": "setminus",
        "backslash": "setminus",
        "wedge": "wedge",
    }
    | {"vee": "vee", "boxtimes": "boxtimes", "diamond": "diamond", "oslash": "oslash", "slash": "/"}
    | {"·": "cdot", "⋅": "cdot", "∙": "cdot", "×": "times", "⊙": "odot", "∘": "circ", "⊗": "otimes", "∗": "ast"}
    | {"÷": "div", "⋆": "star", "•": "bullet", "⊕": "oplus", "⊖": "ominus", "∪": "cup", "∩": "cap", "∖": "setminus"}
    | {"∕": "/", "⁄": "/", "⊘": "oslash"}
)

SIGNS = MappingProxyType({"+": "+", "-": "-", "−": "-", "–": "-", "pm": "±", "±": "±", "mp": "∓", "∓": "∓"})

BIG = MappingProxyType(
    {name: name for name in ("sum", "prod", "int", "iint", "iiint", "oint", "coprod", "bigcup", "bigcap", "bigoplus")}
    | {name: name for name in ("bigotimes", "bigodot", "bigvee", "bigwedge", "bigsqcup", "biguplus")}
    | {"∑": "sum", "∏": "prod", "∫": "int", "∬": "iint", "∮": "oint", "⋃": "bigcup", "⋂": "bigcap", "⨂": "bigotimes"}
)
"""Always with a body."""

BINDING = MappingProxyType(
    {name: name for name in ("max", "min", "sup", "inf", "lim", "argmax", "argmin", "limsup", "liminf", "esssup")}
)
"""With a body where a lower script stands, names otherwise."""

OPENING = MappingProxyType(
    {"(": "(", "[": "[", "{": "{", "lbrace": "{", "lbrack": "[", "langle": "⟨", "lfloor": "⌊", "lceil": "⌈"}
    | {"lvert": "|", "lVert": "‖", "⟨": "⟨", "⌊": "⌊", "⌈": "⌈", "⟦": "⟦", "llbracket": "⟦", "lgroup": "("}
)
CLOSING = MappingProxyType(
    {")": ")", "]": "]", "}": "}", "rbrace": "}", "rbrack": "]", "rangle": "⟩", "rfloor": "⌋", "rceil": "⌉"}
    | {"rvert": "|", "rVert": "‖", "⟩": "⟩", "⌋": "⌋", "⌉": "⌉", "⟧": "⟧", "rrbracket": "⟧", "rgroup": ")"}
)
BARS = MappingProxyType({"vert": "|", "Vert": "‖", "|": "|", "‖": "‖", "∥": "‖", "parallel": "‖", "∣": "|"})
MATCHING = MappingProxyType({"(": ")", "[": "]", "{": "}", "⟨": "⟩", "⌊": "⌋", "⌈": "⌉", "⟦": "⟧", "|": "|", "‖": "‖"})

DOTS = frozenset(("dots", "ldots", "cdots", "vdots", "ddots", "dotsc", "dotsb", "dotsm", "dotsi", "dotso", "iddots"))
DOT_CHARACTERS = frozenset("…⋯⋮⋱")

SPACES = frozenset((",", ";", ":", "!", " ", ">", "\n", "\t", "thinspace", "medspace", "thickspace", "negthinspace"))
DROPPED = frozenset(
    (
        *("displaystyle", "textstyle", "scriptstyle", "scriptscriptstyle", "limits", "nolimits", "displaylimits"),
        *("nonumber", "notag", "allowbreak", "nobreak", "break", "linebreak", "noindent", "mathstrut", "strut"),
        *("hline", "centering", "null", "relax", "protect", "mathrel", "mathbin", "mathord", "mathopen", "mathclose"),
        *(
            "mathpunct",
            "mathinner",
            "ensuremath",
            "smash",
            "boxed",
            "fbox",
            "mathop",
            "enspace",
            "enskip",
            "negmedspace",
        ),
        *(
            "hfil",
            "nobreakspace",
            "toprule",
            "midrule",
            "bottomrule",
            "normalsize",
            "small",
            "footnotesize",
            "large",
            "/",
        ),
        *(
            "itshape",
            "upshape",
            "normalfont",
            "rlap",
            "qty",
            "llap",
            "mathrlap",
            "mathllap",
            "mathclap",
            "vcenter",
            "hbox",
        ),
        *("nulldelimiterspace", "allowdisplaybreaks", "aftergroup", "@"),
    )
)
"""They say how it looks; the braces after some of them stay."""
GAPS = frozenset(("quad", "qquad", "hfill"))
BLANK = frozenset(("phantom", "vphantom", "hphantom", "mathhphantom", "pagebreak", "index", "footnote", "noalign"))
"""With the group that follows them, they show nothing."""
SIZES = frozenset(f"{size}{side}" for size in ("big", "Big", "bigg", "Bigg") for side in ("", "l", "r", "m"))

FONTS = MappingProxyType(
    {
        "mathbf": "bf",
        "boldsymbol": "bf",
        "bm": "bf",
        "pmb": "bf",
        "mathbfit": "bf",
        "symbf": "bf",
        "vb": "bf",
        "va": "bf",
        "bold": "bf",
    }
    | {"mathcal": "cal", "mathscr": "cal", "mathbb": "bb", "mathbbm": "bb", "mathds": "bb", "Bbb": "bb"}
    | {"mathrm": "rm", "mathup": "rm", "mathfrak": "frak", "frak": "frak", "mathtt": "tt", "mathsf": "sf"}
    | {"mathit": "it", "mathnormal": "", "mathsfit": "sf"}
)
SWITCHES = MappingProxyType(
    {"bf": "bf", "rm": "rm", "cal": "cal", "it": "it", "tt": "tt", "sf": "sf", "boldmath": "bf", "bfseries": "bf"}
)
"""Old commands that hold to the end of the group."""
WORDS = MappingProxyType(
    {"text": "rm", "mbox": "rm", "textrm": "rm", "textnormal": "rm", "textup": "rm", "textbf": "bf", "textit": "it"}
    | {"texttt": "tt", "textsf": "sf", "emph": "it", "textsc": "rm", "intertext": "rm", "shortintertext": "rm"}
)
_RAW = "label tag tag* ref eqref cite citep hspace hspace* vspace vspace* begin end color textcolor colorbox mathcolor"
RAW = frozenset(f"{_RAW} definecolor mspace".split())
"""Commands whose first argument is not mathematics."""

ACCENTS = MappingProxyType(
    {
        "hat": "hat",
        "widehat": "hat",
        "bar": "bar",
        "overline": "bar",
        "tilde": "tilde",
        "widetilde": "tilde",
        "dot": "dot",
    }
    | {"ddot": "ddot", "vec": "vec", "overrightarrow": "vec", "check": "check", "widecheck": "check", "breve": "breve"}
    | {"acute": "acute", "grave": "grave", "mathring": "ring", "underline": "underline", "underbar": "underline"}
    | {"utilde": "undertilde", "dddot": "dddot", "overleftarrow": "leftvec"}
)
COMBINING = MappingProxyType(
    {"\u0302": "hat", "\u0304": "bar", "\u0305": "bar", "\u0303": "tilde", "\u0307": "dot", "\u0308": "ddot"}
    | {"\u20d7": "vec", "\u030c": "check", "\u0306": "breve", "\u0301": "acute", "\u0300": "grave", "\u030a": "ring"}
)

CHARACTERS = MappingProxyType(
    dict(zip("αβγδεζηθικλμνξοπρστυφχψω", _GREEK.split(), strict=True))
    | dict(zip("ΓΔΘΛΞΠΣΥΦΨΩ", _CAPITALS.split(), strict=True))
    | dict(zip("ϵϑϖϱςϕϰ", _VARIANTS.split(), strict=True))
    | {"∂": "partial", "∇": "nabla", "∞": "infty", "ℓ": "ell", "⊤": "top", "⊺": "top", "∀": "forall", "∃": "exists"}
    | {"∅": "emptyset", "†": "dagger", "ℏ": "hbar", "¬": "neg", "µ": "mu", "∆": "Delta", "′": "prime"}
)
DOUBLE_STRUCK = MappingProxyType({"ℝ": "R", "ℕ": "N", "ℤ": "Z", "ℚ": "Q", "ℂ": "C", "ℙ": "P", "𝟙": "1", "𝟏": "1"})
RAISED = MappingProxyType(
    dict(zip("⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱ", "0123456789+-=()ni", strict=True)) | dict(zip("ᵀᴸᵗˡᵏʲᵐᵈ", "TLtlkjmd", strict=True))
)
LOWERED = MappingProxyType(
    dict(zip("₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎", "0123456789+-=()", strict=True))
    | dict(zip("ₐₑₒₓₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ", "aeoxhklmnpstijruv", strict=True))
)

_LINES = (
    "align aligned alignat alignedat gather gathered split eqnarray multline multlined flalign equation displaymath"
)
_LINES += " math IEEEeqnarray dmath subequations"
ALIGNMENTS = frozenset(f"{name}{star}" for name in _LINES.split() for star in ("", "*"))
WITH_COLUMNS = frozenset(
    ("array", "alignat", "alignat*", "alignedat", "IEEEeqnarray", "IEEEeqnarray*", "subarray", "tabular")
)
CASES = frozenset(("cases", "dcases", "rcases", "drcases", "cases*", "dcases*"))
MATRICES = frozenset(
    f"{side}{kind}{star}"
    for side in ("", "p", "b", "B", "v", "V", "small")
    for kind in ("matrix",)
    for star in ("", "*")
) | {"array", "psmallmatrix", "bsmallmatrix", "tabular"}

CONDITIONS = frozenset(
    ("for", "if", "when", "whenever", "unless", "provided", "assuming", "since", "because", "as", "using")
)
CONDITIONS |= {
    "by",
    "from",
    "all",
    "every",
    "any",
    "each",
    "given",
    "at",
    "with",
    "iff",
    "only",
    "such",
    "that",
    "s.t.",
}
CONDITIONS |= {"st", "on", "over", "in"}
"""Where words end with one of these, what follows is a condition or a reason."""
CONNECTIVES = MappingProxyType(
    {"and": "and", "or": "or", "where": "where", "so": "⇒", "hence": "⇒", "thus": "⇒", "then": "⇒", "therefore": "⇒"}
    | {"implies": "⇒", "iff": "⇔", "with": "where", "let": "let", "so that": "⇒", "which gives": "⇒", "and so": "⇒"}
    | {"if and only if": "⇔", "and then": "⇒", "we get": "⇒", "and hence": "⇒", "and thus": "⇒", "while": "and"}
    | {"in which": "where", "also": "and", "as well as": "and", "gives": "⇒", "but": "and", "it follows that": "⇒"}
)
PROSE = (
    CONDITIONS | frozenset(CONNECTIVES) | frozenset(("otherwise", "else", "is", "are", "the", "a", "an", "to", "of"))
)
SPOKEN = frozenset(("if", "for", "when", "where", "and", "or", "with", "otherwise", "else", "since", "unless"))
ELSE = frozenset(("otherwise", "else", "", "elsewhere", "in all other cases", "other", "if otherwise"))
