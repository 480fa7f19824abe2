"""Convolution by XLA; its gradients are the transposes that JAX derives of it."""

import jax
from jax import lax


def conv2d(x, w, stride, padding, dilation, groups, out_size):
    """`Y[n,k,i,j] = Σ_{c,r,s} X[n,c,s·i+d·r−P,s·j+d·s−P] W[k,c,r,s]`, with 0 outside X."""
    return convolved(x, w, stride, padding, dilation, groups, out_size)


def convolved(x, w, stride, padding, dilation, groups, out_size):
    """A convolution over any number of axes; the layout is [N,C,…], of the kernel [K,C/g,…]."""
    spans = [s * (n - 1) + d * (r - 1) + 1 for s, n, d, r in zip(stride, out_size, dilation, w.shape[2:], strict=True)]
    ends = [(p, span - p - n) for p, span, n in zip(padding, spans, x.shape[2:], strict=True)]
    return lax.conv_general_dilated(x, w, stride, ends, rhs_dilation=dilation, feature_group_count=groups)


def conv2d_input_gradient(g, w, in_size, stride, padding, dilation, groups):
    """The adjoint of `x ↦ conv2d(x, w)`, applied to g."""
    image = jax.ShapeDtypeStruct((g.shape[0], groups * w.shape[1], *in_size), g.dtype)
    forward = lambda x: convolved(x, w, stride, padding, dilation, groups, g.shape[2:])  # noqa: E731
    return jax.linear_transpose(forward, image)(g)[0]


def conv2d_kernel_gradient(x, g, kernel_size, stride, padding, dilation, groups):
    """The adjoint of `w ↦ conv2d(x, w)`, applied to g."""
    kernel = jax.ShapeDtypeStruct((g.shape[1], x.shape[1] // groups, *kernel_size), g.dtype)
    forward = lambda w: convolved(x, w, stride, padding, dilation, groups, g.shape[2:])  # noqa: E731
    return jax.linear_transpose(forward, kernel)(g)[0]


def conv3d(x, w, stride, padding, dilation, groups, out_size):
    """As `conv2d`, over three axes."""
    return convolved(x, w, stride, padding, dilation, groups, out_size)


def conv3d_input_gradient(g, w, in_size, stride, padding, dilation, groups):
    """The adjoint of `x ↦ conv3d(x, w)`, applied to g."""
    return conv2d_input_gradient(g, w, in_size, stride, padding, dilation, groups)


def conv3d_kernel_gradient(x, g, kernel_size, stride, padding, dilation, groups):
    """The adjoint of `w ↦ conv3d(x, w)`, applied to g."""
    return conv2d_kernel_gradient(x, g, kernel_size, stride, padding, dilation, groups)
