"""Routines that programs for JAX call: text that is written into them, never imported by symgrad."""
