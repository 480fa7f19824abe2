"""Sphinx: Markdown by MyST-NB, formulas by the KaTeX that sphinxcontrib-katex carries.

A page loads nothing from elsewhere.
"""

project = "symgrad"
author = "the symgrad authors"
extensions = ["myst_nb", "sphinxcontrib.katex"]
exclude_patterns = ["_build", "jupyter_execute", "benchmarks.md"]  # performance.md includes the last one
html_theme = "furo"
html_title = "symgrad"
nitpicky = True

myst_enable_extensions = ["amsmath", "colon_fence", "deflist", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = (
    "force"  # only pages that begin as a notebook have cells; the others are run by tests/test_documents.py
)
nb_execution_raise_on_error = True
nb_execution_timeout = 120

html_math_renderer = "katex"
# MathML needs neither KaTeX's style sheet nor its fonts, which would come from a server. The path cannot be empty: it
# names a file that the extension copies anyway.
katex_css_path = "katex-math.css"
katex_options = 'output: "mathml", throwOnError: false'
