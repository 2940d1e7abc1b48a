"""Measured ratios against peers, taken in one run on one machine. `make bench` writes `benchmarks/results.json`."""
