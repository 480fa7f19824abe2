"""Declarations on one line, for tables of tests."""

from symgrad.check.declarations.declare import (
    Among,
    Condition,
    Context,
    Declaration,
    Definition,
    Everything,
    Function,
    Layout,
    Listed,
    Property,
    Range,
    Space,
    Start,
    Vectors,
)
from symgrad.check.declarations.prose import declarations
from symgrad.check.documents.document import read_document
from symgrad.tex.syntax import Node, Number, Scripted, Sum


def rendered(sentence: str) -> str:
    """Each declaration once, in the order of the text, without sizes of one that says nothing."""
    found = [line(each, sentence) for each in declarations(read_document(sentence).pieces)]
    return "; ".join(dict.fromkeys(filter(None, found)))


def line(each: Declaration, text: str) -> str:
    bound = " [here]" if each.until is not None else ""
    match each:
        case Space(symbol=s, sizes=sizes, field=kind, rank=rank, family=family):
            many = f" ({written(family[0], text)}..{written(family[1], text)})" if family else ""
            size = (
                "×".join(written(size, text) for size in sizes)
                if sizes
                else "scalar"
                if sizes == ()
                else f"rank {rank}"
            )
            return f"{written(s, text)}{many}: {size}" + (f" {kind}" if kind != "real" else "")
        case Property(symbol=s, words=words, of=of):
            return f"{written(s, text)} {words}" + (f" of {written(of, text)}" if of else "") + bound
        case Range(index=s, lower=low, upper=high):
            return f"{written(s, text)}={written(low, text)}..{written(high, text)}"
        case Function(symbol=s, arguments=arguments, properties=words):
            inside = ",".join(written(a, text) for a in arguments)
            return f"{written(s, text)}({inside}) {' '.join(sorted(words))}".rstrip()
        case Definition(row=row):
            return f"def {written(row.statement, text)}"
        case Listed():
            return ""
        case Among(symbol=s, items=items):
            return f"{written(s, text)} among {','.join(written(i, text) for i in items)}"
        case Condition(holds=holds):
            return f"if {written(holds, text) if isinstance(holds, Node) else holds}"
        case Context(kind=kind) if kind in ("definition", "condition"):
            return ""
        case Context(kind=kind, at=at, end=end):
            return f"{kind} {text[at:end]}"
        case Layout(name=name) | Vectors(name=name):
            return f"{type(each).__name__} {name}"
        case Start(first=first):
            return f"from {first}"
        case Everything():
            return "all scalar"
    raise TypeError(each)


def written(node: Node | None, text: str) -> str:
    """The source of a node, of a made one what it means."""
    if node is None:
        return ""
    if isinstance(node, Sum) and node.end - node.at < 2:
        return f"{written(node.terms[0][1], text)}-1"
    if isinstance(node, Number) and (node.at == node.end or not text[node.at : node.end].strip("$").isdigit()):
        return str(node.value)
    found = text[node.at : node.end]
    return found.strip("{}$") if not isinstance(node, Scripted) else found
