"""Is this LaTeX valid? KaTeX itself answers, inside Python: `render` returns HTML or raises.

`strict: "error"` refuses what a TeX engine would refuse or set differently (unicode text in a formula, a line break
where it does nothing); unknown macros and unbalanced braces are errors anyway. A formula takes a few milliseconds, the
engine starts once.
"""

from functools import cache
from importlib.metadata import distribution

# maxExpand stops macros that call themselves; a derivation of a hundred lines expands more than its default of 1000.
OPTIONS = {"displayMode": True, "throwOnError": True, "strict": "error", "trust": False, "maxExpand": 100_000}


class InvalidLatex(ValueError):
    """KaTeX's own words, and the formula they are about."""


@cache
def _engine():
    from py_mini_racer import MiniRacer  # here, so that the tests which need no engine run without it

    # The file is located, not imported: importing the extension would load Sphinx.
    script = distribution("sphinxcontrib-katex").locate_file("sphinxcontrib/katex.min.js")
    engine = MiniRacer()
    engine.eval(script.read_text(encoding="utf-8"))
    # The message comes back as a value: an exception of KaTeX would arrive wrapped in a JavaScript stack.
    engine.eval("""
        function render(latex, options) {
            try { return ["html", katex.renderToString(latex, options)].join("\\n") }
            catch (error) { return ["error", error.message].join("\\n") }
        }
    """)
    return engine


def render(latex: str) -> str:
    """The HTML that KaTeX makes of a displayed formula; InvalidLatex where it refuses the formula."""
    kind, _, text = _engine().call("render", latex, OPTIONS).partition("\n")
    if kind == "error":
        raise InvalidLatex(f"{text}\n  in  {latex}")
    return text
