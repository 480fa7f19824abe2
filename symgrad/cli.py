"""The command line: `symgrad derive`, `check`, `graph`, `compile`, `layer`, `tour`.

Only click is loaded until a verb runs.

Exit codes: 0 all hold, 1 something is refuted, 2 wrong usage or input, 3 undecided only, 70 an error in symgrad.
"""

from __future__ import annotations

import os
import shutil
import sys
import traceback
from contextlib import contextmanager
from importlib import import_module

import click

from . import __version__
from .errors import SymgradError

INPUT, INTERNAL, INTERRUPTED = 2, 70, 130
LONGEST_INPUT = 1_000_000
LONG = 20
"""Formulas from which on a document is worth a progress bar."""


def _core(name: str):
    """A module of symgrad, loaded when a verb needs it: SymPy takes longer to load than `--help` may take."""
    return import_module(f".{name}", __package__)


class Program(click.Group):
    """Errors that symgrad raises on purpose end with 2 and its words, all others with 70 and one line."""

    def invoke(self, ctx):
        ctx.obj = {}
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except SymgradError as error:
            if ctx.obj.get("debug"):
                traceback.print_exc()
            click.echo(told(error), err=True)
            ctx.exit(INPUT)
        except KeyboardInterrupt:
            ctx.exit(INTERRUPTED)
        except Exception as error:  # a fault of symgrad; anything a user can cause is a SymgradError
            if ctx.obj.get("debug"):
                traceback.print_exc()
            words = " ".join(f"{type(error).__name__}: {error}".split())[:200]
            click.echo(f"error: symgrad failed, {words}\nthis is a fault of symgrad; --debug shows where", err=True)
            ctx.exit(INTERNAL)


def told(error: SymgradError) -> str:
    """`error: fact`, then the place, with the hint beside its caret, where there is one.

    >>> print(told(SymgradError("unfinished expression, column 7", place="  1/(1+x\\n        ^", hint='expected ")"')))
    error: unfinished expression, column 7
      1/(1+x
            ^ expected ")"
    """
    beside = error.place.endswith("^") and error.hint
    parts = [error.fact, f"{error.place} {error.hint}" if beside else error.place, "" if beside else error.hint]
    return "error: " + "\n".join(filter(None, parts))


class Verb(click.Command):
    """A verb whose text may begin with a minus sign: `-x**2` is text, as options have two."""

    def parse_args(self, ctx, args):
        valued = {name for p in self.params if not getattr(p, "is_flag", False) for name in p.opts}
        options, texts, words = [], [], iter(args)
        for word in words:
            if word == "--":
                texts += words
            elif not word.startswith("--"):
                texts.append(word)
            else:
                options.append(word)
                options += [value for _, value in zip([0], words, strict=False)] if word in valued else []
        return super().parse_args(ctx, [*options, "--", *texts])


def text_argument(command):
    """The expression or program; `-` reads it from standard input."""
    return click.argument("text", metavar="TEXT")(command)


def choice(name, values, default, help):
    return click.option(name, type=click.Choice(values), default=default, show_default=True, help=help)


