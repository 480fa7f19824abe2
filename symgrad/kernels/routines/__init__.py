"""Plain NumPy routines that generated programs call; their source is written into the programs."""
