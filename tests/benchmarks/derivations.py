"""Written derivations, true and corrupted: `python -m tests.benchmarks.derivations [FOLDER] [--show] [--true]`.

A folder holds documents (`name.md`, `name.tex`) and beside each `name.faults.toml`: copies with one wrong line (`line`,
`old`, `new`) and the slip that made it. A copy counts as found if the first refuted step lies on the changed line.
"""

from __future__ import annotations

import argparse
from collections import Counter
from pathlib import Path
from statistics import median
from time import perf_counter

import tomllib

import symgrad as sg
from tests.benchmarks.timing import markdown

FOLDER = Path(__file__).parent.parent / "derivations"
KINDS = {".md": "markdown", ".tex": "tex"}
HEAD = ("", "steps or copies", "share, %")


def documents(folder: Path, part: int, parts: int) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.suffix in KINDS)[part::parts]


def corrupted(path: Path, fault: dict) -> str:
    lines = path.read_text(encoding="utf-8").split("\n")
    assert lines[fault["line"] - 1].count(fault["old"]) == 1, (path.name, fault["line"])
    lines[fault["line"] - 1] = lines[fault["line"] - 1].replace(fault["old"], fault["new"])
    return "\n".join(lines)


def lines_of(report, found) -> range:
    """The lines on which a step stands."""
    return range(report.source.place(found.step.at)[0], report.source.place(found.step.end)[0] + 1)


def outcome(report, line: int) -> tuple[str, str]:
    """What became of a wrong line, and the slip that was named."""
    first = next((s for s in report.steps if s.verdict == "refuted"), None)
    if first is not None:
        return ("found" if line in lines_of(report, first) else "another line first"), first.slip
    verdicts = sorted({s.verdict for s in report.steps if line in lines_of(report, s)})
    return f"missed, {' and '.join(verdicts)}", ""


class Counts:
    """Verdicts on true steps, what became of the copies, slips, and seconds, over the documents of a folder."""

    def __init__(self, show: bool):
        self.show = show
        self.steps, self.copies, self.slips = Counter(), Counter(), Counter()
        self.documents: list[tuple[float, int]] = []

    def document(self, path: Path):
        start = perf_counter()
        report = sg.check(path)
        judged = [s for s in report.steps if s.judged]
        self.documents.append((perf_counter() - start, len(judged)))
        self.steps.update(s.verdict for s in judged)
        for s in judged:
            if s.verdict not in {"proved", "agrees"}:
                self.say(f"{path.name}:{s.line} {s.verdict}: {s.why} | {s.latex[:100]!r}")

    def copy(self, path: Path, fault: dict):
        found, slip = outcome(sg.check(corrupted(path, fault), kind=KINDS[path.suffix]), fault["line"])
        self.copies[found] += 1
        if found == "found":
            self.slips["slip named" if slip else "no slip named"] += 1
            self.slips["slip named with the folder's word"] += slip.endswith(f"({fault['slip']})")
        else:
            self.say(f"{path.name}:{fault['line']} {found}: ({fault['slip']}) {fault['old']!r} -> {fault['new']!r}")

    def say(self, line: str):
        if self.show:
            print(line, flush=True)

    def __str__(self) -> str:
        rows = [
            (f"{title}: {name}", count, f"{100 * count / max(1, whole.total()):.1f}")
            for title, counts, whole in (
                ("true steps", self.steps, self.steps),
                ("copies", self.copies, self.copies),
                ("copies", self.slips, self.copies),
            )
            for name, count in counts.most_common()
        ]
        median_ms = 1e3 * median(seconds / max(1, steps) for seconds, steps in self.documents)
        slowest = max(seconds for seconds, _ in self.documents)
        return (
            f"{markdown(HEAD, rows)}\n\n{len(self.documents)} documents in {sum(s for s, _ in self.documents):.0f} s; "
            f"a step {median_ms:.1f} ms (median of documents), the slowest document {slowest:.1f} s"
        )


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--show", action="store_true", help="each step that is not proved, each copy that is not found")
    parser.add_argument("--part", default="0/1", help="K/N: every Nth document, from the Kth")
    parser.add_argument("--only", default="", help="documents whose name holds this")
    parser.add_argument("--true", action="store_true", help="no corrupted copies")
    given = parser.parse_args()
    part, parts = map(int, given.part.split("/"))
    counts = Counts(given.show)
    for path in documents(given.folder, part, parts):
        if given.only in path.name:
            counts.document(path)
            faults = tomllib.loads(path.with_suffix(".faults.toml").read_text(encoding="utf-8"))["fault"]
            for fault in () if given.true else faults:
                counts.copy(path, fault)
    print(counts)


if __name__ == "__main__":
    main()
