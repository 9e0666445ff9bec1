"""Benchmarks, each beside its limit or a peer measured in the same run: `make bench`."""
