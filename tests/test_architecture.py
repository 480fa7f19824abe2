"""The house stands: imports go down, there are no rings, and nothing executes text.

The checker reads sources, never imports them. `ROOMS` is the table to read: a room is a top-level module or package of
symgrad, and it may import only rooms with a smaller number.
"""

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import networkx as nx
import pytest

ROOT = Path(__file__).parent.parent

# A fraction orders two rooms of one floor where one may know the other; equal numbers may not.
ROOMS = {
    "errors": 0.0,
    "profiles": 0.2,  # of Hypothesis, which is not imported for them
    "extras": 0.5,  # optional packages; raises an error where one is missing
    "expr": 1.0,
    "graph": 2.0,
    "oracles": 2.5,  # may walk a graph in order; below every rule they judge
    "derivation": 3.0,
    "rewrite": 3.5,  # returns derivations
    "rules": 4.0,
    "calculus": 5.0,
    "parse": 6.0,
    "tex": 6.0,  # what was written, without what it means: no SymPy
    "kernels": 7.0,
    "render": 7.0,
    "nn": 7.5,  # builds equations, and runs them through kernels
    "check": 8.0,
    "testing": 8.0,
    "faces": 8.5,  # numbers in, text out: results, functions, what the command line calls
    "pytest_plugin": 8.2,  # above testing, which it loads when a test uses it
    "__init__": 9.0,  # the public names; what stands below it cannot use them
    "tour": 9.2,
    "cli": 9.4,
    "__main__": 9.6,
}
LATE_IMPORTS = {"extras"}  # import statements inside functions
LOADS_BY_NAME = {"extras", "__init__", "cli", "pytest_plugin"}  # `symgrad --help` must not load SymPy, nor pytest NumPy
MAY_LOAD = {
    "symgrad/kernels/routines/machine_code.py",  # numba; its text is written into programs, which know no extras
    "symgrad/testing/locate.py",  # the user's module, named at the command line
    "symgrad/testing/declared.py",  # spec= alone needs the symbolic core: a test of a layer does not wait for SymPy
}
WITHOUT_NUMPY = {room for room, floor in ROOMS.items() if floor < 7} - {"extras"} | {"render"}
WITH_HYPOTHESIS = {"testing"}
RUNS_TEXT = {"sympify", "parse_expr", "S", "eval", "exec"}
MAY_RUN_TEXT = {("symgrad/kernels/load.py", "exec")}  # generated programs, and nothing else


class Edge(NamedTuple):
    source: str  # dotted names of modules
    target: str
    place: str  # file:line


def dotted(path: str) -> str:
    """
    >>> dotted("symgrad/expr/__init__.py"), dotted("symgrad/graph.py")
    ('symgrad.expr', 'symgrad.graph')
    """
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def room(module: str) -> str:
    """
    >>> room("symgrad.expr.indices"), room("symgrad.graph"), room("symgrad")
    ('expr', 'graph', '__init__')
    """
    return [*module.split("."), "__init__"][1]


def absolute(node: ast.ImportFrom, path: str) -> str:
    """The module that `from .x import y` in the file `path` names."""
    if not node.level:
        return node.module or ""
    folder = path.split("/")[: -node.level]
    return ".".join([*folder, *filter(None, [node.module])])


