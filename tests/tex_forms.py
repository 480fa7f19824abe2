r"""A tree in one line, for tables of tests: `\frac{a}{b} x_i^2` is `(a // b) x_i^2`."""

from symgrad.tex import syntax as s


def compact(node):
    """Every part of the tree is in the line; places are not."""
    if node is None:
        return "∅"
    return FORMS[type(node)](node)


def _symbol(n):
    font = f"{n.font}:" if n.font else ""
    return "".join(f"{a}." for a in n.accents) + font + n.name


def _scripted(n):
    base = compact(n.base)
    if isinstance(n.base, s.Scripted | s.Frac):
        base = f"⟪{base}⟫"
    out = base + "'" * n.primes
    if n.sub is not None:
        out += "_" + _small(n.sub)
    return out + ("^" + _small(n.sup) if n.sup is not None else "")


def _small(n):
    text = compact(n)
    return text if isinstance(n, s.Symbol | s.Number | s.Group) else f"{{{text}}}"


def _sum(n):
    first, *rest = n.terms
    text = ("" if first[0] == "+" else first[0]) + _term(first[1])
    if len(n.terms) == 1 and first[0] == "+":
        text = "+" + text
    return text + "".join(f" {sign} {_term(t)}" for sign, t in rest)


def _term(n):
    return f"⟪{compact(n)}⟫" if isinstance(n, s.Sum) else compact(n)


def _product(n):
    out = ""
    for op, f in n.factors:
        text = f"⟪{compact(f)}⟫" if isinstance(f, s.Product | s.Sum) else compact(f)
        out += (f" {op} " if op else " " if out else "") + text
    return out


def _relation(n):
    out = compact(n.sides[0])
    for relation, side in zip(n.relations, n.sides[1:], strict=True):
        out += f" {relation} {compact(side)}"
    return out


def _tuple(n):
    assert len(n.separators) == len(n.items) - 1
    out = compact(n.items[0])
    for separator, item in zip(n.separators, n.items[1:], strict=True):
        out += f"{separator} {compact(item)}" if separator in ",;" else f" {separator} {compact(item)}"
    return out


def _big(n):
    scripts = ("_" + _small(n.sub) if n.sub is not None else "") + ("^" + _small(n.sup) if n.sup is not None else "")
    return f"{n.op}{scripts}[{compact(n.body)}]"


def _row(n):
    out = f"{n.link}: " if n.link else ""
    out += compact(n.statement)
    out += "".join(f" # {compact(r)}" for r in n.remarks)
    return f"[{n.label}] " + out if n.label else out


FORMS = {
    s.Number: lambda n: str(n.value),
    s.Symbol: _symbol,
    s.Scripted: _scripted,
    s.Sum: _sum,
    s.Product: _product,
    s.Frac: lambda n: f"({compact(n.above)} // {compact(n.below)})",
    s.Root: lambda n: f"√{compact(n.degree) if n.degree is not None else ''}[{compact(n.of)}]",
    s.Binomial: lambda n: f"binom({compact(n.above)}, {compact(n.below)})",
    s.Big: _big,
    s.Group: lambda n: f"{n.left or '⟨.'}{compact(n.body) if n.body is not None else ''}{n.right or '.⟩'}",
    s.Tuple: _tuple,
    s.Matrix: lambda n: f"{n.kind}[" + "; ".join(" & ".join(map(compact, row)) for row in n.rows) + "]",
    s.Cases: lambda n: "cases[" + "; ".join(f"{compact(v)} if {compact(c)}" for v, c in n.branches) + "]",
    s.Stacked: lambda n: f"over[{compact(n.body)} | {compact(n.note)}]",
    s.Text: lambda n: f"“{n.text}”",
    s.Dots: lambda n: "…",
    s.Relation: _relation,
    s.Row: _row,
    s.Factorial: lambda n: f"{compact(n.of)}!",
    s.Accent: lambda n: f"{n.accent}.[{compact(n.of)}]",
}


