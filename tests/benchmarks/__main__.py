"""`python -m tests.benchmarks [repeats]`: prints the table of the MLP benchmark."""

import sys

from tests.benchmarks.mlp import DEPTHS, growth, measure


def main(repeats: int = 5):
    results = measure(repeats=repeats)
    print(
        f"All gradients of an L-layer MLP, processor seconds: median of {repeats} after a first run (in parentheses)\n"
    )
    print(f"{'L':<10}" + "".join(f"{depth:>20}" for depth in DEPTHS) + f"{'t(1000)/t(100)':>18}")
    for name, rows in results.items():
        cells = (f"{later:.4f} ({first:.4f})" for first, later in rows.values())
        print(f"{name:<10}" + "".join(f"{cell:>20}" for cell in cells) + f"{growth(rows):>18.1f}")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
