"""Reports of written derivations: what they say in each format, and how documents are handed in."""

import io
import json
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

import pytest

import symgrad as sg
from symgrad.check.reports import linear_text, mathml
from symgrad.check.reports.linear_text import linear
from symgrad.check.reports.mathml import markup
from symgrad.errors import OptionError, ParseError
from symgrad.faces.magic import symgrad as magic
from symgrad.tex import syntax
from symgrad.tex.reader import read_display, read_expression

GIVEN = r"q = Wx, f = \|q\|_2^2, W \in \mathbb{R}^{m\times n}"
RIGHT = r"\frac{\partial f}{\partial W_{ij}} = \sum_k (2q_k)(1_{k=i}x_j) = 2q_i x_j"
WRONG = RIGHT.replace("2q_i x_j", "2q_i x_i")
DOCUMENT = r"""# Notes on <b>& a layer

Let $x \in \mathbb{R}^n$ and define $f = \sum_{i=1}^n x_i^2$. Then

$$\frac{\partial f}{\partial x_i} = 2 x_i + x_i$$

and $\nabla_x f = 2x$, where $g \approx 3$.

```python
x < 1
```

This is not closed: $\frac{a}{b$.
"""


@pytest.fixture(scope="module")
def report():
    return sg.check(DOCUMENT, name="notes.md")


def test_the_issues_example():
    report = sg.check(RIGHT, given=GIVEN)
    assert report.verdicts == ("proved", "proved") and report.ok and report.exit_code == 0 and report
    assert repr(report) == "2 proved"
    assert report.inferred == (("x", "an array with 1 index"),)


def test_a_wrong_step_has_its_place_and_a_counterexample():
    report = sg.check(WRONG, given=[GIVEN, r"x \in \mathbb{R}^n"])
    first = report.first_wrong
    assert report.exit_code == 1 and not report.ok
    assert (first.line, first.right, first.continues) == (1, "2 qᵢ xᵢ", True)
    assert first.counterexample.left != first.counterexample.right
    assert repr(report).endswith("(first wrong: line 1)")


def test_verdicts_in_order_and_what_is_not_judged(report):
    assert [step.verdict for step in report.steps if step.judged] == list(report.verdicts) == ["refuted", "proved"]
    assert report.counts == {"not judged": 2, "definition": 1, "refuted": 1, "proved": 1, "not read": 1}
    assert [step.where for step in report.steps][-1] == "notes.md:13"


def test_what_is_refuted_comes_before_what_is_not_read(report):
    assert report.exit_code == 1
    assert sg.check(r"$\frac{a}{b$").exit_code == 2
    assert sg.check(r"$f(x) = h(x)$ and $f(x) = 2 h(x) + u$").exit_code in (1, 3)
    assert sg.check("No formula.", kind="markdown").exit_code == 0


def test_text(report):
    told = report.to_text()
    assert "notes.md:5   ✗ REFUTED   ∂f/∂xᵢ = 2 xᵢ + xᵢ" in told
    assert "    you wrote   2 xᵢ + xᵢ\n    expected    " in told and "\n    at          n=" in told
    assert "\n    likely slip " in told
    assert "    a { that is not closed, line 13, column 30\n" in told and f"\n{' ' * 35}^\n" in told
    assert told.count("notes.md:") == 4  # what is no claim is counted
    assert "not claims: 2 not judged, 1 definition" in told
    assert "∈" in report.to_text(all=True) and "≈" in report.to_text(all=True)


INHERITED = r"""Let $q \in \mathbb{R}^m$, $f = q^\top q$ and $g = 3 f$. Then

$$\frac{\partial f}{\partial q_k} = q_k$$

$$\frac{\partial g}{\partial q_k} = 3 \frac{\partial f}{\partial q_k} = 3 q_k$$
"""


def test_a_step_that_passes_a_mistake_on_is_reported_as_inherited_in_every_format():
    report = sg.check(INHERITED, name="notes.md")
    assert report.verdicts == ("refuted", "proved", "inherited") and report.exit_code == 1
    step = report.steps[-1]
    assert (step.follows, step.why, step.slip, step.judged) == ("line 3", "follows from line 3", "", True)
    assert report.first_wrong.line == 3 and "1 refuted, 1 inherited, 1 proved" in repr(report)
    told = report.to_text()
    assert "notes.md:5  ↳ inherited  = 3 qₖ\n    follows from line 3\n" in told
    assert "notes.md:5" not in report.to_text(quiet=True)
    assert "- 5 inherited `= 3 qₖ`\n    - follows from line 3" in report.to_markdown()
    assert json.loads(report.to_json())["steps"][-1]["follows"] == "line 3"
    assert "<b>inherited</b>" in report.to_html() and "follows from line 3" in report.to_html()


