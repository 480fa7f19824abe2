"""Values as expressions of JAX: the table of what it spells differently from NumPy."""

from __future__ import annotations

from .numpy_text import SPELLED, Writer

JAX = {
    **SPELLED,
    "array": "jnp.asarray({0}, dtype)",
    "arange": "jnp.arange({0})",
    "ufunc": "jnp.{0}({1})",
    "where": "jnp.where({0}, {1}, {2})",
    "broadcast": "jnp.broadcast_to({0}, {1})",
    "best": "jnp.arg{0}",
    "inner": "jnp.vdot({0}, {1})",
    "asarray": "jnp.asarray({0})",
    "convert": "{0}.astype(dtype)",
    "float64": "jnp.result_type(float)",
    "scalar": "jnp.asarray({0}, dtype)",
    "copy": "jnp.asarray({0}, dtype)",
}
"""How JAX writes what `numpy_text.SPELLED` names."""


class JaxWriter(Writer):
    """`jnp` for `np`; arrays cannot be changed, so that nothing needs to be copied."""

    library = "jnp"
    special = frozenset({"erf", "erfc"})
    spelled = JAX