def targets(node: ast.AST, path: str, modules: set[str]) -> list[str]:
    """Modules that one import statement loads; a name that is no module of ours stands for its package."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = absolute(node, path)
        inner = [f"{base}.{alias.name}" for alias in node.names]
        return [name if name in modules else base for name in inner]
    return []


def called(node: ast.AST) -> str:
    """
    >>> called(ast.parse("sympy.sympify(x)").body[0].value), called(ast.parse("model.eval()").body[0].value)
    ('sympify', '.eval')
    """
    match node:
        case ast.Call(func=ast.Name(id=name)):
            return name
        case ast.Call(func=ast.Attribute(attr="eval" | "exec" as name)):
            return f".{name}"  # a method of that name is not the builtin
        case ast.Call(func=ast.Attribute(attr=name)):
            return name
    return ""


def edges(sources: dict[str, str]) -> Iterator[Edge]:
    modules = {dotted(path) for path in sources}
    for path, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            for target in dict.fromkeys(targets(node, path, modules)):
                yield Edge(dotted(path), target, f"{path}:{getattr(node, 'lineno', 0)}")


def floors(sources: dict[str, str]) -> Iterator[str]:
    for path in sources:
        if room(dotted(path)) not in ROOMS:
            yield f"{path}: no floor; give it a row in ROOMS"
    for source, target, place in edges(sources):
        above, below = room(source), room(target)
        if target.split(".")[0] != "symgrad" or above == below or not {above, below} <= ROOMS.keys():
            continue
        if ROOMS[above] == ROOMS[below]:
            yield f"{place}: sideways, {above} and {below} share a floor"
        elif ROOMS[above] < ROOMS[below]:
            yield f"{place}: upwards, {above} ({ROOMS[above]}) imports {below} ({ROOMS[below]})"


def circles(sources: dict[str, str]) -> Iterator[str]:
    ours = nx.DiGraph((e.source, e.target) for e in edges(sources) if e.target.split(".")[0] == "symgrad")
    for ring in nx.strongly_connected_components(ours):
        if len(ring) > 1 or any(ours.has_edge(m, m) for m in ring):
            yield f"circle: {' ↔ '.join(sorted(ring))}"


def late_imports(sources: dict[str, str]) -> Iterator[str]:
    for path, text in sources.items():
        here = room(dotted(path))
        tree = ast.parse(text)
        functions = [n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
        inside = {n for f in functions for n in ast.walk(f) if isinstance(n, ast.Import | ast.ImportFrom)}
        if here not in LATE_IMPORTS:
            yield from (f"{path}:{n.lineno}: import inside a function" for n in sorted(inside, key=lambda n: n.lineno))
        if here not in LOADS_BY_NAME and path not in MAY_LOAD:
            loads = [n for n in ast.walk(tree) if called(n) in {"import_module", "__import__"}]
            yield from (f"{path}:{n.lineno}: loads a module by name" for n in loads)


def executed_text(sources: dict[str, str]) -> Iterator[str]:
    """Calls that turn text into running code. SymPy's constructors and `_sympify` refuse text or leave it a symbol."""
    for path, text in sources.items():
        for node in ast.walk(ast.parse(text)):
            if called(node) in RUNS_TEXT and (path, called(node)) not in MAY_RUN_TEXT:
                yield f"{path}:{node.lineno}: {called(node)}() executes text; a constructor or _sympify does not"
            elif isinstance(node, ast.ImportFrom):
                renamed = [a.name for a in node.names if a.name in RUNS_TEXT and a.asname not in {None, a.name}]
                yield from (f"{path}:{node.lineno}: {name} under another name" for name in renamed)


def heavy_imports(sources: dict[str, str]) -> Iterator[str]:
    for source, target, place in edges(sources):
        package = target.split(".")[0]
        if package == "numpy" and room(source) in WITHOUT_NUMPY:
            yield f"{place}: the symbolic core imports without NumPy"
        if package == "hypothesis" and room(source) not in WITH_HYPOTHESIS:
            yield f"{place}: only testing uses Hypothesis"


CHECKS = (floors, circles, late_imports, executed_text, heavy_imports)


