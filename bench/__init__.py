"""Benchmarks: ratios against peers and ceilings, measured in one run (see README.md)."""
