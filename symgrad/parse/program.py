"""Programs: equations in any order, resolved from what is declared to what is asked."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import takewhile

from sympy import Expr

from ..errors import ParseError, ShapeError
from ..expr.indices import Index
from ..expr.tensors import Tensor, from_expression, let
from .arrays import Arrays, is_indexed
from .faults import Fault, answered, at
from .limits import RANK
from .names import RESERVED, Names, sizes_given, used_names
from .notation import Notation
from .ranges import Ranges
from .reader import read
from .syntax import Bound, Equation, Name, Node, Number, Subscript


def parse_program(
    text: str, declarations: Mapping[str, Tensor], *, implicit: bool = False, **sizes
) -> dict[str, Tensor]:
    """The tensors that a program defines, by name. First the main one: the bare expression (""), or the first equation.

    `implicit` declares tensors that are used in index notation and not declared; `sizes` are numbers for sizes.

    >>> from symgrad.parse.declare import declare
    >>> found = parse_program("f = sum[k] q[k]**2; q[k] = sum[j] W[k,j]*x[j]", declare("W[m,n] x[n]"))
    >>> list(found), found["q"].equation
    (['f', 'q'], ((k,), Reduce(sum, W[k, j]*x[j], 1, (j,))))
    """
    with answered(text):
        names = Names(implicit=implicit, sizes=sizes_given(sizes))
        for name, t in declarations.items():
            names.add(name, t)
        return Program(read(text), names).run()


def parse_expression(text: str, tensors: Mapping[str, Tensor], indices: Mapping[str, Index]) -> Expr:
    """The expression over entries that printed index notation stands for, `indices` naming its free indices.

    `∂f/∂q[k]` is the entry of a tensor of that name where `tensors` has it, else a derivative not worked out.

    >>> from symgrad.expr.indices import param
    >>> from symgrad.parse.declare import declare
    >>> q, x = declare("q[m] x[n]").values()
    >>> i, j = Index("i", param("m")), Index("j", param("n"))
    >>> parse_expression("2 qᵢ xⱼ", {"q": q, "x": x}, {"i": i, "j": j})
    2*q[i]*x[j]
    """
    with answered(text):
        names = Names(partials=True)
        for name, t in tensors.items():
            names.add(name, t)
        for i in indices.values():
            for s in i.size.free_symbols:
                names.sizes.setdefault(s.name, s)
        equations = read(text)
        if len(equations) != 1 or equations[0].name:
            raise Fault(ParseError, "one expression is expected", equations[-1].at)
        return Program(equations, names).body(equations[0].right, (), dict(indices))


class Program:
    """Equations that refer to one another by name."""

    def __init__(self, equations: tuple[Equation, ...], names: Names):
        self.equations, self.names = equations, names
        self.names.taken |= used_names(equations) | {e.name for e in equations}
        self.arrays = Arrays(names, self._scalar)

    def run(self) -> dict[str, Tensor]:
        """Every equation as a tensor, the main one first."""
        by_name = self._by_name()
        found = {e.name: self._define(e) for e in order(by_name)}
        main = "" if "" in found else self.equations[0].name
        return {name: found[name] for name in (main, *(e.name for e in self.equations if e.name != main))}

    def _by_name(self):
        by_name: dict[str, Equation] = {}
        for e in self.equations:
            if e.name in by_name:
                fact = f"{e.name} is defined twice" if e.name else "a second expression without a name"
                raise Fault(ParseError, fact, e.at, "" if e.name else "give it a name: y = …")
            if e.name in RESERVED:
                raise Fault(ParseError, f"{e.name} has a meaning of its own", e.at, "choose another name")
            if e.name in self.names.tensors:
                raise Fault(
                    ParseError, f"{e.name} is declared and defined", e.at, "an input has no equation; rename one"
                )
            by_name[e.name] = e
        return by_name

    def _define(self, equation: Equation) -> Tensor:
        if equation.indexed or is_indexed(equation.right, self.names):
            body, free = self._indexed(equation)
            made = from_expression(free, body, name=equation.name or None)
        else:
            made = self.arrays.tensor(equation.right)
            if equation.name:
                with at(equation.at):
                    made = let(equation.name, made)
        if equation.name:
            self.names.add(equation.name, made)
        return made

    def _indexed(self, equation):
        env: dict[str, Index] = {}
        body = self.body(equation.right, equation.free, env)
        return body, tuple(env[b.letter] for b in equation.free)

    def body(self, right: Node, free: tuple[Bound, ...], env: dict[str, Index]) -> Expr:
        """A right side in index notation; `env` has the indices that are known and gets those of `free`."""
        if len(free) > RANK:
            raise Fault(ShapeError, f"more than {RANK} axes", free[RANK].at)
        sizes = Ranges(self.names, self.arrays.tensor).find(free, right, env)
        env.update({b.letter: Index(b.letter, sizes[b]) for b in free})
        return Notation(self.names, sizes, self.arrays.tensor).value(right, env)

    def _scalar(self, node: Node) -> Tensor:
        """Index notation inside of an expression of whole tensors: it has no free index."""
        return from_expression((), self.body(node, (), {}))


def order(by_name: Mapping[str, Equation]) -> list[Equation]:
    """Each equation after those that it refers to.

    >>> [e.name for e in order({e.name: e for e in read("f = q; q = x")})]
    ['q', 'f']
    """
    done: dict[str, Equation] = {}
    for e in by_name.values():
        stack = [(e, iter(_references(e, by_name)))]
        while stack:
            equation, rest = stack[-1]
            name = next(rest, None)
            if name is None:
                done.setdefault(equation.name, equation)
                stack.pop()
            elif name.text not in done:
                path = [s.name for s, _ in stack]
                if name.text in path:
                    circle = " → ".join([*path[path.index(name.text) :], name.text])
                    raise Fault(ParseError, f"{name.text} is defined by itself: {circle}", name.at)
                other = by_name[name.text]
                stack.append((other, iter(_references(other, by_name))))
    return list(done.values())


def _references(equation, by_name) -> list[Name]:
    found = (_named(node, by_name) for node in equation.right.walk() if isinstance(node, (Name, Subscript)))
    return [name for name in found if name is not None]


def _named(node, by_name) -> Name | None:
    """The equation that a name or a subscripted name (`h₁ᵢ`) refers to."""
    if isinstance(node, Name):
        return node if node.text in by_name else None
    if not (node.run and isinstance(node.base, Name)):
        return None
    digits = "".join(str(i.value) for i in takewhile(lambda i: isinstance(i, Number), node.items))
    longer = (node.base.text + digits[: k + 1] for k in range(len(digits)))
    return next((Name(node.at, name) for name in longer if name in by_name), None)