OPTIONS = {
    "shape": click.option("--shape", metavar="DECLARATIONS", default="", help='Shapes of the inputs: "W[m,n] x[n]".'),
    "wrt": click.option(
        "--wrt", metavar="NAME", multiple=True, help="By which variable; may be repeated. Default: every input."
    ),
    "at": click.option("--at", metavar="VALUES", default="", help='Values of the inputs: "W=[[1,2],[3,4]]; x=[5,6]".'),
    "cotangent": click.option("--cotangent", metavar="NAME", help="Of a tensor Y: derive the gradient of ⟨NAME, Y⟩."),
    "assume": click.option(
        "--assume", "assumed", metavar="FACT", multiple=True, help='A fact about values: "sum(y) == 1".'
    ),
    "ties": choice("--ties", ["first", "split"], "first", "Which of several equal maxima gets the gradient."),
    "notation": choice("--notation", ["index", "matrix", "both"], "both", "How the answer is written."),
    "steps": choice(
        "--steps", ["all", "hint", "none"], "hint", "Every step, one line a group of steps, or the answer alone."
    ),
    "points": click.option(
        "--points",
        type=click.IntRange(1, 10_000),
        default=2,
        help="Points at which a line is tried where it cannot be proved.",
    ),
    "seed": click.option(
        "--seed", type=int, default=0, envvar="SYMGRAD_SEED", help="Of the random points; also SYMGRAD_SEED."
    ),
    "tol": click.option(
        "--tol", type=click.FloatRange(0, 1), default=0.0, help="Relative difference that a check lets pass."
    ),
    "output": click.option(
        "--output",
        type=click.Path(dir_okay=False, writable=True),
        help="Write to a file; its suffix chooses the format where --format does not.",
    ),
    "backend": choice("--backend", ["numpy", "jax", "torch"], "numpy", "The library that the program is for."),
    "name": click.option("--name", metavar="NAME", default="step", show_default=True, help="Of the function."),
    "file": click.option(
        "--output", type=click.Path(dir_okay=False, writable=True, allow_dash=True), help="Write to a file."
    ),
    "signature": click.option(
        "--signature", metavar="TEXT", required=True, help='What the layer takes and gives: "x[N,C], w[K,C] -> y[N,K]".'
    ),
    "param": click.option(
        "--param",
        "params",
        metavar="NAME=VALUES",
        multiple=True,
        help='Of a hyper-parameter: "stride=1..3", "mode=valid,same"; may be repeated.',
    ),
    "where": click.option("--where", metavar="CONDITION", default="", help='What legal examples satisfy: "H >= kh".'),
    "convention": click.option(
        "--convention",
        metavar="NAME=CHOICE",
        multiple=True,
        help='Pins what an argument does at ties (first, last, split) or kinks (lower, upper, 0 ...): "x=first".',
    ),
    "examples": click.option(
        "--examples", type=click.IntRange(1, 1_000_000), default=100, show_default=True, help="How many are tried."
    ),
    "example": click.option("--example", metavar="TEXT", help="The only example to try, as a report writes it."),
    "declare": click.option(
        "--declare",
        "declared",
        metavar="TEXT",
        multiple=True,
        help=r'What the files do not say: "W \in R^{m\times n}", "$A$ is symmetric"; may be repeated.',
    ),
    "layout": click.option(
        "--layout",
        type=click.Choice(["gradient", "numerator", "denominator"]),
        help="Of derivatives. Default: what the file says, else gradients of the variable's shape.",
    ),
    "kind": click.option(
        "--kind",
        type=click.Choice(["markdown", "tex", "text", "notebook"]),
        help="What the files are. Default: by their names; standard input by its text.",
    ),
    "all": click.option("--all", "everything", is_flag=True, help="List definitions and what is not judged, too."),
    "terse": click.option("--quiet", is_flag=True, help="Only what is refuted or not read, and counts."),
    "brief": click.option("--quiet", is_flag=True, help="One line a finding, nothing where there is none."),
    "quiet": click.option("--quiet", is_flag=True, help="The answer alone, unchecked."),
    "debug": click.option("--debug", is_flag=True, help="Show the traceback of an internal error."),
}


def options(*names):
    """The options of these names, in this order."""

    def add(command):
        for name in reversed(names):
            command = OPTIONS[name](command)
        return command

    return add


def format_option(*names):
    return click.option(
        "--format", "format_name", type=click.Choice(names), help="How the output is written. Default: text."
    )


@click.group(
    cls=Program,
    context_settings={"help_option_names": ["--help"]},
    epilog="Exit codes: 0 all hold · 1 refuted · "
    "2 usage or input · 3 undecided only · 70 internal error. NO_COLOR, SYMGRAD_ASCII=1 and SYMGRAD_SEED are heeded.",
)
@click.version_option(__version__, prog_name="symgrad", message="%(prog)s %(version)s")
def main():
    """Symbolic differentiation of deep models, every step shown and checked."""


@main.command(cls=Verb)
@text_argument
@options("shape", "wrt", "at", "cotangent", "assume", "ties", "notation")
@format_option("text", "latex", "markdown", "json")
@options("steps", "output", "points", "seed", "tol", "quiet", "debug")
@click.pass_context
def derive(ctx, text, output, format_name, points, seed, tol, quiet, debug, **given):
    """Derive the gradient of TEXT, step by step.

    TEXT is an expression, `sum((W @ x)**2)`, or equations, `f = sum[k] q[k]**2; q[k] = sum[j] W[k,j]*x[j]`, of which
    the first one is differentiated. `-` reads it from standard input. A tensor without --cotangent gives its Jacobian.
    """
    ctx.obj["debug"] = debug
    core = _core("faces.commands")
    if quiet:
        given["steps"] = "none"
    check = None if quiet else core.Check(seed=seed, points=points, tol=tol)
    form = core.format_of(format_name, output)
    written, code = core.derive(read(text), check=check, form=form, ascii=ascii_only(), **given)
    write(written, output)
    ctx.exit(code)