@pytest.fixture(scope="module")
def package() -> dict[str, str]:
    paths = sorted((ROOT / "symgrad").rglob("*.py"))
    return {path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_package(check, package):
    assert "symgrad/errors.py" in package
    faults = list(check(package))
    assert not faults, "\n".join(faults)


# The checker is checked: each fault is planted in a small house, and must be the only thing that is found.
HOUSE = {
    "symgrad/__init__.py": "from symgrad.calculus import grad as grad",
    "symgrad/errors.py": "class SymgradError(Exception): ...",
    "symgrad/extras.py": "def jax():\n    import jax\n    return jax",
    "symgrad/expr/__init__.py": "from symgrad.expr.tensors import Tensor as Tensor",
    "symgrad/expr/indices.py": "from symgrad.errors import SymgradError",
    "symgrad/expr/tensors.py": "from .indices import SymgradError\nclass Tensor:\n    def eval(self): ...",
    "symgrad/graph.py": "from symgrad.expr import Tensor\nTensor().eval()",
    "symgrad/calculus.py": "from symgrad import graph\ngrad = graph",
    "symgrad/render/__init__.py": "",
    "symgrad/parse/__init__.py": "from ..expr import indices",
    "symgrad/kernels/load.py": "exec(compile('', '', 'exec'))",
    "symgrad/testing/__init__.py": "import hypothesis",
    "symgrad/cli.py": "from importlib import import_module\ndef main(): import_module('symgrad.tour')",
}
PLANTED = {
    "sideways": ("symgrad/kernels/__init__.py", "import symgrad.render"),
    "sideways, relative": ("symgrad/kernels/__init__.py", "from .. import render"),
    "upwards": ("symgrad/expr/indices.py", "from symgrad import graph"),
    "upwards, inside a function": ("symgrad/extras.py", "def f():\n    from symgrad.expr import Tensor"),
    "upwards, to the public names": ("symgrad/graph.py", "from symgrad import grad"),
    "no floor": ("symgrad/helpers.py", ""),
    "circle": ("symgrad/expr/indices.py", "from symgrad.expr.tensors import Tensor"),
    "circle, through the package": ("symgrad/expr/indices.py", "from . import Tensor"),
    "import inside a function": ("symgrad/graph.py", "def f():\n    import json"),
    "import inside a function, method": (
        "symgrad/graph.py",
        "class A:\n  async def f(self):\n    import json",
    ),
    "loads a module by name": ("symgrad/graph.py", "import importlib\nimportlib.import_module('json')"),
    "eval() executes text": ("symgrad/graph.py", "eval('1')"),
    "exec() executes text": ("symgrad/graph.py", "def f(text):\n    exec(text)"),
    "exec() executes text, beside the loader": ("symgrad/kernels/compiled.py", "exec('1')"),
    "exec() executes text, in another load.py": ("symgrad/nn/load.py", "exec('1')"),
    "eval() executes text, in the loader": ("symgrad/kernels/load.py", "eval('1')"),
    "sympify() executes text": ("symgrad/graph.py", "import sympy as sp\nsp.sympify('x')"),
    "parse_expr() executes text": (
        "symgrad/cli.py",
        "import sympy.parsing as sp\nsp.parse_expr('x')",
    ),
    "S() executes text": ("symgrad/graph.py", "from sympy import S\nS('x')"),
    "sympify under another name": ("symgrad/graph.py", "from sympy import sympify as number\nnumber('x')"),
    "without NumPy": ("symgrad/graph.py", "import numpy as np"),
    "only testing uses Hypothesis": ("symgrad/render/__init__.py", "from hypothesis import given"),
}


def test_a_sound_house_has_no_faults():
    assert [fault for check in CHECKS for fault in check(HOUSE)] == []


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault):
    path, text = PLANTED[fault]
    found = [f for check in CHECKS for f in check({**HOUSE, path: text})]
    assert any(fault.split(",")[0] in f and f.startswith((path, "circle")) for f in found), found


def test_one_import_in_a_ring_of_three_is_found():
    ring = {f"symgrad/expr/{a}.py": f"from symgrad.expr import {b}" for a, b in ("ab", "bc", "ca")}
    assert [f for f in circles(ring)] == ["circle: symgrad.expr.a ↔ symgrad.expr.b ↔ symgrad.expr.c"]
