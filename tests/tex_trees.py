"""Random trees of written mathematics, in the shapes that the reader gives."""

from fractions import Fraction

from hypothesis import strategies as st

from symgrad.tex import syntax as s

LETTERS = [c for c in "abcdefghijklmnopqrstuvwxyzABCDEFGHKLMNQRSTUVWXYZ"]
GREEK = ["alpha", "sigma", "theta", "delta", "Sigma", "partial", "nabla", "ell", "infty", "log", "exp", "top"]


def symbols():
    plain = st.sampled_from(LETTERS + GREEK).map(lambda name: s.Symbol(0, 0, name))
    styled = st.builds(
        lambda letter, font, accents: s.Symbol(0, 0, letter, font, accents),
        st.sampled_from(LETTERS),
        st.sampled_from(("", "bf", "cal", "bb")),
        st.sampled_from(((), ("hat",), ("bar",), ("hat", "tilde"))),
    )
    words = st.sampled_from(("tr", "diag", "loss", "softmax")).map(lambda name: s.Symbol(0, 0, name, "rm"))
    return plain | styled | words


def numbers():
    return st.sampled_from((0, 1, 2, 3, 10, 127, Fraction(1, 2), Fraction(5, 4))).map(
        lambda v: s.Number(0, 0, Fraction(v))
    )


def leaves():
    return symbols() | numbers()


def _product(draw_factor):
    """Factors with operators; no number directly behind a number."""

    def clear(factors):
        out = [("", factors[0][1])]
        for op, factor in factors[1:]:
            beside = isinstance(factor, s.Number) and isinstance(out[-1][1], s.Number)
            out.append(("cdot" if beside and not op else op, factor))
        return s.Product(0, 0, tuple(out))

    operators = st.sampled_from(("", "", "", "cdot", "odot", "times", "/"))
    return st.lists(st.tuples(operators, draw_factor), min_size=2, max_size=4).map(clear)


def _relation(side):
    sides = st.lists(side, min_size=2, max_size=3)
    names = st.sampled_from(("=", "≤", "≠", "∈", "<"))
    return st.builds(
        lambda found, relations: s.Relation(0, 0, tuple(found), tuple(relations[: len(found) - 1])),
        sides,
        st.lists(names, min_size=2, max_size=2),
    )


def _several(item):
    return st.lists(item, min_size=2, max_size=3).map(
        lambda items: s.Tuple(0, 0, tuple(items), (",",) * (len(items) - 1))
    )


def _grown(inner):
    """Everything that can be made of expressions."""
    plain = inner | _several(inner) | _relation(inner)
    script = st.none() | plain
    brackets = st.builds(lambda left, body: _group(left, body), st.sampled_from("([{|‖⟨⌊"), inner | _several(inner))
    base = symbols() | brackets
    scripted = st.builds(
        lambda b, sub, sup, primes: s.Scripted(0, 0, b, sub, sup, primes) if sub or sup or primes else b,
        base,
        script,
        script.filter(lambda n: not isinstance(n, s.Tuple)),
        st.sampled_from((0, 0, 0, 1, 2)),
    )
    atom = st.one_of(
        scripted,
        brackets,
        st.builds(lambda a, b: s.Frac(0, 0, a, b), inner, inner),
        st.builds(lambda a, b: s.Root(0, 0, a, b), inner, st.none() | numbers()),
        st.builds(lambda a, b: s.Binomial(0, 0, a, b), inner, inner),
        symbols().map(lambda n: s.Factorial(0, 0, n)),
        st.lists(st.tuples(inner, inner), min_size=1, max_size=2).map(
            lambda rows: s.Matrix(0, 0, "bmatrix", tuple(rows))
        ),
        st.lists(st.tuples(inner, _relation(inner)), min_size=1, max_size=2).map(
            lambda rows: s.Cases(0, 0, tuple(rows))
        ),
        st.just(s.Dots(0, 0)),
    )
    factor = leaves() | atom
    product = _product(factor)
    body = factor | product
    big = st.builds(
        lambda op, sub, sup, of: s.Big(0, 0, op, sub, sup, of),
        st.sampled_from(("sum", "prod")),
        plain,
        st.none() | inner,
        body,
    )
    term = factor | product | big | st.builds(_before, product, big)
    signs = st.sampled_from("+-")
    sums = st.lists(st.tuples(signs, term), min_size=2, max_size=3).map(lambda terms: s.Sum(0, 0, tuple(terms)))
    return term | sums | term.map(lambda n: s.Sum(0, 0, (("-", n),)))


def _group(left, body):
    right = {"(": ")", "[": "]", "{": "}", "⟨": "⟩", "⌊": "⌋"}.get(left, left)
    return s.Group(0, 0, left, right, body)


def _before(product, big):
    return s.Product(0, 0, (*product.factors, ("", big)))


SMALL = leaves()
MIDDLE = _grown(SMALL)
LARGE = _grown(SMALL | MIDDLE)


EQUATION = _relation(SMALL | MIDDLE)


@st.composite  # a strategy's repr would be megabytes long
def expressions(draw):
    return draw(SMALL | MIDDLE | LARGE)


@st.composite
def statements(draw):
    """Equations, as a line of a display has them."""
    return draw(EQUATION)
