"""A function of JAX with a rule that is wrong."""

import jax
import jax.numpy as jnp


@jax.custom_vjp
def product(x, w):
    return x * w


def _forward(x, w):
    return x * w, (x, w)


def _backward(saved, g):
    x, w = saved
    return g * w / 2, (g * x).sum(0)


product.defvjp(_forward, _backward)


def reference(x, w):
    return jnp.multiply(x, w)
