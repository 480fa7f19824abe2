"""The progress bar of training. Nothing is printed where there is no terminal, unless it is asked for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from .fit_history import Epoch


class Shown:
    """A bar over the batches of the present epoch, and a line for each epoch that is done."""

    def __init__(self, bar: Progress, batches: int):
        self.bar, self.batches = bar, batches
        self.task = bar.add_task("", total=batches)

    def batch(self, epoch: int, epochs: int, done: int, loss: float) -> None:
        told = f"epoch {epoch + 1}/{epochs}, loss {loss:.4g}"
        self.bar.update(self.task, description=told, completed=done)

    def epoch(self, record: Epoch) -> None:
        self.say(f"{record}, {record.seconds:.1f} s")

    def say(self, line: str) -> None:
        """A line above the bar."""
        if line:
            self.bar.console.print(escape(line), highlight=False)


@contextmanager
def progress(asked: bool | None, batches: int, console: Console | None = None) -> Iterator[Shown]:
    """The bar: shown if `asked`, hidden if False, by default where the output is a terminal."""
    console = console or Console()
    quiet = not console.is_terminal if asked is None else not asked
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(quiet=True) if quiet else console, transient=True, disable=quiet) as bar:
        yield Shown(bar, batches)
