"""The computation graph: a node for each equation, the local partial derivative on each edge; as text, DOT or JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from sympy import Expr

from ..calculus.local import edge_partial
from ..errors import OptionError
from ..expr.conventions import PYTORCH, Conventions
from ..expr.tensors import Tensor
from ..graph import build, inlined
from .equations import equality, equation, printer, shape, value
from .printer import show

SCHEMA = "symgrad/graph/1"


@dataclass(frozen=True)
class Edge:
    """`operand → user` with `∂user/∂operand`, both sides."""

    operand: Tensor
    user: Tensor
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Picture:
    """What is drawn: the nodes, operands first, and the edges; values and gradients where they are known, by node."""

    nodes: tuple[Tensor, ...]
    edges: tuple[Edge, ...]
    values: Mapping[Tensor, object] = field(default_factory=dict)
    gradients: Mapping[Tensor, object] = field(default_factory=dict)

    def edges_from(self, t: Tensor) -> list[Edge]:
        return [e for e in self.edges if e.operand is t]


def picture(outputs: Iterable[Tensor], conventions: Conventions = PYTORCH) -> Picture:
    """The graph of the outputs in reading form: unnamed elementwise nodes are written into what uses them."""
    outputs = tuple(outputs)
    reading = inlined(outputs)
    drawn = build([reading[t] for t in outputs])
    edges = (_edge(operand, user, conventions) for operand, user in drawn.edges)
    return Picture(tuple(drawn.nodes), tuple(edges))


def _edge(operand, user, conventions):
    edge = edge_partial(user, operand, conventions)
    return Edge(operand, user, edge.derivation.left, edge.value)


def text(p: Picture, style_name: str = "unicode") -> str:
    """Each node on a line, its edges under it.

    >>> from symgrad.expr.reductions import sum_
    >>> from symgrad.expr.tensors import input_tensor, let
    >>> print(text(picture([let("f", sum_(input_tensor("x", (3,))))])))
    x       [3]
      → f   ∂f/∂xₖ = 1
    f = Σₖ xₖ
    """
    rows = [row for t in p.nodes for row in _rows(p, t, style_name)]
    width = max((len(left) for left, right in rows if right), default=0)
    return "\n".join(f"{left:<{width}}   {right}".rstrip() for left, right in rows)


def _rows(p, t, style_name):
    yield equation(t, style_name), shape(t.shape, style_name)
    for label, known in (("value", p.values), ("gradient", p.gradients)):
        if t in known:
            yield f"  {label}", value(known[t])
    arrow = "->" if style_name == "code" else "→"
    for e in p.edges_from(t):
        yield f"  {arrow} {show(e.user.ref, style_name)}", equality((e.left, e.right), style_name)


def dot(p: Picture, style_name: str = "unicode") -> str:
    """The same for Graphviz: `symgrad graph … --format dot | dot -Tsvg`."""
    names = {t: f"n{k}" for k, t in enumerate(p.nodes)}
    lines = ["digraph symgrad {", "  rankdir=LR;", '  node [shape=box, style=rounded, fontname="DejaVu Sans"];']
    lines.append('  edge [fontname="DejaVu Sans", fontsize=10];')
    for t in p.nodes:
        extra = ", style=filled, fillcolor=gray95" if t.is_input else ""
        lines.append(f"  {names[t]} [label={_quoted(_label(p, t, style_name))}{extra}];")
    for e in p.edges:
        partial = equality((e.left, e.right), style_name)
        lines.append(f"  {names[e.operand]} -> {names[e.user]} [label={_quoted(partial)}];")
    return "\n".join([*lines, "}"])


def _label(p, t, style_name):
    told = [" ".join(filter(None, [equation(t, style_name), shape(t.shape, style_name)]))]
    told += [f"value {value(p.values[t])}"] if t in p.values else []
    told += [f"gradient {value(p.gradients[t])}"] if t in p.gradients else []
    return "\n".join(told)


def _quoted(text):
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def as_json(p: Picture, style_name: str = "unicode") -> str:
    """Nodes and edges with their formulas in the input language, in Unicode and in LaTeX."""
    nodes = [_node(p, t) for t in p.nodes]
    edges = [
        {"from": e.operand.display, "to": e.user.display, **_in_styles(lambda s, e=e: equality((e.left, e.right), s))}
        for e in p.edges
    ]
    return json.dumps({"schema": SCHEMA, "nodes": nodes, "edges": edges}, ensure_ascii=False, indent=2)


def _node(p, t):
    sizes = [printer(n, style_name="code").map(n) for n in t.shape]
    node = {"name": t.display, "input": t.is_input, "shape": sizes, **_in_styles(lambda s: equation(t, s))}
    for label, known in (("value", p.values), ("gradient", p.gradients)):
        if t in known:
            node[label] = known[t]
    return node


def _in_styles(write):
    return {"code": write("code"), "unicode": write("unicode"), "latex": write("latex")}


GRAPH_FORMATS = MappingProxyType({"text": text, "dot": dot, "json": as_json})


def draw_graph(p: Picture, format_name: str = "text", style_name: str = "unicode") -> str:
    """The picture in a format of GRAPH_FORMATS."""
    if format_name not in GRAPH_FORMATS:
        raise OptionError(f"a graph has no format {format_name!r}", hint=f"one of {', '.join(GRAPH_FORMATS)}")
    return GRAPH_FORMATS[format_name](p, style_name)
