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
