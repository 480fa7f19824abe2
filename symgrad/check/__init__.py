"""Written derivations: each line judged against the one before."""
