"""Routines that programs for PyTorch call: text that is written into them, never imported by symgrad."""
