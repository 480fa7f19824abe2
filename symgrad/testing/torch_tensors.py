"""Arrays as tensors of PyTorch and back: strides and memory are kept, so that what a layer does to them shows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

from ..extras import need


def tensor_of(x: Any) -> Any:
    """A tensor on the same memory; where PyTorch has no such strides (reversed), on a copy.

    An axis that is broadcast stays one, as `y.sum().backward()` gives it.
    """
    torch = need("torch")
    if x is None:
        return None
    x = np.asarray(x)
    if x.ndim and any(s == 0 and n > 1 for s, n in zip(x.strides, x.shape, strict=True)):
        few = x[tuple(slice(None, 1) if s == 0 else slice(None) for s in x.strides)]
        return torch.from_numpy(np.array(few)).expand(x.shape)
    if not x.flags.writeable or any(s < 0 for s in x.strides):
        x = np.array(x)
    return torch.from_numpy(x)


def array_of(t: Any) -> Any:
    """An array on the memory of a tensor; what is no tensor stays what it is."""
    torch = need("torch")
    if not isinstance(t, torch.Tensor):
        return t
    t = t.detach()
    t = t.to(torch.float32) if t.dtype == torch.bfloat16 else t
    t = t if t.layout == torch.strided else t.to_dense()
    return t.resolve_conj().resolve_neg().cpu().numpy()


def own(x: Any) -> Any:
    """An array with memory of its own."""
    return None if x is None else np.array(array_of(x))


def same_strides(t: Any) -> Any:
    """A copy that lies in memory as the original does; differentiable."""
    torch = need("torch")
    if any(s == 0 for s in t.stride()):
        return t.clone()
    return torch.empty_strided(t.size(), t.stride(), dtype=t.dtype).copy_(t)


def memory(t: Any) -> int:
    """Where the memory of a tensor begins."""
    return t.untyped_storage().data_ptr()


@contextmanager
def one_thread() -> Iterator[None]:
    """Small arrays are computed by one thread: waiting for others takes longer than they do."""
    torch = need("torch")
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def reseed() -> None:
    """PyTorch's generator at a fixed place."""
    need("torch").default_generator.manual_seed(0)
