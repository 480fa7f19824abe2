"""Pooling: entries outside the image do not count in an extreme; the first of equal entries wins.

PyTorch's own pools take the last NaN of a window as its winner, and half a window of padding at most.
"""

import torch
from torch.nn import functional

from .convolution import conv_ends


def pool_places(in_size, kernel_size, stride, padding, dilation, out_size, device):
    """`[i, j, (p, q)]`: where entry (p, q) of window (i, j) lies in the image, row by row; H·W outside."""
    H, W = in_size
    h, w = (
        stride[a] * torch.arange(out_size[a], device=device)[:, None]
        + dilation[a] * torch.arange(kernel_size[a], device=device)
        - padding[a]
        for a in (0, 1)
    )
    h, w = h[:, None, :, None], w[None, :, None, :]
    inside = (h >= 0) & (h < H) & (w >= 0) & (w < W)
    return torch.where(inside, h * W + w, H * W).reshape(*out_size, -1)


def pool_entries(x, places, fill):
    """`[n, c, i, j, (p, q)]`: the entries of each window, `fill` outside the image."""
    flat = functional.pad(x.reshape(*x.shape[:2], -1), (0, 1), value=fill)
    return flat[:, :, places]


def max_pool2d(x, kernel_size, stride, padding, dilation, out_size):
    """`Y[n,c,i,j] = max_{p,q} X[n,c, s·i+d·p−P, s·j+d·q−P]`."""
    ends = conv_ends(x.shape[2:], kernel_size, stride, padding, dilation, out_size)
    return functional.max_pool2d(functional.pad(x, ends, value=-torch.inf), kernel_size, stride, 0, dilation)


def min_pool2d(x, kernel_size, stride, padding, dilation, out_size):
    """`Y[n,c,i,j] = min_{p,q} X[n,c, s·i+d·p−P, s·j+d·q−P]`."""
    return -max_pool2d(-x, kernel_size, stride, padding, dilation, out_size)


def sum_pool2d(x, kernel_size, stride, padding, dilation, out_size):
    """`Y[n,c,i,j] = Σ_{p,q} X[n,c, s·i+d·p−P, s·j+d·q−P]`, 0 outside the image."""
    if tuple(dilation) == (1, 1):
        ends = conv_ends(x.shape[2:], kernel_size, stride, padding, dilation, out_size)
        return functional.avg_pool2d(functional.pad(x, ends), kernel_size, stride, divisor_override=1)
    places = pool_places(x.shape[2:], kernel_size, stride, padding, dilation, out_size, x.device)
    return pool_entries(x, places, 0.0).sum(-1)


def sum_pool2d_gradient(g, in_size, kernel_size, stride, padding, dilation):
    """The adjoint of `sum_pool2d`: each window gives its cotangent to all of its entries."""
    if tuple(dilation) == (1, 1):
        ends = conv_ends(in_size, kernel_size, stride, padding, dilation, g.shape[2:])
        size = (*g.shape[:2], in_size[0] + ends[2] + ends[3], in_size[1] + ends[0] + ends[1])
        around = torch.ops.aten.avg_pool2d_backward(g, g.new_empty(size), kernel_size, stride, (0, 0), False, True, 1)
        return functional.pad(around, tuple(-n for n in ends))
    places = pool_places(in_size, kernel_size, stride, padding, dilation, g.shape[2:], g.device)
    return pool_scattered(g[..., None].expand(*g.shape, places.shape[-1]), places, in_size)


def max_pool2d_winners(x, kernel_size, stride, padding, dilation, out_size):
    """`max_pool2d` and its winners, for `max_pool2d_gradient`."""
    y = max_pool2d(x, kernel_size, stride, padding, dilation, out_size)
    return y, pool_winners(y, x, kernel_size, stride, padding, dilation)


def min_pool2d_winners(x, kernel_size, stride, padding, dilation, out_size):
    """`min_pool2d` and its winners, for `max_pool2d_gradient`."""
    y = min_pool2d(x, kernel_size, stride, padding, dilation, out_size)
    return y, pool_winners(y, x, kernel_size, stride, padding, dilation)


def pool_winners(y, x, kernel_size, stride, padding, dilation):
    """Where the first entry that equals the extreme y lies in the image; H·W for a window wholly outside."""
    places = pool_places(x.shape[2:], kernel_size, stride, padding, dilation, y.shape[2:], x.device)
    wins = pool_wins(y, x, places)
    first = wins.to(torch.uint8).argmax(-1, keepdim=True)
    found = torch.broadcast_to(places, wins.shape).gather(-1, first)[..., 0]
    return torch.where(wins.any(-1), found, x.shape[2] * x.shape[3])


def pool_wins(y, x, places):
    """`[n, c, i, j, (p, q)]`: whether the entry equals the extreme; where that is NaN, whether it is NaN."""
    entries, best = pool_entries(x, places, 0.0), y[..., None]
    wins = torch.where(torch.isnan(best), torch.isnan(entries), entries == best)
    return wins & (places < x.shape[2] * x.shape[3])


def max_pool2d_gradient(g, winners, in_size, kernel_size, stride, padding, dilation):
    """`x̄[n,c,h,w] = Σ_{i,j} [(h, w) won window (i, j)] G[n,c,i,j]`, of a maximum or a minimum."""
    return pool_scattered(g, winners, in_size)


def max_pool2d_split_gradient(g, x, y, kernel_size, stride, padding, dilation):
    """As `max_pool2d_gradient` where equal winners share; the first NaN of a window has all."""
    places = pool_places(x.shape[2:], kernel_size, stride, padding, dilation, y.shape[2:], x.device)
    wins = pool_wins(y, x, places)
    first = wins & (wins.cumsum(-1) == 1)
    wins = torch.where(torch.isnan(y)[..., None], first, wins)
    shares = torch.where(wins, (g / wins.sum(-1).clamp(min=1))[..., None], 0)
    return pool_scattered(shares, places, x.shape[2:])


def pool_scattered(g, places, in_size):
    """Cotangents added up at places of the image."""
    N, C = g.shape[:2]
    H, W = in_size
    places = torch.broadcast_to(places, g.shape).reshape(N, C, -1)
    flat = torch.zeros((N, C, H * W + 1), dtype=g.dtype, device=g.device)  # the last one is outside
    return flat.scatter_add(2, places, g.reshape(N, C, -1))[:, :, : H * W].reshape(N, C, H, W)
