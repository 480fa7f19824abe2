# ruff: noqa: E501 (documents in lines of their own)
"""Documents as pieces: every character in exactly one, formulas at their exact places, nothing taken for what it is not."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from symgrad.check.declarations.front_matter import read_block
from symgrad.check.documents.document import LIMIT, kind_of, read_document
from symgrad.check.documents.pieces import Break, Formula, FrontMatter, Macros, Prose, Skipped
from symgrad.errors import LimitError, OptionError, ParseError
from tests.check_declarations import line

FORMULAS = [  # (kind, document, its formulas)
    ("markdown", "Let $x$ be $y$.", ["x", "y"]),
    ("markdown", "prices $5 and $6 are not", []),
    ("markdown", "from $20,000 to $30,000 with $x=1$", ["x=1"]),
    ("markdown", "it is $5-$10", []),
    ("markdown", r"it costs \$5 and \$6", []),
    ("markdown", r"$\text{cost } \$ 5$", [r"\text{cost } \$ 5"]),
    ("markdown", "spaces $ x = 1 $ and $ n $ inside", [" x = 1 ", " n "]),
    ("markdown", "two\n\nparagraphs $x\n\ny$", []),
    ("markdown", "over $a\n+ b$ lines", ["a\n+ b"]),
    ("markdown", "$$a\n= b$$", ["a\n= b"]),
    ("markdown", "$$\na\n\n= b\n$$", ["\na\n\n= b\n"]),
    ("markdown", r"$$x \text{ if $y$ holds}$$", [r"x \text{ if $y$ holds}"]),
    ("markdown", r"\(x\) and \[y\] and \\(z\\) and \\[w\\]", ["x", "y", "z", "w"]),
    ("markdown", r"\[ a \\[2pt] b \]", [r" a \\[2pt] b "]),
    ("markdown", "```math\nx = 1\n```\nand", ["x = 1\n"]),
    ("markdown", "```{math}\n:label: eq\nx = 1\n```", ["x = 1\n"]),
    ("markdown", "~~~ math\nx\n~~~", ["x\n"]),
    ("markdown", "```python\ny = '$x$'\n```", []),
    ("markdown", "```{note}\nLet $x$ be\n```", ["x"]),
    ("markdown", "```\n$x$ never closed", []),
    ("markdown", "inline `$x$` code and $`y`$", ["y"]),
    ("markdown", "``a ` $x$`` $y$", ["y"]),
    ("markdown", "\\begin{align}\na &= b \\\\\n&= c\n\\end{align}", ["\na &= b \\\\\n&= c\n"]),
    ("markdown", r"\begin{alignat}{2} a &= b \end{alignat}", [" a &= b "]),
    ("markdown", r"\begin{pmatrix} a \end{pmatrix}", [r"\begin{pmatrix} a \end{pmatrix}"]),
    ("markdown", "> quoted $x$ and\n>\n> $$\n> a\n> = b\n> $$", ["x", "\n  a\n  = b\n  "]),
    ("markdown", "| $W$ | $p(x|z)$ |\n|---|---|\n| $m \\times n$ | b |", ["W", "p(x|z)", r"m \times n"]),
    ("markdown", "- item $x$\n- item $y$\n1. $z$", ["x", "y", "z"]),
    ("markdown", "# Of $x$\nThen $y$\n\n===\n$z$", ["x", "y", "z"]),
    ("markdown", "<p>Let $x$</p><!-- $y$ --><script>$z$</script>", ["x"]),
    ("markdown", "a list\n\n- x\n\n    continued $y$\n\nplain\n\n    code = 1\n\nend", ["y"]),
    ("markdown", "$a &lt; b$", ["a <    b"]),
    ("markdown", "$$ \\newcommand{\\R}{\\mathbb{R}} $$\n$x \\in \\R$", [r"x \in \R"]),
    ("markdown", "---\nlayout: numerator\n---\n$x$", ["x"]),
    ("markdown", "first\n---\n$x$", ["x"]),
    ("markdown", "a ![picture $x$](y.png) and [link](http://a.b/$c$)", ["x", "c"]),
    ("text", "q = Wx", ["q = Wx"]),
    ("text", "so $q$ # no `heading` $r$", ["q", "r"]),
    ("text", "", []),
    ("tex", r"Let $x$ and \(y\), \[z\] $$w$$", ["x", "y", "z", "w"]),
    ("tex", "a % comment $x$\n$y$", ["y"]),
    ("tex", r"50\% of $y$", ["y"]),
    ("tex", r"\begin{verbatim}$x$\end{verbatim}\verb|$y$| $z$", ["z"]),
    ("tex", r"\begin{document}\begin{align*} a&=b \end{align*}\end{document} $x$", [" a&=b "]),
    ("tex", r"\newcommand{\a}{$x$}\begin{document}$y$\end{document}", ["y"]),
    ("tex", r"\begin{theorem}[On $x$] Let $y$.\end{theorem}\begin{proof}$z$\end{proof}", ["x", "y", "z"]),
    ("tex", r"\section{The size of $n$} \begin{tabular}{ll} $x$ & $y$ \\ \end{tabular}", ["n", "x", "y"]),
    ("tex", r"\begin{eqnarray} a & = & b \end{eqnarray}\begin{multline}c\end{multline}", [" a & = & b ", "c"]),
    ("tex", r"\begin{comment}$x$\end{comment}\iffalse $y$ \fi $z$", ["z"]),
    ("tex", r"\begin{algorithm}$x \gets y$\end{algorithm}", []),
    ("tex", r"$\text{a \$ sign}$", [r"\text{a \$ sign}"]),
]


@pytest.mark.parametrize("kind, text, formulas", FORMULAS, ids=[repr(row[1][:40]) for row in FORMULAS])
def test_formulas_are_found(kind, text, formulas):
    assert [piece.text for piece in read_document(text, kind).formulas] == formulas


@pytest.mark.parametrize("kind, text", [row[:2] for row in FORMULAS], ids=[repr(row[1][:40]) for row in FORMULAS])
def test_pieces_tile_the_table(kind, text):
    assert_tiles(read_document(text, kind))


def assert_tiles(document):
    here = 0
    for piece in document.pieces:
        assert piece.begin == here < piece.end, piece
        assert piece.begin <= piece.at and piece.at + len(piece.text) <= piece.end, piece
        assert_same_but_blanked(piece.text, document.text[piece.at : piece.at + len(piece.text)])
        here = piece.end
    assert here == len(document.text)


def assert_same_but_blanked(text, source):
    """Characters are kept, or blanked; HTML's entities become the character and blanks."""
    assert len(text) == len(source)
    assert all(new in (old, " ") or (new in "<>&" and old == "&") for new, old in zip(text, source, strict=True))


