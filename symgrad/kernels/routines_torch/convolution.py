"""Convolution and its gradients; any padding at the ends, which PyTorch's own has only the same on both sides."""

import torch
from torch.nn import functional


def conv_ends(size, kernel_size, stride, padding, dilation, out_size):
    """(left, right, above, below): what is put around an image so that windows just fill it; negative is cut off."""
    above, left = (
        (padding[a], stride[a] * (out_size[a] - 1) + dilation[a] * (kernel_size[a] - 1) + 1 - padding[a] - size[a])
        for a in (0, 1)
    )
    return *left, *above


def conv2d(x, w, stride, padding, dilation, groups, out_size):
    """`Y[n,k,i,j] = Σ_{c,r,s} X[n,c,s·i+d·r−P,s·j+d·s−P] W[k,c,r,s]`, with 0 outside X."""
    ends = conv_ends(x.shape[2:], w.shape[2:], stride, padding, dilation, out_size)
    return functional.conv2d(functional.pad(x, ends), w, None, stride, 0, dilation, groups)


def conv2d_input_gradient(g, w, in_size, stride, padding, dilation, groups):
    """The adjoint of `x ↦ conv2d(x, w)`, applied to g."""
    ends = conv_ends(in_size, w.shape[2:], stride, padding, dilation, g.shape[2:])
    size = (len(g), groups * w.shape[1], in_size[0] + ends[2] + ends[3], in_size[1] + ends[0] + ends[1])
    around = torch.nn.grad.conv2d_input(size, w, g, stride, 0, dilation, groups)
    return functional.pad(around, tuple(-n for n in ends))


def conv2d_kernel_gradient(x, g, kernel_size, stride, padding, dilation, groups):
    """The adjoint of `w ↦ conv2d(x, w)`, applied to g."""
    ends = conv_ends(x.shape[2:], kernel_size, stride, padding, dilation, g.shape[2:])
    size = (g.shape[1], x.shape[1] // groups, *kernel_size)
    return torch.nn.grad.conv2d_weight(functional.pad(x, ends), size, g, stride, 0, dilation, groups)