# Trees to LaTeX

FONTS = {"bf": "mathbf", "cal": "mathcal", "bb": "mathbb", "rm": "mathrm", "sf": "mathsf"}
DELIMITERS = {
    **{"(": ("(", ")"), "[": ("[", "]"), "{": (r"\{", r"\}"), "|": (r"\lvert ", r"\rvert "), "": ("{", "}")},
    **{"‖": (r"\lVert ", r"\rVert "), "⟨": (r"\langle ", r"\rangle "), "⌊": (r"\lfloor ", r"\rfloor ")},
}
RELATIONS = {"≤": r"\le", "≠": r"\ne", "∈": r"\in", "→": r"\to", "≥": r"\ge", "~": r"\sim"}
OPERATORS = {"": "", "/": "/"}


def written(node):
    """LaTeX that reads as the tree."""
    return WRITTEN[type(node)](node)


def _w_symbol(n):
    text = n.name if len(n.name) == 1 or n.font else f"\\{n.name}"
    text = f"\\{FONTS[n.font]}{{{text}}}" if n.font else text
    for accent in n.accents:
        text = f"\\{accent}{{{text}}}"
    return text + " "


def _w_number(n):
    value = n.value
    return f"{value} " if value.denominator == 1 else f"{float(value)} "


def _w_scripted(n):
    base = written(n.base)
    if isinstance(n.base, s.Scripted):
        base = f"{{{base}}}"
    out = base + "'" * n.primes
    out += f"_{{{written(n.sub)}}}" if n.sub is not None else ""
    return out + (f"^{{{written(n.sup)}}}" if n.sup is not None else "") + " "


def _w_sum(n):
    out = ""
    for k, (sign, term) in enumerate(n.terms):
        out += ("" if k == 0 and sign == "+" and len(n.terms) > 1 else f"{sign} ") + written(term)
    return out


def _w_product(n):
    return "".join((f"{OPERATORS.get(op, chr(92) + op)} " if op else "") + written(f) for op, f in n.factors)


def _w_relation(n):
    out = written(n.sides[0]) if n.sides[0] is not None else ""
    for relation, side in zip(n.relations, n.sides[1:], strict=True):
        out += f"{RELATIONS.get(relation, relation)} {written(side)}"
    return out


def _w_big(n):
    out = f"\\{n.op}"
    out += f"_{{{written(n.sub)}}}" if n.sub is not None else ""
    return out + (f"^{{{written(n.sup)}}} " if n.sup is not None else " ") + written(n.body)


def _w_group(n):
    left, right = DELIMITERS[n.left]
    return left + (written(n.body) if n.body is not None else "") + right


def _w_rows(rows):
    return r" \\ ".join(" & ".join(map(written, row)) for row in rows)


WRITTEN = {
    s.Number: _w_number,
    s.Symbol: _w_symbol,
    s.Scripted: _w_scripted,
    s.Sum: _w_sum,
    s.Product: _w_product,
    s.Frac: lambda n: rf"\frac{{{written(n.above)}}}{{{written(n.below)}}}",
    s.Root: lambda n: rf"\sqrt{f'[{written(n.degree)}]' if n.degree is not None else ''}{{{written(n.of)}}}",
    s.Binomial: lambda n: rf"\binom{{{written(n.above)}}}{{{written(n.below)}}}",
    s.Big: _w_big,
    s.Group: _w_group,
    s.Tuple: lambda n: ", ".join(map(written, n.items)),
    s.Matrix: lambda n: rf"\begin{{{n.kind}}}{_w_rows(n.rows)}\end{{{n.kind}}}",
    s.Cases: lambda n: rf"\begin{{cases}}{_w_rows(n.branches)}\end{{cases}}",
    s.Dots: lambda n: r"\dots ",
    s.Relation: _w_relation,
    s.Factorial: lambda n: f"{written(n.of)}! ",
}
