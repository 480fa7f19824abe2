"""Wrong layers of every kind, in modules of their own: what a report prints has to find them from another process."""
