"""Convolution and its gradients; any padding at the ends, which PyTorch's own has only the same on both sides."""

import torch
from torch.nn import functional


def conv_ends(size, kernel_size, stride, padding, dilation, out_size):
    """(left, right, above, below, …): what is put around an image so that windows just fill it; negative is cut off."""
    spans = [s * (n - 1) + d * (r - 1) + 1 for s, n, d, r in zip(stride, out_size, dilation, kernel_size, strict=True)]
    ends = [(p, span - p - n) for p, span, n in zip(padding, spans, size, strict=True)]
    return tuple(n for end in reversed(ends) for n in end)


def conv2d(x, w, stride, padding, dilation, groups, out_size):
    """`Y[n,k,i,j] = Σ_{c,r,s} X[n,c,s·i+d·r−P,s·j+d·s−P] W[k,c,r,s]`, with 0 outside X."""
    ends = conv_ends(x.shape[2:], w.shape[2:], stride, padding, dilation, out_size)
    return functional.conv2d(functional.pad(x, ends), w, None, stride, 0, dilation, groups)


def conv2d_input_gradient(g, w, in_size, stride, padding, dilation, groups):
    """The adjoint of `x ↦ conv2d(x, w)`, applied to g."""
    return conv_input_gradient(torch.nn.grad.conv2d_input, g, w, in_size, stride, padding, dilation, groups)


def conv2d_kernel_gradient(x, g, kernel_size, stride, padding, dilation, groups):
    """The adjoint of `w ↦ conv2d(x, w)`, applied to g."""
    return conv_kernel_gradient(torch.nn.grad.conv2d_weight, x, g, kernel_size, stride, padding, dilation, groups)


def conv3d(x, w, stride, padding, dilation, groups, out_size):
    """As `conv2d`, over three axes."""
    ends = conv_ends(x.shape[2:], w.shape[2:], stride, padding, dilation, out_size)
    return functional.conv3d(functional.pad(x, ends), w, None, stride, 0, dilation, groups)


def conv3d_input_gradient(g, w, in_size, stride, padding, dilation, groups):
    """The adjoint of `x ↦ conv3d(x, w)`, applied to g."""
    return conv_input_gradient(torch.nn.grad.conv3d_input, g, w, in_size, stride, padding, dilation, groups)


def conv3d_kernel_gradient(x, g, kernel_size, stride, padding, dilation, groups):
    """The adjoint of `w ↦ conv3d(x, w)`, applied to g."""
    return conv_kernel_gradient(torch.nn.grad.conv3d_weight, x, g, kernel_size, stride, padding, dilation, groups)


def conv_input_gradient(adjoint, g, w, in_size, stride, padding, dilation, groups):
    """The adjoint for an image with its ends, which are cut off."""
    ends = conv_ends(in_size, w.shape[2:], stride, padding, dilation, g.shape[2:])
    sizes = [n + a + b for n, a, b in zip(in_size, ends[-2::-2], ends[-1::-2], strict=True)]
    around = adjoint((len(g), groups * w.shape[1], *sizes), w, g, stride, 0, dilation, groups)
    return functional.pad(around, tuple(-n for n in ends))


def conv_kernel_gradient(adjoint, x, g, kernel_size, stride, padding, dilation, groups):
    """The adjoint for an image with its ends."""
    ends = conv_ends(x.shape[2:], kernel_size, stride, padding, dilation, g.shape[2:])
    size = (g.shape[1], x.shape[1] // groups, *kernel_size)
    return adjoint(functional.pad(x, ends), size, g, stride, 0, dilation, groups)