SCRAPS = st.sampled_from(
    r"$ $$ \( \) \[ \] \\( \\) \begin{align} \end{align} \begin{proof} \end{proof} \begin{document} \end{document} "  # noqa: SIM905
    r"``` ~~~ ` `` $` `$ ```math ```python % | # - > * ** _ \ \\ \$ <!-- --> <p> </p> <pre> --- === 1. 5 x = \newcommand "
    r"\newcommand{\a} {b} { } \def\c#1 \section{ \verb| \item &lt; \iffalse \fi :::".split(" ")
) | st.sampled_from(["\n", "\n\n", " ", "    ", "\r\n", "\t", "a b", "Let "])
KINDS = st.sampled_from(["markdown", "tex", "text"])


@given(st.lists(SCRAPS, max_size=30).map("".join) | st.text(max_size=50), KINDS)
def test_pieces_tile_any_text(text, kind):
    assert_tiles(read_document(text, kind))


@given(st.lists(SCRAPS, max_size=12).map("".join), st.lists(SCRAPS, max_size=12).map("".join))
def test_pieces_tile_a_notebook(first, second):
    document = read_document(notebook(("markdown", first), ("code", "x = '$y$'"), ("markdown", second)), "notebook")
    assert_tiles(document)
    assert first + "\n\nx = '$y$'\n\n" + second in document.text


def notebook(*cells):
    return json.dumps({"nbformat": 4, "cells": [{"cell_type": kind, "source": source} for kind, source in cells]})


def test_a_notebook_has_places_by_cell():
    document = read_document(
        notebook(("markdown", ["# A\n", "Let $x$"]), ("code", "$z$"), ("markdown", "then\n$y$")), "notebook"
    )
    assert [document.where(piece.at) for piece in document.formulas] == [
        "cell 1, line 2, column 6",
        "cell 3, line 2, column 2",
    ]


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"cells": 3}', "[" * 100_000])
def test_what_is_no_notebook_is_said(text):
    with pytest.raises(ParseError, match="not a notebook"):
        read_document(text, "notebook")


def test_offsets_are_places_in_the_source():
    document = read_document("Let\n> $W$ be\n>  $$\n> q\n> $$\n")
    for piece in document.formulas:
        assert document.text[piece.at :].startswith(piece.text[:1])
    assert [document.place(piece.at) for piece in document.formulas] == [(2, 4), (3, 6)]
    assert document.line(2) == "> $W$ be"


def test_kinds_of_pieces():
    text = "---\nlayout: numerator\n---\n# Head\n\\newcommand{\\R}{\\mathbb R}\n\n```python\nx\n```\n**Let** $x$"
    kinds = [type(piece) for piece in read_document(text).pieces]
    for kind in (FrontMatter, Break, Macros, Skipped, Prose, Formula):
        assert kind in kinds


