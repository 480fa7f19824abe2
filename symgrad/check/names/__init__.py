"""What a name stands for: its spelling, its indices, and what its uses tell where nobody declared it."""
