"""Functions and modules of PyTorch with a gradient that is wrong."""

import torch


class Half(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        ctx.save_for_backward(x, w)
        return x * w

    @staticmethod
    def backward(ctx, g):
        x, w = ctx.saved_tensors
        return g * w / 2, (g * x).sum(0)


class Scale(torch.nn.Module):
    """`y = w x`, wrong by a factor while it trains."""

    def __init__(self, d, eps=0.0, dtype=torch.float64):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.ones(d))
        self.dtype = dtype

    def forward(self, x):
        return Half.apply(x, self.weight) if self.training else x * self.weight


def scale(d, eps):
    return Scale(d, eps)


def reference(x, w):
    return x * torch.as_tensor(w)
