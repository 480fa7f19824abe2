"""The tests; `pythonpath` in pyproject.toml makes their helpers importable as `tests.<name>`."""
