"""Statements, sums, products, factors: the expressions of LaTeX, by recursive descent."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction

from . import bigs, environments, names
from .brackets import barred, bracket, sided
from .cursor import SEPARATORS, Cursor
from .faults import Fault, limit
from .limits import NESTING
from .scripts import scripted
from .structures import STRUCTURES, WORD_FONTS, Structure, enclosed
from .syntax import Binomial, Dots, Frac, Group, Node, Number, Product, Relation, Sum, Symbol, Text, Tuple
from .tokens import Token

BARS = frozenset(("bar", "lone bar"))
RAISED_OPERATORS = {"ast": "*", "cdot": "cdot", "separator": "|"}


class Parser(Cursor):
    """Reads one row, or what a bracket holds."""

    # Statements

    def items(self) -> Node | None:
        start = self.here.at
        nodes: list[Node] = []
        separators: list[str] = []
        while True:
            node = self.statement()
            if node is None:
                break
            nodes.append(node)
            if self.here.kind not in SEPARATORS or self._closes_here() or self.inside == "row":
                break
            separator = self.advance()
            separators.append(separator.text)
            if node is not None and self._is_over():
                if self.inside in ("cell", "case") and separator.text in ",;":
                    separators.pop()
                    break
                raise Fault(f"nothing after {separator.text}", separator.at, "an item is missing")
        if separators and len(nodes) == len(separators):
            raise Fault("an item is missing", self.here.at, "write something between the separators")
        if not nodes:
            return None
        return nodes[0] if len(nodes) == 1 else _listed(start, self.last_end, nodes, separators)

    def _closes_here(self) -> bool:
        return self.here.kind == "lone bar" and self.here.text in self.bars

    def _is_over(self) -> bool:
        return self.ends() and self.here.kind not in ("sign", "relation", ":")

    def statement(self) -> Node | None:
        """Sides and the relations between them; an expression where no relation stands."""
        first = self.sum()
        if not self._relates():
            return first
        sides: list[Node | None] = [first]
        relations: list[str] = []
        while self._relates():
            token = self.advance()
            self.note(token)
            relations.append(token.text)
            sides.append(self.sum())
            if sides[-1] is None and self._relates():
                raise Fault(f"nothing between {token.text} and {self.here.text}", self.here.at, "a side is missing")
        at = first.at if first is not None else self.tokens[self.k - 1].at
        at = next((side.at for side in sides if side is not None), at)
        return Relation(at, self.last_end, tuple(sides), tuple(relations))

    def _relates(self) -> bool:
        kind = self.here.kind
        if kind == "relation" or (kind == "link" and self.inside != "row"):
            return True
        if kind == ":" and self.quantified:
            return False
        return self.inside == "row" and kind in (":", "separator", "lone bar") and not self._closes_here()

    # Sums and products

    def sum(self) -> Node | None:
        self._skip()
        at = self.here.at
        sign = self.advance() if self.here.kind == "sign" else None
        if sign is not None and self._stands_alone():
            return _sign_name(sign)
        first = self.term(sign)
        if first is None:
            return None
        if sign is None and self.here.kind != "sign":
            return first
        terms = [(sign.text if sign else "+", first)]
        while self.here.kind == "sign":
            sign = self.advance()
            term = self.term(sign)
            assert term is not None
            terms.append((sign.text, term))
        return Sum(at, self.last_end, tuple(terms))

    def _skip(self) -> None:
        """Gaps part statements of a row and columns of a cell; elsewhere they are nothing."""
        while self.here.kind == "gap" and self.inside in ("brackets", "script"):
            self.advance()

    def _stands_alone(self) -> bool:
        """`x^{+}`, `h^{(-)}`: a sign that is a name."""
        if self.inside == "row":
            return self.k == 1 and self.here.kind == "stop"
        return self.here.kind in ("}", "close", "right", ",")

    def term(self, sign: Token | None) -> Node | None:
        """A product; after a sign there must be one, and it may have a sign of its own."""
        if sign is not None and self.here.kind == "sign":
            if self.inside == "script":
                return self._signs()
            second = self.advance()
            with self.within(self.inside, self.bars):
                of = self.term(second)
            assert of is not None
            return Sum(second.at, self.last_end, ((second.text, of),))
        found = self.product()
        if found is None and sign is not None:
            raise Fault(f"nothing after {sign.text}", sign.at, "a term is missing")
        return found

    def _signs(self) -> Node:
        """`S_{++}`: signs as a name."""
        start, name = self.here.at, ""
        while self.here.kind == "sign":
            name += self.advance().text
        return Symbol(start, self.last_end, name)

    def product(self) -> Node | None:
        at = self.here.at
        factors: list[tuple[str, Node]] = []
        operator: Token | None = None
        evaluated = bars = 0
        while True:
            self._skip()
            if self.here.kind == "operator":
                if operator is not None or not factors:
                    factors.append(self._placeholder(operator))
                    operator = None
                else:
                    operator = self.advance()
            elif self.here.kind == "sign" and operator is not None:
                factors.append((operator.text, self._signed()))
                operator = None
            elif self.here.kind in BARS and (operator is not None or not factors):
                factors.append((operator.text if operator else "", self.factor()))
                operator = None
            elif self.ends() or (self.here.kind == "lone bar" and factors and operator is None):
                if not self._evaluates(factors, evaluated):
                    break
                evaluated, bars = len(factors), bars + 1
                if bars > NESTING:
                    raise limit(f"evaluated more than {NESTING} times", at)
            elif self.here.kind == "bar" and factors and self.ahead().kind in ("_", "^"):
                self._evaluate(factors, evaluated)
                evaluated = len(factors)
            elif self.here.kind == "text" and self.inside in ("row", "case") and factors and operator is None:
                break
            else:
                factors.append((operator.text if operator else "", self._next(factors, operator)))
                operator = None
        if operator is not None:
            if self.inside != "script":
                raise Fault(f"nothing after {operator.text}", operator.at, "a factor is missing")
            factors.append(("", _sign_name(operator)))
        if not factors:
            return self._lone_colon()
        return factors[0][1] if len(factors) == 1 else Product(at, self.last_end, tuple(factors))

    def _next(self, factors: list[tuple[str, Node]], operator: Token | None) -> Node:
        found = self.factor()
        last = factors[-1][1] if factors else None
        if operator is None and isinstance(found, Number) and isinstance(last, Number):
            raise Fault("two numbers side by side", found.at, "write \\cdot between them, or 1{,}000 for one number")
        return found

    def _placeholder(self, before: Token | None) -> tuple[str, Node]:
        """`f(\\cdot)`, `W_{\\cdot j}`, `x^{*}`: an operator that stands for something."""
        token = self.advance()
        alone = before is None and (self.ends() or self.inside == "script")
        if not alone:
            raise Fault(f"nothing before {token.text}", token.at, "a factor is missing")
        whole = self.k == 1 and self.here.kind == "stop"
        if (
            self.inside in ("row", "cell", "case")
            and not whole
            and token.text not in ("ast", "cdot", "circ", "star", "bullet")
        ):
            raise Fault(f"nothing beside {token.text}", token.at, "a factor is missing")
        return "", scripted(self, _sign_name(token))

    def _signed(self) -> Node:
        """`a \\cdot -b`: one factor with a sign."""
        sign = self.advance()
        if self.ends() or self.here.kind == "operator":
            raise Fault(f"nothing after {sign.text}", sign.at, "a factor is missing")
        of = self.factor()
        return Sum(sign.at, self.last_end, ((sign.text, of),))

    def _lone_colon(self) -> Node | None:
        """`X_{i,:}`, `X_{:,j}`: the colon that stands for all."""
        if self.here.kind != ":" or self.inside not in ("script", "brackets"):
            return None
        if self.inside == "brackets" and self.ahead().kind not in (",", "close"):
            return None
        token = self.advance()
        colon = Symbol(token.at, token.end, ":")
        if self.ends():
            return colon
        rest = self.product()
        assert rest is not None
        factors = rest.factors if isinstance(rest, Product) else (("", rest),)
        return Product(token.at, self.last_end, (("", colon), *factors))

    def _evaluates(self, factors: list[tuple[str, Node]], since: int) -> bool:
        """A bar, or a closing one without its partner, that tells where something is evaluated; a colon at the end."""
        here = self.here
        if here.kind == ":" and self.inside == "script" and factors and self.ahead().kind in ("}", ","):
            self.advance()
            factors.append(("", Symbol(here.at, here.end, ":")))
            return True
        bar = here.kind in ("lone bar", "close") and here.text == "|"
        bar = bar and ("close" if here.kind == "close" else "|") not in self.bars
        if not (bar and factors and self.ahead().kind in ("_", "^")):
            return False
        self._evaluate(factors, since)
        return True

    def _evaluate(self, factors: list[tuple[str, Node]], since: int) -> None:
        """`\\frac{∂f}{∂x} |_{x=0}`: the factors since the last such bar are a group."""
        token = self.advance()
        part = factors[since:] or factors[-1:]
        since = min(since, len(factors) - 1)
        at = part[0][1].at
        first = (("", part[0][1]), *part[1:])
        body = part[0][1] if len(part) == 1 else Product(at, part[-1][1].end, first)
        group = scripted(self, Group(at, token.end, "", "|", body))
        factors[since:] = [(part[0][0], group)]

    # Factors

    def factor(self) -> Node:
        kind = self.here.kind
        if kind == "big":
            return bigs.big(self, self.advance())
        if kind == "symbol" and self.here.text == "arg" and self.ahead().kind == "binding":
            name = bigs.operator(self)
            assert name is not None
            return bigs.opened(self, name)
        if kind == "word" and self.here.text == "arg" and self.ahead().kind == "binding":
            self.advance()
            token = self.advance()
            return bigs.opened(self, Symbol(token.at, token.end, f"arg{token.text}"))
        if kind == "binding":
            return bigs.binding(self, self.advance())
        if kind == "command" and self.here.text == "underset":
            found = bigs.underset(self, self.advance())
            if found is not None:
                return found
            return scripted(self, STRUCTURES["underset"](self, self.tokens[self.k - 1]))
        base = self.atom()
        if isinstance(base, Symbol) and base.font == "rm" and base.name in bigs.BINDS:
            return bigs.opened(self, base)
        return scripted(self, base)

    def atom(self) -> Node:
        token = self.advance()
        read = ATOMS.get(token.kind)
        if read is None:
            raise _unexpected(token)
        return read(self, token)

    def argument(self, of: Token, inside: str = "brackets") -> Node | None:
        token = self.here
        if token.kind == "{":
            self.advance()
            with self.within(inside):
                return self._braces(token)
        if token.kind == "number" and len(token.text) > 1:
            return self._digit(token, inside)
        if inside == "script" and token.kind in ("operator", "sign", "relation", "separator"):
            return _sign_name(self.advance())
        if self.ends() or token.kind in ("^", "_", "prime"):
            name = of.text if of.kind in "^_" else f"\\{of.text}"
            raise Fault(f"{name} without its argument", of.at, "write it in braces")
        with self.within(inside, font=self.font):
            return self.atom()

    def _digit(self, token: Token, inside: str) -> Node:
        """TeX takes one digit; after ^ and _ that is never what was meant."""
        if inside == "script" or not token.text[0].isdigit():
            raise Fault("digits without braces", token.at, f"TeX takes one digit only; write {{{token.text}}}")
        rest = token._replace(text=token.text[1:], at=token.at + 1)
        if rest.text[0] == ".":
            raise Fault("a decimal without braces", token.at, f"write {{{token.text}}}")
        self.tokens[self.k] = self.here = rest
        return Number(token.at, token.at + 1, Fraction(int(token.text[0])))

    def _braces(self, opening: Token) -> Node | None:
        """What a group holds, up to its brace; `a \\over b` too."""
        found = self.items()
        if self.here.kind == "over":
            found = self._over(found)
        if self.here.kind != "}":
            raise _inside_braces(self.here, opening)
        self.advance()
        return found

    def _over(self, above: Node | None) -> Node:
        token = self.advance()
        below = self.items()
        at = above.at if above is not None else token.at
        if token.text == "over":
            return Frac(at, self.last_end, above, below)
        if above is None or below is None:
            raise Fault(f"\\{token.text} without a number on each side", token.at, "write \\binom{n}{k}")
        return Binomial(at, self.last_end, above, below)


def _listed(at: int, end: int, nodes: list[Node], separators: list[str]) -> Node:
    """A list; `i = 1, \\dots, n` is one relation."""
    plain = all(s == "," for s in separators)
    if plain and isinstance(nodes[0], Relation) and not any(isinstance(n, Relation) for n in nodes[1:]):
        first = nodes[0]
        if any(isinstance(n, Dots) for n in nodes) and first.sides[-1] is not None:
            last = Tuple(first.sides[-1].at, end, (first.sides[-1], *nodes[1:]), tuple(separators))
            return Relation(at, end, (*first.sides[:-1], last), first.relations)
    return Tuple(at, end, tuple(nodes), tuple(separators))


def _sign_name(token: Token) -> Symbol:
    return Symbol(token.at, token.end, RAISED_OPERATORS.get(token.text, token.text))


def _unexpected(token: Token) -> Fault:
    if token.kind in ("^", "_", "prime"):
        return Fault(f"{token.text} on nothing", token.at, "a letter must stand before it")
    if token.kind == "stop":
        return Fault("the formula ends too early", token.at, "an expression is expected")
    if token.kind == "command":
        return Fault(f"an unknown command: \\{token.text}", token.at, "define it with \\newcommand")
    shown = token.text if len(token.text) < 20 else token.kind
    return Fault(f"{shown or token.kind} where an expression is expected", token.at, "a letter, a number or a bracket")


def _inside_braces(found: Token, opening: Token) -> Fault:
    if found.kind == "stop":
        return Fault("a { that is not closed", opening.at, "a } is missing")
    return Fault(
        f"{found.text or found.kind} inside braces", found.at, "the braces close before it, or it opens nothing"
    )


# One token to a node

LETTERED = frozenset(names.CHARACTERS.values()) - {"partial", "nabla", "infty", "top", "forall", "exists", "prime"}


def _letter(p: Parser, token: Token) -> Node:
    return Symbol(token.at, token.end, token.text, p.font)


def _symbol(p: Parser, token: Token) -> Node:
    return Symbol(token.at, token.end, token.text, p.font if token.text in LETTERED else "")


def _number(p: Parser, token: Token) -> Node:
    if p.font == "bb" or (p.font == "bf" and token.text in "01"):
        return Symbol(token.at, token.end, token.text, p.font)
    return Number(token.at, token.end, Fraction(token.text))


def _word(p: Parser, token: Token) -> Node:
    return Symbol(token.at, token.end, token.text.strip(), token.extra or "rm")


def _prime(p: Parser, token: Token) -> Node:
    """`f^{'}`."""
    if p.inside != "script":
        raise _unexpected(token)
    return Symbol(token.at, token.end, "prime")


def _script(p: Parser, token: Token) -> Node:
    """`$^\\top$` in a sentence: a script of nothing, where it begins the formula."""
    if p.k != 1:
        raise _unexpected(token)
    p.k, p.here = 0, token
    return Group(token.at, token.at, "", "", None)


def _text(p: Parser, token: Token) -> Node:
    if p.inside == "script":
        return _word(p, token)
    return Text(token.at, token.end, token.text.strip())


def _group(p: Parser, token: Token) -> Node:
    with p.within("script" if p.inside == "script" else "brackets", font=p.font):
        body = p._braces(token)
    return enclosed(body, token, p)


def _sided(p: Parser, token: Token) -> Node:
    found = sided(p, token)
    return environments.of_brace(found) if isinstance(found, Group) else found


def _command(p: Parser, token: Token) -> Node:
    if token.text in names.SWITCHES:
        p.font = names.SWITCHES[token.text]
        if p.font in WORD_FONTS and p.here.kind == p.ahead().kind == "letter":
            return _spelled(p)
        return Group(token.at, token.end, "", "", None) if p.ends() else p.factor()
    structure = STRUCTURES.get(token.text) or EXTRA.get(token.text)
    if structure is None:
        raise _unexpected(token)
    return structure(p, token)


def _spelled(p: Parser) -> Node:
    """`{\\rm tr}`: letters side by side are one name."""
    at, name = p.here.at, p.advance().text
    while p.here.kind == "letter" and p.here.at == p.last_end:
        name += p.advance().text
    return Symbol(at, p.last_end, name, p.font)


EXTRA: Mapping[str, Structure] = {"substack": environments.substack}
ATOMS: Mapping[str, Callable[[Parser, Token], Node]] = {
    "letter": _letter,
    "symbol": _symbol,
    "number": _number,
    "word": _word,
    "text": _text,
    "{": _group,
    "open": bracket,
    "left": _sided,
    "bar": barred,
    "lone bar": barred,
    "prime": _prime,
    "^": _script,
    "_": _script,
    "dots": lambda p, token: Dots(token.at, token.end),
    "big": bigs.big,
    "binding": bigs.binding,
    "command": _command,
    "begin": environments.environment,
}
