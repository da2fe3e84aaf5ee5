"""Measures the product over HTTP, as its users meet it. ``make bench`` or ``python -m benchmarks --help``."""
