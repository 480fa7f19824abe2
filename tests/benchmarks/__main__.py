"""`python -m tests.benchmarks [NAME …] [--output FILE]`: runs the benchmarks, prints their tables, writes Markdown.

Each one runs in a process of its own, with the BLAS kernels of this processor and as many threads as its title says.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
from datetime import date
from pathlib import Path

BENCHMARKS = {
    "deriving": ("Deriving all gradients of a deep MLP", "mlp"),
    "convolution": ("Convolution, one thread", "convolution", "--threads", "1"),
    "convolution-2": ("Convolution, two threads", "convolution", "--threads", "2"),
    "methods": ("Convolution, its methods, one thread", "convolution", "--methods", "--repeats", "3"),
    "pooling": ("Pooling, one thread", "pooling"),
    "rows": ("Softmax, normalisation, GELU, one thread", "rows"),
    "hessians": ("Hessians, one thread", "hessians"),
    "steps": ("Training steps, two threads", "steps", "2"),
    "steps-1": ("Training steps, one thread", "steps", "1"),
    "memory": ("Memory of a training step", "memory"),
    "derivations": ("Written derivations, true and corrupted", "derivations"),
    "checkers": ("Checkers of gradients on faulty layers", "checkers"),
}


def setting() -> str:
    """What the figures depend on: processor, versions, the kernels that BLAS chose."""
    code = (
        "import platform, numpy, threadpoolctl\n"
        "from importlib.metadata import version\n"
        "from tests.benchmarks.timing import processor\n"
        "blas = [p for p in threadpoolctl.threadpool_info() if p['user_api'] == 'blas'][0]\n"
        "names = ', '.join(f'{n} {version(n)}' for n in ('numpy', 'sympy', 'torch', 'jax', 'autograd'))\n"
        'print(f"{processor()}; Python {platform.python_version()}, {names}; "\n'
        "      f\"{blas['internal_api']} {blas['version']}, kernels {blas['architecture']}\")\n"
    )
    return output("-c", code)


def output(*arguments: str) -> str:
    return subprocess.run([sys.executable, *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__.split("\n")[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join(BENCHMARKS)}; all by default")
    parser.add_argument("--output", type=Path, help="a file for the tables, as Markdown")
    given = parser.parse_args()
    if unknown := set(given.names) - set(BENCHMARKS):
        parser.error(f"no benchmark {', '.join(sorted(unknown))}; there are {', '.join(BENCHMARKS)}")
    parts = [f"{date.today()}. {setting()}."]
    print(parts[0], flush=True)
    for name in given.names or BENCHMARKS:
        title, module, *arguments = BENCHMARKS[name]
        parts.append(f"## {title}\n\n{output('-m', f'tests.benchmarks.{module}', *arguments)}")
        print(f"\n{parts[-1]}", flush=True)
    if given.output:
        given.output.write_text("\n\n".join(parts) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