def test_macros_are_collected_in_order():
    text = r"""\documentclass{article} % \newcommand{\no}{}
\newcommand{\R}{\mathbb{R}}
\renewcommand*\vec[1]{\mathbf{#1}}
\DeclareMathOperator*{\tr}{tr} \def\pd#1#2{\frac{\partial #1}{\partial #2}} \let\eps\varepsilon
\begin{document} \newcommand{\x}{x} \end{document}"""
    assert [piece.text for piece in read_document(text, "tex").macros] == [
        r"\newcommand{\R}{\mathbb{R}}",
        r"\renewcommand*\vec[1]{\mathbf{#1}}",
        r"\DeclareMathOperator*{\tr}{tr}",
        r"\def\pd#1#2{\frac{\partial #1}{\partial #2}}",
        r"\let\eps\varepsilon",
        r"\newcommand{\x}{x}",
    ]


@pytest.mark.parametrize(
    "kind, text, why",
    [
        ("markdown", "a $$x", "$$ is never closed"),
        ("markdown", r"a \(x", r"\( is never closed"),
        ("markdown", r"\begin{align} a", r"\begin{align} is never closed"),
        ("tex", "a $x\n\nb", "$ is never closed"),
        ("tex", r"\input{chapter}", "a file that is not followed"),
        ("tex", r"\begin{algorithm}x\end{algorithm}", "an algorithm"),
    ],
)
def test_what_is_left_out_is_said_aloud(kind, text, why):
    [said] = [piece.why for piece in read_document(text, kind).pieces if isinstance(piece, Skipped) and piece.aloud]
    assert said == why


def test_prose_is_read_without_markup():
    text = r"\emph{symmetric} matrix~\cite{a} % no"
    [prose, _] = read_document(text, "tex").pieces
    assert prose.text.split() == ["symmetric", "matrix"]
    [prose] = read_document("a **symmetric** [matrix](http://x.y) of _size_ a_b").pieces
    assert prose.text.split() == ["a", "symmetric", "matrix", "of", "size", "a_b"]


def test_kinds_by_suffix():
    assert [kind_of(name) for name in ("a.md", "a.TEX", "a.ipynb", "b.txt")] == ["markdown", "tex", "notebook", "text"]
    with pytest.raises(OptionError, match="no known kind"):
        kind_of("a.docx")
    with pytest.raises(OptionError, match="no kind of document"):
        read_document("", "docx")


def test_the_size_is_bounded():
    with pytest.raises(LimitError, match="characters"):
        read_document("x" * (LIMIT + 1))


@pytest.mark.parametrize("kind", ["markdown", "tex", "text"])
@pytest.mark.parametrize(
    "scrap", ["$$ ", r"\( ", r"\[ ", r"\begin{align} ", "\n\n    a", "`", "<!-- ", r"\def\a{", "$a "]
)
def test_openings_without_end_take_no_quadratic_time(kind, scrap):
    read_document(scrap * 4_000, kind)


FRONT = [  # (front matter, what it declares)
    ('symbols: {W: "R^{m x n}", x: R^n, b: R}', "W: m×n; x: n; b: scalar"),
    ("symbols:\n  W: R^{m x n}\n  \\lambda: R_{>0}\n", r"W: m×n; \lambda: scalar; \lambda positive"),
    ("symbols: {y: '\\{0,1\\}^K'}", "y: K binary"),
    ("declare:\n  - $A$ is symmetric\n  - \\lambda > 0\n", r"A symmetric; \lambda positive"),
    (r'declare: "W \in \mathbb{R}^{m\times n}"', "W: m×n"),
    ("declare: $i = 1,\\dots,n$", "i=1..n"),
    ("layout: numerator", "Layout numerator"),
    ("layout: gradients are columns", "Layout gradient"),
    ("layout: post\ntitle: a $x$\nauthor: me", ""),
    ("indices: from 0", "from 0"),
    ("vectors: column", "Vectors column"),
]


@pytest.mark.parametrize("block, said", FRONT, ids=[row[0][:30] for row in FRONT])
def test_front_matter_declares(block, said):
    text = f"---\n{block}\n---\n# Head\n"
    found = read_block(read_document(text).front_matter)
    assert not found.unread
    assert "; ".join(filter(None, (line(each, text) for each in found.declarations))) == said


def test_an_entry_that_declares_nothing_is_told():
    text = "---\ndeclare:\n  - nothing of use\nsymbols: {W: nonsense}\nindices: sideways\n---\n"
    assert [told for _, told in read_block(read_document(text).front_matter).unread] == [
        "nothing of use",
        "W: nonsense}",
        "sideways",
    ]
