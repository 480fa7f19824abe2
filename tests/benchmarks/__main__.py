"""`python -m tests.benchmarks [repeats]`: prints the table of the MLP benchmark."""

import sys

from tests.benchmarks.mlp import DEPTHS, growth, measure


def table(title: str, results: dict):
    print(f"{title}\n")
    print(f"{'L':<10}" + "".join(f"{depth:>20}" for depth in DEPTHS) + f"{'t(1000)/t(100)':>18}")
    for name, rows in results.items():
        cells = (f"{later:.4f} ({first:.4f})" for first, later in rows.values())
        print(f"{name:<10}" + "".join(f"{cell:>20}" for cell in cells) + f"{growth(rows):>18.1f}")


def main(repeats: int = 9):
    what = f"All gradients of an L-layer MLP, wall seconds: median of {repeats} after a first run (in parentheses)"
    table(what, measure(repeats=repeats))
    blind = "\nThe same, the collector blind to what the process held before (a diagnosis)"
    table(blind, measure(repeats=repeats, frozen=True))


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