def test_text_fits_its_width():
    long = "$x = " + " + ".join(f"x_{{{k}}}" for k in range(60)) + "$ and $x = 2$"
    assert max(map(len, sg.check(long).to_text(width=80, all=True).split("\n"))) <= 80


def test_json(report):
    told = json.loads(report.to_json())
    assert told["schema"] == "symgrad/check/1" and told["exit_code"] == 1
    first = told["steps"][told["first_wrong"]]
    assert (first["line"], first["verdict"], first["relation"]) == (5, "refuted", "=") and first["slip"]
    assert set(first["counterexample"]) == {"inputs", "indices", "left", "right"}


def test_markdown(report):
    told = report.to_markdown()
    assert told.startswith("## notes.md: 1 refuted") and "- 5 **refuted** `∂f/∂xᵢ = 2 xᵢ + xᵢ`" in told


class Page(HTMLParser):
    """Whether every element is closed, and what the page would fetch or run."""

    def __init__(self, text):
        super().__init__()
        self.open, self.loads, self.tags = [], [], []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self.loads += [
            value for name, value in attrs if name in ("src", "href", "onclick") and not value.startswith("#")
        ]
        if tag not in ("meta", "br", "link", "hr"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_whole_and_needs_nothing_else(report):
    page = Page(report.to_html())
    assert not page.open and not page.loads and not {"script", "link", "img", "iframe"} & set(page.tags)
    assert {"math", "details", "pre", "h2"} <= set(page.tags)


def test_the_page_escapes_what_a_document_says():
    hostile = (
        "<script>a</script> $x = \\text{<script>b</script>}$ and $<img>$ `<i>`\n\n$$\\frac{<b>}{$$\n\n```\n</pre>\n```"
    )
    page = sg.check(hostile, name="<u>.md").to_html()
    assert "<script" not in page and "<img" not in page and "<u>" not in page and "<i>" not in page
    assert not Page(page).open


def test_a_line_has_its_mark(report):
    page = report.to_html()
    assert 'id="L5-36"' in page or 'id="L5-3"' in page
    assert 'class="mark wrong"' in page and "✗" in page and "✓" in page
    assert "a { that is not closed, line 13" in page


def test_given_is_no_part_of_the_document():
    report = sg.check(f"${RIGHT}$", given=GIVEN)
    assert {step.where for step in report.steps if step.judged} == {"line 1"}
    assert "given" not in report.to_text() and report.counts["definition"] == 0
    with pytest.raises(ParseError, match="not closed"):
        sg.check("$x$", given=r"\frac{a")


def test_documents_come_as_text_files_paths_or_bytes(tmp_path):
    path = tmp_path / "notes.md"
    path.write_text(DOCUMENT, encoding="utf-8")
    with open(path, encoding="utf-8") as file:
        read = sg.parse_derivation(file)
    assert len(read.steps) == 5 and str(read.steps[1]).endswith("f = ∑_{i=1}^n xᵢ²")
    for given in (path, str(path), io.BytesIO(DOCUMENT.encode()), read):
        assert sg.check(given).verdicts == ("refuted", "proved")


def test_what_is_no_document_is_refused(tmp_path):
    with pytest.raises(OptionError, match="not a derivation"):
        sg.check(3)
    with pytest.raises(OptionError, match="cannot read"):
        sg.check(tmp_path / "none.md")
    with pytest.raises(OptionError, match="layout="):
        sg.check("$x = x$", layout="sideways")
    (tmp_path / "latin.md").write_bytes(b"a\n\xe9")
    with pytest.raises(ParseError, match=r"is not UTF-8 text, line 2"):
        sg.check(tmp_path / "latin.md")


def test_a_notebook_counts_its_cells():
    cells = [{"cell_type": "code", "source": "1"}, {"cell_type": "markdown", "source": ["Let\n", "$1 + 1 = 3$"]}]
    report = sg.check(json.dumps({"cells": cells}), kind="notebook", name="a.ipynb")
    assert report.first_wrong.where == "a.ipynb cell 2, line 2"


def test_a_derivation_of_symgrad_is_read_back():
    W, x = sg.tensors("W[m,n] x[n]")
    f = sg.let("f", (sg.let("q", W @ x) ** 2).sum())
    report = sg.check(sg.derive(f, W))
    assert set(report.verdicts) == {"proved"} and len(report.verdicts) > 5


def test_check_is_a_module_that_can_be_called():
    from symgrad.check.documents.document import read_document

    assert read_document("a").text == "a"
    assert sg.check("$1 + 1 = 2$").ok and callable(sg.check) and "check" in dir(sg)


@pytest.mark.parametrize(
    ("suffix", "begins"), [(".txt", "line 1"), (".json", "{"), (".md", "## "), (".html", "<!doctype")]
)
def test_the_suffix_chooses_the_format(suffix, begins, tmp_path):
    sg.check("$1 + 1 = 3$").save(tmp_path / f"r{suffix}")
    assert (tmp_path / f"r{suffix}").read_text(encoding="utf-8").lstrip().startswith(begins)


def test_other_suffixes_are_refused(tmp_path):
    with pytest.raises(OptionError, match="no format for the suffix"):
        sg.check("$1 = 1$").save(tmp_path / "r.pdf")


# Formulas

NODES = [node for node in vars(syntax).values() if isinstance(node, type) and issubclass(node, syntax.Node)]
FORMULAS = {
    r"\frac{\partial f}{\partial W_{ij}} = 2 q_i x_j": "∂f/∂Wᵢⱼ = 2 qᵢ xⱼ",
    r"\sum_{i,j} (a + b) \cdot c": "∑_{i,j} (a + b) ⋅ c",
    r"\mathbf{W}^\top \hat{y}^{(l)}": "Wᵀ ŷ⁽ˡ⁾",
    r"\mathbb{E}[x] \le \sqrt{2\pi}": "𝔼[x] ≤ √(2 π)",
    r"a - (b - c)": "a − (b − c)",
    r"\frac{a + b}{c}": "(a + b)/c",
    r"x^{n+1} - x^{-1}": "xⁿ⁺¹ − x⁻¹",
    r"\|A\|_F^2": "‖A‖_F²",
    r"\log x + \sigma'(z)": "log x + σ′(z)",
}


@pytest.mark.parametrize("latex", FORMULAS)
def test_formulas_in_a_line(latex):
    assert linear(read_expression(latex)) == FORMULAS[latex]


def test_every_kind_of_node_is_written():
    kinds = {node for node in NODES if node is not syntax.Node}
    assert kinds - {syntax.Row} <= set(mathml.WRITERS) and kinds <= set(linear_text.WRITERS)


@pytest.mark.parametrize(
    "latex",
    [
        *FORMULAS,
        r"\begin{cases} x & x > 0 \\ 0 & \text{otherwise} \end{cases}",
        r"\begin{bmatrix} 1 & \dots \\ \vdots & <2 \end{bmatrix} \binom{n}{k} n! \overline{a + b}",
        r"\underbrace{a + b}_{\text{<note> & more}} \max_k z_k \int_0^1 f \, dx",
        r"p(x \mid z) = \left\{ x_1, \dots, x_n \right\}",
        r"\sqrt[3]{x} \vec{v} \underline{u} \mathcal{L} \mathfrak{g} x''",
    ],
)
def test_mathml_is_well_formed(latex):
    for row in read_display(latex):
        assert ET.fromstring(markup(row.statement)).tag


# Notebooks


def test_the_cell_magic_shows_the_cell_with_its_verdicts():
    shown = magic(r'--declare "W \in \mathbb{R}^{m\times n}" --declare "q = Wx, f = \|q\|_2^2"', f"$${RIGHT}$$")
    assert repr(shown).endswith("taken for granted: x an array with 1 index") and "✓ proved" in repr(shown)
    page = shown._repr_html_()
    assert "<html" not in page and "<math" in page and not Page(page).open


def test_the_magics_options_are_refused_where_they_are_wrong():
    for line in ("--declar x", "--layout", '--declare "x'):
        with pytest.raises(OptionError, match="%%symgrad"):
            magic(line, "$1 = 1$")


def test_the_magic_is_known_to_a_shell():
    known = {}

    class Shell:
        def register_magic_function(self, function, kind, name):
            known[kind, name] = function

    sg.load_ipython_extension(Shell())
    assert known == {("cell", "symgrad"): magic}
