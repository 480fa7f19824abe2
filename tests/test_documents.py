"""Every session in README.md and docs/*.md runs, and prints what it says.

    ```pycon     a Python session, compared line by line (... stands for anything)
    ```python    statements, run; they see the names of the blocks above them
    ```console   lines `$ symgrad ...` are run and their output compared; other commands are left to the reader

A page is one test, because its blocks share names. A block that cannot run on its own (a row to put into a table)
stands after `<!-- skip: next -->`.
"""

import doctest
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from sybil import Sybil
from sybil.evaluators.doctest import DocTestEvaluator, OutputChecker
from sybil.parsers.abstract.doctest import DocTestStringParser
from sybil.parsers.myst import CodeBlockParser, PythonCodeBlockParser, SkipParser

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
FLAGS = doctest.ELLIPSIS


def sessions(document):
    """Sybil reads `>>>` in ```python blocks; this does the same for ```pycon."""
    split = DocTestStringParser(DocTestEvaluator(FLAGS))
    for block in CodeBlockParser(language="pycon", evaluator=lambda example: None)(document):
        for region in split(block.parsed, document.path):
            region.adjust(block, block.parsed)
            yield region


def commands(text):
    r"""Pairs (command, output) of a console block.

    >>> commands("$ a b\n1\n2\n$ c\n")
    [('a b', '1\n2'), ('c', '')]
    """
    pieces = ("\n" + text).split("\n$ ")[1:]
    return [(command, output.strip()) for command, _, output in (piece.partition("\n") for piece in pieces)]


def terminal(command):
    """What a terminal would show (standard output, then diagnostics), and the exit code."""
    words = [sys.executable, "-m", *shlex.split(command)]
    env = {**os.environ, "NO_COLOR": "1", "COLUMNS": "120", "PYTHONUTF8": "1"}
    done = subprocess.run(words, cwd=ROOT, env=env, input="", capture_output=True, encoding="utf-8", timeout=120)
    return (done.stdout + done.stderr).strip(), done.returncode


def run_console(example):
    for command, want in commands(str(example.parsed)):
        if not command.startswith("symgrad "):
            continue
        got, code = terminal(command)
        if code and not re.search(r"error:|exit \d", want):  # ... alone must not excuse a failure
            return f"$ {command}\nexit {code}\n{got}"
        if not OutputChecker().check_output(want + "\n", got + "\n", FLAGS):
            return f"$ {command}\nExpected:\n{want}\nGot:\n{got}"
    return None


PARSERS = [
    sessions,
    PythonCodeBlockParser(doctest_optionflags=FLAGS),
    CodeBlockParser(language="console", evaluator=run_console),
    SkipParser(),
]


def failures(page):
    for example in Sybil(parsers=PARSERS).parse(page).examples():
        try:
            example.evaluate()
        except Exception as failure:  # whatever the page's own code raises; the examples below it still run
            yield f"{page.name}:{example.line}: {type(failure).__name__}: {failure}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_page(page):
    found = list(failures(page))
    assert not found, "\n".join(found)


WRONG = {
    "session": "```pycon\n>>> 1 + 1\n3\n```\n",
    "session in a python block": "```python\n>>> 1 + 1\n3\n```\n",
    "statements": "```python\nassert 1 + 1 == 3\n```\n",
    "output of a command": "```console\n$ symgrad --help\nno such help\n```\n",
    "failing command": "```console\n$ symgrad --no-such-option\n...\n```\n",
}


@pytest.mark.parametrize("block", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_block_is_found(block, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(f"Text.\n\n{block}", encoding="utf-8")
    assert len(list(failures(page))) == 1


def test_a_skipped_block_is_not_run(tmp_path):
    page = tmp_path / "page.md"
    page.write_text("<!-- skip: next -->\n```python\nno_such_name\n```\n\n```pycon\n>>> 2\n2\n```\n", encoding="utf-8")
    assert not list(failures(page))