@main.command(cls=Verb)
@click.argument("files", metavar="FILE...", nargs=-1, required=True)
@options("declare", "layout", "kind")
@format_option("text", "json", "html", "markdown")
@options("output", "all", "terse", "debug")
@click.pass_context
def check(ctx, files, output, format_name, everything, quiet, debug, **given):
    """Judge written derivations line by line: lecture notes, homework, papers in Markdown, LaTeX or notebooks.

    Each step is proved, agrees at points, is refuted by a counterexample, or undecided with the reason. `-` reads
    standard input.
    """
    ctx.obj["debug"] = debug
    core = _core("faces.checking")
    sources = [core.opened(file, read("-") if file == "-" else None) for file in files]
    with progress_bar() as tell:
        form = core.format_of(format_name, output)
        text, code = core.check(
            sources, form=form, tell=tell, everything=everything, quiet=quiet, **look(output), **given
        )
    write(text, output)
    ctx.exit(code)


@main.command(cls=Verb)
@text_argument
@options("shape", "at", "ties")
@format_option("text", "dot", "json")
@options("output", "debug")
@click.pass_context
def graph(ctx, text, output, format_name, debug, **given):
    """Show the computation graph of TEXT: its equations, and the local derivative on each edge.

    With --at, also the value of each node, and the gradient by it where the result is a scalar.
    """
    ctx.obj["debug"] = debug
    core = _core("faces.commands")
    write(core.graph(read(text), form=core.format_of(format_name, output), ascii=ascii_only(), **given), output)


@main.command("compile", cls=Verb)
@text_argument
@options("shape", "wrt", "cotangent", "ties", "backend", "name", "file", "debug")
@click.pass_context
def compile_(ctx, text, output, debug, **given):
    """Write a program that computes TEXT and its gradients, for NumPy, JAX or PyTorch.

    The program needs no symgrad. Run as a file it compares its gradients with differences at random inputs, and ends
    with 1 if they disagree. Of a tensor the gradients are those of ⟨G, TEXT⟩; --cotangent names the argument G.
    """
    ctx.obj["debug"] = debug
    write(_core("faces.code").source(read(text), **given).removesuffix("\n"), output)


@main.command(cls=Verb)
@click.argument("target", metavar="MODULE:NAME")
@options("signature", "param", "where", "convention", "examples", "seed", "example")
@format_option("text", "json", "html")
@options("output", "brief", "debug")
@click.pass_context
def layer(ctx, target, output, format_name, debug, **given):
    """Try a layer on many shapes and values: is its backward pass the derivative of its forward pass?

    MODULE:NAME is imported, mypackage.layers:MyConv2d, also from the current directory: its code is run.
    """
    ctx.obj["debug"] = debug
    core = _core("faces.layers")
    text, code = core.layer(target, form=core.format_of(format_name, output), **given)
    if text or output:
        write(text, output)
    ctx.exit(code)


@main.command()
@options("debug")
@click.pass_context
def tour(ctx, debug):
    """Derive the worked examples of a first lecture on backpropagation and compare every number with its slides."""
    ctx.obj["debug"] = debug
    ctx.exit(_core("tour").run(sys.stdout))


def read(text: str) -> str:
    """The text, or standard input for `-`."""
    if text != "-":
        return text
    try:
        return sys.stdin.buffer.read(LONGEST_INPUT).decode("utf-8")
    except UnicodeDecodeError:
        raise click.UsageError("standard input is not UTF-8 text") from None


def write(text: str, output: str | None) -> None:
    """To the file, or to standard output, where what its encoding lacks becomes a question mark."""
    if output is None or output == "-":
        encoding = getattr(sys.stdout, "encoding", None) or "utf-8"
        click.echo(text.encode(encoding, "replace").decode(encoding))
        return
    try:
        with open(output, "w", encoding="utf-8") as file:
            file.write(text + "\n")
    except OSError as error:
        raise click.UsageError(f"cannot write {output}: {error.strerror}") from None


def look(output: str | None) -> dict:
    """How wide a terminal is, and whether it has colours."""
    terminal = output in (None, "-") and sys.stdout.isatty()
    width = min(shutil.get_terminal_size((100, 24)).columns, 140)
    return {"width": width, "colour": terminal and not os.environ.get("NO_COLOR"), "ascii": ascii_only()}


@contextmanager
def progress_bar():
    """A function `tell(name, done, all)` that shows a bar on a terminal, of work that takes a while."""
    if not sys.stderr.isatty():
        yield lambda name, done, all: None
        return
    rich = import_module("rich.progress")
    console = import_module("rich.console").Console(stderr=True)
    with rich.Progress(console=console, transient=True) as bar:
        tasks: dict[str, int] = {}

        def tell(name, done, all):
            if all >= LONG:
                tasks.setdefault(name, bar.add_task(name or "-", total=all) if name not in tasks else 0)
                bar.update(tasks[name], completed=done)

        yield tell


def ascii_only() -> bool:
    """Whether SYMGRAD_ASCII asks for the input language instead of Unicode."""
    return os.environ.get("SYMGRAD_ASCII", "") not in ("", "0")
