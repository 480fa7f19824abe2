"""Convolution by XLA; its gradients are the transposes that JAX derives of it."""

import jax
from jax import lax


def conv2d(x, w, stride, padding, dilation, groups, out_size):
    """`Y[n,k,i,j] = Σ_{c,r,s} X[n,c,s·i+d·r−P,s·j+d·s−P] W[k,c,r,s]`, with 0 outside X."""
    ends = [
        (
            padding[a],
            stride[a] * (out_size[a] - 1) + dilation[a] * (w.shape[2 + a] - 1) + 1 - padding[a] - x.shape[2 + a],
        )
        for a in (0, 1)
    ]
    return lax.conv_general_dilated(
        x,
        w,
        stride,
        ends,
        rhs_dilation=dilation,
        feature_group_count=groups,
        dimension_numbers=("NCHW", "OIHW", "NCHW"),
    )


def conv2d_input_gradient(g, w, in_size, stride, padding, dilation, groups):
    """The adjoint of `x ↦ conv2d(x, w)`, applied to g."""
    image = jax.ShapeDtypeStruct((g.shape[0], groups * w.shape[1], *in_size), g.dtype)
    forward = lambda x: conv2d(x, w, stride, padding, dilation, groups, g.shape[2:])  # noqa: E731
    return jax.linear_transpose(forward, image)(g)[0]


def conv2d_kernel_gradient(x, g, kernel_size, stride, padding, dilation, groups):
    """The adjoint of `w ↦ conv2d(x, w)`, applied to g."""
    kernel = jax.ShapeDtypeStruct((g.shape[1], x.shape[1] // groups, *kernel_size), g.dtype)
    forward = lambda w: conv2d(x, w, stride, padding, dilation, groups, g.shape[2:])  # noqa: E731
    return jax.linear_transpose(forward, kernel)(g)[0]
