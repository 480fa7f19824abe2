"""Networks of vectors and matrices contracted: a bound index that joins two matrices is their product.

One that joins vectors is an inner product, one at a single matrix a matrix–vector product. What does not fit raises
`NoMatrix`.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..expr.indices import Index
from .building import hadamard, matmul, transpose
from .tree_arithmetic import Hadamard, Transpose
from .tree_functions import Diag, Norm, Trace
from .trees import Count, Identity, Ones, Tree


class NoMatrix(Exception):
    """This has no matrix form here."""


@dataclass(frozen=True)
class Node:
    """A factor: a vector at one index, a matrix at (row, column), a scalar at none."""

    at: tuple[Index, ...]
    tree: Tree

    def turned(self, at: tuple[Index, ...]) -> Tree:
        return self.tree if self.at == at else transpose(self.tree)


def eliminate(nodes: list[Node], bound) -> tuple[list[Tree], list[Node]]:
    """The network without its bound indices: (scalars found, nodes left)."""
    found, bound = [], list(bound)
    nodes = _fused(nodes)
    while bound:
        k = min(bound, key=lambda k: sum(k in n.at for n in nodes if len(n.at) == 2))
        bound.remove(k)
        here, nodes = [n for n in nodes if k in n.at], [n for n in nodes if k not in n.at]
        vectors, matrices = [n.tree for n in here if len(n.at) == 1], [n for n in here if len(n.at) == 2]
        others = [i for n in matrices for i in n.at if i != k]
        if len(matrices) > 2:
            raise NoMatrix(f"{len(matrices)} matrices meet at {k}")
        if not matrices:
            found.append(_inner(vectors, k))
        elif len(matrices) == 1 and not vectors and others[0] in bound and not any(others[0] in n.at for n in nodes):
            bound.remove(others[0])
            found.append(_all_entries(matrices[0].tree, matrices[0].at))
        else:
            nodes = _fused([*nodes, _joined(k, vectors, matrices, others)])
    return found, nodes


def _joined(k, vectors, matrices, others) -> Node:
    """Σ_k of one matrix and vectors, or of two matrices with the vectors as a diagonal between them."""
    first = matrices[0].turned((others[0], k))
    if len(matrices) == 1:
        return Node((others[0],), matmul(first, hadamard(vectors) if vectors else Ones(k.size)))
    between = [Diag(hadamard(vectors), up=True)] if vectors else []
    return Node((others[0], others[1]), matmul(first, *between, matrices[1].turned((k, others[1]))))


def _fused(nodes: list[Node]) -> list[Node]:
    """Matrices at the same two indices as one, entry by entry."""
    groups: dict = {}
    for n in nodes:
        if len(n.at) == 2:
            groups.setdefault(frozenset(n.at), []).append(n)
    fused = [
        Node(g[0].at, hadamard([n.turned(g[0].at) for n in g]) if len(g) > 1 else g[0].tree) for g in groups.values()
    ]
    return [n for n in nodes if len(n.at) != 2] + fused


def _inner(vectors: list[Tree], k: Index) -> Tree:
    if not vectors:
        return Count(k.size)
    if len(vectors) == 1:
        x = vectors[0]
        return Trace(x.x) if isinstance(x, Diag) else matmul(transpose(Ones(k.size)), x)
    if len(vectors) == 2 and vectors[0] == vectors[1]:
        return Norm(vectors[0], squared=True)
    return matmul(transpose(hadamard(vectors[:-1])), vectors[-1])


def _all_entries(x: Tree, at) -> Tree:
    """The sum of all entries: ‖A‖² for A ⊙ A, tr(Aᵀ B) for A ⊙ B, else 𝟏ᵀ A 𝟏."""
    parts = x.parts if isinstance(x, Hadamard) else ()
    if len(parts) != 2:
        return matmul(transpose(Ones(at[0].size)), x, Ones(at[1].size))
    a, b = parts
    if a == b:
        return Norm(a, squared=True)
    return Trace(matmul(a, b.x) if isinstance(b, Transpose) else matmul(transpose(a), b))


def assemble(nodes: list[Node], rows, columns) -> Tree | None:
    """What is left, at (rows, columns)."""
    free = tuple(i for i in (rows, columns) if i is not None)
    if any(not set(n.at) <= set(free) for n in nodes):
        raise NoMatrix("an index is left over")
    vectors = {i: [n.tree for n in nodes if n.at == (i,)] for i in free}
    matrices = [n for n in nodes if len(n.at) == 2]
    if not free:
        return None
    if len(free) == 1:
        return hadamard(vectors[rows]) if vectors[rows] else Ones(rows.size)
    left, right = ([hadamard(vectors[i])] if vectors[i] else [] for i in free)
    if not matrices:
        return matmul(*(left or [Ones(rows.size)]), transpose(*(right or [Ones(columns.size)])))
    x = matrices[0].turned((rows, columns))
    if isinstance(x, Identity) and (left or right):
        return Diag(hadamard([*left, *right]), up=True)
    return matmul(*(Diag(v, up=True) for v in left), x, *(Diag(v, up=True) for v in right))
