"""Measures how fast and how large the server is, beside the bare compiler and gopls: `python -m tests.benchmarks`."""
